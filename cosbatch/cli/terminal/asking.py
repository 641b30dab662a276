"""A question to the person at the terminal, before something is changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable

from cosbatch.cli.terminal import output, streams
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.tables import printable


def add_yes(parser: argparse.ArgumentParser) -> None:
    """The option that answers the question beforehand."""
    parser.add_argument("--yes", action="store_true", help="do it without asking; needed where there is no terminal")


def is_agreed(options: argparse.Namespace, shown: Callable[[], Iterable[str]], question: str) -> bool:
    """Whether --yes says so, or the person who has been shown these lines. Raises WrongUsage where nobody can be asked."""
    if options.yes:
        return True
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise WrongUsage("there is no terminal to ask at; --yes does it without asking")
    for line in shown():
        output.say(printable(line))
    streams.write(sys.stderr, f"{question} [y/N] ")
    streams.flush(sys.stderr)
    agreed = sys.stdin.readline().strip().lower() in ("y", "yes")
    if not agreed:
        output.say("Nothing was changed.")
    return agreed
