"""Judging a CSV manifest that arrives in blocks of bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from .beginning import BYTE_ORDER_MARK, other_format, unreadable
from .checks import RowChecks
from .rows import LONGEST, WINDOW, split_quoted
from .verdict import Findings, Verdict

PIECE = 1 << 16  # bytes judged at a time: large enough to make the scans cheap, small enough for the cache

CSV_FORMAT = "COSBatchOperations_CSV_V1"


def judge_csv(
    blocks: Iterable[bytes],
    *,
    fields: Sequence[str] | None = None,
    allowed_buckets: Collection[str] | None = None,
) -> Verdict:
    """Judge the whole content of a CSV manifest, in memory that does not grow with it.

    `fields` are the document's Fields; None infers them from the first row. `allowed_buckets` are names with
    appid; None allows any. How the content is cut into `blocks` makes no difference. Raises ValueError for
    Fields without one Bucket and one Key.
    """
    judge = CsvJudge(fields, allowed_buckets)
    for piece in in_pieces(blocks):
        judge.feed(piece)
        if judge.stopped:
            break
    judge.close()
    return judge.verdict()


def infer_fields(first_bytes: bytes) -> tuple[str, ...] | None:
    """The Fields of a CSV manifest by the width of its first rows; None when they do not tell."""
    judge = CsvJudge(None, None)
    judge.feed(first_bytes)
    judge.close()
    return judge.checks.layout.fields if judge.checks.layout else None


def in_pieces(blocks: Iterable[bytes], size: int = PIECE) -> Iterator[bytes]:
    """Cut and join blocks of any length into pieces of `size` bytes; the last may be shorter."""
    held: list[bytes] = []
    length = 0
    for block in blocks:
        held.append(block)
        length += len(block)
        if length >= size:
            joined = b"".join(held)
            whole = length - length % size
            yield from (joined[at : at + size] for at in range(0, whole, size))
            held, length = [joined[whole:]], length - whole
    if length:
        yield b"".join(held)


class CsvJudge:
    """Takes the content of a CSV manifest piece by piece: `feed` and `feed`, then `close`, then `verdict`.

    A row is read by RFC 4180, with LF or CRLF at its end, and may take several lines when quotes hold line
    feeds. Where those rules are broken, or a closing quote is not in sight within 8 KiB, the row is its first
    line alone: one stray quote does not swallow the rows behind it. A carriage return that stands alone
    breaks the rules, except as the last byte of the content. An empty line is no row.
    """

    def __init__(self, fields: Sequence[str] | None, allowed_buckets: Collection[str] | None) -> None:
        self.findings = Findings()
        self.checks = RowChecks(self.findings, fields, allowed_buckets)
        self.stopped = False  # the content is no CSV: nothing further can change the verdict
        self.line = 1  # of the next row
        self.size = 0
        self._waiting = b""  # the beginning of a row whose end is not in sight
        self._in_long_line = False

    def feed(self, piece: bytes) -> None:
        """Judge the next bytes. The first piece should show 1 KiB, if the content has as much."""
        content = piece if self.size else self._begin(piece)
        self.size += len(piece)
        if not self.stopped:
            self._judge_text(self._waiting + content)

    def close(self) -> None:
        """Judge what is left: the last row may lack its line ending."""
        text = self._waiting
        if text:
            self._judge_text(text if text.endswith(b"\n") else text + b"\n", is_last=True)
        if self.checks.rows == 0 and not self.stopped:
            self.findings.add("Empty", 1)

    def verdict(self, complete: bool = True, estimated_rows: int | None = None) -> Verdict:
        checks, findings = self.checks, self.findings
        return Verdict(
            rows=checks.rows,
            columns=checks.columns,
            buckets=tuple(name.decode() for name in checks.buckets),
            faults=tuple(findings.faults),
            warnings=tuple(findings.warnings),
            complete=complete,
            size=self.size,
            fields=checks.layout.fields if checks.layout else None,
            estimated_rows=checks.rows if estimated_rows is None else estimated_rows,
            totals=dict(findings.totals),
        )

    def _begin(self, first: bytes) -> bytes:
        """Look at the first bytes, and hand back what there is to judge."""
        fault = unreadable(first)
        if fault is None and first.startswith(BYTE_ORDER_MARK):
            self.findings.add("ByteOrderMark", 1, 1)
            first = first[len(BYTE_ORDER_MARK) :]
        what = other_format(first)
        if fault is None and what is not None:
            fault = "WrongFormat"
        if fault is not None:
            self.findings.add(fault, 1, what=what or "", expected=f"the CSV of {CSV_FORMAT}")
            self.stopped = True
        return first

    def _judge_text(self, text: bytes, is_last: bool = False) -> None:
        start = self._skip_long_line(text) if self._in_long_line else 0
        end = self._judge_rows(text, start, is_last)
        self._waiting = text[end:]
        if len(self._waiting) > LONGEST + 1 and b"\n" not in self._waiting:
            self._judge_long_line(self._waiting)
            self._in_long_line = True
            self._waiting = b""

    def _skip_long_line(self, text: bytes) -> int:
        """Where the next line begins, behind one that is too long to be kept."""
        end = text.find(b"\n")
        if end < 0:
            return len(text)
        self._in_long_line = False
        self.line += 1
        return end + 1

    def _judge_rows(self, text: bytes, at: int, is_last: bool) -> int:
        """Judge row by row from `at`; gives where the first row begins that is not all in sight."""
        while (end := text.find(b"\n", at)) >= 0:
            if text.find(b'"', at, end) < 0:
                self._judge_line(text[at:end].removesuffix(b"\r"))
                self.line += 1
                at = end + 1
                continue
            after = self._judge_quoted(text, at, end, is_last)
            if after is None:
                break
            self.line += text.count(b"\n", at, after)
            at = after
        return at

    def _judge_line(self, line: bytes) -> None:
        """Judge a row without quotes: it is a line, and its commas divide it."""
        if not line:
            self.findings.add("BlankLine", self.line)
        elif len(line) > LONGEST:
            self._judge_long_line(line)
        elif b"\r" in line:
            self._judge_broken(line, line[: line.index(b"\r")].count(b",") + 1)
        else:
            tidy = line.isascii() and b"\0" not in line and b", " not in line
            self.checks.judge(self.line, line.split(b","), tidy)

    def _judge_quoted(self, text: bytes, at: int, end: int, is_last: bool) -> int | None:
        """Judge the row at `at`, whose first line ends at `end`; gives where the next begins, if in sight."""
        row = split_quoted(text, at)
        if not isinstance(row, int):
            cells, after = row
            self.checks.judge(self.line, cells)
            return after
        if not is_last and len(text) - at < WINDOW:
            return None
        line = text[at:end].removesuffix(b"\r")
        if len(line) > LONGEST:
            self._judge_long_line(line)
        else:
            self._judge_broken(line, row)
        return end + 1

    def _judge_long_line(self, line: bytes) -> None:
        self.findings.add("LineTooLong", self.line)
        if b"\0" in line[:LONGEST]:
            self.findings.add("NulByte", self.line)
        self.checks.pass_over()

    def _judge_broken(self, line: bytes, column: int) -> None:
        alone = b'"' not in line
        why = "A carriage return stands alone" if alone else "A quote stands out of place or is not closed"
        self.findings.add("BadQuoting", self.line, column, why=why)
        self.checks.check_bytes(self.line, None, line)
        self.checks.pass_over()
