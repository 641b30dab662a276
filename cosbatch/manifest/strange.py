"""Lines that are no row divided by commas: those with quotes or stray carriage returns, and too long ones."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, cached_property
from itertools import accumulate, pairwise, repeat

from cosbatch.manifest.quotes import is_clear, unquoted

LONGEST = 8192  # bytes of a row, its line ending not counted
WINDOW = LONGEST + 2  # the same with the longest line ending: what must be in sight to decide on a row

_QUOTE, _RETURN = b'"\r'  # as ints, which bytes look for in a tenth of the time
_ASIDE = b"-"  # stands for a line of which the row is known otherwise
_MAY_PRECEDE_QUOTE = (b",", b"")  # the last is the beginning of a line
_MAY_FOLLOW_QUOTE = (b",", b'"', b"\r", b"")  # the last is the end of a line


@cache
def _cell() -> re.Pattern[bytes]:
    """A value and what ends it. The lookahead keeps it from trying shorter ones where the longest fails."""
    return re.compile(rb'("(?=([^"]*(?:""[^"]*)*))\2"|[^",\r\n]*)(,|\r?\n)')


@cache
def _closing() -> re.Pattern[bytes]:
    """A quote that may be where a value ends, or stand for itself."""
    return re.compile(rb'"(?:[,\r\n"]|\Z)')


@cache
def _quoted_line() -> re.Pattern[bytes]:
    """A line that is a row, with its quotes in their places."""
    return re.compile(rb'(?:(?:"(?=([^"]*(?:""[^"]*)*))\1"|[^",\r]*)(?:,|\Z))+')


class Lines:
    """The lines of a text, and what is known of those that are no plain row.

    `lines` are those that are in sight, without their endings. A line with an even number of quotes, all in
    their places, stands there without them (see `quotes.unquoted`), and its number is in `unquoted`. `rows`
    has the values of rows that are known otherwise: those of a row over several lines, whose further lines
    are empty and `inner`, or none for `broken` and `long` lines, whose text is kept there. Numbers count from
    0; `end` is where the first row begins that is not in sight.
    """

    def __init__(self, text: bytes, is_last: bool) -> None:
        parts = text.split(b"\n")
        self.end = len(text) - len(parts.pop())
        self.lines = [part.removesuffix(b"\r") for part in parts] if b"\r" in text else parts.copy()
        self.rows: dict[int, list[bytes]] = {}
        self.unquoted: list[int] = []
        self.inner: set[int] = set()
        self.broken: dict[int, bytes] = {}
        self.long: dict[int, bytes] = {}
        self.blanks: list[tuple[int, int]] = []  # line and column of values in `rows` that a blank preceded
        self._text = text
        self._parts = parts
        self._is_last = is_last
        if may_hold_long_line(text):
            self._set_aside(self.long, [i for i, line in enumerate(self.lines) if len(line) > LONGEST])
        if b'"' in text:
            self._read_quotes()
        if b"\r" in text:
            stray = [i for i, line in enumerate(self.lines) if _RETURN in line and _QUOTE not in line]
            self._set_aside(self.broken, stray)

    def broken_column(self, number: int) -> int:
        """The column, from 1, in which a broken line breaks the rules."""
        line = self.broken[number]
        row = split_quoted(self._text, self._start(number)) if _QUOTE in line else None
        return row if isinstance(row, int) else line.partition(b"\r")[0].count(b",") + 1

    def _set_aside(self, kind: dict[int, bytes], numbers: Collection[int]) -> None:
        """Make these lines rows without values."""
        lines = self.lines
        for number in numbers:
            kind[number] = lines[number]
            lines[number] = _ASIDE
            self.rows[number] = []

    def _start(self, number: int) -> int:
        """Where a line begins in the text."""
        return self._lengths[number] + number

    @cached_property
    def _lengths(self) -> list[int]:
        """Of all lines before each, without their line feeds."""
        return list(accumulate(map(len, self._parts), initial=0))

    def _read_quotes(self) -> None:
        """Go through the lines with quotes: an odd number breaks a row, or opens one of more lines."""
        quoted = [i for i, line in enumerate(self.lines) if _QUOTE in line]
        if not _may_open(self._text):
            self._set_aside(self.broken, quoted)
            return
        if not _closing().search(self._text):
            self._set_aside(self.broken, quoted[:-1])
            quoted = quoted[-1:]  # its next quote is not in sight
        odd = [i for i in quoted if self.lines[i].count(_QUOTE) % 2]
        broken = self._broken_at_once(odd, quoted)
        next_row = 0
        for number in odd if len(broken) < len(odd) else ():
            if number >= next_row and number not in broken:
                next_row = self._read_open_row(number)
                if next_row == 0:
                    self._cut(number)
                    break
        in_sight = len(self.lines)
        rows = [i for i in quoted if i < in_sight and i not in self.inner and i not in self.rows]
        self._set_aside(self.broken, [i for i in rows if i in broken])
        balanced = set(rows).difference(odd)
        if balanced:
            self._read_balanced(sorted(balanced))

    def _broken_at_once(self, odd: list[int], quoted: list[int]) -> set[int]:
        """Those of the lines with an odd number of quotes that break the rules, as far as it is easy to tell.

        Their first quote is not where a value begins; or it is the only one, and the next in the text is not
        where a value ends.
        """
        parts = {i: self.lines[i].partition(b'"') for i in quoted}
        broken = {i for i in odd if parts[i][0][-1:] not in _MAY_PRECEDE_QUOTE}
        if len(broken) == len(odd):
            return broken
        misplaced = {i for i in quoted if parts[i][2][:1] not in _MAY_FOLLOW_QUOTE}
        follower = dict(pairwise(quoted))
        lonely = [i for i in odd if i in follower and _QUOTE not in parts[i][2]]
        return broken.union(i for i in lonely if follower[i] in misplaced)

    def _cut(self, number: int) -> None:
        """Leave the lines from this number for the time when more is in sight."""
        self.end = self._start(number)
        del self.lines[number:]

    def _read_open_row(self, number: int) -> int:
        """Read a row that may go over several lines; gives the number of the line behind it, 0 if unknown."""
        start = self._start(number)
        row = split_quoted(self._text, start)
        if isinstance(row, int):
            if not self._is_last and len(self._text) - start < WINDOW:
                return 0
            self._set_aside(self.broken, (number,))
            return number + 1
        cells, end = row
        self._add_row(number, cells)
        next_row = number + self._text.count(b"\n", start, end)
        for inner in range(number + 1, next_row):
            self.inner.add(inner)
            self.lines[inner] = b""
        return next_row

    def _add_row(self, number: int, cells: list[bytes]) -> None:
        values = []
        for column, cell in enumerate(cells, 1):
            if column > 1 and cell.startswith(b" "):
                self.blanks.append((number, column))
                cell = cell.lstrip(b" ")
            values.append(cell[1:-1].replace(b'""', b'"') if cell.startswith(b'"') else cell)
        self.rows[number] = values
        self.lines[number] = _ASIDE

    def _read_balanced(self, numbers: list[int]) -> None:
        """Take the quotes off the lines whose quotes are in their places; the others are broken."""
        plain = self._unquoted(numbers)
        if plain is None:
            numbers = self._regular(numbers)
            plain = self._unquoted(numbers) or b""
        for number, line in zip(numbers, plain.split(b"\n"), strict=False):
            self.lines[number] = line or _ASIDE
            if not line:  # a row of one empty value, no blank line
                self.rows[number] = [b""]
        self.unquoted = [i for i in numbers if i not in self.rows]

    def _unquoted(self, numbers: list[int]) -> bytes | None:
        """The lines without their quotes; None where a quote or a carriage return breaks the rules in one of them."""
        plain = unquoted(b"".join([self.lines[number] + b"\n" for number in numbers]))
        return None if plain is None or b"\r" in plain else plain

    def _regular(self, numbers: list[int]) -> list[int]:
        """Those of the lines that can lose their quotes together; the others are read one by one, or broken."""
        fits = _quoted_line().fullmatch
        fitting = [i for i in numbers if fits(self.lines[i])]
        self._set_aside(self.broken, set(numbers).difference(fitting))
        clear = [i for i in fitting if is_clear(self.lines[i])]
        for number in set(fitting).difference(clear):
            self._read_open_row(number)
        return clear


def _may_open(text: bytes) -> bool:
    """Whether some quote stands where a value begins."""
    return text.startswith(b'"') or b',"' in text or b'\n"' in text


def split_quoted(text: bytes, start: int) -> tuple[list[bytes], int] | int:
    """The cells of the row at `start`, as they stand there, and where the next row begins.

    A row that breaks RFC 4180 or grows over 8 KiB gives the number of the column that broke it, from 1.
    """
    cells: list[bytes] = []
    at, limit = start, start + WINDOW
    match = _cell().match
    while cell := match(text, at, limit):
        cells.append(cell[1])
        at = cell.end()
        ending = 0 if cell[3] == b"," else len(cell[3])
        if at - ending - start > LONGEST:
            return len(cells)
        if ending:
            return cells, at
    return len(cells) + 1


def may_hold_long_line(text: bytes) -> bool:
    """A line over 8 KiB leaves some aligned stretch of half that length without a line feed."""
    half, size = LONGEST // 2, len(text)
    return -1 in map(text.find, repeat(b"\n"), range(0, size - half, half), range(half, size, half))
