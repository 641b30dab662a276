"""Layout for people."""

from __future__ import annotations

import pytest

from cosbatch.cli.terminal.tables import fitted, indented, printable, record, table, width, wrapped


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


def test_shows_every_leaf_that_is_not_empty_behind_its_path() -> None:
    value = {
        "Job": {
            "Priority": 1000,
            "Fields": ["Bucket", "Key"],
            "Enabled": True,
            "Off": False,
            "Empty": {},
            "No": None,
            "Nor": "",
            "None": [],
        }
    }
    assert record(value) == [
        "Job.Priority   1,000",
        "Job.Fields[0]  Bucket",
        "Job.Fields[1]  Key",
        "Job.Enabled    true",
        "Job.Off        false",
        "Job.Empty",
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


def test_indents_what_was_rendered_without_lines() -> None:
    assert list(indented("<A><B>text</B><C><D></D></C></A>")) == [
        "<A>",
        "  <B>text</B>",
        "  <C>",
        "    <D>",
        "    </D>",
        "  </C>",
        "</A>",
    ]


JOBS = (
    ("JobId", "Status", "Operation", "Priority", "Description"),
    [["5" * 36, "Suspended", "COSInitiateRestoreObject", 10, "of May"]],
)


def test_puts_what_does_not_fit_below_its_row_by_name() -> None:
    assert table(*JOBS) == [
        f"{'JobId':36}  Status     Operation",
        f"{'5' * 36}  Suspended  COSInitiateRestoreObject",
        "    Priority: 10, Description: of May",
    ]


def test_puts_each_sentence_below_its_row_on_a_line_of_its_own() -> None:
    assert table(*JOBS, sentences=True)[2:] == ["    Priority: 10", "    Description: of May"]


def test_begins_a_line_below_a_row_with_a_fact_that_has_no_room_on_the_one_before() -> None:
    header, long = ("Id", "One", "Two", "Three", "Four"), "a text of 35 columns or a few of them"
    assert table(header, [["5" * 79, 1, long, long, "b" * 90]])[1:] == [
        "5" * 79,
        f"    One: 1, Two: {long}",
        f"    Three: {long}",
        "    Four:",
        f"    {'b' * 90}",
    ]


def test_leaves_out_below_a_row_what_is_empty() -> None:
    assert table(JOBS[0], [["5" * 36, "Suspended", "COSInitiateRestoreObject", None, ""]])[2:] == []


def test_goes_on_below_in_the_column_of_a_long_text() -> None:
    text = "Divide the values by commas, and write the names of the columns nowhere in the list."
    assert table(("Line", "What", "Message"), [[1, "HeaderRow", text]]) == [
        "Line  What       Message",
        "   1  HeaderRow  Divide the values by commas, and write the names of the columns",
        "                 nowhere in the list.",
    ]


TEXTS = ["one two three four five six seven eight nine ten", "恢复归档的对象" * 8, "a" * 70, "", "x"]


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_keeps_to_the_terminal_and_breaks_no_word(monkeypatch: pytest.MonkeyPatch, columns: int, count: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    rows = [[TEXTS[(row + at) % len(TEXTS)] for at in range(count)] for row in range(5)]
    lines = table([f"Name {at}" for at in range(count)], rows, indent=2)
    words = [word for row in rows for text in row for word in text.split() if word.isascii()]
    assert all(width(line) <= columns - 2 or "a" * 70 in line for line in lines)
    assert all(any(word in line for line in lines) for word in words)


def test_shows_long_leaves_below_themselves() -> None:
    value = {
        "Job": {"Hint": "Create it, or fix its name, or the region that it is said to be in, or else its account."}
    }
    assert record(value) == [
        "Job.Hint  Create it, or fix its name, or the region that it is said to be in, or",
        "          else its account.",
    ]


def test_shows_a_leaf_below_its_name_where_there_is_no_room_for_its_words_beside_it() -> None:
    value = {"RoleArn": "r" * 60, "Id": "i" * 40, "Report": {"Place": "p" * 90}, "O" * 50: "7", "W" * 60: "more words"}
    assert record({**value, "X" * 65: "many words that need more room than there is"}) == [
        f"RoleArn       {'r' * 60}",
        f"Id            {'i' * 40}",
        "Report.Place",
        f"    {'p' * 90}",
        f"{'O' * 50}  7",
        f"{'W' * 60}  more words",
        "X" * 65,
        "    many words that need more room than there is",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("word " * 17, ["word word word word word word word word word word word word word word word word", "word"]),
        (
            "  " + "word " * 16,
            ["  word word word word word word word word word word word word word word word", "  word"],
        ),
        ("see: " + "k" * 90, ["see:", "k" * 90]),
        ("one\n\n  two", ["one", "", "  two"]),
    ],
)
def test_fits_lines_into_the_terminal(text: str, lines: list[str]) -> None:
    assert fitted(text).split("\n") == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a bc  d", ["a bc", "d"]),
        ("abcdefgh i", ["abcdefgh", "i"]),
        ("恢复归档", ["恢复", "归档"]),
    ],
)
def test_wraps_between_words(text: str, lines: list[str]) -> None:
    assert wrapped(text, 4) == lines
