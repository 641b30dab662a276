"""Content that comes in blocks of bytes: cut into pieces at the ends of lines, and unpacked from gzip."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

# Bytes judged at a time: large enough to make scans cheap, small enough for the processor's cache and for little memory.
PIECE = 96 << 10
BEGINNING = 1024  # bytes that are enough to tell a format: no piece but the last is shorter
GZIP_MARK = b"\x1f\x8b"

_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS
_UNPACKED = 1 << 18  # bytes that are unpacked at a time, however few they were packed into


class BrokenGzip(ValueError):
    """The bytes are no gzip file, or not a whole one."""


def in_pieces(blocks: Iterable[bytes], size: int = PIECE) -> Iterator[bytes]:
    """Pieces of 1 KiB to `size` bytes (the last may be shorter) of blocks of any length, cut at line ends if they have some."""
    held: list[bytes] = []
    length = 0
    for block in blocks:
        start = 0
        while length + len(block) - start >= size:
            room = start + size - length
            end = block.rfind(b"\n", max(start, start + BEGINNING - length), room) + 1 or room
            yield b"".join([*held, block[start:end]])
            held, length, start = [], 0, end
        held.append(block[start:])
        length += len(block) - start
    if length:
        yield b"".join(held)


def gunzip(blocks: Iterable[bytes], cut_off: bool = False) -> Iterator[bytes]:
    """The unpacked content, in blocks of at most 256 KiB; a file may have several members, and zeros behind each.

    Raises BrokenGzip when a member is damaged or followed by something else, or is unfinished, unless the file is `cut_off`.
    """
    member = zlib.decompressobj(_WITH_GZIP_HEADER)
    for packed in in_pieces(blocks):  # small pieces: zlib copies what it has not used yet with each step
        while packed:
            if member.eof:
                packed = packed.lstrip(b"\0")
                if not packed:
                    break
                member = zlib.decompressobj(_WITH_GZIP_HEADER)
            try:
                inside = member.decompress(packed, _UNPACKED)
            except zlib.error as error:
                raise BrokenGzip(f"the gzip file is damaged ({error}): fetch it again") from error
            if inside:
                yield inside
            packed = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof and not cut_off:
        raise BrokenGzip("the gzip file is empty or breaks off: fetch it again")
