"""JSON for programs, layout for people, words on stderr."""

from __future__ import annotations

import argparse
import io
import json
import sys

import pytest

from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.tables import width
from tests.cli.running import Terminal

VALUE = {"JobId": "53dc6228", "Description": "恢复"}


def options(as_json: bool | None = None) -> argparse.Namespace:
    return argparse.Namespace(json=as_json)


def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Not a fixture: between a test's set-up and the test itself, pytest puts its own stdout in place."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    return terminal


def test_writes_json_where_no_person_looks(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(VALUE, options(), lambda: ["a table"])
    out = capsys.readouterr().out
    assert json.loads(out) == VALUE
    assert "恢复" in out


def test_lays_the_value_out_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    output.show(VALUE, options(), lambda: ["a table", "of two lines"])
    assert terminal.getvalue() == "a table\nof two lines\n"


def test_lays_out_leaf_by_leaf_what_has_no_layout_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    output.show(VALUE, options())
    assert terminal.getvalue().splitlines()[0] == "JobId        53dc6228"


def test_labels_what_a_person_sees_in_their_language_but_for_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    monkeypatch.setenv("LANGUAGE", "zh")
    output.show({"JobId": "53dc6228", "": 1, "End": {"Succeeded": 2}, "Fields": ["Key"]}, options())
    assert [line.split() for line in terminal.getvalue().splitlines()] == [
        ["JobId", "53dc6228"],
        ["1"],
        ["结束.成功", "2"],
        ["字段[0]", "Key"],
    ]


def test_lays_out_as_json_what_has_no_leaf(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    output.show({"Results": []}, options())
    assert terminal.getvalue() == '{"Results": []}\n'


def test_writes_json_on_a_terminal_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    output.show(VALUE, options(as_json=True), lambda: ["a table"])
    assert json.loads(terminal.getvalue()) == VALUE


def test_lays_the_value_out_where_no_terminal_is_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(VALUE, options(as_json=False), lambda: ["a table"])
    output.fail({"Code": "SlowDown", "Message": "Please."}, options(as_json=False))
    assert capsys.readouterr() == ("a table\n", "SlowDown: Please.\n")


@pytest.mark.parametrize("text", ["恢复", "\udcff", "\U0001f600"])
def test_escapes_what_the_stream_cannot_carry(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    output.write_json({"Text": text})
    stream.seek(0)
    assert json.loads(stream.read()) == {"Text": text}


def test_writes_json_that_controls_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"Description": "恢复 é \x1b\x7f\x9b\u202e\U000e0001"}
    output.write_json(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert out.splitlines()[1] == '  "Description": "恢复 é \\u001b\\u007f\\u009b\\u202e\\udb40\\udc01"'


def test_says_nothing_that_controls_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("reports/\x1b[31m.csv ends\r\nhere")
    output.question("\x9b?")
    output.say_failure({"Code": "Slow\x9b\nDown", "Message": "Please\x1b."}, options())
    assert capsys.readouterr().err == "reports/\\x1b[31m.csv ends\\r\nhere\n\\x9b? Slow\\x9b\\nDown: Please\\x1b.\n"


def test_says_of_a_line_that_is_too_long_how_it_begins_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(f"first\n{'x' * 8_001}{'y' * 8_000}\nlast {'z' * 15_995}")
    said = ["first", f"{'x' * 8_000} ... {'y' * 8_000}", f"last {'z' * 15_995}"]
    assert capsys.readouterr().err.splitlines() == said


def test_tells_a_person_at_a_terminal_of_a_failure_in_words_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = at_terminal(monkeypatch)
    failure = {
        "Code": "SlowDown",
        "Message": "Please\x1b.",
        "Status": 502,
        "Retryable": True,
        "RequestId": "NWRm",
        "Verdict": {},
    }
    output.fail(failure, options())
    assert terminal.getvalue() == ""
    assert capsys.readouterr().err.splitlines() == [
        "SlowDown: Please\\x1b.",
        "RequestId: NWRm",
        "Another try later can help.",
    ]


@pytest.mark.parametrize(
    ("problems", "totals", "behind"),
    [
        (10, {"EmptyKey": 10}, []),
        (11, {}, ["and 1 more: --json shows them, as does cosbatch check where they are of a list"]),
        (
            50,
            {"ForeignBucket": 1_100, "EmptyKey": 50},
            [
                "and 40 more: --json shows them, as does cosbatch check where they are of a list",
                "Found: 50 EmptyKey, 1,100 ForeignBucket.",
            ],
        ),
    ],
)
def test_shows_a_person_the_first_of_many_problems_and_how_many_there_are(
    monkeypatch: pytest.MonkeyPatch, problems: int, totals: dict[str, int], behind: list[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "stderr", terminal)
    errors = [{"Pointer": "/Manifest", "Message": f"number {number}"} for number in range(problems)]
    output.say_failure({"Code": "C", "Message": "M", "Errors": errors, "Totals": totals}, options())
    first = [f"  /Manifest  number {number}" for number in range(10)]
    assert terminal.getvalue().splitlines()[1:] == first + behind


def test_tells_a_program_of_all_problems(capsys: pytest.CaptureFixture[str]) -> None:
    errors = [{"Pointer": "/Manifest", "Message": "M"}] * 50
    output.say_failure({"Code": "C", "Message": "M", "Errors": errors, "Totals": {"EmptyKey": 51}}, options())
    told = capsys.readouterr().err
    assert (told.count("/Manifest"), told.endswith("Found: 51 EmptyKey.\n")) == (50, True)


@pytest.mark.parametrize(
    ("stream", "no_color", "kind", "shown"),
    [
        (Terminal(), "", "xterm", "\x1b[31;1mCode\x1b[0m"),
        (Terminal(), "1", "xterm", "Code"),
        (Terminal(), "", "dumb", "Code"),
        (io.StringIO(), "", "xterm", "Code"),
    ],
)
def test_colours_only_for_people_who_want_it(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, no_color: str, kind: str, shown: str
) -> None:
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert output.emphasised("Code", stream) == shown


LONG = "to be read by a person " * 5


def test_says_what_fits_on_a_terminal_and_whole_lines_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output.say(LONG)
    assert capsys.readouterr().err == f"{LONG}\n"
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    output.question(LONG)
    output.say("")
    output.say(LONG)
    output.fail({"Code": "SlowDown", "Message": LONG}, options())
    assert max(map(len, terminal.getvalue().splitlines())) <= 80
    assert terminal.getvalue().split() == [*LONG.split() * 2, "SlowDown:", *LONG.split()]


@pytest.mark.parametrize("text", ["x" * 9 + " y" * 35, "删" * 40], ids=["79 columns", "80 columns of Chinese"])
def test_leaves_room_for_the_answer_behind_a_question(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    output.question(text)
    assert max(map(width, f"{terminal.getvalue()}yes".splitlines())) <= 80
