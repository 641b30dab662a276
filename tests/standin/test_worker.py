"""The thread of a worker: when it goes on, what it survives, and that it ends."""

from __future__ import annotations

import threading

import pytest

from cosbatch.standin import worker
from cosbatch.standin.store.failures import FULL, StoreFailure
from cosbatch.standin.worker import Worker
from tests.standin.client import until

Answer = float | None | Exception


class Counting(Worker):
    """Answers each step as told, then waits to be woken."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__("counting")
        self.answers = list(answers)
        self.steps = 0

    def step(self) -> float | None:
        self.steps += 1
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_goes_on_after_the_pause_or_when_it_is_woken() -> None:
    counting = Counting(0.0, 0.01, None)
    counting.start()
    until(lambda: counting.steps == 3)
    counting.wake()
    until(lambda: counting.steps == 4)
    counting.stop()
    assert counting.steps == 4


def test_says_once_that_the_machine_fails_and_shows_every_other_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "SECONDS_AFTER_A_FAULT", 0.001)
    counting = Counting(StoreFailure(FULL), StoreFailure(FULL), ValueError("planted"), 0.0)
    counting.start()
    until(lambda: counting.steps == 5)
    counting.stop()
    told = capsys.readouterr().err
    assert told.count("the disk is full") == 1
    assert told.count("ValueError: planted") == 1


def test_can_be_stopped_before_it_was_started() -> None:
    Counting().stop()


def test_stops_when_told_so_between_looking_up_and_waiting() -> None:
    counting = Counting()

    class ToldRightAfterwards(threading.Event):
        """The first look still says no."""

        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            if self.looks > 1:
                return super().is_set()
            self.set()
            counting.wake()
            return False

    counting._stopping = ToldRightAfterwards()
    counting.start()
    counting._thread.join(10)
    assert not counting._thread.is_alive()
