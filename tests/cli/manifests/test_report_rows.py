"""The rows of a report, read as csv.reader reads them."""

from __future__ import annotations

import csv
import io
from itertools import accumulate, product
from random import Random

import pytest

from cosbatch.cli.manifests.report_rows import rows_of
from cosbatch.model.errors import InvalidEvent


def read(text: str, size: int = 10**6) -> list[list[str]]:
    content = text.encode()
    blocks = (content[start : start + size] for start in range(0, len(content), size))
    return [row for rows in rows_of(blocks, "report.csv") for row in rows.rows]


def as_csv_reads(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a",
        "a,b\nc,d",
        "a,b\n\nc,d\n\n",
        "a,\n,b\n",
        '"a","b"\n"c","d"\n',
        '"a","b"\n"c","d"',
        '"a",""\n"","d"\n',
        '"a,b"\n',
        '"a\nb","c"\n"d","e"\n',
        '"a","\n","b"\n',
        '"\n",,,,""\n',
        '"a","\n"""\n',
        '"a","b ""c"""\n',
        'a,"b"\n"c",d\n',
        '"a"\n\n"b"\n',
        'a,b\n"c","d"\n',
        "a,b\r\nc,d\r\n",
        '""\n',
    ],
)
def test_reads_rows_as_csv_does(text: str) -> None:
    for size in (1, 2, 5, 1000):
        assert read(text, size) == as_csv_reads(text), size


def test_reads_anything_as_csv_does() -> None:
    """All short texts of what matters, some of the long ones; what csv refuses is refused here."""
    random = Random(16)
    short = ("".join(letters) for length in range(6) for letters in product('a,"\n', repeat=length))
    long = ("".join(random.choices('a,"\n', (4, 4, 1, 2), k=12)) for _ in range(2000))
    for text in [*short, *long]:
        try:
            expected = as_csv_reads(text)
        except csv.Error:
            with pytest.raises(InvalidEvent):
                read(text)
        else:
            assert read(text) == expected, text
            assert read(text, 3) == expected, text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_says_how_many_lines_stand_before(end: str) -> None:
    found = list(rows_of([f"a,b{end}".encode() * 30_000], "report.csv"))
    counts = [len(some.rows) for some in found]
    assert [some.line for some in found] == [0, *accumulate(counts[:-1])]
    assert len(found) > 1
    assert sum(counts) == 30_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a,b\n"c" x\n', "line 2 "),
        ("a,b\n" * 200_000 + '"c" x\n', "line 200001 "),
        ("a\n" + "b" * 300_000, "line 2 "),
        ("a\rb,c\n", "line 1 "),
        ('a,b\n"' + "b" * 300_000, "line 2 "),
    ],
)
def test_says_where_a_file_is_no_csv(text: str, words: str) -> None:
    with pytest.raises(InvalidEvent, match=f"report.csv is no CSV file: {words}is no row of one") as failure:
        read(text)
    assert "Take the report as the job wrote it" in str(failure.value.fields["Hint"])
