"""Reading the rows of a manifest: plain lines many at a time, strange ones by RFC 4180."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from .findings import KEPT, Findings
from .quotes import HIDDEN_LINE_FEED, SHOWN

LONGEST = 8192  # bytes of a row, its line ending not counted
WINDOW = LONGEST + 2  # the same with the longest line ending: what must be in sight to decide on a row

# No row of a quarter of the length can have been too long before its quotes were taken off: they make a
# value of n bytes at most 2n + 2 bytes long.
_SURELY_SHORT = LONGEST // 4 - 1

# The second lookahead keeps the expression from trying shorter values where the longest does not fit.
_CELL = re.compile(rb'("(?=([^"]*(?:""[^"]*)*))\2"|[^",\r\n]*)(,|\r?\n)')

_OUT_OF_PLACE, _ALONE = "A quote stands out of place or is not closed", "A carriage return stands alone"


@dataclass
class Batch:
    """Rows that follow each other: their values, and the line on which each begins.

    A row without values is one that could not be divided.
    """

    rows: list[list[bytes]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


class RowReader:
    """Reads rows, and notes where they break RFC 4180 or hold bytes that no text may hold."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.line = 1  # of the next row
        self._batch = Batch()
        self._broken: list[tuple[int, int, bool]] = []  # line, column, and whether a quote is to blame
        self._has_blanks = False
        self._has_odd_bytes = False

    def read_unquoted(self, plain: bytes) -> Batch | None:
        """All rows of whole lines whose quotes were taken off; None if one may break a rule."""
        text = plain.replace(b"\r\n", b"\n")
        lines = text.split(b"\n")[:-1]
        if b"\r" in text or max(map(len, lines)) > _SURELY_SHORT:
            return None
        self._begin(plain)
        *numbers, self.line = accumulate(
            (1 + line.count(HIDDEN_LINE_FEED) for line in lines), initial=self.line
        )
        self._take_numbered(lines, numbers)
        self._batch.rows = [[cell.translate(SHOWN) for cell in row] for row in self._batch.rows]
        return self._batch

    def read(self, text: bytes, is_last: bool) -> tuple[Batch, int]:
        """The rows of a text, and where the first one begins that is not all in sight."""
        self._begin(text)
        parts = text.split(b"\n")
        end = len(text) - len(parts.pop())
        lines = _without_returns(parts) if b"\r" in text else parts
        done = 0
        for index, at in _strange_lines(lines, parts, text[:end]):
            if index > done:
                self._take_plain(lines[done:index])
            if index >= done:
                height = self._take_strange(text, at, lines[index], is_last)
                if height == 0:
                    end = at
                    break
                self.line += height
                done = index + height
        else:
            self._take_plain(lines[done:])
        self._note_broken()
        return self._batch, end

    def pass_long_line(self, line: bytes) -> None:
        """Count a line over 8 KiB as a row; its beginning is at hand."""
        self.findings.note("LineTooLong", (self.line,))
        if b"\0" in line[:LONGEST]:
            self.findings.note("NulByte", (self.line,))
        self._add([])

    def _begin(self, text: bytes) -> None:
        self._batch = Batch()
        self._has_blanks = b" " in text and b", " in text
        self._has_odd_bytes = b"\0" in text or not is_utf8(text)

    def _add(self, values: list[bytes]) -> None:
        self._batch.rows.append(values)
        self._batch.lines.append(self.line)

    def _take_plain(self, lines: list[bytes]) -> None:
        """Read lines that are a row each, divided by their commas."""
        first = self.line
        self.line += len(lines)
        self._take_numbered(lines, range(first, self.line))

    def _take_numbered(self, lines: list[bytes], numbers: Sequence[int]) -> None:
        if b"" in lines:
            pairs = list(zip(numbers, lines, strict=True))
            self.findings.note("BlankLine", [number for number, line in pairs if not line])
            numbers = [number for number, line in pairs if line]
            lines = [line for line in lines if line]
        rows = [line.split(b",") for line in lines]
        if self._has_blanks:
            self._strip_blanks(rows, numbers)
        self._batch.rows.extend(rows)
        self._batch.lines.extend(numbers)

    def _strip_blanks(self, rows: list[list[bytes]], numbers: Sequence[int]) -> None:
        """Take off the blanks behind commas."""
        found: dict[int, list[int]] = {}
        for number, row in zip(numbers, rows, strict=True):
            for column in range(1, len(row)):
                if row[column].startswith(b" "):
                    row[column] = row[column].lstrip(b" ")
                    found.setdefault(column + 1, []).append(number)
        for column in sorted(found):
            self.findings.note("BlankAfterComma", found[column], column)

    def _take_strange(self, text: bytes, at: int, line: bytes, is_last: bool) -> int:
        """Read the row at `at`, which begins with `line`: how many lines it has, 0 if not all in sight."""
        quoted = b'"' in line
        row = split_quoted(text, at, line) if quoted else _split(line)
        if not isinstance(row, int):
            cells, after = row
            self._add(self._values(cells))
            return text.count(b"\n", at, after) if after else 1
        if quoted and not is_last and len(text) - at < WINDOW:
            return 0
        if len(line) > LONGEST:
            self.pass_long_line(line)
        else:
            self._broken.append((self.line, row, quoted))
            self._check_bytes(line, None)
            self._add([])
        return 1

    def _note_broken(self) -> None:
        for line, column, quoted in self._broken[:KEPT]:
            why = _OUT_OF_PLACE if quoted else _ALONE
            self.findings.note("BadQuoting", (line,), column, why=why)
        self.findings.count("BadQuoting", len(self._broken[KEPT:]))
        self._broken.clear()

    def _values(self, cells: list[bytes]) -> list[bytes]:
        values = []
        for column, cell in enumerate(cells, 1):
            self._check_bytes(cell, column)
            if column > 1 and cell.startswith(b" "):
                self.findings.note("BlankAfterComma", (self.line,), column)
                cell = cell.lstrip(b" ")
            values.append(cell[1:-1].replace(b'""', b'"') if cell.startswith(b'"') else cell)
        return values

    def _check_bytes(self, text: bytes, column: int | None) -> None:
        if not self._has_odd_bytes:
            return
        if b"\0" in text:
            self.findings.note("NulByte", (self.line,), column)
        if not is_utf8(text):
            self.findings.note("NotUtf8", (self.line,), column)


def split_quoted(text: bytes, start: int, line: bytes) -> tuple[list[bytes], int] | int:
    """The cells of the row at `start`, as they stand there, and where the next row begins.

    `line` is the row's first line and holds a quote. A row that breaks RFC 4180 or grows over 8 KiB gives the
    number of the column that broke it, from 1.
    """
    head = line[: line.index(b'"')]
    if b"\r" in head or not (head.endswith(b",") or not head):
        return head.partition(b"\r")[0].count(b",") + 1
    cells = head.split(b",")[:-1]
    at, limit = start + len(head), start + WINDOW
    while cell := _CELL.match(text, at, limit):
        cells.append(cell[1])
        at = cell.end()
        ending = 0 if cell[3] == b"," else len(cell[3])
        if at - ending - start > LONGEST:
            return len(cells)
        if ending:
            return cells, at
    return len(cells) + 1


def is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _split(line: bytes) -> tuple[list[bytes], int] | int:
    """As `split_quoted`, for a line without quotes."""
    if len(line) > LONGEST:
        return 1
    if b"\r" in line:
        return line[: line.index(b"\r")].count(b",") + 1
    return line.split(b","), 0


def _without_returns(lines: list[bytes]) -> list[bytes]:
    return [line[:-1] if line.endswith(b"\r") else line for line in lines]


def _strange_lines(lines: list[bytes], parts: list[bytes], text: bytes) -> Iterator[tuple[int, int]]:
    """The lines that are no plain row: their numbers from 0, and where they stand in the text.

    `parts` are the lines as they stand there, with carriage returns at their ends.
    """
    strange: set[int] = set()
    for mark in (b'"', b"\0", b"\r"):
        if mark in text:
            strange.update(i for i, line in enumerate(lines) if mark in line)
    if not is_utf8(text):
        strange.update(i for i, line in enumerate(lines) if not is_utf8(line))
    if max(map(len, lines), default=0) > LONGEST:
        strange.update(i for i, line in enumerate(lines) if len(line) > LONGEST)
    starts = list(accumulate(map(len, parts), initial=0)) if strange else []
    return ((i, starts[i] + i) for i in sorted(strange))
