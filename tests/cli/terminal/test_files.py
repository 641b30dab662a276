"""What commands read and write."""

from __future__ import annotations

import argparse
import errno
import io
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cosbatch.cli.terminal import files
from cosbatch.model.errors import InvalidEvent

ROOT = Path(__file__).parents[3]


def test_reads_json_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "call.json").write_bytes(b'\xef\xbb\xbf{"Profile": "restore"}')
    assert files.read_object(str(tmp_path / "call.json")) == {"Profile": "restore"}


def test_reads_stdin_for_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[1]")))
    assert files.read_json("-") == [1]


def test_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(files.WrongUsage, match=r"nowhere\.json cannot be read: No such file"):
        files.read_json(str(tmp_path / "nowhere.json"))


def test_says_how_an_object_is_named_where_another_service_s_name_is_no_file() -> None:
    with pytest.raises(files.WrongUsage, match="what lies in a bucket is named so: cos://bucket-appid/key"):
        files.read_bytes("s3://photos/list.csv")
    with pytest.raises(files.WrongUsage, match="what lies in a bucket is named so: cos://bucket-appid/key"):
        files.read_bytes("cos:/photos/list.csv")


@pytest.mark.parametrize(
    "text",
    [
        "cos:/lists-1250000000/a/1.csv",
        "cos:lists-1250000000/a/1.csv",
        "cos//lists-1250000000/a/1.csv",
        "cos:///lists-1250000000/a/1.csv",
        "COS://lists-1250000000/a/1.csv",
        "https://lists-1250000000.cos.ap-chengdu.myqcloud.com/a/1.csv",
    ],
)
def test_says_which_object_was_probably_meant_by_the_name_of_no_file(text: str) -> None:
    with pytest.raises(files.WrongUsage) as refused:
        files.read_bytes(text)
    assert str(refused.value) == f"{text} is no file; did you mean cos://lists-1250000000/a/1.csv?"


def test_reads_a_file_whatever_its_name_may_be_taken_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cos:" / "lists-1250000000").mkdir(parents=True)
    (tmp_path / "cos:" / "lists-1250000000" / "1.csv").write_bytes(b"a")
    assert files.read_bytes("cos:/lists-1250000000/1.csv") == b"a"


def test_makes_a_folder_unless_a_file_is_there_or_nobody_may(tmp_path: Path) -> None:
    files.make_folder(str(tmp_path / "a" / "b"))
    files.make_folder(str(tmp_path / "a"))
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(files.WrongUsage, match="is a file, and not the folder"):
        files.make_folder(str(tmp_path / "file"))
    with pytest.raises(files.WrongUsage, match="cannot be written: Not a directory"):
        files.make_folder(str(tmp_path / "file" / "b"))


def test_tells_the_file_that_stdin_comes_from_and_lets_devices_be_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.csv").write_text("b-1,a\n")
    with open(tmp_path / "list.csv", encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(files.WrongUsage, match="is what is read here"):
            files.check_apart(str(tmp_path / "list.csv"), files.STDIN)
    files.check_apart(os.devnull, os.devnull)


def test_takes_no_folder_for_a_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is a folder; name a file in it"):
        files.output_path(str(tmp_path))


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


def test_reads_no_json_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/zero") as endless:
        monkeypatch.setattr(sys, "stdin", endless)
        with pytest.raises(InvalidEvent, match=r"^- is longer than 8 MiB"):
            files.read_json("-")


def test_reads_a_device_by_name_only_where_stdin_is_one() -> None:
    read = "import sys; from cosbatch.cli.terminal import files; print(files.read_bytes(sys.argv[1], 3))"
    with open("/dev/zero", "rb") as stdin:
        process = [sys.executable, "-c", read, "/dev/stdin"]
        assert subprocess.check_output(process, cwd=ROOT, stdin=stdin, timeout=60) == b"b'\\x00\\x00\\x00'\n"
    with pytest.raises(files.WrongUsage, match="/dev/zero is a device; name a file, or - for stdin"):
        files.read_bytes("/dev/zero", 3)


def test_puts_a_file_in_place_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old")
    with files.writing(str(path)) as file:
        file.write(b"new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["list.csv"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0o044


def test_leaves_the_old_file_and_nothing_else_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), files.writing(str(path)):
        raise ZeroDivisionError
    assert (os.listdir(tmp_path), path.read_text()) == (["list.csv"], "old")


def test_says_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(files.WrongUsage, match="cannot be written"), files.writing(str(tmp_path / "no" / "list.csv")):
        pass


def test_takes_no_name_for_the_name_of_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(files.WrongUsage, match="'' cannot be written: No such file"), files.writing(""):
        pytest.fail("there is nothing to write to")


def test_says_so_where_a_folder_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "list.csv").mkdir()
    with pytest.raises(files.WrongUsage, match="directory"), files.writing(str(tmp_path / "list.csv")):
        pass
    assert os.listdir(tmp_path) == ["list.csv"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_leaves_the_mode_of_a_file_as_it_is(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "list.csv"
    path.touch(mode)
    path.chmod(mode)
    with files.writing(str(path)) as file:
        file.write(b"new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_leaves_the_owner_of_a_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.touch()
    os.chown(path, 12345, 54321)
    with files.writing(str(path)) as file:
        file.write(b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


@pytest.mark.parametrize("content", ["old", None])
def test_follows_links_also_to_what_is_not_there_yet(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "target.csv", tmp_path / "link.csv"
    if content is not None:
        target.write_text(content)
    link.symlink_to("elsewhere/target.csv")
    with files.writing(str(link)) as file:
        file.write(b"new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "link.csv"]
    assert os.listdir(target.parent) == ["target.csv"]


def test_says_so_where_links_lead_round(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(files.WrongUsage, match="cannot be written"), files.writing(str(tmp_path / "a")):
        pass


def test_writes_to_a_device_and_leaves_it_one() -> None:
    before = os.stat(os.devnull)
    with files.writing(os.devnull) as file:
        file.write(b"rows")
    after = os.stat(os.devnull)
    assert (stat.S_ISCHR(after.st_mode), after.st_ino, after.st_mode) == (True, before.st_ino, before.st_mode)


def test_writes_to_whoever_reads_a_fifo_and_leaves_it_one(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with files.writing(str(fifo)) as file:
            file.write(b"rows")
        assert os.read(reader, 100) == b"rows"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_says_so_where_nobody_can_write_as_it_is(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        with pytest.raises(files.WrongUsage, match="cannot be written"), files.writing(str(tmp_path / "socket")):
            pass


STREAMS = """
import sys
from cosbatch.cli.terminal import files
with files.writing(sys.argv[1]) as file:
    file.write(b"rows\\n")
print(files.output_path("/dev/stdout"), files.output_path("-"), files.output_path("other"), file=sys.stderr)
"""


def test_writes_behind_what_is_in_the_file_that_stderr_goes_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as stderr:
        process = [sys.executable, "-c", STREAMS, "/dev/stderr"]
        subprocess.run(process, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr, timeout=60, check=True)
    assert log.read_text() == "before\nrows\nNone None other\n"


def test_names_the_file_that_a_full_disk_does_not_take() -> None:
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"), files.writing("/dev/full") as file:
        file.write(b"rows")


def test_leaves_the_file_that_an_error_names() -> None:
    with pytest.raises(OSError, match=r"no: 'x\.csv'"), files.naming("stdout"):
        raise OSError(errno.EACCES, "no", "x.csv")
