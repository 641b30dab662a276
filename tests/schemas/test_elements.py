"""The kinds of element, one by one: what each takes, and in what words it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from marshmallow import ValidationError

from cosbatch.model.errors import InvalidRequest, Problem
from cosbatch.schemas.elements import (
    MOST_PROBLEMS,
    Choice,
    Element,
    Flag,
    ListOf,
    Nothing,
    Number,
    Part,
    Text,
    load,
    problems_of,
)


def _shout(text: str) -> str:
    if "?" in text:
        raise ValidationError("must not ask")
    return text + "!"


class Child(Element):
    Name = Text(required=True)


class Everything(Element):
    Words = Text(2, 6)
    Filled = Text(1)
    Loud = Text(1, 4, form=_shout)
    Colour = Choice("red", "green", synonyms={"rouge": "red"})
    Count = Number(-1, 365)
    Large = Number(0, 2**63 - 1)
    Switch = Flag()
    Mark = Nothing()
    List = ListOf(Text(1, 3), minimum=1, maximum=3)
    Inner = Part(Child)
    Inners = ListOf(Part(Child))
    Silent = Text(load_default=None)


SCHEMA = Everything()


def problems(value: object) -> list[Problem]:
    with pytest.raises(InvalidRequest, match="all faults") as caught:
        load(SCHEMA, value, "all faults")
    return list(caught.value.problems)


TAKEN = [
    ("Words", "ab", "ab"),
    ("Words", "清清", "清清"),
    ("Words", "\t\n\r", "\t\n\r"),
    ("Filled", "x" * 2_000, "x" * 2_000),
    ("Loud", "abc", "abc!"),
    ("Colour", "green", "green"),
    ("Colour", "rouge", "red"),
    ("Count", -1, -1),
    ("Count", 365, 365),
    ("Count", "-1", -1),
    ("Count", "365", 365),
    ("Count", "007", 7),
    ("Count", "-0", 0),
    ("Large", 2**63 - 1, 2**63 - 1),
    ("Large", "9223372036854775807", 2**63 - 1),
    ("Switch", True, True),
    ("Switch", False, False),
    ("Switch", "true", True),
    ("Switch", "false", False),
    ("Mark", {}, {}),
    ("List", ["a"], ["a"]),
    ("List", ["a", "b", "c"], ["a", "b", "c"]),
    ("Inner", {"Name": ""}, {"Name": ""}),
    ("Inners", [], []),
    ("Inners", [{"Name": "a"}, {"Name": "b"}], [{"Name": "a"}, {"Name": "b"}]),
]


@pytest.mark.parametrize(("name", "value", "loaded"), TAKEN)
def test_takes(name: str, value: object, loaded: object) -> None:
    result = load(SCHEMA, {name: value}, "all faults")[name]
    assert (result, type(result)) == (loaded, type(loaded))


NO_COUNT = "must be a whole number from -1 to 365"
NO_TEXT = "must be text"
NO_FLAG = "must be true or false"
NO_MARK = "is an empty element; write {}"
NOT_NULL = "must not be null; give a value or leave it out"
REFUSED = [
    ("Words", "a", "must have 2 or more bytes; it has 1"),
    ("Words", "", "must not be empty"),
    ("Words", "abcdefg", "must have at most 6 bytes in UTF-8; it has 7: shorten it"),
    ("Words", "清清a", "must have at most 6 bytes in UTF-8; it has 7: shorten it"),
    ("Words", "😀éa", "must have at most 6 bytes in UTF-8; it has 7: shorten it"),
    ("Words", "a\x00", "character U+0000 at position 2 cannot be in XML 1.0; take it out"),
    ("Words", "a\x0b", "character U+000B at position 2 cannot be in XML 1.0; take it out"),
    ("Words", "ab\ufffe", "character U+FFFE at position 3 cannot be in XML 1.0; take it out"),
    ("Words", "\ud800ab", "character U+D800 at position 1 cannot be in XML 1.0; take it out"),
    ("Words", 5, NO_TEXT),
    ("Words", True, NO_TEXT),
    ("Words", ["ab"], NO_TEXT),
    ("Words", b"ab", NO_TEXT),
    ("Words", None, NOT_NULL),
    ("Silent", None, NOT_NULL),
    ("Mark", None, NOT_NULL),
    ("Filled", "", "must not be empty"),
    ("Loud", "abcd", "must have at most 4 bytes in UTF-8; it has 5: shorten it"),
    ("Loud", "a?", "must not ask"),
    ("Colour", "blue", "must be one of red, green"),
    ("Colour", "Red", "must be one of red, green"),
    ("Colour", "red\n", "must be one of red, green"),
    ("Colour", "", "must be one of red, green"),
    ("Colour", 1, NO_TEXT),
    ("Count", -2, NO_COUNT),
    ("Count", 366, NO_COUNT),
    ("Count", "366", NO_COUNT),
    ("Count", 10**300, NO_COUNT),
    ("Count", "1" + "0" * 500, NO_COUNT),
    ("Count", 1.0, NO_COUNT),
    ("Count", "1.0", NO_COUNT),
    ("Count", "1e2", NO_COUNT),
    ("Count", "1_0", NO_COUNT),
    ("Count", "+1", NO_COUNT),
    ("Count", " 1", NO_COUNT),
    ("Count", "1\n", NO_COUNT),
    ("Count", "٣", NO_COUNT),
    ("Count", "", NO_COUNT),
    ("Count", "0x1", NO_COUNT),
    ("Count", True, NO_COUNT),
    ("Count", float("nan"), NO_COUNT),
    ("Count", None, NOT_NULL),
    ("Large", 2**63, f"must be a whole number from 0 to {2**63 - 1}"),
    ("Large", str(2**63), f"must be a whole number from 0 to {2**63 - 1}"),
    ("Switch", "True", NO_FLAG),
    ("Switch", "yes", NO_FLAG),
    ("Switch", "", NO_FLAG),
    ("Switch", 1, NO_FLAG),
    ("Switch", 0, NO_FLAG),
    ("Switch", [], NO_FLAG),
    ("Switch", None, NOT_NULL),
    ("Mark", "", NO_MARK),
    ("Mark", [], NO_MARK),
    ("Mark", 0, NO_MARK),
    ("Mark", False, NO_MARK),
    ("Mark", True, NO_MARK),
    ("Mark", {"a": 1}, NO_MARK),
    ("List", [], "must have 1 or more members; it has 0"),
    ("List", ["a"] * 4, "must have at most 3 members; it has 4: take some out"),
    ("List", "abc", "must be a list"),
    ("List", ("a",), "must be a list"),
    ("List", {"member": ["a"]}, "must be a list"),
    ("List", None, NOT_NULL),
    ("Inner", [], "must be an object"),
    ("Inner", "", "must be an object"),
    ("Inner", None, NOT_NULL),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_refuses_in_words(name: str, value: object, message: str) -> None:
    assert problems({name: value}) == [Problem(f"/{name}", message)]


@pytest.mark.parametrize("value", [None, [], "text", 5, True, b"{}", [{"Words": "ab"}]])
def test_refuses_a_document_that_is_no_object(value: object) -> None:
    assert problems(value) == [Problem("", "must be an object")]


def test_reports_two_faults_of_one_text() -> None:
    assert [problem.message[:20] for problem in problems({"Words": "\x00234567"})] == [
        "character U+0000 at ",
        "must have at most 6 ",
    ]


def test_reports_each_bad_member_of_a_list() -> None:
    assert problems({"List": ["", 3, "abcd"]}) == [
        Problem("/List/0", "must not be empty"),
        Problem("/List/1", "must be text"),
        Problem("/List/2", "must have at most 3 bytes in UTF-8; it has 4: shorten it"),
    ]


def test_looks_at_no_member_of_a_list_that_is_too_long() -> None:
    assert problems({"List": ["a", "", 3, "abcd"]}) == [
        Problem("/List", "must have at most 3 members; it has 4: take some out")
    ]


def test_points_to_members_of_lists_of_containers() -> None:
    assert problems({"Inners": [{"Name": "a"}, {}, [], None, {"Name": 5, "name": ""}]}) == [
        Problem("/Inners/1/Name", "is required; add it"),
        Problem("/Inners/2", "must be an object"),
        Problem("/Inners/3", "must not be null; give a value or leave it out"),
        Problem("/Inners/4/Name", "must be text"),
        Problem("/Inners/4/name", "is not known here; what may stand here: Name"),
    ]


UNKNOWN: list[tuple[Any, str]] = [
    ("words", "/words"),
    ("", "/"),
    ("_schema", "/_schema"),
    ("a/b~c", "/a~1b~0c"),
    ("/Words", "/~1Words"),
    ("a\nb", "/a\nb"),
    ("Words.x", "/Words.x"),
    ("\ud800", "/\\ud800"),
    (0, "/0"),
    (None, "/None"),
    (("Words",), "/('Words',)"),
]


@pytest.mark.parametrize(("name", "pointer"), UNKNOWN)
@pytest.mark.parametrize("value", [None, 1, {"Words": {}}])
def test_points_to_a_name_that_is_not_known(name: object, pointer: str, value: object) -> None:
    known = "Words, Filled, Loud, Colour, Count, Large, Switch, Mark, List, Inner, Inners, Silent"
    assert problems({name: value}) == [Problem(pointer, f"is not known here; what may stand here: {known}")]


def test_reports_in_the_page_s_order_and_unknown_names_as_they_stand() -> None:
    found = problems({"z": 1, "Silent": 1, "_schema": 1, "Inner": {"b": 1}, "a": 1, "Words": 1})
    assert [problem.pointer for problem in found] == [
        "/Words",
        "/Inner/Name",
        "/Inner/b",
        "/Silent",
        "/z",
        "/_schema",
        "/a",
    ]


def test_writes_problems_that_any_answer_can_carry() -> None:
    found = problems({"\ud800": 1, "Words": "\ud800"})
    assert json.dumps([problem.as_json() for problem in found], ensure_ascii=False).encode()


MORE = Problem("", "has more faults; fix the ones above first")
ENDLESS: list[tuple[dict[str, object], str]] = [
    ({f"x{number}": 1 for number in range(50_000)}, "/x198"),
    ({f"x{number}": 1 for number in range(MOST_PROBLEMS)}, "/x198"),
    ({"Inners": [0] * 50_000}, "/Inners/198"),
    ({"Inners": [{}] * 50_000}, "/Inners/198/Name"),
    ({"Inners": [{"Name": 1, "x": 1}] * MOST_PROBLEMS}, "/Inners/99/Name"),
    ({"Inner": {"Name": "", **{f"x{number}": 1 for number in range(50_000)}}}, "/Inner/x198"),
]


@pytest.mark.parametrize(("wrong", "last"), ENDLESS)
def test_reports_the_first_of_very_many_faults_and_that_there_are_more(wrong: dict[str, object], last: str) -> None:
    found = problems({"Words": 1, **wrong})
    assert len(found) == MOST_PROBLEMS + 1
    assert (found[0].pointer, found[-2].pointer, found[-1]) == ("/Words", last, MORE)


def test_looks_at_no_more_members_of_a_list_than_it_takes_to_say_that_there_are_more_faults() -> None:
    looked_at: list[str] = []

    def refuse(text: str) -> str:
        looked_at.append(text)
        raise ValidationError("is wrong")

    class Bad(Element):
        List = ListOf(Text(form=refuse))

    with pytest.raises(InvalidRequest) as caught:
        load(Bad(), {"List": ["a"] * 100_000}, "all faults")
    assert len(looked_at) == MOST_PROBLEMS + 1
    assert caught.value.problems[-1] == MORE


def test_reports_as_many_faults_as_a_person_reads_without_a_remark() -> None:
    assert len(problems({f"x{number}": 1 for number in range(MOST_PROBLEMS)})) == MOST_PROBLEMS


def test_looks_no_deeper_than_the_document_goes() -> None:
    deep: object = []
    for _ in range(100_000):
        deep = [deep]
    assert {problem.pointer for problem in problems(dict.fromkeys(SCHEMA.fields, deep))} == {
        f"/{name}" for name in SCHEMA.fields if name not in ("List", "Inners")
    } | {"/List/0", "/Inners/0"}


def test_keeps_the_page_s_order_whatever_the_caller_s() -> None:
    backwards = {"Switch": True, "Count": 1, "Words": "ab"}
    assert list(load(SCHEMA, backwards, "all faults")) == ["Words", "Count", "Switch", "Silent"]


TREES = [
    (["a", "b"], [Problem("", "a"), Problem("", "b")]),
    ({"_schema": ["a"], "A": {0: {"B": ["b"], "_schema": ["c"]}}}, [("", "a"), ("/A/0/B", "b"), ("/A/0", "c")]),
    ({"A": {"/x~1y": ["a"]}}, [("/A/x~1y", "a")]),
    ({}, []),
]


@pytest.mark.parametrize(("tree", "flat"), TREES)
def test_flattens_marshmallow_s_messages(tree: Any, flat: list[Any]) -> None:
    assert [*problems_of(tree)] == [found if isinstance(found, Problem) else Problem(*found) for found in flat]
