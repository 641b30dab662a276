"""Content from files, stdin and buckets, plain and compressed."""

from __future__ import annotations

import argparse
import gzip
import io
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.manifests import source
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import connect
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.model.errors import InvalidManifest, ServiceError
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import SteppingClock, Terminal

TEXT = b"".join(b"examplebucket-1250000000,photos/%d.jpg\n" % number for number in range(100_000))


def options() -> argparse.Namespace:
    return argparse.Namespace(endpoint=None, region=None, verbose=False, clock=SteppingClock().clock())


def read(name: str) -> bytes:
    with source.opened(name, options()) as opened:
        return b"".join(opened.blocks)


def test_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(TEXT)
    assert read(str(tmp_path / "list.csv")) == TEXT


def test_reads_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT)))
    assert read("-") == TEXT


def test_waits_for_what_comes_through_a_pipe_of_which_a_neighbour_has_reads_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end, start = os.pipe()
    os.set_blocking(end, False)
    with open(end) as stdin, open(start, "wb", buffering=0) as pipe:
        monkeypatch.setattr(sys, "stdin", stdin)
        pipe.write(b"a-1,k\n")

        def go_on() -> None:
            pipe.write(b"a-1,l\n")
            pipe.close()

        later = threading.Timer(0.05, go_on)
        later.start()
        with source.opened("-", options()) as opened:
            assert b"".join(opened.blocks) == b"a-1,k\na-1,l\n"
        later.join()


class Typed(io.RawIOBase):
    """What somebody types at a terminal, who ends it once: to read on would wait for another end."""

    def __init__(self) -> None:
        self._typed = [b"a-1,k\n", b"a-1,l\n", b""]

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        typed = self._typed.pop(0)
        room[: len(typed)] = typed
        return len(typed)


def test_ends_with_what_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Typed())))
    assert read("-") == b"a-1,k\na-1,l\n"


@pytest.mark.parametrize("name", ["list.csv", "list.csv.gz"])
def test_reads_an_object(standin: Standin, name: str) -> None:
    stored = gzip.compress(TEXT) if name.endswith(".gz") else TEXT
    objects.write(connect(options()), Resource("examplebucket-1250000000", name, None), stored)
    assert read(f"cos://examplebucket-1250000000/{name}") == TEXT


@pytest.mark.parametrize(
    "content", [gzip.compress(TEXT), gzip.compress(TEXT[:7]) + gzip.compress(b"") + gzip.compress(TEXT[7:])]
)
def test_reads_what_is_compressed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.csv.gz").write_bytes(content)
    assert read(str(tmp_path / "list.csv.gz")) == TEXT


@pytest.mark.parametrize(
    ("content", "words"), [(TEXT, "damaged"), (gzip.compress(TEXT)[:-9], "breaks off"), (b"", "breaks off")]
)
def test_refuses_what_is_not_compressed_rightly(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "list.csv.gz").write_bytes(content)
    with pytest.raises(InvalidManifest, match=words):
        read(str(tmp_path / "list.csv.gz"))


def test_shows_a_bar_where_there_is_much_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    content = TEXT * 3
    (tmp_path / "list.csv").write_bytes(content)
    assert read(str(tmp_path / "list.csv")) == content
    assert "[########################]  100 %  12.6 MB/12.6 MB" in terminal.getvalue()


def test_shows_no_bar_for_little(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_bytes(TEXT)
    read(str(tmp_path / "list.csv"))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["nowhere.csv", "cos://examplebucket", "."])
def test_says_wrong_usage_for_what_is_not_there(name: str) -> None:
    with pytest.raises(WrongUsage):
        read(name)


@pytest.mark.skipif(
    not os.path.exists("/proc/self/mem"), reason="this system has no file that opens and cannot be read"
)
def test_names_what_cannot_be_read() -> None:
    with pytest.raises(OSError, match="Input/output error") as failed:
        read("/proc/self/mem")
    assert failed.value.filename == "/proc/self/mem"


def test_names_the_object_that_is_not_there(standin: Standin) -> None:
    with pytest.raises(ServiceError) as failed:
        read("cos://examplebucket-1250000000/nowhere.csv")
    where = "HEAD examplebucket-1250000000.cos.ap-chengdu.myqcloud.com/nowhere.csv"
    assert failed.value.message == f"There is no such object, or no such bucket. That was {where}."
