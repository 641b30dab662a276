"""Tokens, digests, and the marker that a Description keeps of them."""

from __future__ import annotations

import random
import re

import pytest

from cosbatch.model import identity
from cosbatch.model.identity import Marker

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGEST = "sha256:" + "0123456789abcdef" * 4
MARKER = identity.marker_of("token", DIGEST)


def test_gives_the_same_parts_the_same_token_and_others_another() -> None:
    token = identity.event_token("bucket-1", "key", "request", "profile")
    assert token == identity.event_token("bucket-1", "key", "request", "profile")
    assert UUID.fullmatch(token.removeprefix("event-"))


@pytest.mark.parametrize("others", [("ab", "c"), ("a", "bc"), ("a", "b", "c"), ("abc",), ("a,b", "c"), ("a", "", "bc")])
def test_does_not_mix_up_where_one_part_ends_and_the_next_begins(others: tuple[str, ...]) -> None:
    alike = [("ab", "c"), ("a", "bc"), ("a", "b", "c"), ("abc",), ("a,b", "c"), ("a", "", "bc")]
    assert [parts for parts in alike if identity.event_token(*parts) == identity.event_token(*others)] == [others]


def test_keeps_a_token_for_ever() -> None:
    """A redelivery may meet another version of this program: the token must not depend on it."""
    assert identity.event_token("bucket-1", "清单.csv") == "event-5a55d6ab-7d94-6460-835c-c0d8a3e33586"


def test_makes_a_fresh_token_of_random_bytes() -> None:
    assert identity.fresh_token(lambda size: bytes(range(size))) == "00010203-0405-0607-0809-0a0b0c0d0e0f"


def test_digests_what_the_job_does_whatever_the_order_and_the_token() -> None:
    digest = identity.digest_of({"ClientRequestToken": "a", "Priority": 1, "Report": {"Enabled": True, "Prefix": "清"}})
    assert digest == identity.digest_of({"Report": {"Prefix": "清", "Enabled": True}, "Priority": 1})
    assert digest != identity.digest_of({"Report": {"Prefix": "清", "Enabled": True}, "Priority": 2})
    assert re.fullmatch("sha256:[0-9a-f]{64}", digest)


def test_writes_a_marker_of_two_short_hashes() -> None:
    assert str(Marker("a" * 20, "b" * 20)) == "[cb:aaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb]"
    assert str(MARKER) == "[cb:3c469e9d6c5875d37a43.0123456789abcdef0123]"


@pytest.mark.parametrize(
    "description", ["restore 2026-11", "清单", "a [cb:0] b", "ends in a blank ", "[cb:" + "0" * 20]
)
def test_finds_the_marker_behind_the_description(description: str) -> None:
    text = identity.described(description, MARKER)
    assert text == f"{description} {MARKER}"
    assert identity.read_marker(text) == MARKER
    assert identity.without_marker(text) == description.rstrip()


@pytest.mark.parametrize("description", [None, ""])
def test_is_the_marker_alone_where_there_is_no_description(description: str | None) -> None:
    assert identity.described(description, MARKER) == str(MARKER)
    assert identity.without_marker(str(MARKER)) == ""


@pytest.mark.parametrize("character", ["a", "é", "清", "😀"])
def test_fits_any_description_into_256_bytes_and_keeps_the_marker_whole(character: str) -> None:
    room = 256 - len(str(MARKER)) - 1
    for extra in range(-4, 5):
        text = "-" * ((room + extra) % 4) + character * ((room + extra) // len(character.encode()))
        described = identity.described(text, MARKER)
        assert len(described.encode()) <= 256
        assert text.startswith(identity.without_marker(described))
        assert identity.read_marker(described) == MARKER
    assert len(identity.described("a" * 300, MARKER)) == 256


def test_reads_the_last_of_several_markers() -> None:
    other = Marker("0" * 20, "1" * 20)
    assert identity.read_marker(identity.described(identity.described("text", other), MARKER)) == MARKER


def test_tolerates_white_space_behind_the_marker() -> None:
    assert identity.read_marker(f"text {MARKER}\n ") == MARKER


@pytest.mark.parametrize(
    "description",
    [
        None,
        5,
        {},
        "",
        "text",
        f"{MARKER} and more",
        "[cb:xyz]",
        f"[cb:{'A' * 20}.{'B' * 20}]",
        f"[cb:{'a' * 19}.{'b' * 20}]",
    ],
)
def test_finds_no_marker_where_none_is(description: object) -> None:
    assert identity.read_marker(description) is None


def test_shortens_between_characters() -> None:
    assert [identity.shortened("a清b", limit) for limit in (0, 1, 2, 3, 4, 5, 6)] == [
        "",
        "a",
        "a",
        "a",
        "a清",
        "a清b",
        "a清b",
    ]
    chance = random.Random(3)
    for _ in range(200):
        text = "".join(chance.choices("aé清😀", k=20))
        limit = chance.randrange(90)
        short = identity.shortened(text, limit)
        assert text.startswith(short)
        assert limit - 4 < len(short.encode()) <= limit or short == text


def test_shortens_even_text_that_utf_8_cannot_carry() -> None:
    assert identity.shortened("a\ud800b", 10) == "a?b"


CALLER = identity.caller_of("0123456789abcdef" * 4)


def test_keeps_the_caller_as_a_third_part_of_the_marker() -> None:
    marker = identity.marker_of("token", DIGEST, CALLER)
    assert str(marker) == f"{str(MARKER)[:-1]}.{CALLER}]"
    text = identity.described("restore", marker)
    read = identity.read_marker(text)
    assert read == marker
    assert identity.without_marker(text) == "restore"


def test_leaves_room_for_the_longest_marker_in_the_description() -> None:
    text = identity.described("清" * 100, identity.marker_of("token", DIGEST, CALLER))
    assert len(text.encode()) <= 256
    read = identity.read_marker(text)
    assert read is not None
    assert read.caller == CALLER


def test_gives_callers_short_traces_that_do_not_show_their_digests() -> None:
    assert re.fullmatch("[0-9a-f]{8}", CALLER)
    assert CALLER not in "0123456789abcdef" * 4
    assert identity.caller_of("0123456789abcdef" * 3 + "0" * 16) != CALLER


@pytest.mark.parametrize("tail", [".0123456", ".012345678", ".0123456X", "."])
def test_reads_no_marker_with_a_third_part_that_is_none(tail: str) -> None:
    assert identity.read_marker(f"{str(MARKER)[:-1]}{tail}]") is None
