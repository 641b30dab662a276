"""The command `standin`: a local COS that runs until it is told to stop."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cosbatch.cli.rehearse.rehearsal import environment
from cosbatch.cli.remote.function_files import function_file, profiles_file, say_of_example
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import check_profiles
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, command
from cosbatch.configuration.settings import PROFILES
from cosbatch.standin.options import add_options, description

_EXAMPLES = N_("""\
  A COS of your own on this machine, for any SDK; its page for people is at the address that it prints:
    cosbatch standin --port 8930 --data ./cos-data

  The whole system: what is uploaded is told to the function, whose jobs then run here:
    cosbatch standin --port 8930 --function handler.main_handler

  The same, with the variables for cosbatch in a file, which another terminal reads by: . ./standin.env
    cosbatch standin --port 8930 --function handler.main_handler --env standin.env
""")


def add(commands: Commands) -> None:
    add_options(command(commands, "standin", description(), _(_EXAMPLES), standin))


def standin(options: argparse.Namespace) -> int:
    from cosbatch.standin.serving import serve  # a server, which no other command needs

    if options.function and not options.trigger and not os.environ.get(PROFILES):
        say_of_example()
    profiles = os.path.abspath(os.environ.get(PROFILES) or profiles_file())
    check_profiles(profiles)
    # The function's process inherits the variable.
    with environment({**os.environ, PROFILES: profiles}):
        return serve(options, profiles, folder=_folder_of(options.function or ""), say=output.say)


def _folder_of(function: str) -> Path:
    """Where its module is: in the current folder, or that of this project's own handler, wherever that is installed."""
    is_own = function.startswith("handler.") and not Path("handler.py").is_file()
    return function_file("handler.py").parent if is_own else Path()
