"""Judges a CSV manifest that arrives in blocks of bytes, or of which only head and tail were read."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE
from collections.abc import Callable, Container, Iterable, Sequence
from copy import deepcopy

from cosbatch.manifest.fast_reader import read_clean, without_broken
from cosbatch.manifest.rows import WINDOW, Cells, RowReader, is_worth_trying, split_row
from cosbatch.manifest.rules import LONGEST, RowRules
from cosbatch.manifest.verdict import FAULTS, KEPT, Findings, Verdict
from cosbatch.model.blocks import BEGINNING, GZIP_MARK, BrokenGzip, in_pieces
from cosbatch.model.names import CSV

_FIRST_LINES = 3  # that are looked at where the content begins like one of another format
_UTF16_MARKS = (BOM_UTF16_LE, BOM_UTF16_BE, BOM_UTF32_BE)  # UTF-32's other one begins as UTF-16's does


def judge_csv(
    blocks: Iterable[bytes], fields: Sequence[str] | None = None, allowed_buckets: Container[str] | None = None
) -> Verdict:
    """Judge the whole content of a CSV manifest, or of an inventory's data file (see `gunzip`), in blocks of any length.

    `fields` are the document's Fields or the Inventory's; None infers them from the first row of two or three columns.
    `allowed_buckets` are names with appid, or the Inventory's; None allows any. Raises ValueError for Fields without one
    Bucket and one Key.
    """
    judge = CsvJudge(fields, allowed_buckets)
    feed_in_time(judge, blocks, lambda: True)
    judge.close()
    return judge.verdict()


def feed_in_time(judge: CsvJudge, blocks: Iterable[bytes], has_time: Callable[[], bool]) -> bool:
    """Feed all blocks; False where time ended first, and the judge is broken off in front of what is left.

    `has_time` is asked before each piece, once there is something to tell; the judge's `size` ends with the rows so far. Where the
    blocks come out of a gzip file that is not whole, that is a fault.
    """
    try:
        for piece in in_pieces(blocks):
            if judge.size and not has_time():
                judge.break_off()
                return False
            judge.feed(piece)
            if judge.stopped:
                break
    except BrokenGzip as error:
        judge.findings.note("InventoryFiles", judge.reader.line, None, f"The data file is not whole: {error}")
        judge.stopped = True
    return True


class CsvJudge:
    """Takes the content of a CSV manifest piece by piece: `feed` and `feed`, then `close`, then `verdict`.

    Whole lines are shown to the fast reader, and where it does not find them clean, read row by row and judged by the
    rules. The content may end without a line ending, or with a carriage return alone.
    """

    def __init__(self, fields: Sequence[str] | None, allowed_buckets: Container[str] | None) -> None:
        self.findings = Findings()
        self.rules = RowRules(self.findings, fields, allowed_buckets)
        self.reader = RowReader(self.findings, self.rules)
        self.stopped = False  # the content is no CSV, or has no end: nothing further is judged
        self.size = 0
        self._infers = fields is None
        self._waiting = b""  # the beginning of a row whose end is not in sight
        self._in_long_line = False
        self._refused = 0  # blocks that were not found clean, since the last that was

    def feed(self, piece: bytes) -> None:
        """Judge the next bytes. The first piece should show 1 KiB, if the content has as much."""
        content = piece if self.size else self._begin(piece)
        self.size += len(piece)
        if not self.stopped:
            self._judge(self._waiting + content)

    def jump(self, lines: int) -> None:
        """Go on behind a part of the content that is not read and has about so many lines."""
        self._waiting, self._in_long_line = b"", False
        self.reader.line += lines
        self.rules.previous = []
        self.findings.lines_are_estimates = True

    def break_off(self) -> None:
        """End here, though the content goes on: the row that is not all in sight is left out."""
        self.size -= len(self._waiting)
        self._waiting = b""

    def close(self, complete: bool = True) -> None:
        """Judge what is left: the last row may lack its line ending."""
        if self._waiting:
            self._judge(self._waiting.removesuffix(b"\n") + b"\n", is_last=True)
        if complete and self.rules.rows == 0 and not self.stopped:
            self.findings.note("Empty", 1)

    def verdict(self, complete: bool = True) -> Verdict:
        rules, found, fields = self.rules, self.findings, self.rules.layout.fields if self.rules.layout else None
        if self._infers and "StrangeVersionId" in found.totals:
            fields = None  # the third column is something else, and no person has said what
        kept = tuple(found.faults), tuple(found.warnings), found.totals
        return Verdict(
            rules.rows, rules.columns, tuple(rules.buckets), *kept, self.size, fields, rules.rows, complete=complete
        )

    def _begin(self, first: bytes) -> bytes:
        """Look at the first bytes; gives what there is to judge."""
        if first.startswith(BOM_UTF8):
            self.findings.note("ByteOrderMark", 1, 1)
        content = first.removeprefix(BOM_UTF8)
        fault, what = sniff_unreadable(first), sniff_other_format(content)
        if fault is None and what is not None and not self._begins_with_rows(content):
            fault = "WrongFormat"
        if fault is not None:
            self.findings.note(fault, 1, None, what, f"the CSV of {CSV}")
            self.stopped = True
        return content

    def _begins_with_rows(self, first: bytes) -> bool:
        """Whether one of the first lines can be a row of the Fields: then it does not matter what it begins with."""
        text, start = first[:BEGINNING].decode("latin-1") + "\n", 0
        for _ in range(_FIRST_LINES):
            row = split_row(text, start)
            if isinstance(row, Cells) and self.rules.may_be_row(row.values):
                return True
            start = text.find("\n", start) + 1
        return False

    def _judge(self, content: bytes, is_last: bool = False) -> None:
        if self._in_long_line:  # it was too long to be kept
            _, line_end, content = content.partition(b"\n")
            self._in_long_line = not line_end
            self.reader.line += len(line_end)
        content = content[self._pass_clean(content[: content.rfind(b"\n") + 1]) :]
        if content:
            content = content[self.reader.read(content, is_last) :]
        if len(content) > LONGEST + 1 and b"\n" not in content:
            self.reader.pass_long_line(self.reader.line, content.decode("latin-1"))
            self.rules.judge([(self.reader.line, [])], b"", is_odd=False)
            content, self._in_long_line = b"", True
        self._waiting = content

    def _pass_clean(self, lines: bytes) -> int:
        """Count the rows of whole lines, where all are clean, or broken and only to be counted; gives how many bytes that are."""
        layout, broken, ends_broken, size, counted = self.rules.layout, 0, False, len(lines), self.rules.rows
        self._refused += 1
        if layout is None or not lines or not is_worth_trying(self._refused - 1):
            return 0
        if len(self.findings.faults) >= KEPT:
            lines, broken, ends_broken, size = without_broken(lines)
        clean = read_clean(lines, layout)
        if lines and (clean is None or not self.rules.take_clean(*clean)):
            return 0
        self.rules.rows += broken
        self.findings.counts["BadQuoting"] += broken
        if ends_broken:
            self.rules.previous = []
        self.reader.line += self.rules.rows - counted
        self._refused = 0
        return size


def judge_head_and_tail(judge: CsvJudge, tail: bytes, size: int) -> Verdict:
    """The verdict on the first bytes of a content of `size` bytes, which the judge was fed with, and on its last bytes.

    Where the tail begins no later than the head ends, nothing is left out and the verdict is complete. Otherwise `rows` are
    those that were seen, `estimated_rows` estimates all by the mean length of a row, and the lines of the tail's faults are
    estimated alike; the row in which the head ends, and the one in which the tail begins, are not judged. The cut may be
    outside quotes or within: where both can be, the tail is read either way.
    """
    overlap = judge.size + len(tail) - size
    if judge.stopped or overlap >= 0:
        feed_in_time(judge, [] if judge.stopped else [tail[overlap:]], lambda: True)
        judge.close()
        return judge.verdict()
    judge.break_off()
    begins = _first_rows(tail)
    readings = [_judge_from(begin, deepcopy(judge), tail, size, min(begins)) for begin in begins]
    return readings[0] if len(readings) == 1 else _certain(judge.verdict(), *readings)


def _judge_from(begin: int, judge: CsvJudge, tail: bytes, size: int, first: int) -> Verdict:
    """Judge the rows from `begin` on; lines are counted as from `first` on, so that readings can be compared."""
    read = judge.size + len(tail) - first
    lines = judge.reader.line - 1 + tail.count(b"\n", first)
    behind_gap = round((size - read) * lines / max(read, 1))
    judge.jump(behind_gap + tail.count(b"\n", first, begin))
    feed_in_time(judge, [tail[begin:]], lambda: True)
    judge.close(complete=False)
    rows, unread = judge.rules.rows, size - judge.size
    return judge.verdict(complete=False)._replace(estimated_rows=rows + round(unread * rows / max(judge.size, 1)))


def _first_rows(tail: bytes) -> list[int]:
    """Where the first whole row may begin, behind what a cut left of a row: outside of quotes, or within.

    A rest that breaks the rules either way is that of a broken row, which ends with its line.
    """
    behind_line = tail.find(b"\n") + 1 or len(tail)
    sight = tail[:WINDOW].decode("latin-1")
    if len(tail) <= WINDOW:
        sight = sight.removesuffix("\n") + "\n"
    rests = [(opening, split_row(opening + sight, 0)) for opening in ("", '"')]
    begins = [min(rest.end - len(opening), len(tail)) for opening, rest in rests if isinstance(rest, Cells)]
    return [*dict.fromkeys(begins)] or [behind_line]


def _certain(before: Verdict, one: Verdict, other: Verdict) -> Verdict:
    """Of two readings of a tail the one without faults (of a right manifest, one is), or else the one that has all quotes in
    their places; or else what both find."""
    # First by all faults, then by quotes alone: a reading fits where the tail adds none to those of the head.
    for names in (tuple(FAULTS), ("BadQuoting",)):
        known, *counts = [sum(each.totals.get(name, 0) for name in names) for each in (before, one, other)]
        fitting = [each for each, count in zip((one, other), counts, strict=True) if count == known]
        if fitting and (len(fitting) == 1 or "Empty" in names):
            return min(fitting, key=lambda verdict: len(verdict.warnings))
    faults = tuple(fault for fault in one.faults if fault in other.faults)
    warnings = tuple(warning for warning in one.warnings if warning in other.warnings)
    found = {each.fault for each in (*faults, *warnings)} | before.totals.keys()
    totals = {name: min(count, other.totals[name]) for name, count in one.totals.items() if name in found}
    return one._replace(faults=faults, warnings=warnings, totals=totals)


def sniff_unreadable(first: bytes) -> str | None:
    """The fault of a content that has no characters to read: Gzip or Utf16, or None."""
    if first.startswith(GZIP_MARK):
        return "Gzip"
    zeros = [byte == 0 for byte in first[:4]]  # every other one in the Latin letters of UTF-16
    is_utf16 = first.startswith(_UTF16_MARKS) or zeros in ([False, True] * 2, [True, False] * 2)
    return "Utf16" if is_utf16 else None


def sniff_other_format(first: bytes) -> str | None:
    """What the content is when it is no CSV, in words; None when it may be one."""
    if first.startswith(b"PK\x03\x04"):
        return "a ZIP archive or an Excel workbook"
    text = first[:BEGINNING].lstrip()
    if text.startswith((b"{", b"[")) and text[1:].lstrip()[:1] in (b'"', b"{", b"[", b"]", b"}"):
        return "JSON"
    is_markup = text.startswith(b"<") and (text[1:2].isalpha() or text[1:2] in (b"?", b"!"))
    return "XML or HTML" if is_markup else None
