"""An event with several records is delivered until nothing is left that another delivery can fix."""

from __future__ import annotations

import json
from random import Random

import pytest
from requests import PreparedRequest

import handler
from cosbatch.model.errors import RetryableInvocationError
from cosbatch.model.messages import Response
from tests.simulation.client import Answer, Delivery, Instance
from tests.simulation.service import Habits, Service, elements_of
from tests.simulation.stage import Stage
from tests.simulation.works import ENVIRON, answers_of, record_for, runtime_of

RECORDS = [record_for(f"{number:06}") for number in range(1, 11)]
FOURTH, SEVENTH = RECORDS[3].arn, RECORDS[6].arn


class Ailing(Service):
    """A service that refuses one job for good, and cannot create another for so many tries."""

    failing = 12

    def answer(self, request: PreparedRequest) -> Response:
        if self.failing and isinstance(request.body, bytes) and elements_of(request.body)["ObjectArn"] == SEVENTH:
            self.failing -= 1
            return self.failure(500, "ServiceUnavailable", "Cannot create a job.")
        return super().answer(request)


class Function:
    """The handler on the stage; each `deliver` is one delivery of the event with the ten records."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, deadly: float = 0.0) -> None:
        self.stage = Stage()
        self.service = Ailing(self.stage, Random(1), Habits())
        self.service.wrong[FOURTH] = (400, "MalformedXML", "The Operation is malformed.")
        self.deliveries = 0
        self.done = False
        self._deadly = deadly
        self._instance = Instance(self.stage, self.service, Random(1), skew=0.0)
        monkeypatch.setattr(handler, "_RUNTIME", runtime_of(self._instance, ENVIRON))

    def deliver(self) -> list[Answer]:
        """The answers; none where the instance is killed. `done` says whether the platform has to deliver again."""
        self.deliveries += 1
        delivery = Delivery(f"delivery {self.deliveries}", RECORDS, limit=60.0, timeout=10.0, deadly=self._deadly)
        self._instance.take(delivery, self._handle, lambda: None)
        self.stage.run()
        assert not delivery.error
        return delivery.answers

    def _handle(self, instance: Instance, delivery: Delivery) -> list[Answer]:
        event = {"Records": [wish.content for wish in delivery.wishes]}
        try:
            reply = handler.main_handler(event, {"time_limit_in_ms": 60_000})
        except RetryableInvocationError as error:
            return answers_of(json.loads(str(error)))
        self.done = True
        return answers_of(reply)


def test_ten_records_end_with_nine_jobs_and_one_reported_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    function = Function(monkeypatch)
    first = function.deliver()
    assert [answer.outcome for answer in first] == [
        *["created"] * 3,
        "failed",
        *["created"] * 2,
        "failed",
        *["created"] * 3,
    ]
    assert (first[3].retryable, first[6].retryable, function.done) == (False, True, False)
    while not function.done:
        last = function.deliver()
    assert function.deliveries == 3
    assert (last[3].code, last[3].retryable) == ("MalformedXML", False)
    assert [answer.outcome for answer in last] == [
        *["recovered"] * 3,
        "failed",
        *["recovered"] * 2,
        "created",
        *["recovered"] * 3,
    ]
    assert [job.arn for job in function.service.jobs] == [
        record.arn for record in [*RECORDS[:3], *RECORDS[4:6], *RECORDS[7:], RECORDS[6]]
    ]


def test_the_same_ten_records_survive_that_their_instance_is_killed_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function = Function(monkeypatch, deadly=0.05)
    killed = 0
    while not function.done:
        last = function.deliver()
        killed += not last
    assert killed > 1
    assert sorted(job.arn for job in function.service.jobs) == sorted(
        record.arn for record in RECORDS if record.arn != FOURTH
    )
    assert {answer.job_id for answer in last} == {"", *(job.job_id for job in function.service.jobs)}
