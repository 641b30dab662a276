"""Judging a CSV manifest of which only the beginning and the end were read."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from cosbatch.manifest.findings import FAULTS
from cosbatch.manifest.strange import WINDOW, split_quoted
from cosbatch.manifest.stream import CsvJudge, in_pieces, judge_csv
from cosbatch.manifest.verdict import Fault, Verdict


def judge_edges(
    head: bytes,
    tail: bytes,
    size: int,
    *,
    fields: Sequence[str] | None = None,
    allowed_buckets: Container[str] | None = None,
) -> Verdict:
    """Judge a content of `size` bytes by its first bytes and its last ones, which may overlap.

    When they do not meet, the verdict is not complete: `rows` are those that were seen, `estimated_rows`
    reckons all of them by the mean length of a row, and the lines of the tail's faults are estimated alike.
    The row that the head breaks off, and what the tail has of the row that it begins in, are not judged.
    Raises ValueError for Fields without one Bucket and one Key.
    """
    overlap = len(head) + len(tail) - size
    if overlap >= 0:
        return judge_csv([head, tail[overlap:]], fields=fields, allowed_buckets=allowed_buckets)
    judge = CsvJudge(fields, allowed_buckets)
    _feed(judge, head)
    if judge.stopped:
        judge.close()
        return judge.verdict()
    judge.break_off()
    return judge_end(judge, tail, size)


def judge_end(judge: CsvJudge, tail: bytes, size: int) -> Verdict:
    """The verdict on what a judge that was broken off has seen of a content of `size` bytes, and on its last bytes.

    Where these begin no later than the judge broke off, nothing is left out and the verdict is complete.
    """
    overlap = judge.size + len(tail) - size
    if overlap < 0:
        return _judge_tail(judge, tail, size)
    _feed(judge, tail[overlap:])
    judge.close()
    return judge.verdict()


def _feed(judge: CsvJudge, content: bytes) -> None:
    for piece in in_pieces([content]):
        judge.feed(piece)


def _judge_tail(judge: CsvJudge, tail: bytes, size: int) -> Verdict:
    """The verdict on what was judged so far and on the tail, behind a gap.

    The cut may be outside quotes or within: where both can be, the tail is read either way.
    """
    begins = _first_rows(tail)
    readings = [_judge_from(begin, deepcopy(judge), tail, size, min(begins)) for begin in begins]
    return _certain(judge.findings.totals, readings[0], readings[-1])


def _judge_from(begin: int, judge: CsvJudge, tail: bytes, size: int, first: int) -> Verdict:
    """Judge the rows from `begin` on; lines are reckoned as from `first` on, so that readings can be compared."""
    read = judge.size + len(tail) - first
    lines = judge.reader.line - 1 + tail.count(b"\n", first)
    behind_gap = round((size - read) * lines / max(read, 1))
    judge.jump(behind_gap + tail.count(b"\n", first, begin))
    _feed(judge, tail[begin:])
    judge.close(complete=False)
    rows, unread = judge.checks.rows, size - judge.size
    return judge.verdict(complete=False, estimated_rows=rows + round(unread * rows / max(judge.size, 1)))


def _first_rows(tail: bytes) -> list[int]:
    """Where the first whole row may begin, behind what the cut left of a row.

    A cut outside quotes, and one within, leave different rests. A rest that breaks the rules either way is
    the rest of a broken row, which ends with its line.
    """
    sight = tail[:WINDOW]
    behind_line = tail.find(b"\n") + 1 or len(tail)
    if b'"' not in sight:
        return [behind_line]
    if len(tail) <= WINDOW and not sight.endswith(b"\n"):
        sight += b"\n"
    rests = [(opening, split_quoted(opening + sight, 0)) for opening in (b"", b'"')]
    begins = [min(rest[1] - len(opening), len(tail)) for opening, rest in rests if not isinstance(rest, int)]
    return [*dict.fromkeys(begins)] or [behind_line]


def _certain(before: Mapping[str, int], one: Verdict, other: Verdict) -> Verdict:
    """Of two readings of a tail the one without faults: of a right manifest, one is. Or else what both find.

    `before` are the totals without the tail. Quotes that are in their places speak for a reading, too.
    """
    clean = [verdict for verdict in (one, other) if _faults(verdict.totals) == _faults(before)]
    if clean:
        return min(clean, key=lambda verdict: len(verdict.warnings))
    broken = before.get("BadQuoting", 0)
    regular = [verdict for verdict in (one, other) if verdict.totals.get("BadQuoting", 0) == broken]
    return regular[0] if len(regular) == 1 else _common(one, other)


def _faults(totals: Mapping[str, int]) -> int:
    return sum(count for name, count in totals.items() if name in FAULTS)


def _common(one: Verdict, other: Verdict) -> Verdict:
    faults, warnings = _in_both(one.faults, other.faults), _in_both(one.warnings, other.warnings)
    kept = {fault.fault for fault in (*faults, *warnings)}
    totals = {name: min(count, other.totals[name]) for name, count in one.totals.items() if name in kept}
    return replace(one, faults=faults, warnings=warnings, totals=totals)


def _in_both(some: Sequence[Fault], others: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(fault for fault in some if fault in others)
