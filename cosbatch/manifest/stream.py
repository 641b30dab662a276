"""Judging a CSV manifest that arrives in blocks of bytes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import accumulate

from cosbatch.manifest.beginning import BYTE_ORDER_MARK, SIGHT, other_format, unreadable
from cosbatch.manifest.columns import ColumnChecks
from cosbatch.manifest.findings import Findings
from cosbatch.manifest.quotes import unquoted
from cosbatch.manifest.rows import Batch, RowReader
from cosbatch.manifest.strange import LONGEST, may_hold_long_line, split_quoted
from cosbatch.manifest.verdict import Verdict

PIECE = 1 << 16  # bytes judged at a time: large enough to make the scans cheap, small enough for the cache
_FIRST_LINES = 3  # that are looked at where the content begins like one of another format

CSV_FORMAT = "COSBatchOperations_CSV_V1"


def judge_csv(
    blocks: Iterable[bytes],
    *,
    fields: Sequence[str] | None = None,
    allowed_buckets: Container[str] | None = None,
) -> Verdict:
    """Judge the whole content of a CSV manifest, in memory that does not grow with it.

    `fields` are the document's Fields; None infers them from the first row. `allowed_buckets` are names with
    appid; None allows any. How the content is cut into `blocks` makes no difference. Raises
    ValueError for Fields without one Bucket and one Key.
    """
    judge = CsvJudge(fields, allowed_buckets)
    feed_in_time(judge, blocks, lambda: True)
    judge.close()
    return judge.verdict()


def feed_in_time(judge: CsvJudge, blocks: Iterable[bytes], has_time: Callable[[], bool]) -> bool:
    """Feed all blocks; False where time ended first, and the judge is broken off in front of what is left.

    `has_time` is asked every 64 KiB, once there is something to tell; the judge's `size` ends with the rows so far.
    """
    for piece in in_pieces(blocks):
        if judge.size and not has_time():
            judge.break_off()
            return False
        judge.feed(piece)
        if judge.stopped:
            break
    return True


def infer_fields(first_bytes: bytes) -> tuple[str, ...] | None:
    """The Fields of a CSV manifest by the width of its first rows; None when they do not tell."""
    judge = CsvJudge(None, None)
    judge.feed(first_bytes)
    judge.close()
    return judge.checks.layout.fields if judge.checks.layout else None


def in_pieces(blocks: Iterable[bytes], size: int = PIECE) -> Iterator[bytes]:
    """Cut and join blocks of any length into pieces of 1 KiB to `size` bytes, at line ends if they have some.

    The last piece may be shorter. Large blocks are never copied as a whole.
    """
    held: list[bytes] = []
    length = 0
    for block in blocks:
        start = 0
        while length + len(block) - start >= size:
            room = start + size - length
            end = block.rfind(b"\n", max(start, start + SIGHT - length), room) + 1 or room
            yield b"".join([*held, block[start:end]])
            held, length, start = [], 0, end
        held.append(block[start:])
        length += len(block) - start
    if length:
        yield b"".join(held)


class CsvJudge:
    """Takes the content of a CSV manifest piece by piece: `feed` and `feed`, then `close`, then `verdict`.

    A row is read by RFC 4180, with LF or CRLF at its end, and may take several lines when quotes hold line
    feeds. Where those rules are broken, or a closing quote is not in sight within 8 KiB, the row is its first
    line alone: one stray quote does not swallow the rows behind it. A carriage return that stands alone
    breaks the rules, except as the last byte of the content. An empty line is no row.
    """

    def __init__(self, fields: Sequence[str] | None, allowed_buckets: Container[str] | None) -> None:
        self.findings = Findings()
        self.checks = ColumnChecks(self.findings, fields, allowed_buckets)
        self.reader = RowReader(self.findings)
        self.stopped = False  # the content is no CSV: nothing further can change the verdict
        self.size = 0
        self._waiting = b""  # the beginning of a row whose end is not in sight
        self._in_long_line = False
        self._refusals = 0  # blocks that were not judged at once, since the last that was

    def feed(self, piece: bytes) -> None:
        """Judge the next bytes. The first piece should show 1 KiB, if the content has as much."""
        content = piece if self.size else self._begin(piece)
        self.size += len(piece)
        if not self.stopped:
            self._judge_text(self._waiting + content)

    def jump(self, lines: int) -> None:
        """Go on behind a part of the content that is not read and has about so many lines."""
        self._waiting = b""
        self._in_long_line = False
        self.reader.line += lines
        self.checks.forget_previous()
        self.findings.lines_are_estimates = True

    def break_off(self) -> None:
        """End here, though the content goes on: the row that is not all in sight is left out."""
        self.size -= len(self._waiting)
        self._waiting = b""

    def close(self, complete: bool = True) -> None:
        """Judge what is left: the last row may lack its line ending."""
        text = self._waiting
        if text:
            self._judge_text(text if text.endswith(b"\n") else text + b"\n", is_last=True)
        if complete and self.checks.rows == 0 and not self.stopped:
            self.findings.note("Empty", (1,))
        self.findings.settle()

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
            self.findings.note("ByteOrderMark", (1,), 1)
            first = first[len(BYTE_ORDER_MARK) :]
        what = other_format(first)
        if fault is None and what is not None and not self._begins_with_rows(first[:SIGHT] + b"\n"):
            fault = "WrongFormat"
        if fault is not None:
            self.findings.note(fault, (1,), what=what or "", expected=f"the CSV of {CSV_FORMAT}")
            self.stopped = True
        return first

    def _begins_with_rows(self, text: bytes) -> bool:
        """Whether one of the first lines can be a row of the Fields: then it does not matter what it begins with."""
        lengths = [len(line) + 1 for line in text.split(b"\n", _FIRST_LINES)[:-1]]
        starts = list(accumulate(lengths, initial=0))[:-1]
        rows = [split_quoted(text, start) for start in starts]
        return any(self.checks.may_be_row(row[0]) for row in rows if not isinstance(row, int))

    def _judge_text(self, text: bytes, is_last: bool = False) -> None:
        start = self._skip_long_line(text) if self._in_long_line else 0
        if self._tries_blocks():
            block = text[start : _end_of_whole_rows(text, start)]
            if block and self._judge_block(block):
                self._refusals = 0
                start += len(block)
        if start == len(text):
            self._waiting = b""
            return
        batch, end = self.reader.read(text[start:], is_last)
        self._waiting = text[start + end :]
        self._judge_batch(batch)
        if len(self._waiting) > LONGEST + 1 and b"\n" not in self._waiting:
            self._judge_batch(self.reader.pass_long_line(self._waiting))
            self._in_long_line = True
            self._waiting = b""

    def _judge_batch(self, batch: Batch) -> None:
        self.checks.judge(batch)
        self.findings.settle()

    def _skip_long_line(self, text: bytes) -> int:
        """Where the next line begins, behind one that is too long to be kept."""
        end = text.find(b"\n")
        if end < 0:
            return len(text)
        self._in_long_line = False
        self.reader.line += 1
        return end + 1

    def _tries_blocks(self) -> bool:
        """Judging at once is not tried on each block of a file that is odd throughout."""
        self._refusals += 1
        return self._refusals <= 2 or self._refusals % 8 == 0

    def _judge_block(self, block: bytes) -> bool:
        """Judge whole lines at once; False, and nothing is done, when they have to be read line by line."""
        plain = None if may_hold_long_line(block) else unquoted(block)
        if plain is None:
            return False
        rows = self.checks.judge_clean(plain)
        if rows:
            self.reader.line += rows
            return True
        batch = self.reader.read_unquoted(plain, block) if b'"' in block else None
        if batch is None:
            return False
        self._judge_batch(batch)
        return True


def _end_of_whole_rows(text: bytes, start: int) -> int:
    """Where the last row ends that is all in sight, if all quotes are where they should be."""
    end = text.rfind(b"\n", start) + 1
    if b'"' in text and text.count(b'"', start, end) % 2:
        end = text.rfind(b"\n", start, text.rfind(b'"', start, end)) + 1
    return end
