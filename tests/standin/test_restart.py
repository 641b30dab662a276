"""Killed at any moment and started again over the same folder: nothing lost, nothing half, nothing twice."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cosbatch.standin import running
from cosbatch.standin.store.database import Database, UnusableData
from tests.standin.client import Client, client_of, until
from tests.standin.documents import SOURCE, TAGGING, document, operation
from tests.standin.rehearsal import Rehearsal

ROOT = Path(__file__).parents[2]
TAG = operation(TAGGING)


@contextmanager
def process(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command line in a process of its own, and kill it at the end without a warning."""
    command = [sys.executable, "-m", "cosbatch.standin", "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child, json.loads(child.stdout.readline())["endpoint"]
        finally:
            child.kill()


@pytest.mark.slow
def test_goes_on_with_a_job_after_each_kill_and_reports_every_task_once(tmp_path: Path) -> None:
    names = [f"k{number}" for number in range(12_000)]
    job_id, kills = "", 0
    for share in (0, 3_000, 7_000, 12_000):
        with process(tmp_path) as (_, endpoint), Client(endpoint) as client:
            rehearsal = Rehearsal(client)
            if not job_id:
                rehearsal.put("there")
                rows = "".join(f"{SOURCE},there,{name}\n" for name in names)
                element = rehearsal.manifest(rows, "Bucket", "Key", "Ignore")
                job_id = rehearsal.create(Manifest=element, Operation=TAG)
            until(lambda: sum(rehearsal.counts(rehearsal.describe(job_id))[2:]) >= share)  # noqa: B023
            kills += rehearsal.status(job_id) != "Complete"
    assert kills >= 2
    with running(tmp_path) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        described = rehearsal.reaches(job_id, "Complete")
        assert rehearsal.counts(described) == ("Complete", 12_000, 12_000, 0)
        assert len(rehearsal.report(described)) == 12_000
        passed = [state["Status"] for state in standin.jobs()[0]["States"]]  # type: ignore[attr-defined]
    assert Counter(passed) == Counter(["New", "Preparing", "Ready", "Active", "Completing", "Complete"])


@pytest.mark.slow
def test_holds_every_upload_that_it_answered_and_none_in_part(tmp_path: Path) -> None:
    bodies = {f"{number}": os.urandom(1000) * (number % 50 + 1) for number in range(150)}
    answered: list[str] = []

    def upload(endpoint: str, keys: list[str]) -> None:
        with Client(endpoint) as client, suppress(OSError, http.client.HTTPException):
            for key in keys:
                status = client.cos("PUT", SOURCE, key, body=bodies[key]).status
                answered.extend([key] if status == 200 else [])

    with process(tmp_path) as (child, endpoint):
        halves = list(bodies)[::2], list(bodies)[1::2]
        threads = [threading.Thread(target=upload, args=(endpoint, half)) for half in halves]
        for thread in threads:
            thread.start()
        until(lambda: len(answered) > 40)
        child.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
    with running(tmp_path) as standin, client_of(standin) as client:
        found = {key: client.cos("GET", SOURCE, key) for key in bodies}
        assert all(found[key].status == 200 for key in answered)
        assert all(reply.body == bodies[key] for key, reply in found.items() if reply.status == 200)
        stored = sum(reply.status == 200 for reply in found.values())
    assert len(list((tmp_path / "contents").glob("*/*"))) == stored


def test_keeps_jobs_and_their_tokens(tmp_path: Path) -> None:
    same = document()
    with process(tmp_path) as (_, endpoint), Client(endpoint) as client:
        job_id = client.create(same).text("JobId")
    with running(tmp_path) as standin, client_of(standin) as client:
        assert client.batch("GET", f"/jobs/{job_id}").text("Job/JobId") == job_id
        assert client.create(same).code == "InvalidRequest"


def test_goes_on_with_jobs_in_every_state(tmp_path: Path) -> None:
    """A job by hand, taken up after each single step by another stand-in."""
    with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.put("a")
        job_id = rehearsal.create(Manifest=rehearsal.keys(["a"] * 2500), Operation=TAG)
    seen = ["New"]
    while seen[-1] != "Complete":
        with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
            standin.runner.tick()
            standin.runner.tick()
            seen.append(Rehearsal(client).status(job_id))
        assert len(seen) < 30
    assert sorted(set(seen), key=seen.index) == ["New", "Preparing", "Ready", "Active", "Complete"]
    with running(tmp_path) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        assert len(rehearsal.report(rehearsal.describe(job_id))) == 2500


def test_cuts_off_report_lines_of_a_batch_that_was_not_committed(tmp_path: Path) -> None:
    with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.put("a")
        job_id = rehearsal.create(Manifest=rehearsal.keys(["a"] * 1500), Operation=TAG)
        until(lambda: standin.runner.tick() and rehearsal.counts(rehearsal.describe(job_id))[2] == 1000)
    with (tmp_path / "reports" / f"{job_id}.succeeded.csv").open("a") as report:
        report.write("half a batch that no transaction knows of\n" * 3)
    with running(tmp_path) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        tasks = rehearsal.report(rehearsal.reaches(job_id, "Complete"))
    assert [(task.key, task.status) for task in tasks] == [("a", "succeeded")] * 1500
    assert list((tmp_path / "reports").iterdir()) == []


def test_sweeps_what_a_kill_at_the_very_end_of_a_job_has_left(tmp_path: Path) -> None:
    with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
        job_id = Rehearsal(client).create()
        left, kept = (tmp_path / "reports" / f"{name}.failed.csv" for name in ("ended", job_id))
        left.touch()
        kept.touch()
        standin.runner.start()
        assert not left.exists()


def test_sweeps_what_a_kill_in_the_middle_of_an_upload_has_left(tmp_path: Path) -> None:
    with running(tmp_path) as standin, client_of(standin) as client:
        client.cos("PUT", SOURCE, "whole", body=b"hello")
    (kept,) = (tmp_path / "contents").glob("??/*")
    left = kept.with_name("of-no-row")
    left.write_bytes(b"hel")
    with running(tmp_path) as standin, client_of(standin) as client:
        assert client.cos("GET", SOURCE, "whole").body == b"hello"
    assert (left.exists(), kept.exists()) == (False, True)


def test_refuses_a_folder_that_another_stand_in_uses(tmp_path: Path) -> None:
    with running(tmp_path), pytest.raises(UnusableData, match="is used by another stand-in"):
        Database(tmp_path)


def test_refuses_a_folder_of_another_version(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with database.writing() as transaction:
        transaction.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(UnusableData, match="is of version 99"):
        Database(tmp_path)


def test_undoes_a_write_that_fails(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with pytest.raises(RuntimeError), database.writing() as transaction:
        transaction.execute("INSERT INTO buckets (name, region, created) VALUES ('a-1', 'r', 0)")
        raise RuntimeError
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM buckets").fetchone()[0] == 0
    database.close()
