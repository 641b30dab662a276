"""One reading of a list: what `cosbatch check` calls a fault the stand-in does not work on, and a warning is no fault."""

from __future__ import annotations

import io
import random

import pytest

from cosbatch.manifest.judge import judge_csv
from cosbatch.standin.jobs.csv_rows import BadRow, Row, RowReader, read_lines

B = "source-1250000000"
FIELDS = ("Bucket", "Key")


def read(content: bytes, fields: tuple[str, ...] = FIELDS) -> list[Row]:
    reader = RowReader(fields, "")
    return [reader.read(number, values) for number, values in read_lines(io.BytesIO(content))]


def judged(content: bytes, fields: tuple[str, ...] = FIELDS) -> tuple[set[str], set[str]]:
    verdict = judge_csv([content], fields)
    return {fault.fault for fault in verdict.faults}, {warning.fault for warning in verdict.warnings}


FAULTS = {
    "a header row": (f"Bucket,Key\n{B},a\n", "HeaderRow", "Line 1 .* holds the names of the columns"),
    "a header row in other words": (f" BUCKET ,object\n{B},a\n", "HeaderRow", "holds the names of the columns"),
    "a header's words further down": (f"{B},a\nBucket,Key\n", "ForeignBucket", "Line 2 .* names no bucket"),
    "too many columns": (f"{B},a\n{B},b,c\n", "ColumnCount", "Line 2 .* has 3 columns where 2 are expected"),
    "too few columns": ("a\n", "ColumnCount", "Line 1 .* has 1 columns where 2 are expected"),
    "a line of one blank": (f"{B},a\n \r\n", "ColumnCount", "Line 2 .* has 1 columns"),
    "a name without an APPID": ("source,a\n", "ForeignBucket", "names no bucket with its APPID"),
    "a blank around a bucket": (f"{B} ,a\n", "ForeignBucket", "names no bucket"),
    "a byte order mark": (f"\ufeff{B},a\n", "ByteOrderMark", "begins with a byte order mark"),
    "a NUL": (f"{B},a\0\n", "NulByte", "holds a NUL byte"),
    "a long line": (f"{B},{'k' * 8192}\n", "LineTooLong", "is longer than 8 KiB"),
    "a quote in a value": (f'{B},a"b\n', "BadQuoting", "has a quote .* in column 2"),
    "text behind a quote": (f'{B},"a"b\n', "BadQuoting", "has a quote"),
    "a blank in front of a quote": (f'{B}, "a"\n', "BadQuoting", "has a quote .* in column 2"),
    "an open quote": (f'{B},"a\n', "BadQuoting", "has a quote"),
    "a lone carriage return": (f"{B},a\r{B},b\n", "BadQuoting", "has a carriage return that stands alone in column 2"),
    "an empty key": (f"{B},\n", "EmptyKey", "has an empty key"),
    "a raw %": (f"{B},100%\n", "BadEscape", "has a % in its key that is no escape"),
    "a % and one digit": (f"{B},%4\n", "BadEscape", "no escape"),
}


@pytest.mark.parametrize(("text", "fault", "reason"), FAULTS.values(), ids=FAULTS.keys())
def test_does_not_work_on(text: str, fault: str, reason: str) -> None:
    assert judged(text.encode())[0] == {fault}
    with pytest.raises(BadRow, match=reason):
        read(text.encode())


def test_does_not_guess_at_escapes_that_are_no_utf_8() -> None:
    with pytest.raises(BadRow, match="Line 1 of the manifest has escapes in its key that are no UTF-8"):
        read(f"{B},%FFx\n".encode())


def test_does_not_work_on_what_is_no_utf_8() -> None:
    content = f"{B},".encode() + b"\xff\n"
    assert judged(content)[0] == {"NotUtf8"}
    with pytest.raises(BadRow, match="Line 1 of the manifest is not UTF-8"):
        read(content)


WARNINGS = {
    "blanks behind a comma": (f"{B},  a\n", {"BlankAfterComma"}, ["a"]),
    "a key that is not encoded": (f"{B},中/ +.txt\n", {"NotEncoded"}, ["中/ +.txt"]),
    "a key that is encoded twice": (f"{B},%2541\n", {"DoublyEncoded"}, ["%41"]),
    "the same row twice": (f"{B},a\n{B},a\n", {"DuplicateRow"}, ["a", "a"]),
    "several buckets": (f"{B},a\nother-1250000000,b\n", {"SeveralBuckets"}, ["a", "b"]),
    "an empty line": (f"{B},a\r\n\r\n{B},b", {"BlankLine"}, ["a", "b"]),
    "nothing to warn of": (f'{B},a\n"{B}","b"\r\n{B},%20c%2Bd', set(), ["a", "b", " c+d"]),
    "a key of several lines": (f'{B},"a,""\nb"\n{B},c\n', {"NotEncoded"}, ['a,"\nb', "c"]),
}


@pytest.mark.parametrize(("text", "warnings", "keys"), WARNINGS.values(), ids=WARNINGS.keys())
def test_works_through(text: str, warnings: set[str], keys: list[str]) -> None:
    assert judged(text.encode()) == (set(), warnings)
    assert [key for _, key, _ in read(text.encode())] == keys


def test_counts_the_lines_of_a_row_that_takes_several() -> None:
    with pytest.raises(BadRow, match="Line 4 "):
        read(f'{B},"a\n\nb"\n{B}\n'.encode())


@pytest.mark.parametrize("length", [8191, 8192, 8193])
@pytest.mark.parametrize("quote", ["", '"'])
def test_takes_a_line_of_8_kib_and_no_longer_one(length: int, quote: str) -> None:
    key = "k" * (length - len(B) - 1 - 2 * len(quote))
    content = f"{B},{quote}{key}{quote}\r\n".encode()
    assert (not judged(content)[0]) is (length <= 8192)
    if length <= 8192:
        assert read(content) == [(B, key, "")]
    else:
        with pytest.raises(BadRow, match="Line 1 of the manifest"):
            read(content)


PIECES = [f"{B},", "a", ",", '"', '""', " ", "\n", "\r\n", "\r", "%41", "%", "中", f"{B},k\n", f'"{B}","k"\n', "Bucket"]


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_the_judge_on_any_text(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        content = "".join(chance.choices(PIECES, k=chance.randrange(1, 9))).encode()
        fields = chance.choice([FIELDS, ("Key", "Bucket"), ("Bucket", "Key", "Ignore")])
        faults, _ = judged(content, fields)
        try:
            works = bool(read(content, fields))
        except BadRow:
            works = False
        assert works is not bool(faults), (content, fields, faults)


def test_reads_rows_of_any_number_of_buckets() -> None:
    content = "".join(f"b-{number},k\n" for number in range(1, 1003)).encode()
    assert [bucket for bucket, _, _ in read(content)][-2:] == ["b-1001", "b-1002"]
