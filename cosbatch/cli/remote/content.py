"""The content of an object that is still on this machine: a file or a stretch of one, in the parts that it is uploaded in."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cosbatch.cli.terminal import files
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _

# Bytes: the more, the fewer requests; the fewer, the less is sent again after a break. An upload has 10,000 parts at most
# (limits page, 436/14518), so larger files have larger parts.
PART = 16 * 1024 * 1024
_MOST_PARTS = 10_000
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Stretch:
    """`size` bytes of the file at `path`, from `start` on. `state` is the size of the whole file and the time when it was changed
    last, in nanoseconds, as they were when it was looked at first: a list that somebody is still writing is not half read.
    """

    path: str
    start: int
    size: int
    state: tuple[int, int]

    def check(self) -> None:
        """Raises WrongUsage where the file is gone, or has changed."""
        with self._opened():
            pass

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` of the stretch on. Raises as `check`."""
        with files.naming(self.path), self._opened() as file:
            file.seek(self.start + start)
            return file.read(max(0, min(length, self.size - start)))

    @contextlib.contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        with files.opened(self.path) as file:
            if _state(os.fstat(file.fileno())) != self.state:
                raise _changed(self.path)
            yield file

    def blocks(self, show: Callable[[int], None]) -> Iterator[bytes]:
        """All of it, in blocks of 1 MiB; `show` is told the size of each once it is worked on. Raises as `check`."""
        for start in range(0, self.size, _BLOCK):
            block = self.read(start, _BLOCK)
            yield block
            show(len(block))


def whole_file(path: str) -> Stretch:
    """All of the file, as long as it is now."""
    found = os.stat(path)
    return Stretch(path, 0, found.st_size, _state(found))


def _state(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


def _changed(path: str) -> WrongUsage:
    return WrongUsage(_("{path} has changed while it was read; begin again").format(path=path))


@dataclass(frozen=True)
class Content:
    """A stretch with its SHA-256 and the MD5 of each of its parts, in hexadecimal; all parts but the last have `part_size`."""

    stretch: Stretch
    sha256: str
    md5s: tuple[str, ...]
    part_size: int

    @property
    def size(self) -> int:
        return self.stretch.size

    @property
    def etag(self) -> str:
        """As the service writes it of an object that was put as a whole; of one in parts, as the stand-in does: no page says."""
        if len(self.md5s) == 1:
            return f'"{self.md5s[0]}"'
        together = hashlib.md5(b"".join(map(bytes.fromhex, self.md5s)), usedforsecurity=False)
        return f'"{together.hexdigest()}-{len(self.md5s)}"'

    def length(self, number: int) -> int:
        """Bytes of the part, from 1."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)

    def part(self, number: int) -> bytes:
        """The part, from 1. Raises WrongUsage where the file has changed since it was read first."""
        read = self.stretch.read((number - 1) * self.part_size, self.part_size)
        if _md5(read) != self.md5s[number - 1]:
            raise _changed(self.stretch.path)
        return read


def content_of(stretch: Stretch, part_size: int = PART, on_read: Callable[[int], None] = lambda size: None) -> Content:
    """Read the stretch once; `on_read` is told the size of each part. Raises WrongUsage where the file is gone."""
    size = max(part_size, -(-stretch.size // _MOST_PARTS))
    whole, md5s = hashlib.sha256(), []
    for start in range(0, max(1, stretch.size), size):
        part = stretch.read(start, size)
        whole.update(part)
        md5s.append(_md5(part))
        on_read(len(part))
    return Content(stretch, whole.hexdigest(), tuple(md5s), size)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
