"""The types of options."""

from __future__ import annotations

import argparse
import shlex

import pytest

from cosbatch.cli.terminal.options import bucket, endpoint, filled, region, seconds, whole_number
from tests.cli.running import BRISK, Run


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


@pytest.mark.parametrize(
    "line",
    [
        "restore list.csv --days 7 --role ''",
        "restore list.csv --days 7 --report ' '",
        "restore '' --days 7",
        "tag list.csv a=b --upload-to ''",
        "copy list.csv --to ''",
        "create list.csv --profile ''",
        "create call.json --token ''",
        "delete-objects list.csv --description ''",
        "retry report.csv --code ''",
        "cancel 53dc6228-c50b-46f7-8ad7-65e7159f1aae --reason ''",
        "init --role ''",
    ],
)
def test_takes_no_empty_value_for_one_that_was_left_out(run: Run, line: str) -> None:
    said = run(*shlex.split(line))
    assert (said.code, "it is empty; give it a value" in said.err) == (2, True)


@pytest.mark.parametrize("line", ["build --bucket b --storage-class archive", "restore cos://b-1/ --from-class x"])
def test_takes_storage_classes_in_capitals_and_names_the_usual_ones(run: Run, line: str) -> None:
    said = run(*shlex.split(line))
    assert said.code == 2
    assert "is no storage class; they are written in capitals: STANDARD, STANDARD_IA, ARCHIVE," in said.err


@pytest.mark.parametrize("line", ["split list.csv --rows 5 --output", "retry report.csv --by-code"])
def test_takes_no_stdout_for_a_folder(run: Run, line: str) -> None:
    said = run(*shlex.split(line), "-")
    assert (said.code, "'-' is no folder" in said.err) == (2, True)


@pytest.mark.parametrize(
    "line", ["build --bucket b-1250000000 --prefix ''", "copy cos://b-1250000000/ --to cos://b-1250000000 --strip ''"]
)
def test_takes_the_prefix_of_all_keys(run: Run, line: str) -> None:
    assert "it is empty" not in run(*shlex.split(line), "--endpoint", "http://127.0.0.1:1", clock=BRISK).err


@pytest.mark.parametrize("text", ["http://127.0.0.1:8930", "https://proxy.example.com/", "http://[::1]:80"])
def test_takes_an_address_without_a_path(text: str) -> None:
    assert endpoint(text) == text


@pytest.mark.parametrize(
    "text", ["", "nonsense", "ftp://x", "http://x/path", "http://x:0", "http://x:65536", "http://"]
)
def test_refuses_what_is_no_address(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="without a path"):
        endpoint(text)


def test_takes_a_region_and_nothing_else() -> None:
    assert region("ap-chengdu") == "ap-chengdu"
    with pytest.raises(argparse.ArgumentTypeError, match=r"such as ap-chengdu; did you mean ap-beijing\?"):
        region("Beijing")
    for text in ("", "moon", "ap-chengdu "):
        with pytest.raises(argparse.ArgumentTypeError, match="such as ap-chengdu"):
            region(text)


@pytest.mark.parametrize("text", ["", " "])
def test_refuses_an_empty_text(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="it is empty"):
        filled(text)
