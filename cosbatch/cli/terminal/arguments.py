"""Arguments as people write them: the options that every command has stand before or behind it, and words are misspelt."""

from __future__ import annotations

import argparse
import difflib
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NoReturn, TextIO

import cosbatch
from cosbatch.cli.terminal import exit_codes, output, streams
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.tables import printable, width, wrapped

# Of the options that may stand in front of the command, those that take a value.
_WITH_VALUE = ("--endpoint", "--region")
# What a line of help goes on under: its blanks, with the name of an option or a command that is told about there.
_BEFORE_TEXT = re.compile(r" *(?:\S+(?: \S+)* {2,})?")
# Examples stand so far from the left; they are to be copied, so that a backslash has to end a line that goes on.
_EXAMPLE = " " * 4
_GOES_ON = " \\"
# A word of a shell's command, with the blanks and the option before it; inside of quotation marks, blanks separate nothing.
_WORD = re.compile(r" *(?:--[\w-]+ (?=[^-|>]))?(?:'[^']*'|\$\([^)]*\)|[^ ])+")
# An option with -- for its value.
_WITHOUT_VALUE = re.compile(r"(--[\w-]+)=--")
_NARROWEST = 16
# How alike commands and choices have to be to be what was meant; and options: --region is not --version.
_ALIKE, _MUCH_ALIKE = 0.6, 0.8
# What commands and options are called in aws s3control, gcloud storage batch-operations, mc batch and coscli.
_ELSEWHERE = {
    "jobs": ("list", "ls", "list-jobs"),
    "describe": ("show", "status", "stat", "get", "describe-job"),
    "create": ("start", "run", "create-job"),
    "priority": ("update-job-priority",),
    "confirm": ("update-job-status", "resume"),
    "cancel": ("stop", "abort"),
    # What is to be removed may be a job or objects.
    "delete": ("rm", "remove"),
    "delete-objects": ("rm", "remove"),
    "init": ("config", "configure", "generate"),
    # What follows them says which of the two is meant.
    "--json": ("--output", "--format", "-o"),
    "--table": ("--output", "--format", "-o"),
    "--yes": ("--force", "-f"),
    "--verbose": ("--debug", "-v"),
    "--tier": ("--mode", "-m"),
    "--days": ("-d",),
    "--token": ("--client-request-token",),
    "--limit": ("-n", "--max-results", "--max-items"),
    "--state": ("--job-statuses", "--status", "--filter"),
    "--role": ("--role-arn",),
    "--endpoint": ("-e",),
}
# By these, coscli chooses keys that a pattern finds. No command that lists a bucket has them: grep chooses rows of a list.
_PATTERNS = ("--include", "--exclude")


class Parser(argparse.ArgumentParser):
    """A parser that says what was probably meant, and knows how wide Chinese characters are."""

    def error(self, message: str) -> NoReturn:
        meant = _(" or ").join(_meant(message, self.format_help()))
        suggestion = _("; did you mean {word}?").format(word=meant) if meant else ""
        told = _("{program}: error: {message}").format(program=self.prog, message=message)
        # Python 3.10's own way out fails where stderr takes nothing.
        output.say(f"{self.format_usage()}{printable(told + suggestion)}")
        self.exit(exit_codes.WRONG_USAGE)

    def print_help(self, file: TextIO | None = None) -> None:  # type: ignore[override]  # as documented, a file
        """Where stdout cannot take the help, `streams.flush` says so; argparse would be silent."""
        streams.write(file or sys.stdout, self.format_help())

    def format_help(self) -> str:
        """The help in lines that the terminal has room for, but for examples; argparse would count characters, not columns."""
        return "".join(f"{fitted}\n" for line in super().format_help().splitlines() for fitted in _fitted(line))


def _fitted(line: str) -> Iterator[str]:
    found, columns = _BEFORE_TEXT.match(line), shutil.get_terminal_size().columns
    before = found[0] if found else ""
    if width(line) <= columns:
        yield line
        return
    if before == _EXAMPLE:
        yield from _going_on(line, columns)
        return
    first, *more = wrapped(line[len(before) :], max(_NARROWEST, columns - len(before)))
    yield before + first
    yield from (" " * len(before) + text for text in more)


def _going_on(example: str, columns: int) -> Iterator[str]:
    """The command in lines that fit, as a shell takes them."""
    line, *arguments = _WORD.findall(example)
    for argument in arguments:
        if width(line + argument + _GOES_ON) > columns:
            yield line + _GOES_ON
            line = _EXAMPLE * 2 + argument.lstrip(" ")
        else:
            line += argument
    yield line


def _meant(message: str, help_text: str) -> list[str]:
    """The choices or the option of the help that come next to the misspelt one of argparse's message, where some do."""
    choice = _as_pattern(_("invalid choice: %(value)r (choose from %(choices)s)")).search(message)
    unknown = _as_pattern(_("unrecognized arguments: %s")).search(message)
    if choice:
        return _nearest(choice["value"], re.findall(r"[\w-]+", choice["choices"]), _ALIKE)
    if unknown:
        word, options = re.split("[= ]", unknown[1])[0], re.findall(r"--[\w-]+", help_text)
        if word in _PATTERNS and "--connections" in options:
            return [_("a list of the keys that grep finds, as cosbatch build --help shows")]
        if word.startswith("-"):
            return _nearest(word, options, _MUCH_ALIKE)
        if word.startswith("cos://") and "--to" in options:
            return [f"--to {word}"]
        if word.startswith("cos://") and "--prefix" in options:
            bucket, _slash, prefix = word.removeprefix("cos://").partition("/")
            return [f"--bucket {bucket}{prefix and f' --prefix {prefix}'}"]
    return []


def _nearest(word: str, known: Sequence[str], alike: float) -> list[str]:
    """What the word means elsewhere, or else the known one that comes next to it, in whichever case it is written."""
    called = [name for name, elsewhere in _ELSEWHERE.items() if word in elsewhere and name in known]
    small, by_small = word.lower(), {name.lower(): name for name in known}
    begun = [small] if small in by_small else [name for name in by_small if name.startswith(small)]
    if len(begun) > 1:
        # It could be any of them.
        return called
    return called or [by_small[name] for name in begun or difflib.get_close_matches(small, by_small, 1, alike)]


def _as_pattern(template: str) -> re.Pattern[str]:
    """What finds the values in a message that was made of the template; those that are quoted, without their quotes."""
    pattern = re.escape(template).replace("%s", "(.*)")
    pattern = re.sub(r"%\\\((\w+)\\\)r", r"'?(?P<\1>[^' ]*)'?", pattern)
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.*)", pattern), re.DOTALL)


class _ShowVersion(argparse.Action):
    """Show the version and exit. Where stdout cannot take it, `streams.flush` says so; argparse's own action would be silent."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        streams.write(sys.stdout, f"cosbatch {cosbatch.__version__}\n")
        parser.exit()


def add_common(parser: argparse.ArgumentParser) -> None:
    """The options that every command has."""
    for_whom = parser.add_mutually_exclusive_group()
    for_programs = _("write JSON also where stdout is a terminal")
    for_whom.add_argument("--json", action="store_const", const=True, help=for_programs)
    for_people = _("lay results out for people also where stdout is no terminal")
    for_whom.add_argument("--table", action="store_const", const=False, dest="json", help=for_people)
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help=_("show the version and exit"))
    how_much = parser.add_mutually_exclusive_group()
    how_much.add_argument("--verbose", action="store_true", help=_("tell on stderr what goes over the wire"))
    how_much.add_argument("--quiet", action="store_true", help=_("tell nothing on stderr but failures"))


def command_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with the options in front of the command behind it, where the command's own parser reads them.

    `help COMMAND` and `COMMAND help` become COMMAND --help.
    """
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] in _WITH_VALUE else 1
    if at < len(arguments) and arguments[at] == "help":
        return command_first([*arguments[:at], *arguments[at + 1 :], "--help"])
    if [*arguments[at + 1 :]] == ["help"]:
        return command_first([*arguments[:-1], "--help"])
    return [*arguments[at : at + 1], *arguments[:at], *arguments[at + 1 :]]


def emptied(arguments: Sequence[str]) -> str | None:
    """The first option whose value is `--`, None where there is none: argparse drops that value, and asks no type about it."""
    options = takewhile(lambda argument: argument != "--", arguments)
    return next((found[1] for found in map(_WITHOUT_VALUE.fullmatch, options) if found), None)
