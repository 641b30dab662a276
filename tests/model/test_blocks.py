"""Content in blocks: cut into pieces, and unpacked from gzip in bounded memory."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from cosbatch.model.blocks import BrokenGzip, gunzip, in_pieces

CONTENT = bytes(range(256)) * 5000


def blocks(packed: bytes, length: int) -> list[bytes]:
    return [packed[at : at + length] for at in range(0, len(packed), length)]


@pytest.mark.parametrize("length", [1, 100, 1 << 20])
def test_unpacks_blocks_of_any_length(length: int) -> None:
    assert b"".join(gunzip(blocks(gzip.compress(CONTENT), length))) == CONTENT


@pytest.mark.parametrize("length", [1, 7, 1 << 20])
def test_unpacks_several_members_and_zeros_behind_them(length: int) -> None:
    packed = gzip.compress(b"one,") + gzip.compress(b"") + b"\0\0" + gzip.compress(b"two") + bytes(20)
    assert b"".join(gunzip(blocks(packed, length))) == b"one,two"


def test_unpacks_a_bomb_in_small_blocks() -> None:
    packed = gzip.compress(bytes(20_000_000))
    tracemalloc.start()
    assert sum(map(len, gunzip([packed]))) == 20_000_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


BROKEN = {
    "nothing": b"",
    "zeros": bytes(9),
    "no gzip": b"plain text",
    "half": gzip.compress(CONTENT)[:-9],
    "a wrong checksum": gzip.compress(b"x")[:-8] + bytes(8),
    "something behind": gzip.compress(b"x") + b"more",
}


@pytest.mark.parametrize("packed", BROKEN.values(), ids=BROKEN)
def test_refuses_what_is_no_whole_gzip_file(packed: bytes) -> None:
    with pytest.raises(BrokenGzip, match="fetch it again"):
        list(gunzip([packed]))


def test_cuts_pieces_at_line_ends() -> None:
    lines = [b"x" * 1500 + b"\n", b"y" * 1500]
    assert list(in_pieces([b"".join(lines), b"zz"], 2000)) == [lines[0], lines[1] + b"zz"]


def test_cuts_pieces_where_lines_have_no_end() -> None:
    assert [len(piece) for piece in in_pieces([b"\n", b"x" * 5000], 2000)] == [2000, 2000, 1001]
