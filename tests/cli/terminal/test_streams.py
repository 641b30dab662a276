"""Streams that the process was started without."""

from __future__ import annotations

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
