"""Layout for people."""

from __future__ import annotations

import pytest

from cosbatch.cli.terminal.tables import printable, record, table, width


def test_aligns_columns_and_sets_numbers_to_the_right() -> None:
    assert table(("Name", "Done"), [["a", 5], ["longer", 12345]]) == [
        "Name      Done",
        "a            5",
        "longer  12,345",
    ]


def test_sets_a_column_of_mixed_values_to_the_left() -> None:
    assert table(("N", "M"), [[None, 1], [2, 1]]) == ["N  M", "   1", "2  1"]


def test_shows_the_header_alone_for_no_rows() -> None:
    assert table(("JobId", "Status"), []) == ["JobId  Status"]


def test_gives_chinese_characters_two_columns_and_accents_none() -> None:
    assert (width("恢复"), width("e\u0301"), width("ab")) == (4, 1, 2)
    assert table(("A", "B"), [["恢复", "x"], ["abcd", "y"]])[1:] == ["恢复  x", "abcd  y"]


def test_shows_every_leaf_behind_its_path() -> None:
    value = {
        "Job": {"Priority": 1000, "Fields": ["Bucket", "Key"], "Enabled": True, "Off": False, "Empty": {}, "No": None}
    }
    assert record(value) == [
        "Job.Priority   1,000",
        "Job.Fields[0]  Bucket",
        "Job.Fields[1]  Key",
        "Job.Enabled    true",
        "Job.Off        false",
        "Job.Empty",
        "Job.No",
    ]


def test_shows_a_single_value_as_it_is() -> None:
    assert record("done") == ["done"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 文字", "plain 文字"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("half \udcff", "half \\udcff"),
        ("left\u202eright", "left\\u202eright"),
    ],
)
def test_lets_no_character_through_that_a_terminal_would_obey(text: str, shown: str) -> None:
    assert printable(text) == shown
