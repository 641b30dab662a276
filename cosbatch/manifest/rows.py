"""Reading the rows of a manifest, many lines at a time."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, compress, repeat
from operator import add

from cosbatch.manifest.findings import Findings
from cosbatch.manifest.quotes import HIDDEN_LINE_FEED, HIDDEN_QUOTE, values_of
from cosbatch.manifest.strange import LONGEST, Lines
from cosbatch.manifest.utf8 import is_utf8, not_utf8

_QUOTE, _BLANK, _NUL = b'" \0'  # as ints, which bytes look for in a tenth of the time
_OUT_OF_PLACE, _ALONE = "A quote stands out of place or is not closed", "A carriage return stands alone"


class Batch:
    """Rows that follow each other: their values, and the line on which each begins.

    A row without values is one that could not be divided. `not_utf8` has the lines of the values that are no
    UTF-8, by column from 1.
    """

    def __init__(
        self, rows: list[list[bytes]], lines: Sequence[int], not_utf8: dict[int, set[int]] | None = None
    ) -> None:
        self.rows = rows
        self.lines = lines
        self.not_utf8 = not_utf8 or {}

    def only(self, selectors: Sequence[object]) -> Batch:
        """The rows whose selector is true."""
        return Batch(list(compress(self.rows, selectors)), list(compress(self.lines, selectors)), self.not_utf8)


class RowReader:
    """Reads rows, and notes where they break RFC 4180 or hold bytes that no text may hold."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.line = 1  # of the next row

    def read_unquoted(self, plain: bytes, block: bytes) -> Batch | None:
        """All rows of a block of whole lines, given without quotes as well; None if one may break a rule."""
        text = plain.replace(b"\r\n", b"\n") if b"\r" in plain else plain
        lines = text.split(b"\n")[:-1]
        if b"\r" in text or not all(lines) or _may_have_been_long(lines):
            return None
        numbers: Sequence[int] = range(self.line, self.line + len(lines))
        if HIDDEN_LINE_FEED in text:
            inner = accumulate(map(bytes.count, lines, repeat(HIDDEN_LINE_FEED)), initial=0)
            numbers = list(map(add, numbers, inner))
        self.line += block.count(b"\n")
        self._strip_blanks(lines, numbers, text)
        batch = Batch(values_of(lines), numbers)
        if _has_odd_bytes(block):
            self._check_bytes(batch, _with_odd_bytes(lines), {})
        return batch

    def read(self, text: bytes, is_last: bool) -> tuple[Batch, int]:
        """The rows of a text, and where the first one begins that is not all in sight."""
        found = Lines(text, is_last)
        numbers = range(self.line, self.line + len(found.lines))
        self.line = numbers.stop
        self._strip_blanks(found.lines, numbers, text)
        batch = Batch(list(map(bytes.split, found.lines, repeat(b","))), numbers)
        if found.unquoted:
            unquoted = values_of([found.lines[number] for number in found.unquoted])
            for number, values in zip(found.unquoted, unquoted, strict=True):
                batch.rows[number] = values
        if found.rows:
            self._put_strange_rows(batch, found)
        if _has_odd_bytes(text[: found.end]):
            self._check_bytes(batch, sorted({*_with_odd_bytes(found.lines), *found.rows}), found.broken)
        self._note_strange_lines(batch, found)
        return self._without_empty_lines(batch, found.lines, found.inner), found.end

    def pass_long_line(self, beginning: bytes) -> Batch:
        """A line over 8 KiB as a row."""
        batch = Batch([[]], (self.line,))
        self._note_long_line(self.line, beginning)
        return batch

    def _strip_blanks(self, lines: list[bytes], numbers: Sequence[int], text: bytes) -> None:
        """Take off the blanks behind commas, which are no part of the value."""
        if b" " not in text or b", " not in text:
            return
        found = [i for i, line in enumerate(lines) if _BLANK in line and line.find(b", ") >= 0]
        room = self.findings.room("BlankAfterComma")
        for index in found[:room]:
            for column, cell in enumerate(lines[index].split(b",")[1:], 2):
                if cell.startswith(b" "):
                    self.findings.note("BlankAfterComma", (numbers[index],), column)
        self.findings.count("BlankAfterComma", sum(lines[i].count(b", ") for i in found[room:]))
        for index in found:
            line = lines[index].replace(b", ", b",")
            lines[index] = re.sub(rb", +", b",", line) if line.find(b", ") >= 0 else line

    def _put_strange_rows(self, batch: Batch, found: Lines) -> None:
        for number, values in found.rows.items():
            batch.rows[number] = values
        for number, column in found.blanks:
            self.findings.note("BlankAfterComma", (batch.lines[number],), column)

    def _check_bytes(self, batch: Batch, numbers: list[int], broken: Mapping[int, bytes]) -> None:
        """Note what no text may hold in these rows, value by value, or for a broken line as a whole."""
        widths = [len(batch.rows[number]) for number in numbers]
        for width in set(widths):
            group = list(compress(numbers, map(width.__eq__, widths)))
            lines = [batch.lines[number] for number in group]
            if width == 0:
                self._check_values(lines, None, [broken.get(number, b"") for number in group])
            for column, values in enumerate(zip(*[batch.rows[number] for number in group], strict=True), 1):
                batch.not_utf8.setdefault(column, set()).update(self._check_values(lines, column, values))

    def _check_values(self, lines: list[int], column: int | None, values: Sequence[bytes]) -> list[int]:
        """Note the lines of values that no text may hold; gives those that are no UTF-8."""
        found = [lines[i] for i in not_utf8(values)]
        self.findings.note("NotUtf8", found, column)
        self.findings.note(
            "NulByte", [line for line, value in zip(lines, values, strict=True) if _NUL in value], column
        )
        return found

    def _note_strange_lines(self, batch: Batch, found: Lines) -> None:
        for number in sorted(found.long):
            self._note_long_line(batch.lines[number], found.long[number])
        broken = sorted(found.broken)
        room = self.findings.room("BadQuoting")
        for number in broken[:room]:
            why = _OUT_OF_PLACE if _QUOTE in found.broken[number] else _ALONE
            column = found.broken_column(number)
            self.findings.note("BadQuoting", (batch.lines[number],), column, why=why)
        self.findings.count("BadQuoting", len(broken[room:]))

    def _note_long_line(self, line: int, beginning: bytes) -> None:
        if b"\0" in beginning[:LONGEST]:
            self.findings.note("NulByte", (line,))
        self.findings.note("LineTooLong", (line,))

    def _without_empty_lines(self, batch: Batch, lines: list[bytes], inner: Collection[int]) -> Batch:
        """The batch without the lines that are no rows: those in quotes, and those to be noted as blank."""
        if all(lines):
            return batch
        blank = [i for i, line in enumerate(lines) if not line and i not in inner]
        self.findings.note("BlankLine", [batch.lines[i] for i in blank])
        return batch.only(lines)


def _may_have_been_long(lines: list[bytes]) -> bool:
    """Whether a row of these unquoted lines may have been too long before its quotes were taken off."""
    if max(map(len, lines)) < LONGEST // 4:  # with all its quotes, a value of n bytes has at most 2n + 2
        return False
    return any(len(line) + line.count(HIDDEN_QUOTE) + 2 * line.count(b",") + 2 > LONGEST for line in lines)


def _has_odd_bytes(text: bytes) -> bool:
    """Whether it holds what no text may hold."""
    return b"\0" in text or not is_utf8(text)


def _with_odd_bytes(lines: list[bytes]) -> list[int]:
    """The numbers, from 0, of those that may hold what no text may hold."""
    return [i for i, line in enumerate(lines) if not line.isascii() or _NUL in line]
