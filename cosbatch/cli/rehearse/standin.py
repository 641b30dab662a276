"""The command `standin`: a local COS that runs until it is told to stop."""

from __future__ import annotations

import argparse
import os

from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, command
from cosbatch.configuration.settings import PROFILES
from cosbatch.standin.options import add_options, description

_EXAMPLES = N_("""\
  A COS of your own on this machine, for any SDK; its page for people is at the address that it prints:
    python -m cosbatch standin --port 8930 --data ./cos-data

  The whole system: what is uploaded is told to the function, whose jobs then run here:
    python -m cosbatch standin --port 8930 --function handler.main_handler
""")


def add(commands: Commands) -> None:
    add_options(command(commands, "standin", description(), _(_EXAMPLES), standin))


def standin(options: argparse.Namespace) -> int:
    from cosbatch.standin.serving import serve  # a server, which no other command needs

    return serve(options, os.environ.get(PROFILES) or "profiles.json")
