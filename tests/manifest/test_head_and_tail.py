"""Manifests of which only head and tail were read."""

from __future__ import annotations

import pytest

from cosbatch.manifest.judge import CsvJudge, feed_in_time, judge_csv, judge_head_and_tail
from cosbatch.manifest.verdict import Verdict

B = b"examplebucket-1250000000"


def rows(count: int, start: int = 0) -> bytes:
    return b"".join(B + b",data/%%20%06d\n" % i for i in range(start, start + count))


def judged(
    head: bytes, tail: bytes, size: int, fields: list[str] | None = None, allowed: list[str] | None = None
) -> Verdict:
    judge = CsvJudge(fields, allowed)
    feed_in_time(judge, [head], lambda: True)
    return judge_head_and_tail(judge, tail, size)


def ends(content: bytes, length: int) -> Verdict:
    return judged(content[:length], content[-length:], len(content))


@pytest.mark.parametrize("length", [50, 100, 400, 799, 800, 5000])
def test_judges_in_full_when_the_ends_meet(length: int) -> None:
    content = (rows(10) + B + b",100%\n" + rows(10, 20))[:800]
    verdict = judged(content[: max(length, 400)], content[-max(length, 400) :], len(content))
    assert verdict == judge_csv([content])
    assert verdict.complete


def test_judges_whole_rows_of_both_ends_and_reckons_the_others() -> None:
    content = rows(10_000)
    verdict = ends(content, 1000)
    assert (verdict.ok, verdict.warnings, verdict.complete) == (True, (), False)
    assert verdict.rows == 25 + 24
    assert verdict.estimated_rows == 10_000


def test_estimates_the_lines_of_the_tail_and_says_so() -> None:
    planted = B + b",data/%2x000000\n"
    content = rows(5000) + planted + rows(9) + planted
    faults = ends(content, 1000).faults
    assert [(fault.fault, fault.line) for fault in faults] == [("BadEscape", 5001), ("BadEscape", 5011)]
    assert all("estimate" in fault.message for fault in faults)


def test_gives_the_lines_of_the_head_as_they_are() -> None:
    content = B + b",k\n" + B + b",%\n" + rows(5000)
    (fault,) = ends(content, 1000).faults
    assert (fault.line, "estimate" in fault.message) == (2, False)


def test_does_not_hold_the_tail_against_the_row_before_the_gap() -> None:
    row = B + b",same\n"
    content = row * 100
    verdict = judged(content[: len(row)], content[-len(row) * 2 :], len(content))
    assert (verdict.rows, verdict.totals, verdict.estimated_rows) == (2, {}, 100)


def test_remembers_columns_and_buckets_over_the_gap() -> None:
    content = rows(100) + b"other-1250000000,k\n" + rows(1) + B + b",k,v\n"
    verdict = ends(content, 120)
    assert [fault.fault for fault in verdict.faults] == ["ColumnCount"]
    assert [warning.fault for warning in verdict.warnings] == ["SeveralBuckets"]


def test_stops_at_a_head_that_is_no_csv() -> None:
    verdict = ends(b"\x1f\x8b" + bytes(5000), 1000)
    assert [fault.fault for fault in verdict.faults] == ["Gzip"]
    assert verdict.complete


def test_finds_the_first_row_of_a_tail_that_begins_in_quotes() -> None:
    row = B + b',"first line\nsecond line\nthird line"\n'
    for length in range(400, 500):
        verdict = ends(row * 50, length)
        assert (verdict.ok, verdict.estimated_rows) == (True, 50)


def test_finds_the_first_row_of_a_long_tail_that_begins_in_quotes() -> None:
    row = B + b',"first line\nsecond line"\n'
    for length in range(20_000, 20_000 + len(row)):
        verdict = ends(row * 1000, length)
        assert (verdict.ok, verdict.estimated_rows) == (True, 1000)


MULTILINE = {
    "what looks like a row": b',"k%d\nexamplebucket-1250000000,x\ny"\n',
    "a comma and a doubled quote": b',"k%d, ""a""\nb, c"\n',
    "an empty line": b',"k%d\n\n"\n',
    "many lines like rows": pytest.param(
        b',"k%d' + b"\nexamplebucket-1250000000,k" * 30 + b'"\n', marks=pytest.mark.slow
    ),
}


def step(row: bytes) -> int:
    """From one place of the cut to the next: every place in a short row, every tenth or so in one of many lines."""
    return 1 + len(row) // 100


@pytest.mark.parametrize("row", MULTILINE.values(), ids=MULTILINE)
def test_refuses_no_right_manifest_wherever_the_cut_falls(row: bytes) -> None:
    content = b"".join(B + row % number for number in range(30))
    assert judge_csv([content]).ok
    for length in range(len(content) // 3, len(content) // 3 + 3 * len(row), step(row)):
        verdict = ends(content, length)
        assert (verdict.faults, {warning.fault for warning in verdict.warnings}) == ((), {"NotEncoded"})
        assert verdict.estimated_rows == pytest.approx(30, abs=3)


@pytest.mark.parametrize("planted", [b",%zz\n", b",\n", b",k,v\n", b',a"b\n', b',"k\n', b',"a\nb"c\n', b",\0\n"])
@pytest.mark.parametrize("row", MULTILINE.values(), ids=MULTILINE)
def test_finds_what_is_wrong_behind_a_cut_in_quotes(row: bytes, planted: bytes) -> None:
    rows = [B + row % number for number in range(30)]
    rows[27] = B + planted
    content = b"".join(rows)
    (expected,) = {fault.fault for fault in judge_csv([content]).faults}
    start = sum(map(len, rows[:20]))
    for at in range(start, start + len(rows[20]), step(rows[20])):
        assert {fault.fault for fault in ends(content, len(content) - at).faults} == {expected}


def test_names_only_what_is_wrong_whichever_way_the_tail_is_read() -> None:
    either = b'a,"\n' + B + b',k",v\n'  # a row over two lines, or the end of one and a broken one
    verdict = judged(rows(30), either + B + b',a"b\n' + B + b",100%\n", 5000)
    assert [(fault.fault, fault.column) for fault in verdict.faults] == [("BadQuoting", 2), ("BadEscape", 2)]
    assert verdict.totals == {"BadQuoting": 1, "BadEscape": 1}


def test_counts_what_is_wrong_in_the_tail_where_the_head_has_all_faults_that_are_kept() -> None:
    broken = B + b",\n"
    verdict = judged(broken * 60, rows(1) + (B + b",100%\n") * 5, 5000)
    assert len(verdict.faults) == 50
    assert verdict.totals == {"EmptyKey": 60, "DuplicateRow": 63, "BadEscape": 5}


def test_counts_what_the_head_has_too_much_of_to_be_kept_whichever_way_the_tail_is_read() -> None:
    head = (B + b",\n") * 50 + B + b",100%\n"
    either = b'a,"\n' + B + b',k",v\n' + B + b',a"b\n'
    # Whether both readings find the same fault of the tail is not known where it is not kept.
    assert judged(head, either, 5000).totals == {"EmptyKey": 50, "DuplicateRow": 49, "BadEscape": 1}


def test_bears_a_short_tail_that_ends_in_the_row_of_the_cut() -> None:
    verdict = judged(rows(10), b'end"', 5000)
    assert (verdict.ok, verdict.rows) == (True, 10)


def test_judges_a_tail_of_broken_quotes_from_its_first_line() -> None:
    content = rows(100) + (B + b',a"b\n') * 100
    assert {fault.fault for fault in ends(content, 200).faults} == {"BadQuoting"}


def test_bears_a_tail_without_line_feeds() -> None:
    content = rows(100) + b"x" * 3000
    verdict = ends(content, 1000)
    assert (verdict.ok, verdict.rows) == (True, 25)


def test_bears_ends_without_rows() -> None:
    verdict = judged(b"", b"", 10)
    assert (verdict.faults, verdict.rows, verdict.estimated_rows) == ((), 0, 0)


def test_knows_a_line_that_is_longer_than_the_head() -> None:
    content = b"x" * 30_000 + b"\n" + rows(100)
    verdict = ends(content, 10_000)
    assert [(fault.fault, fault.line) for fault in verdict.faults] == [("LineTooLong", 1)]


def test_takes_fields_and_allowed_buckets() -> None:
    content = rows(1000)
    verdict = judged(content[:500], content[-500:], len(content), ["Key", "Bucket"], ["x-1"])
    assert {fault.fault for fault in verdict.faults} == {"ForeignBucket"}
    assert verdict.fields == ("Key", "Bucket")


@pytest.mark.parametrize("row", [b'bucket-1250000000,a"b\n', b'bucket-1250000000,"a"x\n'])
@pytest.mark.parametrize("back", [8000, 200])
def test_refuses_a_row_near_the_end_of_the_head_whatever_follows_it(row: bytes, back: int) -> None:
    """Of a quote that no later one can mend, nothing behind it has to be in sight."""
    judge = CsvJudge(["Bucket", "Key"], None)
    plain = b"bucket-1250000000,key\n"
    judge.feed(plain * 1000 + row + plain * (back // len(plain)))
    verdict = judge_head_and_tail(judge, plain * 1000, 1 << 20)
    assert [(fault.fault, fault.line) for fault in verdict.faults] == [("BadQuoting", 1001)]
