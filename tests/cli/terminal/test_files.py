"""What commands read and write."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from cosbatch.cli.terminal import files
from cosbatch.model.errors import InvalidEvent


def test_reads_json_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "call.json").write_bytes(b'\xef\xbb\xbf{"Profile": "restore"}')
    assert files.read_object(str(tmp_path / "call.json")) == {"Profile": "restore"}


def test_reads_stdin_for_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[1]")))
    assert files.read_json("-") == [1]


def test_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(files.WrongUsage, match=r"nowhere\.json cannot be read: No such file"):
        files.read_json(str(tmp_path / "nowhere.json"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON.*line 1, column 2"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "nested"),
        (b"[]", "holds no JSON object"),
    ],
)
def test_says_what_is_wrong_with_the_json(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "call.json").write_bytes(content)
    with pytest.raises(InvalidEvent, match=words):
        files.read_object(str(tmp_path / "call.json"))


def test_puts_a_file_in_place_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old")
    with files.replacing(str(path)) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["list.csv"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0o044


def test_leaves_the_old_file_and_nothing_else_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), files.replacing(str(path)):
        raise ZeroDivisionError
    assert (os.listdir(tmp_path), path.read_text()) == (["list.csv"], "old")


def test_says_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(files.WrongUsage, match="cannot be written"), files.replacing(str(tmp_path / "no" / "list.csv")):
        pass


def test_says_so_where_a_folder_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "list.csv").mkdir()
    with pytest.raises(OSError, match="directory"), files.replacing(str(tmp_path / "list.csv")):
        pass
    assert os.listdir(tmp_path) == ["list.csv"]
