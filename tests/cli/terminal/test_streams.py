"""Streams that the process was started without, and what is written below a drawing."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from cosbatch.cli.terminal import streams


def test_gives_the_process_the_streams_that_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    streams.open_missing()
    with sys.stdin, sys.stdout, sys.stderr:
        assert sys.stdin.read() == ""
        assert (sys.stdout.write("lost"), sys.stderr.write("lost")) == (4, 4)


def test_writes_below_what_is_drawn() -> None:
    stream, other = io.StringIO(), io.StringIO()
    streams.draw(stream, "half")
    streams.draw(stream, "all")
    streams.write(other, "elsewhere")
    for word in ("one", "two"):
        streams.write(stream, f"{word}\n")
    streams.draw(stream, "again")
    streams.leave_drawing(stream)
    streams.leave_drawing(stream)
    assert (other.getvalue(), stream.getvalue()) == (
        "elsewhere",
        "\r\x1b[Khalf\r\x1b[Kall\none\ntwo\n\r\x1b[Kagain\n",
    )


@contextlib.contextmanager
def real_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal in the place of stderr; what is read here is what it shows. Not a fixture: pytest would take its place."""
    shown, end = os.openpty()
    before = os.dup(2)
    os.dup2(end, 2)
    with open(2, "w", closefd=False) as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        try:
            yield shown
        finally:
            os.dup2(before, 2)
            for descriptor in (shown, end, before):
                os.close(descriptor)


@pytest.mark.parametrize("drawn", ["", "Listing     1,000"])
def test_begins_one_new_line_of_the_terminal_when_interrupted(monkeypatch: pytest.MonkeyPatch, drawn: str) -> None:
    with real_terminal(monkeypatch) as shown:
        if drawn:
            streams.draw(sys.stderr, drawn)
        with pytest.raises(KeyboardInterrupt):
            streams.interrupted(signal.SIGINT, None)
        streams.leave_drawing(sys.stderr)
        streams.write(sys.stderr, "The job goes on.\n")
        sys.stderr.flush()
        with open(shown, closefd=False, newline="\n") as lines:
            assert lines.readline().endswith(f"{drawn}\r\n")
            assert lines.readline() == "The job goes on.\r\n"


def test_writes_nothing_when_interrupted_where_stderr_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        streams.interrupted(signal.SIGINT, None)
    assert capfd.readouterr() == ("", "")
