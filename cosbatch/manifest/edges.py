"""Judging a CSV manifest by its beginning and its end, where the middle is too much to read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .stream import CsvJudge, judge_csv
from .verdict import Verdict


def judge_edges(
    head: bytes,
    tail: bytes,
    size: int,
    *,
    fields: Sequence[str] | None = None,
    allowed_buckets: Collection[str] | None = None,
) -> Verdict:
    """Judge a content of `size` bytes by its first and its last bytes.

    Where both together are the whole content, so is the verdict. Otherwise it is not complete, what `head` breaks off and
    `tail` takes up in the middle of a line is left out, lines of the tail are numbered by estimate, and so are the rows.
    """
    if len(head) + len(tail) >= size:
        return judge_csv([head, tail], fields=fields, allowed_buckets=allowed_buckets)
    begun, ended = head[: head.rfind(b"\n") + 1] or head, tail[tail.find(b"\n") + 1 :]
    judge = CsvJudge(fields, allowed_buckets)
    judge.feed(begun)
    lines = begun.count(b"\n") or 1
    skipped = size - len(begun) - len(ended)
    if not judge.stopped and begun.endswith(b"\n"):
        judge.reader.line += round(skipped * lines / len(begun))
        judge.findings.lines_are_estimates = True
        judge.feed(ended)
    judge.close()
    seen = judge.checks.rows
    return judge.verdict(complete=False, estimated_rows=round(seen * size / (len(begun) + len(ended))))
