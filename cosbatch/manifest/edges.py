"""Judging a CSV manifest of which only the beginning and the end were read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from .strange import WINDOW, split_quoted
from .stream import CsvJudge, in_pieces, judge_csv
from .verdict import Verdict

_MOST_TRIES = 100  # lines that are tried as the beginning of a row


def judge_edges(
    head: bytes,
    tail: bytes,
    size: int,
    *,
    fields: Sequence[str] | None = None,
    allowed_buckets: Collection[str] | None = None,
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
    read_of_head = _feed(judge, head)
    if judge.stopped:
        judge.close()
        return judge.verdict()
    layout = judge.checks.layout
    rest = tail[_first_row(tail, layout.width if layout else None) :]
    read = read_of_head + len(rest)
    unread = size - read
    lines = judge.reader.line - 1 + rest.count(b"\n")
    judge.jump(round(unread * lines / max(read, 1)))
    _feed(judge, rest)
    judge.close(complete=False)
    rows = judge.checks.rows
    return judge.verdict(complete=False, estimated_rows=rows + round(unread * rows / max(read, 1)))


def _feed(judge: CsvJudge, content: bytes) -> int:
    """Feed all of it; gives how many bytes were judged, without the row that breaks off at the end."""
    for piece in in_pieces([content]):
        judge.feed(piece)
    return len(content) - judge.waiting


def _first_row(tail: bytes, width: int | None) -> int:
    """Where the first row begins in the tail.

    That is behind its first line feed. But this may stand in quotes: where there are some, the first line
    counts that reads as a row of the right width.
    """
    begins = [at + 1 for at in islice(_line_feeds(tail[:WINDOW]), _MOST_TRIES)]
    first = begins[0] if begins else len(tail)
    if b'"' not in tail[:WINDOW]:
        return first
    rows = ((at, split_quoted(tail, at)) for at in begins)
    fitting = (at for at, row in rows if not isinstance(row, int) and width in (None, len(row[0])))
    return next(fitting, first)


def _line_feeds(text: bytes) -> Iterator[int]:
    at = text.find(b"\n")
    while at >= 0:
        yield at
        at = text.find(b"\n", at + 1)
