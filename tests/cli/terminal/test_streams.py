"""Streams that the process was started without, and what is written below a drawing."""

from __future__ import annotations

import io
import sys

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
