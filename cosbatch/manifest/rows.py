"""Reads the rows of a block by RFC 4180, has the rules judge them, and notes where one breaks those of reading.

A row ends with LF or CRLF, and takes several lines where quotes hold line feeds. Where the rules are broken, or a closing
quote is not in sight within 8 KiB, the row is its first line alone: one stray quote does not swallow the rows behind it.
A carriage return that stands alone breaks the rules. An empty line is no row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, count, repeat
from operator import add
from typing import NamedTuple

from cosbatch.manifest.rules import LONGEST, Row, RowRules, has_odd_bytes
from cosbatch.manifest.verdict import KEPT, Findings

WINDOW = LONGEST + 2  # a row with the longest line ending: what must be in sight to decide on it

_OUT_OF_PLACE, _ALONE = "A quote stands out of place or is not closed", "A carriage return stands alone"

# A value in quotes or without, and what ends it: nothing, where the quotes are not closed or out of place.
_match_value = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n)?').match
_strip_blanks = re.compile(", +").sub


class Cells(NamedTuple):
    """The values of a row, the columns, from 1, of which blanks were left out, and where the next row begins."""

    values: list[str]
    blanks: Sequence[int]
    end: int


class Break(NamedTuple):
    """The column, from 1, in which a row breaks the rules, and whether what is not in sight may still close its quotes."""

    column: int
    is_open: bool


_BROKEN = Cells([], (), 0)


class RowReader:
    """Reads rows, many at a time where a block allows it; `line` is the number of the next one."""

    def __init__(self, findings: Findings, rules: RowRules) -> None:
        self.line = 1
        self._findings = findings
        self._rules = rules
        self._refused = 0  # blocks with quotes whose rows could not be read at once, since the last whose rows could
        self._end = 0  # of the rows that were read, in the block
        self._is_last = False

    def read(self, block: bytes, is_last: bool) -> int:
        """Judge the rows that are all in sight; gives where the next one begins."""
        self._is_last, self._end = is_last, block.rfind(b"\n") + 1
        rows = None
        if b'"' not in block:
            rows = self._unquoted_rows(block[: self._end])
        elif is_worth_trying(self._refused):
            rows = self._quoted_rows(block)
        self._refused = 0 if rows is not None else self._refused + 1
        self._rules.judge(self._rows(block) if rows is None else rows, block)
        return self._end

    def pass_long_line(self, line: int, text: str) -> None:
        """A line over 8 KiB as a row, of which that many bytes are in the text."""
        self._rules.pass_broken_row()
        if "\0" in text[:LONGEST]:
            self._findings.note("NulByte", line)
        self._findings.note("LineTooLong", line)

    def _unquoted_rows(self, block: bytes) -> Iterable[Row] | None:
        """The rows of whole lines without quotes; None where one breaks the rules."""
        text = block.decode("latin-1")
        text = text.replace("\r\n", "\n") if "\r" in text else text
        if "\r" in text or may_hold_long_row(block):
            return None
        lines = text.split("\n")[:-1]
        numbered = enumerate(lines, self.line)
        self.line += len(lines)
        if "" in lines or (" " in text and ", " in text):
            return ((number, values) for number, line in numbered if (values := self._values(number, line)))
        return enumerate(map(str.split, lines, repeat(",")), self.line - len(lines))

    def _quoted_rows(self, block: bytes) -> Iterable[Row] | None:
        """The rows of a block that has all quotes in their places; None where its lines have to be looked at."""
        end = self._end
        if block.count(b'"', 0, end) % 2:  # the last row goes on behind the line
            end = block.rfind(b"\n", 0, block.rfind(b'"', 0, end)) + 1
            if self._is_last or len(block) - end >= WINDOW:
                return None
            rest = split_row(block[end:].decode("latin-1"), 0)
            if not (isinstance(rest, Break) and rest.is_open):
                return None
        block = block[:end]
        parts, inside, outside = split_quotes(block)
        outside = outside.replace(b"\r\n", b"\n")
        is_irregular = outside.startswith(b"\n") or any(sign in outside for sign in (b"\n\n", b", ", b"\r"))
        if not parts or b"\0" in block or is_irregular:
            return None
        if b"\n" in inside:
            parts[1::2] = inside.replace(b"\n", b"\0").split(b'"')
        rows = b'"'.join(parts).split(b"\n")
        if max(map(len, rows)) > LONGEST:
            return None
        first, self.line, self._end = self.line, self.line + block.count(b"\n"), end
        values = csv.reader(io.StringIO(block.decode("latin-1"), newline="\n"))
        if b"\n" not in inside:
            return enumerate(values, first)
        inner_lines = accumulate(map(bytes.count, rows, repeat(b"\0")), initial=0)
        return zip(map(add, count(first), inner_lines), values, strict=False)

    def _rows(self, block: bytes) -> Iterator[Row]:
        """The rows, line by line; ends in front of a row that is not all in sight."""
        rules, text, at, next_row, broken = self._rules, block.decode("latin-1"), 0, self.line, 0
        is_odd, last_quote = "\r" in text or may_hold_long_row(block), text.rfind('"', 0, -1)
        is_counting = len(self._findings.faults) >= KEPT and not is_odd and not has_odd_bytes(block)
        for number, line in enumerate(text.split("\n")[:-1], self.line):
            start, at = at, at + len(line) + 1
            if number < next_row:
                continue
            next_row = number + 1
            if '"' not in line:
                is_divided = line and not is_odd and ", " not in line
                values = line.split(",") if is_divided else self._values(number, line.removesuffix("\r"))
            elif (
                not is_odd
                and line[0] == line[-1] == '"'
                and line.count('"') == 2 * len(quoted := line[1:-1].split('","'))
            ):
                values = quoted  # all its quotes are those at both ends and between the values
            elif (
                is_counting
                and 0 < (quote := start + line.find('"')) < last_quote
                and (text[quote - 1] not in ",\n" or text[text.find('"', quote + 1) + 1] not in ',\r\n"')
            ):
                # The most frequent ways to break a row, where it is only to be counted: a third of the time.
                broken += 1
                rules.previous = values = []
            else:
                cells = self._cells(number, line.removesuffix("\r"), text, start)
                if cells is None:
                    next_row, self._end = number, start
                    break
                values = cells.values
                next_row += text.count("\n", at, max(at, cells.end))
            if values:
                yield number, values
        self.line = next_row
        rules.rows += broken
        self._findings.counts["BadQuoting"] += broken

    def _values(self, number: int, line: str) -> list[str]:
        """The values of a line without quotes; none where it is empty, too long or broken."""
        if not line:
            self._findings.note("BlankLine", number)
            return []
        if "\r" in line or len(line) > LONGEST or len(self._findings.warnings) < KEPT:
            cells = self._cells(number, line, line + "\r\n", 0)
            return cells.values if cells else []
        self._findings.counts["BlankAfterComma"] += line.count(", ")
        return (_strip_blanks(",", line) if ", " in line else line).split(",")

    def _cells(self, number: int, line: str, text: str, start: int) -> Cells | None:
        """A row that may be over several lines, without values where it is broken; None where it is out of sight."""
        cells = split_row(text, start)
        if isinstance(cells, Cells):
            for column in cells.blanks:
                self._findings.note("BlankAfterComma", number, column)
            return cells
        if len(line) > LONGEST:
            self.pass_long_line(number, line)
        elif cells.is_open and not self._is_last and len(text) - start < WINDOW:
            return None
        else:
            self._rules.judge_bytes(number, [line], is_divided=False)
            self._findings.note("BadQuoting", number, cells.column, _OUT_OF_PLACE if '"' in line else _ALONE)
            self._rules.pass_broken_row()
        return _BROKEN


def is_worth_trying(refused: int) -> bool:
    """Whether to try once more to read a block at once, behind so many that could not be: each eighth."""
    return refused < 2 or refused % 8 == 7


def split_quotes(block: bytes) -> tuple[list[bytes], bytes, bytes]:
    """Whole lines divided at their quotes: all parts (none where a quote is out of place), those in quotes, those outside.
    Between the parts stands one quote each; doubled ones divide a value in two."""
    parts = block.split(b'"')
    inside, outside = b'"'.join(parts[1::2]), b'"'.join(parts[0::2])
    frame = outside
    while b'""' in frame:
        frame = frame.replace(b'""', b'"')
    begun = frame.count(b',"') + frame.count(b'\n"') + frame.startswith(b'"')
    ended = frame.count(b'",') + frame.count(b'"\n') + frame.count(b'"\r\n')
    is_in_place = len(parts) % 2 and begun == ended == frame.count(b'"')
    return parts if is_in_place else [], inside, outside


def may_hold_long_row(block: bytes) -> bool:
    """A line over 8 KiB leaves some aligned half of that without a line feed."""
    half = LONGEST // 2
    return any(block.find(b"\n", at, at + half) < 0 for at in range(0, len(block) - half + 1, half))


def split_row(text: str, start: int) -> Cells | Break:
    """The row at `start`; or where it breaks RFC 4180 or grows over 8 KiB."""
    values: list[str] = []
    blanks: list[int] = []
    at, limit = start, start + WINDOW
    while True:
        found = _match_value(text, at, limit)
        assert found  # the pattern fits an empty text too
        quoted, plain, ending = found.groups()
        at = found.end()
        if ending is None or (at if ending == "," else at - len(ending)) - start > LONGEST:
            return Break(len(values) + 1, text[at:] in ("", "\r") or (text[at] == '"' and not plain))
        if quoted is None and values and plain.startswith(" "):
            plain = plain.lstrip(" ")
            blanks.append(len(values) + 1)
        values.append(plain if quoted is None else quoted.replace('""', '"'))
        if ending != ",":
            return Cells(values, blanks, at)
