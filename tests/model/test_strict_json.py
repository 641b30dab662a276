"""JSON from outside: the good is read, each liberty of the parser is refused in words."""

from __future__ import annotations

import json
import random

import pytest

from cosbatch.model import strict_json

READ: list[tuple[str | bytes, object]] = [
    ("{}", {}),
    (b'{"a": [1, -2.5, true, null, "\\u6e05"]}', {"a": [1, -2.5, True, None, "清"]}),
    ('"\\ud83d\\ude00"', "😀"),
    ("清".encode().join([b'"', b'"']), "清"),
    (b"\xef\xbb\xbf[]", []),
    ("1" * 400, int("1" * 400)),
    ('{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
    ("[" * 64 + "0" + "]" * 64, json.loads("[" * 64 + "0" + "]" * 64)),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_reads_json(text: str | bytes, value: object) -> None:
    assert strict_json.read(text) == value


REFUSED: list[tuple[str | bytes, str]] = [
    ("", "not JSON: Expecting value at line 1, column 1"),
    ('{"a":\n 1,}', "not JSON: .* at line 2, column"),
    ("{} {}", "not JSON: Extra data at line 1, column 4"),
    ("\ufeff{}", "not JSON: Unexpected UTF-8 BOM"),
    ('"a\nb"', "not JSON: Invalid control character"),
    (b"{}\xff", "not UTF-8 at byte 2"),
    ("{}".encode("utf-16"), "not UTF-8 at byte 0"),
    ('{"a": 1, "b": 2, "a": 3}', "the name 'a' stands twice in one object"),
    ('[{"x": {"a": 1, "\\u0061": 1}}]', "the name 'a' stands twice"),
    ("NaN", "a number is NaN, infinite, or too large for JSON"),
    ("[-Infinity]", "a number is NaN, infinite, or too large for JSON"),
    ("1e999", "a number is NaN, infinite, or too large for JSON"),
    ("-1e999", "a number is NaN, infinite, or too large for JSON"),
    ("1" * 401, "a number of 401 digits is too long"),
    ("[" * 100_000 + "]" * 100_000, "nested too deep"),
    ('"\\ud800"', r"\\ud800 is half of a surrogate pair"),
    ('{"\\udc00": 1}', r"\\udc00 is half of a surrogate pair"),
    ('[["\\ud83d", "\\ude00"]]', r"\\ud83d is half of a surrogate pair"),
    ('"\ud800"', r"\\ud800 is half of a surrogate pair"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_refuses_in_words(text: str | bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        strict_json.read(text)


def test_finds_a_doubled_name_among_very_many() -> None:
    pairs = ",".join(f'"{number}":0' for number in [*range(100_000), 99_999])
    with pytest.raises(ValueError, match="the name '99999' stands twice"):
        strict_json.read("{" + pairs + "}")


def test_reads_whatever_a_program_wrote() -> None:
    chance = random.Random(2)
    for _ in range(200):
        value = _value(chance, 5)
        assert strict_json.read(json.dumps(value)) == value
        assert strict_json.read(json.dumps(value, ensure_ascii=False).encode()) == value


def _value(chance: random.Random, deep: int) -> object:
    kind = chance.randrange(6 if deep else 4)
    if kind == 4:
        return [_value(chance, deep - 1) for _ in range(chance.randrange(4))]
    if kind == 5:
        return {f"{number}": _value(chance, deep - 1) for number in range(chance.randrange(4))}
    return [chance.randint(-(10**20), 10**20), chance.random(), None, "".join(chance.choices('a"\\\n清😀', k=5))][kind]


def _nested(floors: int) -> object:
    value: object = []
    for _ in range(floors):
        value = [value]
    return value


@pytest.mark.parametrize("value", [None, True, {"a": [1, -2.5, "清"]}, 10**399, -(10**399), [[]], {"b": {}}])
def test_lets_pass_what_another_parser_read_rightly(value: object) -> None:
    strict_json.check(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "a number is NaN, infinite, or too large for JSON"),
        ([float("-inf")], "a number is NaN, infinite, or too large for JSON"),
        (_nested(100_000), "nested too deep"),
        ({"a": ["\udc00"]}, r"\\udc00 is half of a surrogate pair"),
        ({"\ud800": 1}, r"\\ud800 is half of a surrogate pair"),
    ],
)
def test_finds_what_another_parser_let_pass(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        strict_json.check(value)
