"""The bytes of objects: one file for each content, never changed once it is whole."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cosbatch.standin.store.crc64 import Crc64
from cosbatch.standin.store.failures import in_words

PIECE = 256 * 1024


class Stored(NamedTuple):
    """The bytes of a version: how many, their checksums, and the file that holds them, which empty ones do not need.

    `etag` is their MD5 in hex, but for objects that were made of parts.
    """

    size: int = 0
    etag: str = ""
    crc64: str = ""
    content: str | None = None


class Contents:
    """A folder of contents. What no row of the database names does not exist, and is swept at the start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a content lies."""
        return self._folder / name[:2] / name

    def receive(self, chunks: Iterable[bytes]) -> Stored:
        """A new content, which is written; when `chunks` raises, nothing is left of it. Raises StoreFailure."""
        name = uuid.uuid4().hex
        path = self.path(name)
        try:
            with in_words():
                path.parent.mkdir(exist_ok=True)
                with path.open("wb") as file:
                    size, etag, crc64 = _write(chunks, file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if not size:
            path.unlink()
        return Stored(size, etag, crc64, name if size else None)

    def open(self, name: str | None) -> BinaryIO | None:
        """The open file of a content; None for the empty one. Raises FileNotFoundError once it was removed."""
        return self.path(name).open("rb") if name else None

    def read(self, name: str | None) -> bytes:
        """A whole content."""
        return self.path(name).read_bytes() if name else b""

    def remove(self, name: str | None) -> None:
        """Remove a content, if it is there; the empty one has nothing to remove."""
        if name:
            self.path(name).unlink(missing_ok=True)

    def is_empty(self) -> bool:
        """Whether there is no content at all."""
        return not any(self._folder.glob("??/*"))

    def sweep(self, is_held: Callable[[str], bool]) -> None:
        """Remove what uploads that a kill cut short have left."""
        for path in self._folder.glob("??/*"):
            if not is_held(path.name):
                path.unlink()


def _write(chunks: Iterable[bytes], file: BinaryIO) -> tuple[int, str, str]:
    size, md5, crc64 = 0, hashlib.md5(), Crc64()
    for chunk in chunks:
        file.write(chunk)
        size += len(chunk)
        md5.update(chunk)
        crc64.update(chunk)
    return size, md5.hexdigest(), str(crc64.value())


def pieces(file: BinaryIO | None, start: int, length: int) -> Iterator[bytes]:
    """`length` bytes from `start` on, from a file that is closed at their end."""
    if file is None:
        return
    with file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(PIECE, length))):
            length -= len(piece)
            yield piece
