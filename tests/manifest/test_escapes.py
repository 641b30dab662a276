"""Percent-escapes, against a plain loop over the characters."""

from __future__ import annotations

from random import Random

from cosbatch.manifest.escapes import PLAIN_CHARACTERS, are_plain, has_odd_escape, odd_escapes

HEX = b"0123456789abcdefABCDEF"
PLAIN = [bytes([byte]) for byte in PLAIN_CHARACTERS] + [b"%%%02X" % byte for byte in range(0x20, 0x100)]
ALPHABET = [b"%", b"%", b"2", b"5", b"0", b"A", b"3D", b"=", b"g", b"\r", b"/", b"_", b"\xff", b"3", b"1"]
ALPHABET += [b"%0A", b"%25", b"%1D", b"%1d", b"%00"]


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


def test_takes_plain_characters_and_all_escapes_but_controls_for_plain() -> None:
    for seed in range(500):
        text = b"".join(Random(seed).choices(PLAIN, k=30)) + b"/"
        assert are_plain(text) == (not is_double(text))


def test_takes_nothing_odd_for_plain() -> None:
    for seed in range(3000):
        text = random_key(Random(seed)) + b"/"
        odd = is_bad(text) or is_double(text) or b"\r" in text or b"\xff" in text
        assert not (odd and are_plain(text))


def test_takes_no_other_character_for_plain() -> None:
    others = [byte for byte in range(256) if byte not in PLAIN_CHARACTERS + b"\xfb"]
    assert [byte for byte in others if are_plain(bytes([byte]) + b"/")] == []
