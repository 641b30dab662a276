"""Stdin, stdout and stderr, which may be closed: by their reader, or before the program began. No exit code changes by it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from cosbatch.cli.terminal.files import naming

_CLEAR = "\r\x1b[K"
# The terminals whose last line is a drawing.
_drawn_on: set[TextIO] = set()


def open_missing() -> None:
    """Give the process the streams that it was started without: they hold nothing, and take everything."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  # for as long as the process lives
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def write(stream: TextIO, text: str) -> None:
    """Write the text where somebody reads it, below what is drawn there.

    Raises OSError where stdout cannot take it for another reason, such as a full disk; what stderr cannot take is lost.
    """
    leave_drawing(stream)
    _write(stream, text)


def draw(stream: TextIO, line: str) -> None:
    """Draw the line on the terminal, in the place of what was drawn there last. Raises OSError as `write` does."""
    _write(stream, _CLEAR + line)
    flush(stream)
    _drawn_on.add(stream)


def leave_drawing(stream: TextIO) -> None:
    """Leave what is drawn on the stream as it is, and begin a new line. Raises OSError as `write` does."""
    if stream in _drawn_on:
        _drawn_on.remove(stream)
        _write(stream, "\n")


def _write(stream: TextIO, text: str) -> None:
    try:
        with naming(_name_of(stream)):
            stream.write(text)
    except BrokenPipeError:
        discard(stream)
    except OSError:
        discard(stream)
        if stream is not sys.stderr:
            raise


def flush(stream: TextIO) -> None:
    """Write what is kept back. Raises OSError as `write` does."""
    try:
        with naming(_name_of(stream)):
            stream.flush()
    except BrokenPipeError:
        discard(stream)


def _name_of(stream: TextIO) -> str:
    return "stderr" if stream is sys.stderr else "stdout"


def discard(stream: TextIO) -> None:
    """Lead the stream to nowhere, so that the interpreter does not fail at its end on what is still unwritten."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
