"""Percent-escapes, against a plain loop over the characters."""

from __future__ import annotations

from random import Random

from cosbatch.manifest.escapes import has_odd_escape, odd_escapes

HEX = b"0123456789abcdefABCDEF"
ALPHABET = [b"%", b"%", b"2", b"5", b"0", b"A", b"3D", b"=", b"g", b"\r", b"/", b"_", b"%0A", b"%25", b"\xff"]


def random_key(chance: Random) -> bytes:
    return b"".join(chance.choices(ALPHABET, k=chance.randrange(8)))


def is_bad(key: bytes) -> bool:
    return any(key[i] == 37 and not is_hex(key[i + 1 : i + 3]) for i in range(len(key)))


def is_double(key: bytes) -> bool:
    return any(key[i : i + 3] == b"%25" and is_hex(key[i + 3 : i + 5]) for i in range(len(key)))


def is_hex(two: bytes) -> bool:
    return len(two) == 2 and two[0] in HEX and two[1] in HEX


def test_finds_the_odd_escapes_that_a_plain_loop_finds() -> None:
    for seed in range(3000):
        chance = Random(seed)
        keys = [random_key(chance) for _ in range(chance.randrange(1, 5))]
        bad = [i for i, key in enumerate(keys) if is_bad(key)]
        double = [i for i, key in enumerate(keys) if is_double(key)]
        assert odd_escapes(keys) == (bad, double)
        assert has_odd_escape(b"".join(key + b"\n" for key in keys)) == bool(bad or double)


def test_finds_nothing_odd_without_a_per_cent_sign() -> None:
    assert not has_odd_escape(b"a=41\n")
