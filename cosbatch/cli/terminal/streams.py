"""Stdin, stdout and stderr, which may be closed: by their reader, or before the program began. No exit code changes by it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from types import FrameType
from typing import BinaryIO, TextIO

from cosbatch.cli.terminal.files import naming

_STDERR = 2
_CLEAR = "\r\x1b[K"
# The terminals whose last line is a drawing.
_drawn_on: set[TextIO] = set()
# Why stdout did not take something. It is told at the end: what else there is to say comes first.
_refused: dict[TextIO, OSError] = {}


class ReaderGone(Exception):
    """Nobody reads the rows any more that go to stdout."""


def open_missing() -> None:
    """Give the process the streams that it was started without: they hold nothing, and take everything."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  # for as long as the process lives
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def write(stream: TextIO, text: str) -> None:
    """Write the text where somebody reads it, below what is drawn there. What a stream cannot take is lost; see `flush`."""
    leave_drawing(stream)
    _write(stream, text)


def is_drawable(stream: TextIO) -> bool:
    """Whether the stream is a terminal that colours text and moves its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def draw(stream: TextIO, line: str) -> None:
    """Draw the line on the terminal, in the place of what was drawn there last."""
    _write(stream, _CLEAR + line)
    flush(stream)
    _drawn_on.add(stream)


def leave_drawing(stream: TextIO) -> None:
    """Leave what is drawn on the stream as it is, and begin a new line."""
    if stream in _drawn_on:
        _drawn_on.remove(stream)
        _write(stream, "\n")


def interrupted(_number: int, _frame: FrameType | None) -> None:
    """Listen to signals: begin a new line of the terminal, behind the echo of Ctrl-C or a drawing. Raises KeyboardInterrupt."""
    if os.isatty(_STDERR):
        _drawn_on.discard(sys.stderr)
        with contextlib.suppress(OSError):
            os.write(_STDERR, b"\n")
    raise KeyboardInterrupt


def _write(stream: TextIO, text: str) -> None:
    with _losing(stream):
        stream.write(text)


def flush(stream: TextIO) -> None:
    """Write what is kept back.

    Raises OSError where stdout did not take all that was ever written to it, unless its reader is gone: a full disk, say.
    """
    with _losing(stream):
        stream.flush()
    if stream in _refused:
        raise _refused.pop(stream)


@contextlib.contextmanager
def rows_out() -> Iterator[BinaryIO]:
    """stdout, for the rows of a manifest. Raises ReaderGone, and OSError where stdout cannot take them."""
    try:
        with naming("stdout"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        discard(sys.stdout)
        raise ReaderGone from None


@contextlib.contextmanager
def _losing(stream: TextIO) -> Iterator[None]:
    """What the stream does not take is lost, and noted of stdout where that is more than a reader who has gone."""
    try:
        with naming("stdout"):
            yield
    except OSError as error:
        discard(stream)
        if stream is not sys.stderr and not isinstance(error, BrokenPipeError):
            _refused[stream] = error


def discard(stream: TextIO) -> None:
    """Lead the stream to nowhere, so that the interpreter does not fail at its end on what is still unwritten."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
