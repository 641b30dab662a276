"""The command `standin`: a local COS that runs until it is told to stop."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cosbatch.cli.rehearse.rehearsal import environment
from cosbatch.cli.remote.function_files import profiles_file, say_of_example
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import check_profiles, needs
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, command
from cosbatch.configuration.settings import PROFILES
from cosbatch.standin.options import add_options, description, lone_option

_EXAMPLES = N_("""\
  A COS of your own on this machine, for any SDK; its page for people is at the address that it prints:
    cosbatch standin --port 8930 --data ./cos-data

  The whole system: what is uploaded is told to the function, whose jobs then run here:
    cosbatch standin --port 8930 --function handler.main_handler

  The same, with the variables for cosbatch in a file, which another terminal reads by: . ./standin.env
    cosbatch standin --port 8930 --function handler.main_handler --env standin.env

  From another terminal, a fault for the next call of ListJobs, and what there is to order, told by a fault that there is none of:
    curl -d '{"action": "ListJobs", "fault": "SlowDown"}' http://127.0.0.1:8930/_standin/faults
    curl -d '{"action": "ListJobs", "fault": "?"}' http://127.0.0.1:8930/_standin/faults

Routes of its own: /_standin/jobs, /_standin/events and /_standin/health (GET), /_standin/reset (POST), /_standin/faults (POST, GET, DELETE).
""")


def add(commands: Commands) -> None:
    add_options(command(commands, "standin", description(), _(_EXAMPLES), standin))


def standin(options: argparse.Namespace) -> int:
    from cosbatch.standin.serving import serve  # a server, which no other command needs

    if lone := lone_option(options):
        raise needs(lone, "--function")
    # A function of somebody else's reads no profiles; its triggers may come of them.
    if options.function and (_is_own(options.function) or not options.trigger) and not os.environ.get(PROFILES):
        say_of_example()
    profiles = os.path.abspath(os.environ.get(PROFILES) or profiles_file())
    check_profiles(profiles)
    # The function's process inherits the variable.
    with environment({**os.environ, PROFILES: profiles}):
        return serve(options, profiles, say=output.say)


def _is_own(function: str) -> bool:
    """Whether its module is this project's own handler, wherever that is installed, and not one of the current folder."""
    return function.startswith("handler.") and not Path("handler.py").is_file()
