"""Content that a command reads block by block: a file, stdin or an object, plain or compressed with gzip."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import connect
from cosbatch.cli.terminal import files
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.model.blocks import BrokenGzip, gunzip
from cosbatch.model.errors import InvalidManifest

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Source:
    """Content and its name; `size` is in bytes as it is stored, None for stdin."""

    name: str
    size: int | None
    blocks: Iterator[bytes]


@contextlib.contextmanager
def opened(name: str, options: argparse.Namespace, unpack: bool = True) -> Iterator[Source]:
    """The content of a file, of stdin (`-`), or of an object (`cos://bucket/key`).

    With `unpack`, what is inside where the name ends in .gz. Shows progress where there is much to read.
    Raises WrongUsage; reading raises ServiceSideError, InvalidManifest.
    """
    with contextlib.ExitStack() as ending:
        source = _stored(name, options, ending)
        show = ending.enter_context(bytes_shown(_("Reading"), source.size or 0, options.clock))
        source = replace(source, blocks=_shown(source.blocks, show))
        if unpack and name.endswith(".gz"):
            source = replace(source, blocks=_unzipped(source.blocks, name))
        yield source


def _stored(name: str, options: argparse.Namespace, ending: contextlib.ExitStack) -> Source:
    if objects.is_object(name):
        place = objects.place_of(name)
        client = connect(options)
        stored = objects.head(client, place)
        return Source(name, stored.size, objects.blocks(client, stored))
    if name == files.STDIN:
        return Source(name, None, _blocks(sys.stdin.buffer))
    file = ending.enter_context(files.opened(name))
    return Source(name, os.fstat(file.fileno()).st_size, _blocks(file))


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The content; a block that is not full is the last one: a terminal whose end was read would wait for another end."""
    while block := file.read(_BLOCK):
        yield block
        if len(block) < _BLOCK:
            return


def _shown(blocks: Iterable[bytes], show: Callable[[int], None]) -> Iterator[bytes]:
    for block in blocks:
        yield block
        show(len(block))


def _unzipped(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    try:
        yield from gunzip(blocks)
    except BrokenGzip as error:
        broken = InvalidManifest(f"{name} cannot be read: {error}.")
        broken.fields["Hint"] = _("The file has to come whole from where it was written; nothing here can repair it.")
        raise broken from None
