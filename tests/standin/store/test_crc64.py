"""The checksum that SDKs compare after an upload."""

from __future__ import annotations

import random

import pytest

from cosbatch.standin.store.crc64 import BLOCK, Crc64


def bit_by_bit(data: bytes) -> int:
    remainder = (1 << 64) - 1
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0xC96C5795D7870F42 if remainder & 1 else 0)
    return remainder ^ ((1 << 64) - 1)


def checksum(*pieces: bytes) -> int:
    running = Crc64()
    for piece in pieces:
        running.update(piece)
    return running.value()


def test_comes_to_the_published_check_value() -> None:
    assert checksum(b"123456789") == 0x995DC9BBDF1939FA


@pytest.mark.parametrize("length", [0, 1, 8, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 77])
def test_folds_blocks_to_what_single_bits_come_to(length: int) -> None:
    data = random.Random(length).randbytes(length)
    assert checksum(data) == bit_by_bit(data)


def test_does_not_depend_on_how_data_arrives() -> None:
    data = random.Random(1).randbytes(3 * BLOCK)
    assert checksum(*(data[start : start + 1000] for start in range(0, len(data), 1000))) == checksum(data)
