"""Where the command `cosbatch`, and `python -m cosbatch`, begins: loading it takes half a second, and may be interrupted."""

import sys

# As exit_codes.INTERRUPTED; nothing else is loaded here.
_INTERRUPTED = 130


def run() -> int:
    """The exit code for the arguments of the process."""
    try:
        from cosbatch.cli.main import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
