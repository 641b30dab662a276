"""The judge sees what the plain reference reader sees, however the bytes are cut.

MANIFEST_SEEDS=20000 in the environment tries more files than a plain run does.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate, pairwise
from random import Random

import pytest

from cosbatch.manifest.judge import CsvJudge, judge_csv
from cosbatch.manifest.verdict import KEPT, Fault, Verdict
from cosbatch.model.blocks import in_pieces
from tests.manifest.generated import Case, almost_clean, cuts, generated, much_broken
from tests.manifest.reference import Note, Outcome, reference_judge

SEEDS = int(os.environ.get("MANIFEST_SEEDS", "600"))
SIGHT = 1024  # bytes that the first piece shows, if there are as many


def by_blocks(case: Case, blocks: list[bytes]) -> Verdict:
    return judge_csv(blocks, fields=case.fields, allowed_buckets=case.allowed)


def by_short_pieces(case: Case, blocks: list[bytes]) -> Verdict:
    """As a file is judged that is longer than a piece."""
    return fed(case, in_pieces(blocks, SIGHT + 100))


def by_cut_pieces(case: Case, blocks: list[bytes]) -> Verdict:
    """The blocks are the pieces; those at the beginning are one, to show what kind of content it is."""
    ends = list(accumulate(map(len, blocks)))
    later = [end for end in ends if end >= min(SIGHT, ends[-1])]
    return fed(case, (case.content[begin:end] for begin, end in pairwise([0, *later])))


def fed(case: Case, pieces: Iterable[bytes]) -> Verdict:
    judge = CsvJudge(case.fields, case.allowed)
    for piece in pieces:
        judge.feed(piece)
    judge.close()
    return judge.verdict()


def notes(faults: tuple[Fault, ...]) -> list[Note]:
    return [(fault.fault, fault.line, fault.column) for fault in faults]


def assert_agrees(seed: int, expected: Outcome, verdict: Verdict) -> None:
    counted = Counter(name for name, _, _ in expected.faults + expected.warnings)
    assert (seed, notes(verdict.faults)) == (seed, expected.faults[:KEPT])
    assert (seed, notes(verdict.warnings)) == (seed, expected.warnings[:KEPT])
    assert (seed, verdict.totals) == (seed, counted)
    assert (seed, verdict.rows, verdict.columns) == (seed, expected.rows, expected.columns)
    assert (seed, list(verdict.buckets)) == (seed, expected.buckets)
    assert (seed, verdict.complete) == (seed, True)


@pytest.mark.parametrize("start", [0, *(pytest.param(start, marks=pytest.mark.slow) for start in range(50, SEEDS, 50))])
def test_agrees_with_the_reference_reader_on_generated_files(start: int) -> None:
    for seed in range(start, start + 50):
        case = generated(seed)
        expected = reference_judge(case.content, case.fields, case.allowed)
        blocks = cuts(Random(seed), case.content)
        for way in (by_blocks, by_short_pieces, by_cut_pieces):
            assert_agrees(seed, expected, way(case, blocks))


def test_agrees_on_clean_files_with_one_byte_changed() -> None:
    for seed in range(max(400, SEEDS // 5)):
        case = almost_clean(seed)
        expected = reference_judge(case.content, case.fields, case.allowed)
        first = case.content.index(b"\n") + 1
        assert_agrees(seed, expected, fed(case, [case.content[:first], case.content[first:]]))


def test_agrees_where_broken_rows_are_only_counted() -> None:
    for seed in range(max(100, SEEDS // 5)):
        case = much_broken(seed)
        expected = reference_judge(case.content, case.fields, case.allowed)
        chance = Random(seed)
        ends = [case.content.rindex(b'\nk"x\n') + 5, len(case.content)]
        ends[1:1] = sorted(chance.choices(range(*ends), k=chance.randrange(3)))
        pieces = [case.content[start:end] for start, end in pairwise([0, *ends])]
        assert_agrees(seed, expected, fed(case, pieces))
