"""The checksum that SDKs compare after an upload."""

from __future__ import annotations

import random

import pytest

from cosbatch.standin.store.crc64 import BLOCK, Crc64

LENGTHS = (0, 1, 8, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 77)
DATA = random.Random(64).randbytes(max(LENGTHS))


@pytest.fixture(scope="module")
def bit_by_bit() -> list[int]:
    """The checksums of all beginnings of DATA, by their lengths."""
    ones = (1 << 64) - 1
    remainder, found = ones, [0]
    for byte in DATA:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0xC96C5795D7870F42 if remainder & 1 else 0)
        found.append(remainder ^ ones)
    return found


def checksum(*pieces: bytes) -> int:
    running = Crc64()
    for piece in pieces:
        running.update(piece)
    return running.value()


def test_has_the_published_check_value() -> None:
    assert checksum(b"123456789") == 0x995DC9BBDF1939FA


@pytest.mark.parametrize("length", LENGTHS)
def test_folds_blocks_to_the_same_as_single_bits(bit_by_bit: list[int], length: int) -> None:
    assert checksum(DATA[:length]) == bit_by_bit[length]


def test_does_not_depend_on_how_data_arrives() -> None:
    data = random.Random(1).randbytes(3 * BLOCK)
    assert checksum(*(data[start : start + 1000] for start in range(0, len(data), 1000))) == checksum(data)
