"""Where a list is cut: every part has whole rows, and together they are the list."""

from __future__ import annotations

import csv
import io
import random

import pytest

from cosbatch.cli.manifests.cutting import parts_of

QUOTED = b'b,"1\n"\nb,2\n"b","3\r\n\n,""\n"\nb,4'


def cut(content: bytes, rows: int, block: int) -> list[bytes]:
    blocks = [content[at : at + block] for at in range(0, len(content), block)]
    return [content[part.start : part.start + part.size] for part in parts_of(blocks, rows)]


def rows_of(content: bytes) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(content.decode(), newline="")) if row]


@pytest.mark.parametrize("block", [1, 2, 3, 5, 8, 1000])
@pytest.mark.parametrize(
    ("content", "rows", "parts"),
    [
        (b"", 2, []),
        (b"1\n", 2, [b"1\n"]),
        (b"1\n2\n", 2, [b"1\n2\n"]),
        (b"1\n2\n3", 2, [b"1\n2\n", b"3"]),
        (b"1\r\n2\r\n3\r\n", 1, [b"1\r\n", b"2\r\n", b"3\r\n"]),
        (b"1\n2\n\n\r\n3\n", 2, [b"1\n2\n\n\r\n", b"3\n"]),
        (b"\n1\n\n2\n3\n\n", 2, [b"\n1\n\n2\n", b"3\n\n"]),
        (QUOTED, 1, [b'b,"1\n"\n', b"b,2\n", b'"b","3\r\n\n,""\n"\n', b"b,4"]),
        (QUOTED, 3, [b'b,"1\n"\nb,2\n"b","3\r\n\n,""\n"\n', b"b,4"]),
        (QUOTED, 4, [QUOTED]),
    ],
)
def test_cuts_between_rows(content: bytes, rows: int, parts: list[bytes], block: int) -> None:
    assert cut(content, rows, block) == parts
    blocks = [content[at : at + block] for at in range(0, len(content), block)]
    assert [part.lines for part in parts_of(blocks, rows)] == [
        b"".join(parts[:index]).count(b"\n") for index in range(len(parts))
    ]


def test_makes_parts_that_together_are_the_list() -> None:
    chance = random.Random(7)
    for _ in range(300):
        lines = [chance.choice([b"b,1\n", b'"b","2"\n', b'b,"3\n4"\r\n', b"\n", b"b,5\r\n"]) for _ in range(40)]
        content, most = b"".join(lines), chance.randint(1, 12)
        parts = cut(content, most, chance.randint(1, 60))
        assert b"".join(parts) == content or not rows_of(content)
        counts = [len(rows_of(part)) for part in parts]
        assert all(count == most for count in counts[:-1])
        assert sum(counts) == len(rows_of(content))


def test_counts_the_rows_of_each_part() -> None:
    assert [part.rows for part in parts_of([b"1\n\n2\n3\n4\n5"], 2)] == [2, 2, 1]
