"""The command line: `python -m cosbatch.standin` runs until it is told to stop."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence

from cosbatch.standin.options import add_options, description, lone_option
from cosbatch.standin.serving import CannotStart, serve

PROFILES = "COSBATCH_PROFILES"


def main(arguments: Sequence[str] | None = None, stop: threading.Event | None = None) -> int:
    """The exit code of a stand-in that ran until a signal arrived, or `stop` was set; 1 where it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m cosbatch.standin", description=description())
    add_options(parser)
    options = parser.parse_args(arguments)
    if lone := lone_option(options):
        parser.error(f"{lone} does nothing without --function: write both, or neither")
    try:
        return serve(options, os.environ.get(PROFILES) or "profiles.json", stop)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
