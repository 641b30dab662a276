"""The README's tables say what the code does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from cosbatch.cli.main import parser
from cosbatch.configuration.settings import SECRET_ID, SECRET_KEY, SESSION_TOKEN, read_settings
from cosbatch.hints import HINTS
from cosbatch.schemas.profiles_file import Limits, Match, Policy, Profile

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Names that the SDKs have; the settings take them, the README does not need to teach them.
SDK_NAMES = {SECRET_ID[1], SECRET_KEY[1], SESSION_TOKEN[1]}


def table(head: str) -> list[list[str]]:
    """The rows of the table whose first column is called so: their cells."""
    lines = README.split(f"\n| {head} |", 1)[1].splitlines()[2:]
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def names(head: str) -> list[str]:
    """All that stands in code marks in the first column of that table."""
    return [name for row in table(head) for name in re.findall(r"`([^`]+)`", row[0])]


class Environment(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(name)
        return default


def test_names_every_variable_that_the_settings_read() -> None:
    environment = Environment()
    read_settings(environment)
    told = set(names("variable")) | set(re.findall(r"default `([A-Z_]+)`", README))
    assert told == environment.asked - SDK_NAMES


def fields() -> Iterator[str]:
    for name in Profile().fields:
        below = {"match": Match, "limits": Limits}.get(name)
        yield from [f"{name}.{inner}" for inner in below().fields] if below else [name]


def test_names_every_field_of_a_profile() -> None:
    told = [name for name in names("field of a profile") if not name.startswith(("{", "Descr", "Report"))]
    assert sorted(told) == sorted(fields())


def test_names_every_field_of_the_policy() -> None:
    assert sorted(names("field of the policy")) == sorted(Policy().fields)


def test_names_every_variable_that_the_deployment_takes() -> None:
    taken = re.findall(r"\$\{env:(\w+)\}", (ROOT / "serverless.yml").read_text(encoding="utf-8"))
    assert set(names("variable of the deployment")) == set(taken)


def test_explains_every_code_in_the_words_of_its_hint() -> None:
    told = {row[0].strip("`"): row[1] for row in table("Code")}
    assert told == {code: english for code, (english, _) in HINTS.items()}


def test_names_every_command() -> None:
    (actions,) = [action for action in parser()._actions if action.choices]
    missing = [command for command in actions.choices or () if f"`{command}`" not in README]
    assert not missing


def test_begins_with_one_line_each_to_run_and_to_test() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert [block.count("\n") for block in blocks[:2]] == [1, 1]
    assert "cosbatch demo" in blocks[0]
    assert "pytest" in blocks[1]
