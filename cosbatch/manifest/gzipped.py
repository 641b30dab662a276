"""Reading gzip in bounded memory: a manifest on disk, or the data files of an inventory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_GZIP = 16 + zlib.MAX_WBITS  # how zlib is told to expect the header of a gzip file
_STEP = 1 << 18  # bytes that are unpacked at a time, however few they were packed into
_PART = 1 << 16  # bytes that are handed to zlib at a time


class BrokenGzip(ValueError):
    """The bytes are no gzip file, or not a whole one."""


def gunzip(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The unpacked content, in blocks of at most 256 KiB.

    A file may have several members, and zeros behind the last one. Raises BrokenGzip when a member is damaged
    or unfinished, or followed by something else.
    """
    member = zlib.decompressobj(_GZIP)
    for part in _parts(blocks):
        rest = part.lstrip(b"\0") if member.eof else part
        while rest:
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            content = _unpack(member, rest)
            if content:
                yield content
            rest = member.unused_data.lstrip(b"\0") if member.eof else member.unconsumed_tail
    if not member.eof:
        raise BrokenGzip("the gzip file is empty or breaks off: fetch it again")


def _parts(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        yield from (block[at : at + _PART] for at in range(0, len(block), _PART))


def _unpack(member: zlib._Decompress, packed: bytes) -> bytes:
    try:
        return member.decompress(packed, _STEP)
    except zlib.error as error:
        raise BrokenGzip(f"the gzip file is damaged ({error}): fetch it again") from error
