"""The judge sees what the plain reference reader sees, however the bytes are cut."""

from __future__ import annotations

from random import Random

import pytest

from cosbatch.manifest.findings import KEPT
from cosbatch.manifest.stream import CsvJudge
from cosbatch.manifest.verdict import Fault, Verdict
from tests.manifest.generated import Case, almost_clean, cuts, generated
from tests.manifest.reference import Note, reference_judge


def judged(case: Case, blocks: list[bytes]) -> Verdict:
    judge = CsvJudge(case.fields, case.allowed)
    for block in blocks:
        judge.feed(block)
    judge.close()
    return judge.verdict()


def notes(faults: tuple[Fault, ...]) -> list[Note]:
    return [(fault.fault, fault.line, fault.column) for fault in faults]


def assert_agrees(case: Case, blocks: list[bytes]) -> None:
    verdict = judged(case, blocks)
    expected = reference_judge(case.content, case.fields, case.allowed)
    assert notes(verdict.faults) == expected.faults[:KEPT]
    assert notes(verdict.warnings) == expected.warnings[:KEPT]
    assert sum(verdict.totals.values()) == len(expected.faults) + len(expected.warnings)
    assert (verdict.rows, verdict.columns) == (expected.rows, expected.columns)
    assert list(verdict.buckets) == expected.buckets
    assert verdict.size == len(case.content)


@pytest.mark.parametrize("start", range(0, 2000, 100))
def test_agrees_with_the_reference_reader_on_generated_files(start: int) -> None:
    for seed in range(start, start + 100):
        case = generated(seed)
        assert_agrees(case, cuts(Random(seed), case.content))


def test_agrees_on_clean_files_with_one_byte_changed() -> None:
    for seed in range(400):
        case = almost_clean(seed)
        first = case.content.index(b"\n") + 1
        assert_agrees(case, [case.content[:first], case.content[first:]])
