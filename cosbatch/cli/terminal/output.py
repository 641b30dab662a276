"""What a command writes: JSON on stdout for programs, a table there for a person at a terminal, words on stderr."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

from cosbatch.cli.terminal import streams
from cosbatch.cli.terminal.language import N_, _, can_write
from cosbatch.cli.terminal.tables import fitted, printable, record
from cosbatch.cli.terminal.typed import place_typed
from cosbatch.configuration.settings import language_of
from cosbatch.model.errors import CosbatchError, Forbidden, InvalidEvent, UpstreamTLS
from cosbatch.model.hints import hint_for

_RED = "\x1b[31;1m"
_PLAIN = "\x1b[0m"

# Problems that are shown to a person: more would push the first ones off the screen.
_MOST_PROBLEMS = 10
# Characters of a line for people: what was typed, or what another program wrote, may have any number of them. A command that is
# suggested is never cut, with a key of 850 bytes, each as %41 in it and in what is said before it, and with all of its options.
_LONGEST_LINE = 16_000
# In JSON, what is neither plain ASCII nor the end of a line.
_NOT_PLAIN = re.compile(r"[^ -~\n]")
# Columns behind a question: a blank, and yes.
_ANSWER = 4
# The fields of a failure that are not shown by their names.
_SHOWN = ("Code", "Message", "Errors", "Status", "Retryable")

Lines = Callable[[], Iterable[str]]


def show(value: object, options: argparse.Namespace, lines: Lines | None = None) -> None:
    """Write the value: as JSON, or on a terminal as `lines`; without `lines`, one line for each of its leaves."""
    if wants_json(options):
        write_json(value)
        return
    told = lines() if lines else record(value, label=_) or [json.dumps(value)]
    for line in told:
        streams.write(sys.stdout, line + "\n")


def write_json(value: object) -> None:
    """The value as JSON on stdout, with escapes for what the terminal's character set lacks, and for what could control it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = text if can_write(text) else json.dumps(value, indent=2)
    streams.write(sys.stdout, _NOT_PLAIN.sub(_in_json, text) + "\n")


def _in_json(found: re.Match[str]) -> str:
    """The character, or where it could control a terminal, its escapes."""
    if found[0].isprintable():
        return found[0]
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def say(text: str) -> None:
    """Write lines for a person to stderr."""
    streams.write(sys.stderr, _lines(text) + "\n")


def question(text: str) -> None:
    """Write a question to stderr; the answer is typed behind it."""
    streams.write(sys.stderr, _lines(text, _ANSWER) + " ")
    streams.flush(sys.stderr)


def _lines(text: str, behind: int = 0) -> str:
    """The text in lines that control no terminal; where stderr is one, that fit: programs look for lines as they are."""
    told = "\n".join(map(_told, text.split("\n")))
    return fitted(told, behind) if sys.stderr.isatty() else told


def _told(line: str) -> str:
    """The line as `printable`; of one that is too long, its beginning and its end."""
    told, half = printable(line), _LONGEST_LINE // 2
    return told if len(told) <= _LONGEST_LINE else f"{told[:half]} ... {told[-half:]}"


def fail(failure: Mapping[str, Any], options: argparse.Namespace) -> None:
    """Write a failure: in words, and as JSON where a program may read stdout and no rows of a manifest go there."""
    say_failure(failure, options)
    if wants_json(options) and not getattr(options, "holds_rows", False):
        write_json(failure)


def say_failure(failure: Mapping[str, Any], options: argparse.Namespace) -> None:
    """Write a failure in its own words to stderr."""
    text, code = _lines("\n".join(_failure_lines(failure, options))), printable(str(failure["Code"]))
    # In red only now: colour takes no columns.
    streams.write(sys.stderr, text.replace(code, emphasised(code, sys.stderr), 1) + "\n")


def _failure_lines(failure: Mapping[str, Any], options: argparse.Namespace) -> Iterable[str]:
    yield printable(f"{failure['Code']}: {failure['Message']}")
    yield from _problem_lines(failure, options)
    for name, value in failure.items():
        if name not in _SHOWN and not isinstance(value, dict | list):
            yield printable(f"{_(name)}: {value}")
    if failure.get("Retryable"):
        yield _("Another try later can help.")


def _problem_lines(failure: Mapping[str, Any], options: argparse.Namespace) -> Iterable[str]:
    """The problems, to a person the first of them, and how many faults a list has where these are not all."""
    problems, totals = failure.get("Errors", ()), failure.get("Totals", {})
    shown = problems[:_MOST_PROBLEMS] if sys.stderr.isatty() else problems
    for problem in shown:
        yield printable(f"  {place_typed(problem['Pointer'], options)}  {problem['Message']}")
    left = len(problems) - len(shown)
    if left:
        more = _("and {count} more: --json shows them, as does cosbatch check where they are of a list")
        yield more.format(count=left)
    if sum(totals.values()) > len(shown):
        yield found_told(totals)


def found_told(totals: Mapping[str, int]) -> str:
    """How many faults and warnings of each name a list has."""
    counts = [f"{count:,} {name}" for name, count in sorted(totals.items())]
    return _("Found: {counts}.").format(counts=", ".join(counts))


def advise(error: CosbatchError | KeyboardInterrupt, advice: str) -> None:
    """Say what to do next: behind the failure, as the end of its hint; at once where a person has interrupted."""
    if isinstance(error, CosbatchError):
        error.fields[N_("Hint")] = f"{error.fields.get('Hint') or hint_of(error.code)} {advice}"
    else:
        say(advice)


def hint_of(code: str, action: str = "") -> str:
    """The cause behind a Code, which came of that action where one is given, and its fix, in the language of COSBATCH_LANG or
    LANG.

    The function's hints are about events, callers and its own configuration; a command has files, options and variables.
    """
    match code:
        case InvalidEvent.code:
            return _(
                "That is not what the command reads, or not all of it; behind its name, --help shows by examples what it "
                "takes."
            )
        case Forbidden.code:
            return _(
                "What is of another account or region is never taken: name what is of these, or set COSBATCH_APPID, "
                "COSBATCH_UIN and COSBATCH_REGION rightly. All else is bound by profiles.json, its policy or a profile: ask "
                "for what they allow, or change them."
            )
        case UpstreamTLS.code:
            return _(
                "The certificate of the other side is not the service's. Check COSBATCH_ENDPOINT; behind a proxy that opens "
                "TLS, have REQUESTS_CA_BUNDLE name a file of the certificates that the proxy's is signed by."
            )
    return hint_for(code, language_of(os.environ), action)


def emphasised(text: str, stream: TextIO) -> str:
    """The text, in red where the stream is a terminal that has colours, and NO_COLOR is not set (no-color.org)."""
    return f"{_RED}{text}{_PLAIN}" if streams.is_drawable(stream) and not os.environ.get("NO_COLOR") else text


def wants_json(options: argparse.Namespace) -> bool:
    """Whether a program reads stdout, as --json and --table say, or else that it is no terminal."""
    return not sys.stdout.isatty() if options.json is None else bool(options.json)
