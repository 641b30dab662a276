"""`python -m cosbatch`: hands over to the command line."""

import sys

from cosbatch.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
