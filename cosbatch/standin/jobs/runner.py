"""The thread that moves jobs through their lives: by priority, a small step of each at a time."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs.job_rows import fail, job_in_state, rest, set_state, unfinished, unfinished_ids
from cosbatch.standin.jobs.manifests import BadManifest
from cosbatch.standin.jobs.preparing import Preparation
from cosbatch.standin.jobs.reports import ENDINGS, end_job, sweep
from cosbatch.standin.jobs.tasks import Run
from cosbatch.standin.store.failures import store_failure
from cosbatch.standin.worker import Worker

# Jobs in these states compete: only those with the highest priority among them are worked on.
COMPETING = ("Ready", "Active", "Pausing", "Paused")


class Turn(NamedTuple):
    """A job's turn. `is_first`: no job that competes has a higher priority."""

    number: int
    state: str
    is_first: bool


class Stage(Protocol):
    """What is kept in memory of a job that is being prepared or run."""

    def step(self) -> None:
        """Do a little."""
        ...

    def close(self) -> None:
        """Leave the job for later."""
        ...


class Runner(Worker):
    """Runs the jobs of one stand-in."""

    def __init__(self, service: Service) -> None:
        super().__init__("standin-runner")
        self._service = service
        # By the job's number, with the state that the stage is of.
        self._stages: dict[int, tuple[str, Stage]] = {}
        self._turning = threading.Lock()

    def start(self) -> None:
        """Begin to run jobs; what a kill has left of the reports of others is removed."""
        with self._service.database.reading() as connection:
            sweep(self._service.reports, unfinished_ids(connection))
        super().start()

    def stop(self) -> None:
        """End the thread, once the step that is under way is done."""
        super().stop()
        for _, stage in self._stages.values():
            stage.close()

    def step(self) -> float | None:
        """Go on at once as long as a job moves."""
        return 0.0 if self.tick() else None

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """No job takes a step in a `with` block, and nothing of one is kept in memory."""
        with self._turning:
            for number in list(self._stages):
                self._drop(number)
            yield

    def tick(self) -> bool:
        """Take one step with every job that can take one; whether any could."""
        with self._turning:
            return self._tick()

    def _tick(self) -> bool:
        with self._service.database.reading() as connection:
            jobs = unfinished(connection)
        top = max((priority for _, state, priority in jobs if state in COMPETING), default=0)
        moved = False
        for number, state, priority in jobs:
            if self._stopping.is_set():
                break
            moved = self._take(Turn(number, state, priority >= top)) or moved
        return moved

    def _take(self, turn: Turn) -> bool:
        try:
            return self._step(turn)
        except BadManifest as bad:
            self._give_up(turn, bad.code, bad.reason)
        except Exception as error:  # noqa: BLE001 - one job that the stand-in cannot run must not stop the others
            self._drop(turn.number)  # what is in memory may be ahead of what was kept
            if failure := store_failure(error):
                raise failure from None
            traceback.print_exc()
            self._give_up(turn, "InternalError", "The stand-in could not go on with this job")
        return True

    def _step(self, turn: Turn) -> bool:
        """Only a client can end Suspended; between two steps no task is under way that Pausing would wait for."""
        match turn.state:
            case "New":
                return self._move(turn, "Preparing")
            case "Preparing":
                return self._advance(turn)
            case "Suspended":
                return False
            case "Ready" | "Paused":
                return turn.is_first and self._move(turn, "Active")
            case "Active":
                return self._advance(turn) if turn.is_first else self._move(turn, "Pausing")
            case "Pausing":
                return self._move(turn, "Paused")
            case _:
                return self._end(turn)

    def _give_up(self, turn: Turn, code: str, reason: str) -> None:
        """Let a job fail; one that cannot even fail in order rests without its report."""
        self._drop(turn.number)
        now = self._service.clock.now()
        with self._service.database.writing() as transaction:
            job = job_in_state(transaction.connection, turn.number, turn.state)
            if job and turn.state in ("Failing", "Cancelling"):
                rest(transaction, job, ENDINGS[turn.state], now)
            elif job:
                fail(transaction, job, code, reason, now)

    def _move(self, turn: Turn, state: str) -> bool:
        with self._service.database.writing() as transaction:
            job = job_in_state(transaction.connection, turn.number, turn.state)
            if job:
                set_state(transaction, job, state, self._service.clock.now())
        return True

    def _advance(self, turn: Turn) -> bool:
        """Preparing and Active: go on with the stage, or begin it."""
        state, stage = self._stages.get(turn.number, ("", None))
        if stage is None or state != turn.state:
            with self._service.database.reading() as connection:
                job = job_in_state(connection, turn.number, turn.state)
            if job is None:
                return True
            self._drop(turn.number)
            stage = Preparation(self._service, job) if turn.state == "Preparing" else Run(self._service, job)
            self._stages[turn.number] = turn.state, stage
        stage.step()
        return True

    def _end(self, turn: Turn) -> bool:
        """Completing, Failing and Cancelling: deliver the report and rest."""
        self._drop(turn.number)
        end_job(self._service, turn.number, turn.state)
        return True

    def _drop(self, number: int) -> None:
        _, stage = self._stages.pop(number, ("", None))
        if stage:
            stage.close()
