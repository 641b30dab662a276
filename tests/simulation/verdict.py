"""What has to hold after each scenario, whatever happened in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.simulation.client import Answer, Delivery, Sent, Wish
from tests.simulation.scenario import Scenario
from tests.simulation.service import Job

MOST_TRIES = 5
_ROUNDING = 1e-6


def faults_of(scenario: Scenario) -> list[str]:
    """Everything that does not hold."""
    found = [*_doubled(scenario), *_other_bytes(scenario)]
    for delivery in scenario.deliveries:
        found += [f"{delivery.name}: {fault}" for fault in _of_answers(scenario, delivery)]
    return [*found, *of_deliveries(scenario)]


def of_deliveries(scenario: Scenario) -> Iterator[str]:
    """What has to hold of each delivery, whatever was asked for."""
    for delivery in scenario.deliveries:
        for fault in _of_delivery(delivery):
            yield f"{delivery.name}: {fault}"


def _doubled(scenario: Scenario) -> Iterator[str]:
    for arn in {wish.arn for wish in scenario.wishes}:
        jobs = scenario.service.jobs_of(arn)
        if len(jobs) > 1:
            yield f"{len(jobs)} jobs for {arn}"


def _other_bytes(scenario: Scenario) -> Iterator[str]:
    """Every try, of whichever delivery, sends the same bytes."""
    for arn in {wish.arn for wish in scenario.wishes}:
        wished = {wish.body for wish in scenario.wishes if wish.arn == arn}
        sent = {sent.body for delivery in scenario.deliveries for sent in delivery.sent if sent.arn == arn}
        if (None in wished and len(sent) > 1) or (None not in wished and not sent <= wished):
            yield f"not the same bytes each time for {arn}"


def _of_delivery(delivery: Delivery) -> Iterator[str]:
    if delivery.error:
        yield f"an error came out: {delivery.error}"
    if delivery.ended is None:
        yield "it never ended"
    elif delivery.ended > delivery.begun + delivery.limit + _ROUNDING:
        yield f"it took {delivery.ended - delivery.begun} s of {delivery.limit} s"
    if delivery.answers and len(delivery.answers) != len(delivery.wishes):
        yield f"{len(delivery.answers)} answers to {len(delivery.wishes)} wishes"
    for body in {sent.body for sent in delivery.sent}:
        sent = [sent for sent in delivery.sent if sent.body == body]
        yield from _of_tries(sent, sum(wish.arn == sent[0].arn for wish in delivery.wishes))


def _of_answers(scenario: Scenario, delivery: Delivery) -> Iterator[str]:
    for wish, answer in zip(delivery.wishes, delivery.answers, strict=False):
        yield from _of_answer(scenario, wish, answer, delivery.calm)
        if delivery.calm:
            yield from _of_calm(scenario, wish, answer)


def _of_answer(scenario: Scenario, wish: Wish, answer: Answer, calm: bool) -> Iterator[str]:
    """Where the listing breaks off or lags, a clone that does the very same cannot be told from its original."""
    jobs = scenario.service.jobs_of(wish.arn)
    own = [job.job_id for job in jobs if _is_for(job, wish)]
    clones = [] if calm else scenario.service.clones_of(wish.arn)
    if answer.outcome in ("created", "recovered"):
        if answer.job_id not in [*own, *clones]:
            yield f"it answers {answer}, which is not the job that was wished for"
    elif own and not answer.retryable:
        yield f"it answers {answer}, though the job exists"
    elif answer.code == "IdempotencyMismatch" and not answer.retryable and len(own) == len(jobs):
        yield f"it answers {answer}, though no other job has the token"


def _is_for(job: Job, wish: Wish) -> bool:
    return wish.body is None or job.body == wish.body


def _of_tries(sent: list[Sent], wishes: int) -> Iterator[str]:
    """One more try is there for a clock that was fixed. Of two records of the same job, neither knows the other's pace."""
    if len(sent) > (MOST_TRIES + 1) * wishes:
        yield f"it sends a CreateJob {len(sent)} times"
    for one, other in pairwise(sent):
        if wishes == 1 and other.at < one.not_before - _ROUNDING:
            yield f"it sends at {other.at}, though asked to wait until {one.not_before}"


def _of_calm(scenario: Scenario, wish: Wish, answer: Answer) -> Iterator[str]:
    """With every fault and lag over, there is the job, or the service's refusal."""
    expected = scenario.refused.get(wish.arn)
    if expected is not None and answer.code != expected:
        yield f"it answers {answer} in the calm, not {expected}"
    if expected is None and answer.outcome == "failed" and answer.code != "IdempotencyMismatch":
        yield f"it answers {answer} in the calm, though nothing is in the way"
