"""Runs the command line: `python -m cosbatch` is the command `cosbatch`."""

import sys

from cosbatch.cli.process import run

if __name__ == "__main__":
    sys.exit(run())
