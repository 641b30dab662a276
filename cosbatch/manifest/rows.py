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
_match_value = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"?|([^",\r\n]*))(,|\r?\n)?').match
_strip_blanks = re.compile(", +").sub
# The most frequent broken rows of text without CR: the first quote is out of place, or something stands behind the second.
BROKEN = r"""[^"\n]*"(?:(?<=[^,\n]")|(?=[^"]*"[^,\n"]))"""
_match_broken = re.compile(BROKEN).match
_split_at_runs = re.compile(b'("""+)').split


class Cells(NamedTuple):
    """The values of a row, the columns, from 1, of which blanks were left out, and where the next row begins."""

    values: list[str]
    blanks: Sequence[int]
    end: int


class Break(NamedTuple):
    """The column, from 1, in which a row breaks the rules, and whether what is not in sight may still close its quotes."""

    column: int
    is_open: bool


_NO_CELLS = Cells([], (), 0)


class RowReader:
    """Reads rows, many at a time where a block allows it; `line` is the number of the next one."""

    def __init__(self, findings: Findings, rules: RowRules) -> None:
        self.line = 1
        self._findings = findings
        self._rules = rules
        self._refused = 0  # blocks whose rows could not be read at once, since the last whose rows could
        self._end = 0  # of the rows that were read, in the block
        self._is_last = False

    def read(self, block: bytes, is_last: bool) -> int:
        """Judge the rows that are all in sight; gives where the next one begins."""
        self._is_last, self._end = is_last, block.rfind(b"\n") + 1
        rows = self._rows_at_once(block) if is_worth_trying(self._refused) else None
        self._refused = 0 if rows is not None else self._refused + 1
        has_odd = has_odd_bytes(block)
        self._rules.judge(self._rows(block, has_odd) if rows is None else rows, block, has_odd)
        return self._end

    def pass_long_line(self, line: int, text: str) -> None:
        """A line over 8 KiB as a broken row, of which that many bytes are in the text."""
        if "\0" in text[:LONGEST]:
            self._findings.note("NulByte", line)
        self._findings.note("LineTooLong", line)

    def _rows_at_once(self, block: bytes) -> Iterable[Row] | None:
        """The rows of a block that breaks no rule of reading; None where its lines have to be looked at."""
        found = read_at_once(block[: self._end])
        if found is None:
            return None
        rows, lines, end = found
        if end < self._end:  # the last row goes on behind the block
            rest = split_row(block[end:].decode("latin-1"), 0)
            if self._is_last or isinstance(rest, Cells) or not rest.is_open:
                return None
        first, self.line, self._end = self.line, self.line + lines, end
        if lines == len(rows):
            return enumerate(rows, first)
        inner_lines = accumulate(map(str.count, map("".join, rows), repeat("\n")), initial=0)
        return zip(map(add, count(first), inner_lines), rows, strict=False)

    def _rows(self, block: bytes, has_odd: bool) -> Iterator[Row]:
        """The rows, line by line; ends in front of a row that is not all in sight."""
        text, at, next_row = block.decode("latin-1"), 0, self.line
        is_plain = "\r" not in text and not holds_long_line(block)
        is_counting = len(self._findings.faults) >= KEPT and is_plain and not has_odd
        for number, line in enumerate(text.split("\n")[:-1], self.line):
            start, at = at, at + len(line) + 1
            if number < next_row:
                continue
            next_row = number + 1
            if '"' not in line:
                is_divided = line and is_plain and ", " not in line
                values = line.split(",") if is_divided else self._values(number, line.removesuffix("\r"))
            elif is_plain and line[0] == line[-1] == '"' and line.count('"') == 2 * len(cut := line[1:-1].split('","')):
                values = cut  # all its quotes are those at both ends and between the values
            elif is_counting and _match_broken(text, start):
                self._findings.counts["BadQuoting"] += 1
                values = []
            else:
                cells = self._cells(number, line.removesuffix("\r"), text, start)
                if cells is None:
                    next_row, self._end = number, start
                    break
                values = cells.values
                next_row += text.count("\n", at, max(at, cells.end))
            if values is not None:
                yield number, values
        self.line = next_row

    def _values(self, number: int, line: str) -> list[str] | None:
        """The values of a line without quotes, none where it is too long or broken; None where it is empty."""
        if not line:
            self._findings.note("BlankLine", number)
            return None
        if "\r" in line or len(line) > LONGEST or len(self._findings.warnings) < KEPT:
            cells = self._cells(number, line, line + "\r\n", 0)
            return cells.values if cells else None
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
        elif cells.is_open and not self._is_last:
            return None
        else:
            self._rules.judge_bytes(number, [line], is_divided=False)
            self._findings.note("BadQuoting", number, cells.column, _OUT_OF_PLACE if '"' in line else _ALONE)
        return _NO_CELLS


def is_worth_trying(refused: int) -> bool:
    """Whether to try once more to read a block at once, behind so many that could not be: each eighth."""
    return refused < 2 or refused % 8 == 7


def read_at_once(block: bytes) -> tuple[list[list[str]], int, int] | None:
    """The rows of whole lines, how many lines that are, and where they end: in front of a last row whose quotes are not closed.
    None where a row may be divided wrongly, over 8 KiB, or empty, and where there are no quotes: line by line is as fast then."""
    text = block.decode("latin-1")
    if '"' not in text or ("\r" in text and text.count("\r") != text.count("\r\n")):
        return None
    rows, end = list[list[str]](), len(block)
    try:
        rows.extend(csv.reader(io.StringIO(text, newline="\n"), strict=True))
    except csv.Error:  # what is behind the rows may be the beginning of one
        end = block.rfind(b"\n", 0, block.rfind(b'"')) + 1
    glue = "\0" if " " in text else ""  # no value may end with a comma where the next begins with a blank
    values = glue.join(map(glue.join, rows))
    lines = len(rows) + values.count("\n")
    has_blanks = " " in text and text.count(", ", 0, end) != values.count(", ")
    if has_blanks or not all(rows) or (end < len(block) and lines != block.count(b"\n", 0, end)):
        return None
    is_in_place = '"' not in values or split_quotes(block[:end])[0]  # csv.reader takes some quotes that are not
    # With its quotes, a row over several lines has at most so many bytes.
    longest = max(map(len, map('","'.join, rows))) * (2 if '"' in values else 1) + 2 if lines > len(rows) else 0
    return (rows, lines, end) if is_in_place and longest <= LONGEST and not holds_long_line(block[:end]) else None


def split_quotes(block: bytes) -> tuple[list[bytes], bytes, bytes]:
    """Whole lines divided at their quotes: all parts (none where a quote is out of place), those in quotes, those outside.
    Between the parts stands one quote each; doubled ones divide a value in two, and of longer runs one or two quotes are left."""
    pieces = _split_at_runs(block) if b'"""' in block else [block]
    pieces[1::2] = [b'""'[len(run) % 2 :] for run in pieces[1::2]]
    parts = b"".join(pieces).split(b'"')
    inside, outside = b'"'.join(parts[1::2]), b'"'.join(parts[0::2])
    frame = outside
    while b'""' in frame:
        frame = frame.replace(b'""', b'"')
    begun = frame.count(b',"') + frame.count(b'\n"') + frame.startswith(b'"')
    ended = frame.count(b'",') + frame.count(b'"\n') + frame.count(b'"\r\n')
    is_in_place = len(parts) % 2 and begun == ended == frame.count(b'"')
    return parts if is_in_place else [], inside, outside


def holds_long_line(block: bytes) -> bool:
    """Whether a line is over 8 KiB: it leaves some aligned half of that without a line feed."""
    half = LONGEST // 2
    has_gap = any(block.find(b"\n", at, at + half) < 0 for at in range(0, len(block) - half + 1, half))
    return has_gap and max(map(len, block.split(b"\n"))) > LONGEST


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
            return Break(len(values) + 1, len(text) < limit and text[at : at + 2] in ("", "\r"))
        if quoted is None and values and plain.startswith(" "):
            plain = plain.lstrip(" ")
            blanks.append(len(values) + 1)
        values.append(plain if quoted is None else quoted.replace('""', '"'))
        if ending != ",":
            return Cells(values, blanks, at)
