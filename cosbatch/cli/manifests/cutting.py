"""Where a list is cut into parts of so many rows: between two rows, never inside a quoted value with line breaks.

The list has been judged before: its quotes are in their places. An empty line is no row, and stays with the row before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of a list: where it begins, in bytes, how many it has, and how many rows; how many lines stand before it."""

    start: int
    size: int
    rows: int
    lines: int


def parts_of(blocks: Iterable[bytes], rows: int) -> Iterator[Part]:
    """The parts of a list that comes in blocks of any length, of `rows` rows each; the last may have fewer."""
    cutter = _Cutter(rows)
    rest = b""
    for block in blocks:
        content = rest + block if rest else block
        end = content.rfind(b"\n") + 1
        yield from cutter.take(content[:end])
        rest = content[end:]
    if rest:
        yield from cutter.take(rest + b"\n")
        cutter.end -= 1
    if cutter.rows:
        yield cutter.cut(cutter.end)


class _Cutter:
    """Takes whole lines, and gives each part when the first row behind it comes; `end` is how many bytes were taken."""

    def __init__(self, most: int) -> None:
        self.rows = 0  # of the part that is growing
        self.end = 0
        self._most = most
        self._begin, self._lines = 0, 0  # of the part that is growing: its first byte, and the lines before it
        self._line = 0  # how many were taken
        self._is_inside = False  # of quotes, at the end of what was taken

    def cut(self, at: int) -> Part:
        part = Part(self._begin, at - self._begin, self.rows, self._lines)
        self._begin, self._lines, self.rows = at, self._line, 0
        return part

    def take(self, lines: bytes) -> Iterator[Part]:
        if self._is_inside or _is_irregular(lines):
            yield from self._line_by_line(lines)
        else:
            yield from self._at_once(lines)
        self.end += len(lines)

    def _at_once(self, lines: bytes) -> Iterator[Part]:
        """Every line is a row: they are only counted, and looked at one by one up to a cut alone."""
        count, at = lines.count(b"\n"), 0
        while self.rows + count > self._most:
            wanted = self._most - self.rows
            for _ in range(wanted):
                at = lines.find(b"\n", at) + 1
            count -= wanted
            self.rows = self._most
            self._line += wanted
            yield self.cut(self.end + at)
        self.rows += count
        self._line += count

    def _line_by_line(self, lines: bytes) -> Iterator[Part]:
        at = self.end
        for line in lines.split(b"\n")[:-1]:
            if self._is_inside or line.strip(b"\r"):
                if self.rows == self._most and not self._is_inside:
                    yield self.cut(at)
                self._is_inside ^= bool(line.count(b'"') % 2)
                self.rows += not self._is_inside
            at += len(line) + 1
            self._line += 1


def _is_irregular(lines: bytes) -> bool:
    """Whether some line of these is empty, or some row may go over several."""
    if lines.startswith((b"\n", b"\r\n")) or b"\n\n" in lines or b"\n\r\n" in lines:
        return True
    return b'"' in lines and (lines.count(b'"') % 2 == 1 or b"\n" in b'"'.join(lines.split(b'"')[1::2]))
