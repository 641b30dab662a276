"""A damaged database and a full disk: said in words, and nothing lost."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cosbatch.standin import Standin, running, worker
from cosbatch.standin.__main__ import main
from cosbatch.standin.store.failures import StoreFailure, failure_of
from tests.standin.client import Client, client_of, until
from tests.standin.documents import SOURCE, TAGGING, operation
from tests.standin.rehearsal import Rehearsal

ROOT = Path(__file__).parents[3]
TAG = operation(TAGGING)
ROOMY = 1_000_000


def overwritten(start: int, stop: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:start] + b"\xa5" * (stop - start) + content[stop:]


DAMAGES = {
    "its beginning": overwritten(0, 100),
    "its middle": overwritten(8192, 65536),
    "its end": lambda content: content[:-5000],
    "everything": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_says_that_the_database_is_damaged_and_removes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[bytes], bytes]
) -> None:
    with running(tmp_path) as standin, client_of(standin) as client:
        for number in range(200):
            client.cos("PUT", SOURCE, f"{number}", body=b"hello")
    database = tmp_path / "standin.sqlite3"
    whole = database.read_bytes()
    database.write_bytes(damage(whole))
    found = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main(["--data", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("The stand-in cannot start: ")
    assert "the database is damaged" in told
    assert "Traceback" not in told
    assert {path: path.read_bytes() for path in found} == found
    database.write_bytes(whole)
    with running(tmp_path) as standin, client_of(standin) as client:
        assert client.cos("GET", SOURCE, "7").body == b"hello"


def test_says_that_its_lock_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lock.sqlite3").write_bytes(b"no database" * 1000)
    assert main(["--data", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "lock.sqlite3: the database is damaged" in told
    assert "another stand-in" not in told


def limit_pages(standin: Standin, more: int) -> None:
    """Let the database grow by so many pages and no further, as on a disk that is nearly full."""
    with standin.service.database.writing() as transaction:
        (pages,) = transaction.execute("PRAGMA page_count").fetchone()
        transaction.execute(f"PRAGMA max_page_count = {pages + more}")


def test_says_that_the_disk_is_full_and_goes_on_when_it_has_room(standin: Standin, client: Client) -> None:
    client.cos("PUT", SOURCE, "before", body=b"hello")
    limit_pages(standin, 0)
    refused = [client.cos("PUT", SOURCE, f"{number:0800}", body=b"hello") for number in range(20)][-1]
    assert (refused.status, refused.code) == (500, "ServiceUnavailable")
    assert "the disk is full" in refused.text("Message")
    assert client.cos("GET", SOURCE, "before").body == b"hello"
    limit_pages(standin, ROOMY)
    assert client.cos("PUT", SOURCE, "after", body=b"hello").status == 200


def test_lets_its_jobs_wait_for_room_and_reports_each_task_once(
    standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "SECONDS_AFTER_A_FAULT", 0.01)
    rehearsal = Rehearsal(client)
    for number in range(300):
        rehearsal.put(f"{number}")
    long = "".join(f"<COSTag><Key>{name}</Key><Value>{'v' * 250}</Value></COSTag>" for name in range(10))
    tag = operation(f"<COSPutObjectTagging><TagSet>{long}</TagSet></COSPutObjectTagging>")
    confirm = "<ConfirmationRequired>true</ConfirmationRequired>"
    element = rehearsal.keys(f"{number}" for number in range(300))
    job_id = rehearsal.create(Manifest=element, Operation=tag, ConfirmationRequired=confirm)
    rehearsal.reaches(job_id, "Suspended")
    limit_pages(standin, 20)
    rehearsal.set_status(job_id, "Ready")
    told: list[str] = []

    def is_told() -> bool:
        told.append(capsys.readouterr().err)
        return "the disk is full" in "".join(told)

    until(is_told)
    time.sleep(0.1)
    assert rehearsal.status(job_id) == "Active"
    limit_pages(standin, ROOMY)
    described = rehearsal.reaches(job_id, "Complete")
    assert rehearsal.counts(described) == ("Complete", 300, 300, 0)
    assert len(rehearsal.report(described)) == 300
    told.append(capsys.readouterr().err)
    assert "".join(told).count("\n") == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk is full"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (OSError(errno.ENFILE, "Too many open files in system"), "ulimit -n"),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
        (sqlite3.OperationalError("disk I/O error"), "it may be full"),
        (sqlite3.DatabaseError("database disk image is malformed"), "is damaged"),
        (sqlite3.OperationalError("no such table: x"), ""),
        (OSError(errno.ENOENT, "No such file"), ""),
        (RuntimeError("the disk is full"), ""),
    ],
)
def test_tells_what_the_machine_lacks_from_faults_of_the_program(error: Exception, words: str) -> None:
    assert words in failure_of(error)
    assert bool(words) is bool(failure_of(error))


def test_keeps_nothing_of_an_upload_for_which_there_is_no_room(standin: Standin, tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"hello"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreFailure, match="the disk is full"):
        standin.service.database.contents.receive(chunks())
    assert list((tmp_path / "data" / "contents").glob("*/*")) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MiB."""
    path = tmp_path / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(path)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no right to mount a small file system on this machine; the other tests here always run")
    yield path
    subprocess.run(["umount", str(path)], check=True)


@pytest.mark.slow
def test_survives_a_real_disk_that_is_full(small_disk: Path) -> None:
    data, filling = small_disk / "data", small_disk / "filling"
    command = [sys.executable, "-m", "cosbatch.standin", "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        with Client(json.loads(child.stdout.readline())["endpoint"]) as client:
            rehearsal = Rehearsal(client)
            rehearsal.put("a")
            element = rehearsal.keys(["a"] * 100)
            fill(filling)
            large = client.cos("PUT", SOURCE, "large", body=os.urandom(100_000))
            assert (large.status, "the disk is full" in large.text("Message")) == (500, True)
            assert client.cos("GET", SOURCE, "a").status == 200
            filling.unlink()
            assert client.cos("PUT", SOURCE, "large", body=os.urandom(100_000)).status == 200
            assert rehearsal.counts(rehearsal.run(Manifest=element, Operation=TAG)) == ("Complete", 100, 100, 0)
        child.terminate()
        assert "Traceback" not in child.stderr.read()
    fill(filling)
    second = subprocess.run(
        [*command[:-1], str(small_disk / "new")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 1
    assert "another stand-in" not in second.stderr
    assert "Traceback" not in second.stderr
    assert "full" in second.stderr or "No space left" in second.stderr


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC
