"""Stdin, stdout and stderr, which may be closed: by their reader, or before the program began. No exit code changes by it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO


def open_missing() -> None:
    """Give the process the streams that it was started without: they hold nothing, and take everything."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  # for as long as the process lives
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def write(stream: TextIO, text: str) -> None:
    """Write the text where somebody reads it.

    Raises OSError where stdout cannot take it for another reason, such as a full disk; what stderr cannot take is lost.
    """
    try:
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
        stream.flush()
    except BrokenPipeError:
        discard(stream)


def discard(stream: TextIO) -> None:
    """Lead the stream to nowhere, so that the interpreter does not fail at its end on what is still unwritten."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
