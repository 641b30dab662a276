"""Arguments as people write them: the options that every command has stand before or behind it, and words are misspelt."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

import cosbatch
from cosbatch.cli.terminal import exit_codes, streams

# Of the options that may stand in front of the command, those that take a value.
_WITH_VALUE = ("--endpoint", "--region")
_CHOICE = re.compile(r"invalid choice: '?([^' ]*)'? \(choose from (.*)\)", re.DOTALL)
_UNKNOWN = re.compile(r"unrecognized arguments: (-\S+)")


class Parser(argparse.ArgumentParser):
    """A parser that says what was probably meant."""

    def error(self, message: str) -> NoReturn:
        fault = f"{self.prog}: error: {message}{_suggestion(message, self.format_help())}\n"
        # Python 3.10's own way out fails where stderr takes nothing.
        streams.write(sys.stderr, self.format_usage() + fault)
        self.exit(exit_codes.WRONG_USAGE)


def _suggestion(message: str, help_text: str) -> str:
    """Which choice or option of the help comes next to the misspelt one of the message; empty where none does."""
    choice, unknown = _CHOICE.search(message), _UNKNOWN.search(message)
    if choice:
        close = difflib.get_close_matches(choice[1], re.findall(r"[\w-]+", choice[2]), 1)
    elif unknown:
        close = difflib.get_close_matches(unknown[1].partition("=")[0], re.findall(r"--[\w-]+", help_text), 1)
    else:
        close = []
    return f"; did you mean {close[0]}?" if close else ""


def add_common(parser: argparse.ArgumentParser) -> None:
    """The options that every command has."""
    parser.add_argument("--json", action="store_true", help="write JSON also where stdout is a terminal")
    parser.add_argument("--version", action="version", version=f"cosbatch {cosbatch.__version__}")
    how_much = parser.add_mutually_exclusive_group()
    how_much.add_argument("--verbose", action="store_true", help="tell on stderr what goes over the wire")
    how_much.add_argument("--quiet", action="store_true", help="tell nothing on stderr but failures")


def command_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with the options in front of the command behind it, where the command's own parser reads them."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] in _WITH_VALUE else 1
    return [*arguments[at : at + 1], *arguments[:at], *arguments[at + 1 :]]
