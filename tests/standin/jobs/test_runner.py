"""The runner itself: a fault in one job does not stop the others, and clients may come in between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cosbatch.standin import Standin, running, worker
from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs import runner as runner_module
from cosbatch.standin.jobs.job_rows import Job, job_in_state
from cosbatch.standin.jobs.preparing import Preparation
from cosbatch.standin.jobs.runner import Runner
from cosbatch.standin.jobs.tasks import Run, groups
from tests.standin.client import client_of, until
from tests.standin.clock import running_by_clock
from tests.standin.documents import TAGGING, operation
from tests.standin.rehearsal import Rehearsal

TAG = operation(TAGGING)


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[tuple[Standin, Rehearsal]]:
    with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.put("a")
        yield standin, rehearsal


def job_in(standin: Standin, state: str) -> Job:
    with standin.service.database.reading() as connection:
        job = job_in_state(connection, 1, state)
    assert job is not None
    return job


def ticks(standin: Standin, rehearsal: Rehearsal, job_id: str, state: str) -> None:
    until(lambda: standin.runner.tick() and rehearsal.status(job_id) == state)


def broken(*_: object) -> None:
    raise RuntimeError("planted fault")


def test_lets_a_job_fail_that_it_cannot_run_and_goes_on_with_others(
    by_hand: tuple[Standin, Rehearsal], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG)
    ticks(standin, rehearsal, job_id, "Active")
    monkeypatch.setattr(Run, "step", broken)
    ticks(standin, rehearsal, job_id, "Failed")
    monkeypatch.undo()
    described = rehearsal.describe(job_id)
    assert described.text("Job/FailureReasons/JobFailure/FailureCode") == "InternalError"
    assert "planted fault" in capsys.readouterr().err
    other = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG)
    ticks(standin, rehearsal, other, "Complete")


@pytest.mark.parametrize(("ending", "rest"), [("Cancelled", "Cancelled"), ("Ready", "Failed")])
def test_comes_to_rest_without_a_report_that_cannot_be_written(
    by_hand: tuple[Standin, Rehearsal],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ending: str,
    rest: str,
) -> None:
    standin, rehearsal = by_hand
    confirm = "<ConfirmationRequired>true</ConfirmationRequired>"
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=confirm)
    ticks(standin, rehearsal, job_id, "Suspended")
    monkeypatch.setattr(runner_module, "end_job", broken)
    rehearsal.set_status(job_id, ending)
    ticks(standin, rehearsal, job_id, rest)
    assert "planted fault" in capsys.readouterr().err
    assert not standin.runner.tick()


def test_goes_on_after_a_fault_outside_of_any_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = [broken]
    tick = Runner.tick

    def tick_later(self: Runner) -> bool:
        if faults:
            faults.pop()()
        return tick(self)

    monkeypatch.setattr(Runner, "tick", tick_later)
    monkeypatch.setattr(worker, "SECONDS_AFTER_A_FAULT", 0.01)
    with running(tmp_path) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.put("a")
        described = rehearsal.run(Manifest=rehearsal.keys("a"), Operation=TAG)
        assert described.text("Job/Status") == "Complete"
    assert "planted fault" in capsys.readouterr().err


class Interrupted(Run):
    """A run into whose step a client comes with a cancellation."""

    rehearsal: Rehearsal
    job_id: str

    def step(self) -> None:
        self.rehearsal.set_status(self.job_id, "Cancelled")
        super().step()


def test_executes_nothing_of_a_job_that_was_cancelled_in_the_same_moment(
    by_hand: tuple[Standin, Rehearsal], monkeypatch: pytest.MonkeyPatch
) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG)
    ticks(standin, rehearsal, job_id, "Active")
    Interrupted.rehearsal, Interrupted.job_id = rehearsal, job_id
    monkeypatch.setattr(runner_module, "Run", Interrupted)
    ticks(standin, rehearsal, job_id, "Cancelled")
    assert rehearsal.counts(rehearsal.describe(job_id)) == ("Cancelled", 1, 0, 0)


class InterruptedPreparation(Preparation):
    """A preparation into whose last step a client comes with a cancellation."""

    rehearsal: Rehearsal
    job_id: str
    steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == 2:
            self.rehearsal.set_status(self.job_id, "Cancelled")
        super().step()


def test_leaves_a_job_cancelled_that_was_being_prepared(
    by_hand: tuple[Standin, Rehearsal], monkeypatch: pytest.MonkeyPatch
) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG)
    InterruptedPreparation.rehearsal, InterruptedPreparation.job_id = rehearsal, job_id
    monkeypatch.setattr(runner_module, "Preparation", InterruptedPreparation)
    ticks(standin, rehearsal, job_id, "Cancelled")


@pytest.mark.parametrize("state", ["New", "Preparing", "Ready", "Active"])
def test_passes_over_a_job_that_a_client_has_just_changed(
    by_hand: tuple[Standin, Rehearsal], monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG)
    if state != "New":
        ticks(standin, rehearsal, job_id, state)
    stale = [(job_in(standin, state).number, state, 10)]
    rehearsal.set_status(job_id, "Cancelled")
    with monkeypatch.context() as patch:
        patch.setattr(runner_module, "unfinished", lambda _: stale)
        assert standin.runner.tick()
        patch.setattr(Run, "step", broken)
        patch.setattr(Preparation, "step", broken)
        assert standin.runner.tick()
    ticks(standin, rehearsal, job_id, "Cancelled")


def test_gives_up_nothing_that_a_client_has_changed(
    by_hand: tuple[Standin, Rehearsal], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG)
    ticks(standin, rehearsal, job_id, "Active")

    def cancelled(service: Service, job: Job) -> None:
        rehearsal.set_status(job_id, "Cancelled")
        raise RuntimeError("planted fault")

    monkeypatch.setattr(runner_module, "Run", cancelled)
    standin.runner.tick()
    assert rehearsal.status(job_id) == "Cancelling"
    assert "planted fault" in capsys.readouterr().err


def test_stops_between_two_jobs(tmp_path: Path) -> None:
    """The clock is asked in the middle of each step."""
    stops = False

    def now() -> float:
        if stops:
            standin.runner.stop()
        return time.time()

    with running_by_clock(tmp_path, now, runs_jobs=False) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        ids = [rehearsal.create() for _ in range(2)]
        stops = True
        standin.runner.tick()
        stops = False
        assert [rehearsal.status(job_id) for job_id in ids] == ["Preparing", "New"]


def test_takes_an_object_only_once_into_a_group() -> None:
    rows = [("b", "1", ""), ("b", "2", ""), ("b", "1", "v"), ("c", "1", ""), ("b", "3", "")]
    assert [len(group) for group in groups(rows, 10)] == [2, 3]
    assert [len(group) for group in groups(rows, 2)] == [2, 2, 1]
