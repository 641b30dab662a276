"""Where the command begins: loading the command line takes half a second, in which it may be interrupted already."""

from __future__ import annotations

import sys

# As exit_codes.INTERRUPTED; nothing else is loaded here.
_INTERRUPTED = 130


def run() -> int:
    """The command `cosbatch`: the exit code for the arguments of the process."""
    try:
        from cosbatch.cli.main import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return _INTERRUPTED
