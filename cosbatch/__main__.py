"""`python -m cosbatch`: hands over to the command line."""

import sys

from cosbatch.cli.start import run

if __name__ == "__main__":
    sys.exit(run())
