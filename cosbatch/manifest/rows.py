"""Where a row begins and ends, and which cells it has: RFC 4180, read from bytes."""

from __future__ import annotations

import re

LONGEST = 8192  # bytes of a row, its line ending not counted
WINDOW = LONGEST + 2  # the same with the longest line ending: what must be in sight to decide on a row

_CELL = re.compile(rb'("[^"]*(?:""[^"]*)*"|[^",\r\n]*)(,|\r?\n)')


def split_quoted(text: bytes, start: int) -> tuple[list[bytes], int] | int:
    """The cells of the row at `start`, as they stand there, and where the next row begins.

    A row that breaks RFC 4180 or grows over 8 KiB gives the number of the column that broke it, from 1.
    """
    cells: list[bytes] = []
    at, limit = start, start + WINDOW
    while cell := _CELL.match(text, at, limit):
        cells.append(cell[1])
        at = cell.end()
        ending = 0 if cell[2] == b"," else len(cell[2])
        if at - ending - start > LONGEST:
            return len(cells)
        if ending:
            return cells, at
    return len(cells) + 1


def value_of(cell: bytes) -> bytes:
    """What a cell says: without its quotes, if it has some."""
    return cell[1:-1].replace(b'""', b'"') if cell.startswith(b'"') else cell
