"""Keys as numbers: a key halfway, and the pages between them."""

from __future__ import annotations

import random

import pytest

from cosbatch.cli.remote.key_order import KeyOrder

DIGITS = [f"{number:03}" for number in range(1000)]


def knowing(keys: list[str], prefix: str = "") -> KeyOrder:
    order = KeyOrder(prefix)
    order.learn(keys)
    return order


@pytest.mark.parametrize(
    ("low", "high", "at_least", "at_most"),
    [
        ("000", "999", "4", "6"),
        ("000", None, "4", "6"),
        ("09", "11", "099", "101"),
        ("1", "2", "14", "16"),
        ("1", "11", "10", "11"),
        ("00000000000000", "00000000000009", "00000000000004", "00000000000006"),
        ("photos/000123.jpg", "photos/000456.jpg", "photos/00027", "photos/00032"),
    ],
)
def test_finds_a_key_halfway(low: str, high: str | None, at_least: str, at_most: str) -> None:
    found = knowing([*DIGITS, low]).between(low, high)
    assert found is not None
    assert at_least <= found <= at_most


def test_expects_at_each_place_only_what_is_of_a_kind_that_was_seen_there() -> None:
    keys = [f"photos/000/{number:02}.jpg" for number in range(20)]
    found = knowing(keys).between(keys[-1], "photos/9")
    assert found is not None
    assert "photos/4" < found < "photos/5"


def test_finds_a_key_the_nearer_the_more_it_halves() -> None:
    found = [knowing(DIGITS).between("000", "999", halvings) for halvings in (1, 2, 4, 8)]
    assert found == sorted(found, key=str, reverse=True)
    assert str(found[-1]) < "01"


def test_the_end_is_that_of_the_prefix() -> None:
    found = knowing(["photos/1.jpg"], "photos/").between("photos/1.jpg", None)
    assert found is not None
    assert found.startswith("photos/")


@pytest.mark.parametrize(("low", "high"), [("a", "a0"), ("zz", None), ("é", "è"), ("b", "a")])
def test_finds_no_key_where_there_is_no_room(low: str, high: str | None) -> None:
    assert knowing([*DIGITS, "ab"]).between(low, high) is None


@pytest.mark.parametrize("seed", range(5))
def test_what_it_finds_lies_between(seed: int) -> None:
    choose = random.Random(seed)
    keys = ["".join(choose.choices("ab/é\U0001f600\uffff ", k=choose.randint(1, 6))) for _ in range(40)]
    order = knowing(keys[:5])
    for low in keys:
        for high in (*keys, None):
            found = order.between(low, high)
            assert found is None or (low < found and (high is None or found < high))


@pytest.mark.parametrize(
    ("first", "last", "until", "pages"),
    [("000", "099", "999", 9), ("000", "099", "099", 0), ("000", "499", "999", 1)],
)
def test_tells_how_many_pages_are_left(first: str, last: str, until: str, pages: int) -> None:
    assert abs(knowing(DIGITS).pages_left(first, last, until) - pages) <= 1


def test_counts_a_page_of_one_key_as_if_it_were_of_two() -> None:
    assert knowing(DIGITS).pages_left("500", "500", "520") >= 20


def test_more_is_left_up_to_the_end() -> None:
    order = knowing(DIGITS)
    assert order.pages_left("000", "099", None) >= order.pages_left("000", "099", "99")
