"""The types of options."""

from __future__ import annotations

import argparse

import pytest

from cosbatch.cli.terminal.options import bucket, filled, seconds, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("100", 100)])
def test_takes_whole_numbers_in_their_bounds(text: str, number: int) -> None:
    assert whole_number(0, 100)(text) == number


@pytest.mark.parametrize("text", ["", "-1", "101", "1.5", "1e1", "٣", "1_0", " 1", "9" * 5000])
def test_refuses_what_is_no_such_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="whole number from 0 to 100"):
        whole_number(0, 100)(text)


@pytest.mark.parametrize(("text", "number"), [("5", 5.0), ("0.25", 0.25)])
def test_takes_times_in_seconds(text: str, number: float) -> None:
    assert seconds(text) == number


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "soon"])
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="seconds"):
        seconds(text)


def test_takes_a_bucket_with_its_appid_and_a_text_that_is_not_empty() -> None:
    assert bucket("photos-1250000000") == "photos-1250000000"
    assert filled(" a ") == " a "


@pytest.mark.parametrize("text", ["", "photos", "cos://photos-1250000000", "photos-1250000000/a", "!!"])
def test_refuses_what_is_no_bucket(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="no bucket with its APPID"):
        bucket(text)


@pytest.mark.parametrize("text", ["", " "])
def test_refuses_an_empty_text(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="it is empty"):
        filled(text)
