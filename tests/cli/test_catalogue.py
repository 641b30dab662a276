"""The Chinese texts of the command line and of the hints: there is one for each, and it says the same commands, options and values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from cosbatch.cli.terminal import language
from cosbatch.model.hints import hints
from tests import catalogue

Texts = tuple[str, ...]

CLI = language.CATALOGUES.parent
# What a Chinese text says in the same words: placeholders, options, variables and states, names of files and addresses. DELETE is
# a verb that stands out.
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%(?:\(\w+\))?[sr]")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
NAME = re.compile(
    r"\b(?!DELETE\b)[A-Z][A-Z_]{2,}(?![a-z])|[A-Z][a-z]+[A-Z]\w+|\b\w+\.\w+\b|[\w-]*/[\w./-]*[\w/-]|cos://[\w./-]+|`[^`]+`",
    re.ASCII,
)
COMMAND = re.compile(r"^ {2,4}(?:cosbatch|echo|cat) .*$", re.MULTILINE)


def texts(said: object) -> Texts:
    return tuple(said) if isinstance(said, list | tuple) else (str(said),)


WRITTEN = catalogue.translated()
PAIRS = [
    *((texts(message.id)[-1], chinese) for message in WRITTEN if message.id for chinese in texts(message.string)),
    *((hint["en"], hint["zh"]) for hint in hints().values()),
]


def test_has_a_chinese_text_for_each_english_one_and_no_others() -> None:
    wanted = {texts(message.id) for message in catalogue.messages()}
    assert {texts(message.id) for message in WRITTEN if not message.fuzzy} == wanted
    assert [english for english, chinese in PAIRS if not chinese] == []
    assert not WRITTEN.obsolete


def test_is_compiled_from_what_is_written() -> None:
    with catalogue.COMPILED.open("rb") as file:
        compiled = {texts(message.id): texts(message.string) for message in read_mo(file) if message.id}
    assert compiled == {texts(message.id): texts(message.string) for message in WRITTEN if message.id}


@pytest.mark.parametrize(
    "what", [PLACEHOLDER, OPTION, NAME, COMMAND], ids=["placeholders", "options", "names", "commands"]
)
def test_says_the_same_in_both_languages(what: re.Pattern[str]) -> None:
    for english, chinese in PAIRS:
        # A name alone is the label of a field.
        if not NAME.fullmatch(english):
            assert {*what.findall(chinese)} == {*what.findall(english)}, english


def test_begins_and_ends_lines_alike() -> None:
    for english, chinese in PAIRS:
        assert english.endswith("\n") == chinese.endswith("\n"), english
        assert english.count("\n\n") == chinese.count("\n\n"), english


# What is told to people by what: the functions and exceptions, and the keyword arguments of argparse.
TELLING = {
    "say",
    "WrongUsage",
    "ArgumentTypeError",
    "bytes_shown",
    "Reading",
    "add_argument_group",
    "command",
    "printable",
    "Finding",
    "Sentence",
}
WORDS = re.compile(r"[a-z]{2,}", re.IGNORECASE)


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: path.stem)
def test_marks_what_people_read(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            assert "_('" not in ast.unparse(node), (
                f"{path}:{node.lineno}: before Python 3.12 nothing is found in an f-string"
            )
        if isinstance(node, ast.Call):
            for text in told(node):
                assert not WORDS.search(COMMAND.sub("", text)), f"{path}:{node.lineno}: {text!r} is marked by no _"


def told(call: ast.Call) -> Iterator[str]:
    """The texts that the call tells as they stand in the source."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    # The name of a command is no text, nor are a finding's check and state.
    arguments = call.args[2:] if name in ("command", "Finding") else call.args
    values = [*(arguments if name in TELLING else ()), *(each.value for each in call.keywords if each.arg == "help")]
    for value in values:
        parts = value.values if isinstance(value, ast.JoinedStr) else [value]
        yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
