"""Runs scenarios by their seeds: many of them, or one that is told step by step."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.simulation import uploads_verdict, verdict
from tests.simulation.scenario import Scenario, Tell, one_event, one_job, play
from tests.simulation.service import truth
from tests.simulation.uploads import Uploads, uploads

# Of so many seeds, one is of an event with several records, and these are of lists that change meanwhile.
ROUND = 10
UPLOADS = (2, 4, 6, 8)
_PORTION = 100


def run(seed: int, tell: Tell = lambda _: None) -> Scenario:
    """Play the scenario of a seed: mostly one job or lists that change, every tenth an event with several records."""
    if seed % ROUND in UPLOADS:
        return play(uploads(seed, tell))
    return play(one_job(seed, tell) if seed % ROUND else one_event(seed, tell))


def faults_of(scenario: Scenario) -> list[str]:
    """Everything that does not hold after it."""
    if isinstance(scenario, Uploads):
        return [*verdict.of_deliveries(scenario), *uploads_verdict.faults_of(scenario)]
    return verdict.faults_of(scenario)


def first_faulty(seeds: Iterable[int]) -> int | None:
    """The first of the seeds after which something does not hold."""
    return next((seed for seed in seeds if faults_of(run(seed))), None)


def first_faulty_of(seeds: int, workers: int) -> int | None:
    """The same for all seeds below a number, by several processes."""
    portions = [range(start, min(start + _PORTION, seeds)) for start in range(0, seeds, _PORTION)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for faulty in pool.map(first_faulty, portions):
            if faulty is not None:
                pool.shutdown(cancel_futures=True)
                return faulty
    return None


def schedule(seed: int) -> tuple[list[str], list[str]]:
    """Every step of a seed's scenario, and what does not hold after it."""
    steps: list[str] = []
    scenario = run(seed, steps.append)
    steps += [f"    stored  {line}" for line in truth(scenario.service)]
    return steps, faults_of(scenario)
