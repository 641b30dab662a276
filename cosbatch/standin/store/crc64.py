"""CRC-64/ECMA-182, which the service returns as x-cos-hash-crc64ecma and which SDKs compare after an upload.

A checksum is the remainder of the data, read as one long polynomial, by a fixed polynomial P. Python has no
such function in C, but its big integers do arithmetic on 64 KiB at once: a block is folded in halves, where
the first half times x^k is replaced by the first half times (x^k mod P), until little is left for the usual
table. Bits are reflected throughout: the lowest bit of the first byte is the highest power.
"""

from __future__ import annotations

POLYNOMIAL = 0xC96C5795D7870F42
MASK = (1 << 64) - 1
BLOCK = 1 << 16
SMALLEST_FOLD = 512


def _table() -> list[int]:
    table = []
    for byte in range(256):
        remainder = byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (POLYNOMIAL if remainder & 1 else 0)
        table.append(remainder)
    return table


TABLE = _table()


def _steps(remainder: int, data: bytes) -> int:
    for byte in data:
        remainder = TABLE[(remainder ^ byte) & 0xFF] ^ (remainder >> 8)
    return remainder


def _product(left: int, right: int) -> int:
    """The product of left and right mod P; both are reflected, bit 63 - j stands for x^j."""
    product = 0
    for power in range(64):
        if right >> (63 - power) & 1:
            product ^= left
        left = (left >> 1) ^ (POLYNOMIAL if left & 1 else 0)
    return product


def _power(exponent: int) -> int:
    """x^exponent mod P for an exponent that is a power of two."""
    power = 1 << 62
    while exponent > 1:
        power = _product(power, power)
        exponent //= 2
    return power


def _folds() -> list[tuple[int, int, list[int]]]:
    folds = []
    bits = BLOCK * 4
    while bits >= SMALLEST_FOLD:
        power = _power(bits)
        folds.append((bits, power, [bit + 1 for bit in range(64) if power >> bit & 1]))
        bits //= 2
    return folds


FOLDS = _folds()


def _folded(block: bytes) -> bytes:
    """A short piece of data that leaves the same remainder as one full block."""
    value = int.from_bytes(block, "little")
    for bits, power, shifts in FOLDS:
        first_half = value & ((1 << bits) - 1)
        value = value >> bits << 64
        for shift in shifts:
            value ^= first_half << shift
        overhang = value & MASK
        value = (value >> 64) ^ (_product(overhang, power) << (bits - 64))
    return value.to_bytes(FOLDS[-1][0] // 8, "little")


class Crc64:
    """A running checksum, used like hashlib's objects."""

    def __init__(self) -> None:
        self._remainder = MASK
        self._rest = b""

    def update(self, data: bytes) -> None:
        """Take in more data, of any length."""
        data = self._rest + data
        whole = len(data) - len(data) % BLOCK
        for start in range(0, whole, BLOCK):
            first = int.from_bytes(data[start : start + 8], "little") ^ self._remainder
            block = first.to_bytes(8, "little") + data[start + 8 : start + BLOCK]
            self._remainder = _steps(0, _folded(block))
        self._rest = data[whole:]

    def value(self) -> int:
        """The checksum of all data so far as an unsigned number."""
        return _steps(self._remainder, self._rest) ^ MASK
