"""Content that a command reads block by block: a file, stdin or an object, plain or compressed with gzip."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import connect_without_profiles
from cosbatch.cli.terminal import files
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.model.blocks import GZIP_MARK, BrokenGzip, gunzip
from cosbatch.model.errors import InvalidManifest

_BLOCK = 1024 * 1024
# Bytes that are read where nobody knows how many there are: a pipe may have no end.
ENDLESS = 16 << 30


class Source(NamedTuple):
    """Content; `size` is in bytes as it is stored, None for stdin, and 0 also for what has content all the same: a pipe, a file of
    the system's own.
    """

    size: int | None
    blocks: Iterator[bytes]

    def limited(self, limit: int | None = None) -> Limited:
        """The content up to so many bytes; without a limit, all of it where its size is known, or else `ENDLESS`."""
        return Limited(self.blocks, limit or (None if self.size else ENDLESS))


class Limited:
    """Blocks up to so many bytes; `size` is how many were read, `is_cut` says whether there were more."""

    def __init__(self, blocks: Iterable[bytes], limit: int | None) -> None:
        self._blocks = blocks
        self._limit = limit
        self.size = 0
        self.is_cut = False

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            room = len(block) if self._limit is None else self._limit - self.size
            self.is_cut = len(block) > room
            self.size += min(len(block), room)
            yield block[:room]
            if self.is_cut:
                return


@contextlib.contextmanager
def opened(name: str, options: argparse.Namespace, unpack: bool = True) -> Iterator[Source]:
    """The content of a file, of stdin (`-`), or of an object (`cos://bucket/key`).

    With `unpack`, what is inside where the name or the content is one of gzip. Shows progress where there is much to read.
    Raises WrongUsage; reading raises ServiceSideError, InvalidManifest.
    """
    with _stored(name, options) as stored, bytes_shown(_("Reading"), stored.size or 0, options.clock) as show:
        blocks = _shown(stored.blocks, show)
        yield Source(stored.size, _unpacked(blocks, name) if unpack else blocks)


@contextlib.contextmanager
def _stored(name: str, options: argparse.Namespace) -> Iterator[Source]:
    if objects.is_object(name):
        place = objects.place_of(name)
        client = connect_without_profiles(options)
        stored = objects.head(client, place)
        yield Source(stored.size, objects.blocks(client, stored))
    elif name == files.STDIN:
        yield Source(None, _blocks(files.stdin(), "stdin"))
    else:
        with files.opened(name) as file:
            yield Source(os.fstat(file.fileno()).st_size, _blocks(file, name))


def _blocks(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The content; a block that is not full is the last one: a terminal whose end was read would wait for another end."""
    length = _BLOCK
    while length == _BLOCK:
        with files.naming(name):
            block = file.read(_BLOCK)
        length = len(block)
        if block:
            yield block


def _shown(blocks: Iterable[bytes], show: Callable[[int], None]) -> Iterator[bytes]:
    for block in blocks:
        yield block
        show(len(block))


def _unpacked(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    first = next(blocks, b"")
    whole = chain([first], blocks)
    if not name.endswith(".gz") and not first.startswith(GZIP_MARK):
        yield from whole
        return
    try:
        yield from gunzip(whole)
    except BrokenGzip as error:
        broken = InvalidManifest(f"{name} cannot be read: {error}.")
        broken.fields["Hint"] = _("The file has to come whole from where it was written; nothing here can repair it.")
        raise broken from None
