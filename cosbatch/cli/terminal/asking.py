"""A question to the person at the terminal, before something is changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable

from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.tables import printable


def add_yes(parser: argparse.ArgumentParser) -> None:
    """The option that answers the question beforehand."""
    parser.add_argument(
        "--yes", "-y", action="store_true", help=_("do it without asking; needed where there is no terminal")
    )


def has_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, default: str) -> str:
    """What the person types; the default, which may be empty, for an empty line. Raises WrongUsage where the input ends."""
    output.question(printable(f"{question}{f' [{default}]' if default else ''}:"))
    line = _typed()
    if not line:
        raise WrongUsage(_("the input ended before all was said; nothing was written"))
    return line.strip() or default


def check_terminal(options: argparse.Namespace) -> None:
    """Raises WrongUsage where --yes does not say so, and nobody can be asked: better before long work than behind it."""
    if options.yes:
        return
    if options.quiet:
        raise WrongUsage(_("--quiet cannot ask; --yes does it without asking"))
    if not sys.stdin.isatty():
        raise WrongUsage(_("stdin is no terminal, so nobody can answer; --yes does it without asking"))
    if not sys.stderr.isatty():
        raise WrongUsage(_("stderr is no terminal, so nobody would see the question; --yes does it without asking"))


def is_agreed(options: argparse.Namespace, shown: Callable[[], Iterable[str]], question: str) -> bool:
    """Whether --yes says so, or the person who has been shown these lines. Raises WrongUsage where nobody can be asked."""
    check_terminal(options)
    if options.yes:
        return True
    for line in shown():
        output.say(printable(line))
    output.question(printable(f"{question} [y/N]"))
    agreed = _typed().strip().lower() in ("y", "yes")
    if not agreed:
        output.say(_("Nothing was changed."))
    return agreed


def _typed() -> str:
    """The line behind the question; where the input ends in it, what comes next begins a new one. Raises WrongUsage."""
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError as error:
        raise WrongUsage(_("what was typed is not {encoding}; begin again").format(encoding=error.encoding)) from None
    if not line.endswith("\n"):
        output.say("")
    return line
