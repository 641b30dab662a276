"""LIST: where it lies, and what becomes of it on this machine."""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
from pathlib import Path

import pytest

from cosbatch.cli.manifests import lists, source
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client, client_of
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin

BUCKET = "photos-1250000000"


def client() -> Client:
    return client_of(os.environ, Clock())


def options(connections: int = 1) -> argparse.Namespace:
    return argparse.Namespace(clock=Clock(), endpoint=None, region=None, verbose=False, connections=connections)


@pytest.mark.parametrize("key", ["list.csv", "inventory/manifest.json"])
def test_leaves_a_list_where_it_lies_unless_a_file_is_asked_for(key: str) -> None:
    with lists.found(f"cos://{BUCKET}/{key}", options()) as place:
        assert place == Resource(BUCKET, key, None)


def test_takes_a_file_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("rows")
    with lists.found(str(tmp_path / "list.csv"), options(), as_file=True) as path:
        assert path == str(tmp_path / "list.csv")


def test_keeps_what_comes_through_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(b"rows",)).start()
    with lists.found(str(pipe), options()) as path:
        assert Path(str(path)).read_bytes() == b"rows"
    assert not os.path.exists(str(path))


def test_keeps_what_it_has_listed_while_the_same_is_listed_elsewhere(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    objects.write(client(), Resource(BUCKET, "photos/a.jpg", None), b"x")
    with lists.found(f"cos://{BUCKET}/photos/", options()) as one:
        with lists.found(f"cos://{BUCKET}/photos/", options()) as other:
            assert Path(str(other)).read_text() == f"{BUCKET},photos/a.jpg\n"
        assert Path(str(one)).read_text() == f"{BUCKET},photos/a.jpg\n"
    assert os.listdir(tmp_path / "cosbatch") == []


def test_keeps_no_more_of_a_pipe_than_check_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "ENDLESS", 3_000)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(b"row\n" * 1_000,)).start()
    words = "pipe is longer than 3,000 bytes, and nobody knows its end: write it to a file first"
    with pytest.raises(WrongUsage, match=words), lists.found(str(pipe), options()):
        pass


def test_takes_a_file_that_is_longer_than_what_it_keeps_of_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "ENDLESS", 3)
    (tmp_path / "list.csv").write_text("rows")
    with lists.found(str(tmp_path / "list.csv"), options()) as path:
        assert path == str(tmp_path / "list.csv")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no disk that is always full")
def test_says_where_what_comes_through_a_pipe_finds_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, temporary = tmp_path / "pipe", tmp_path / "cosbatch-kept"
    os.mkfifo(pipe)
    temporary.mkdir()
    (temporary / "list.csv").symlink_to("/dev/full")
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *arguments, **named: str(temporary))
    threading.Thread(target=pipe.write_bytes, args=(b"rows",)).start()
    with pytest.raises(OSError, match="No space left") as caught, lists.found(str(pipe), options()):
        pass
    assert caught.value.filename == tempfile.gettempdir()


def test_lists_a_prefix_over_several_connections(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for key in ("a/1", "a/2", "b"):
        objects.write(client(), Resource(BUCKET, key, None), b"x")
    with lists.found(f"cos://{BUCKET}/a/", options(3)) as path:
        assert Path(str(path)).read_text() == f"{BUCKET},a/1\n{BUCKET},a/2\n"


def test_lists_a_whole_bucket_and_only_what_is_of_a_class(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for key, storage_class in (("a", None), ("b", "ARCHIVE"), ("c", "DEEP_ARCHIVE")):
        objects.write(client(), Resource(BUCKET, key, None), b"x", storage_class)
    with lists.found(f"cos://{BUCKET}", options(), ("ARCHIVE", "DEEP_ARCHIVE")) as path:
        assert Path(str(path)).read_text() == f"{BUCKET},b\n{BUCKET},c\n"


@pytest.mark.parametrize("home", ["file", "taken"])
def test_says_where_a_listing_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    (tmp_path / "taken").mkdir()
    for name in ("file", "taken/cosbatch"):
        (tmp_path / name).write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / home))
    with (
        pytest.raises(WrongUsage, match=f"{home}/cosbatch, for listings under way, cannot be written; XDG_CACHE_HOME"),
        lists.found(f"cos://{BUCKET}", options()),
    ):
        pass
