"""The rules' bounds, and what whole blocks of keys show."""

from __future__ import annotations

from random import Random

import pytest

from cosbatch.manifest.judge import judge_csv
from cosbatch.manifest.rules import MOST_NAMES, bucket_fault, signs_in
from cosbatch.model.names import PLAIN_CHARACTERS

HEX = b"0123456789abcdefABCDEF"
ALPHABET = [b"%", b"%", b"2", b"5", b"0", b"A", b"3D", b"=", b"g", b"\r", b"/", b"_", b"\xff", b"3", b"1", b"+", b" "]
ALPHABET += [b"%0A", b"%25", b"%1D", b"%1d", b"%00", b",", b'"']


def test_remembers_no_more_buckets_than_fit() -> None:
    rows = [b"bucket%d-1250000000,k\n" % i for i in range(MOST_NAMES + 5)]
    verdict = judge_csv([*rows, b"last-appid,k\n"])
    assert len(verdict.buckets) == MOST_NAMES
    assert verdict.totals == {"SeveralBuckets": 1, "ForeignBucket": 1}


def test_judges_names_that_are_too_long_to_be_remembered() -> None:
    name = b"b" * 200 + b"-1250000000"
    verdict = judge_csv([name + b",a\n" + name + b",b\n"])
    assert (verdict.ok, verdict.buckets) == (True, (name.decode(),))


def test_allows_names_of_any_form_that_are_allowed_by_name() -> None:
    assert bucket_fault("bare", ["bare"]) == ""
    assert judge_csv([b"bare,k\n"], allowed_buckets=["bare"]).buckets == ("bare",)


def test_takes_an_appid_with_a_zero_in_front_for_none() -> None:
    assert judge_csv([b"photos-0123456789,k\n"]).totals == {"ForeignBucket": 1}


def is_odd(text: bytes) -> bool:
    """A % that begins no escape, or one of a % before two digits, looked for byte by byte."""
    for at, byte in enumerate(text):
        two, next_two = text[at + 1 : at + 3], text[at + 3 : at + 5]
        if byte == ord("%") and (not are_digits(two) or (two == b"25" and are_digits(next_two))):
            return True
    return False


def are_digits(two: bytes) -> bool:
    return len(two) == 2 and two[0] in HEX and two[1] in HEX


def test_overlooks_no_escape_that_a_plain_loop_finds() -> None:
    for seed in range(5000):
        text = b"".join(Random(seed).choices(ALPHABET, k=8)) + b"\n"
        assert signs_in(text)[0] >= is_odd(text)


def test_overlooks_no_escape_of_any_two_bytes() -> None:
    texts = [b"k%" + bytes([one, two]) + b"\n" for one in range(256) for two in range(256)]
    found = [signs_in(text)[0] for text in texts]
    assert all(sign >= is_odd(text) for sign, text in zip(found, texts, strict=True))
    # Of the right ones, it is %1D alone that is looked at for nothing.
    assert {text for sign, text in zip(found, texts, strict=True) if sign > is_odd(text)} == {b"k%1D\n", b"k%1d\n"}


def test_overlooks_no_character() -> None:
    plain = {text for text in (bytes([byte]) for byte in range(256)) if not signs_in(text)[1]}
    assert plain == {bytes([byte]) for byte in (PLAIN_CHARACTERS + '%,"\n').encode()}
    assert signs_in(b'"a""b"\n')[1]
    assert not signs_in(b"a\r\n")[1]


@pytest.mark.parametrize("columns", [1, 4])
def test_judges_many_rows_whose_columns_nothing_tells(columns: int) -> None:
    content = b",".join([b"x"] * columns) + b"\n"
    assert judge_csv([content * 20_000]).totals == {"ColumnCount": 20_000, "DuplicateRow": 19_999}
