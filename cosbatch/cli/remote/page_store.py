"""Pages that wait for those before them: a few in memory, all others packed in a temporary file, which ends with the process."""

from __future__ import annotations

import json
import tempfile
import zlib
from typing import NamedTuple

from cosbatch.cli.remote.listing import Entry, Marker, Page
from cosbatch.cli.terminal import files


class Place(NamedTuple):
    """Where a page lies in the file, in bytes."""

    offset: int
    length: int


class PageStore:
    """Keeps pages, `most` of them in memory. Threads take turns: whoever uses it holds a lock of theirs."""

    def __init__(self, most: int) -> None:
        self._room = most
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._end = 0

    def put(self, page: Page, is_next: bool = False) -> Page | Place:
        """What to take the page back with; one that is next stays in memory. Raises WrongUsage where the disk has no room."""
        if self._room > 0 or is_next:
            self._room -= 1
            return page
        columns = [*zip(*page.entries, strict=True)]
        marker = page.following and (page.following.key, page.following.version)
        packed = zlib.compress(json.dumps((columns, marker)).encode(), 1)
        place = Place(self._end, len(packed))
        try:
            self._file.seek(place.offset)
            self._file.write(packed)
            self._file.flush()
        except OSError as error:
            raise files.unwritable(tempfile.gettempdir(), error) from None
        self._end += place.length
        return place

    def take(self, kept: Page | Place) -> Page:
        """The page; it is kept no longer."""
        if isinstance(kept, Page):
            self._room += 1
            return kept
        self._file.seek(kept.offset)
        columns, marker = json.loads(zlib.decompress(self._file.read(kept.length)))
        return Page(tuple(map(Entry._make, zip(*columns, strict=True))), marker and Marker(*marker))

    def close(self) -> None:
        self._file.close()
