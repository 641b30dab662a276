"""Measures subjects in turns, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass

from tests.bench.figures import Series
from tests.bench.measure import Cold, Subject, cold, instructions, warm

Subjects = Mapping[str, Subject]
# A subject by its name, and what it is told to call.
Pair = tuple[str, str]

_WARMING_UP = 30


@dataclass(frozen=True)
class Start:
    """The cold starts of one subject: CPU until the answer, CPU until the end, peak memory."""

    answered: Series
    ended: Series
    memory: Series


def cold_turns(subjects: Subjects, rounds: int) -> dict[str, Start]:
    """What the cold starts of each subject cost."""
    runs: dict[str, list[Cold]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            runs[name].append(cold(subject))
    return {name: _start(own) for name, own in runs.items()}


def _start(runs: Sequence[Cold]) -> Start:
    answered, ended, memory = (Series(tuple(values)) for values in zip(*map(astuple, runs), strict=True))
    return Start(answered, ended, memory)


def warm_turns(subjects: Subjects, pairs: Sequence[Pair], rounds: int, count: int) -> dict[Pair, Series]:
    """CPU of one call in each round's block of `count` calls, on connections that are kept."""
    values: dict[Pair, list[float]] = {pair: [] for pair in pairs}
    with ExitStack() as stack:
        processes = {name: stack.enter_context(warm(subject)) for name, subject in subjects.items()}
        for name, kind in pairs:
            processes[name].calls(kind, _WARMING_UP)
        for _ in range(rounds):
            for name, kind in pairs:
                values[name, kind].append(processes[name].calls(kind, count))
    return {pair: Series(tuple(own)) for pair, own in values.items()}


def instructions_cold(subjects: Subjects) -> dict[str, Series]:
    """Millions of instructions of a cold start."""
    return {name: Series((instructions(subject, ["http 1"]) / 1e6,)) for name, subject in subjects.items()}


def instructions_warm(subjects: Subjects, pairs: Sequence[Pair], count: int = 40) -> dict[Pair, Series]:
    """Thousands of instructions of a warm call: what `count` more calls add."""
    return {(name, kind): _added(subjects[name], kind, count) for name, kind in pairs}


def _added(subject: Subject, kind: str, count: int) -> Series:
    few, many = (instructions(subject, [f"{kind} {calls}"]) for calls in (10, 10 + count))
    return Series(((many - few) / count / 1e3,))
