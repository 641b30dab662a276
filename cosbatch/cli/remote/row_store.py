"""Rows that wait for those before them: some in memory, all others packed in a temporary file, which ends with the process."""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from cosbatch.cli.remote.listing import Marker
from cosbatch.cli.terminal import files


class Rows(NamedTuple):
    """What becomes of pages of a listing that follow each other: rows of a manifest, and how many they are.

    The listing goes on behind `following`, which is None behind the last page.
    """

    content: bytes
    lines: int
    following: Marker | None


def joined(rows: Sequence[Rows]) -> Rows:
    """All of these, of which there is at least one, as one."""
    return Rows(b"".join(each.content for each in rows), sum(each.lines for each in rows), rows[-1].following)


class Place(NamedTuple):
    """Where rows lie in the file, in bytes, and what else they say."""

    offset: int
    length: int
    lines: int
    following: Marker | None


class RowStore:
    """Keeps rows, those of `most` pages in memory. Any thread may use it."""

    def __init__(self, most: int) -> None:
        self._room = most
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._end = 0
        self._lock = threading.Lock()

    def put(self, rows: Rows, is_next: bool = False) -> Rows | Place:
        """What to take the rows back with; those that are next stay in memory. Raises WrongUsage where the disk has no room."""
        with self._lock:
            if self._room > 0 or is_next:
                self._room -= 1
                return rows
        packed = zlib.compress(rows.content, 1)
        with self._lock:
            place = Place(self._end, len(packed), rows.lines, rows.following)
            try:
                self._file.seek(place.offset)
                self._file.write(packed)
                self._file.flush()
            except OSError as error:
                raise files.unwritable(tempfile.gettempdir(), error) from None
            self._end += place.length
        return place

    def take(self, kept: Rows | Place) -> Rows:
        """The rows; they are kept no longer."""
        with self._lock:
            if isinstance(kept, Rows):
                self._room += 1
                return kept
            self._file.seek(kept.offset)
            packed = self._file.read(kept.length)
        return Rows(zlib.decompress(packed), kept.lines, kept.following)

    def close(self) -> None:
        self._file.close()
