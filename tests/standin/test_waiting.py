"""Waiting until nothing is under way any more: no job that moves, and no event on its way to the function."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cosbatch.standin import Standin, running
from cosbatch.standin.assembly import LONGEST
from cosbatch.standin.store.database import Database
from cosbatch.standin.store.failures import StoreFailure
from tests.standin.client import client_of
from tests.standin.function.recorder import BUCKET, function_in, keys
from tests.standin.rehearsal import Rehearsal

CONFIRM = "<ConfirmationRequired>true</ConfirmationRequired>"
INTO_WATCHED = (
    f"<Report><Bucket>qcs::cos:ap-chengdu::{BUCKET}</Bucket><Enabled>true</Enabled>"
    "<Format>Report_CSV_V1</Format><Prefix>in</Prefix><ReportScope>AllTasks</ReportScope></Report>"
)


def test_waits_for_each_job_to_end_or_to_want_its_confirmation(standin: Standin, rehearsal: Rehearsal) -> None:
    rehearsal.archive("a")
    listed = rehearsal.keys("a")
    to_confirm = rehearsal.create(Manifest=listed, ConfirmationRequired=CONFIRM)
    rehearsal.create(Manifest=listed)
    standin.wait()
    assert [job["Status"] for job in standin.jobs()] == ["Suspended", "Complete"]
    rehearsal.set_status(to_confirm, "Ready")
    standin.wait()
    assert [job["Status"] for job in standin.jobs()] == ["Complete", "Complete"]


def test_waits_for_the_events_of_what_a_job_writes(tmp_path: Path) -> None:
    with running(tmp_path / "data", function=function_in(tmp_path)) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.archive("a")
        rehearsal.create(Manifest=rehearsal.keys("a"), Report=INTO_WATCHED)
        standin.wait()
        assert {event["State"] for event in standin.events()} == {"Delivered"}
    assert keys(tmp_path)[-1].endswith("/manifest.json")


def test_goes_on_at_the_last_write(standin: Standin, rehearsal: Rehearsal) -> None:
    waiting = threading.Thread(target=standin.wait, args=(LONGEST,), daemon=True)
    with standin.runner.at_rest():
        rehearsal.create(Manifest=rehearsal.keys("a"))
        waiting.start()
    waiting.join(30)
    assert not waiting.is_alive()


def test_names_what_is_left_when_the_time_is_over(tmp_path: Path) -> None:
    with running(tmp_path / "data", function=function_in(tmp_path)) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        standin.order({"action": "Event", "fault": "EventLate", "times": 11})
        for letter in "abcdefghijk":
            rehearsal.put(f"in/{letter}", bucket=BUCKET)
        with standin.runner.at_rest(), pytest.raises(TimeoutError) as caught:
            job_id = rehearsal.create(Manifest=rehearsal.keys("a"))
            standin.wait(0.01)
    named = str(caught.value)
    assert named.startswith(f"Still under way after 0.01 seconds: job {job_id} (New), event of {BUCKET}/in/")
    assert named.count(f"event of {BUCKET}/in/") == 9
    assert named.endswith("(Waiting) and 2 more; jobs() and events() tell more.")


@pytest.mark.parametrize("timeout", [float("nan"), float("inf"), 1e10, -1, "5", None])
def test_refuses_seconds_that_cannot_be_waited_for(standin: Standin, timeout: Any) -> None:
    with pytest.raises(ValueError, match="timeout must be a number of seconds from 0 to 1000000000; it is "):
        standin.wait(timeout)


def test_ends_when_the_stand_in_is_stopped(tmp_path: Path) -> None:
    database, has_looked = Database(tmp_path), threading.Event()

    def find(connection: sqlite3.Connection) -> list[str]:
        has_looked.set()
        return ["job 1 (New)"]

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(database.left_after, 20, find)
        assert has_looked.wait(20)
        database.close()
        with pytest.raises(StoreFailure, match="it has been stopped"):
            waiting.result(10)


@pytest.mark.parametrize("ask", [Standin.wait, Standin.jobs, Standin.events])
def test_says_that_it_is_stopped(ask: Callable[[Standin], object], tmp_path: Path) -> None:
    with running(tmp_path) as standin:
        pass
    with pytest.raises(StoreFailure, match="it has been stopped"):
        ask(standin)


def test_waits_for_nothing_that_nobody_moves(tmp_path: Path) -> None:
    with running(tmp_path / "data", function=function_in(tmp_path)) as standin, client_of(standin) as client:
        standin.order({"action": "Event", "fault": "EventLate"})
        Rehearsal(client).put("in/a", bucket=BUCKET)
    with running(tmp_path / "data", runs_jobs=False) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.create(Manifest=rehearsal.keys("a"))
        standin.wait(0)
        assert [job["Status"] for job in standin.jobs()] == ["New"]
        assert [event["State"] for event in standin.events()] == ["Waiting"]
