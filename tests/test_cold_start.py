"""Expressions that are compiled when they are first used, and what a cold start loads."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cosbatch.cold_start import expressions_compiled_when_used

ROOT = Path(__file__).parent.parent


@pytest.fixture
def early() -> re.Pattern[str]:
    """An expression that was made while the function was imported."""
    with expressions_compiled_when_used():
        return re.compile(r"(\w+)@(\w+)", re.ASCII)


def test_compiles_an_expression_when_it_is_first_used(early: re.Pattern[str]) -> None:
    assert early.sub(r"\2", "me@here") == "here"
    assert early.groups == 2
    assert early.fullmatch("me@here")
    assert not early.fullmatch("ich@ü")


def test_takes_the_early_expression_for_any_other(early: re.Pattern[str]) -> None:
    assert isinstance(early, re.Pattern)
    assert re.search(early, "me@here")
    assert re.compile(early).pattern == early.pattern
    assert copy.deepcopy(early).fullmatch("me@here")
    assert {early: "one"}[early] == "one"


def test_says_what_is_wrong_with_an_early_expression_when_it_is_used() -> None:
    with expressions_compiled_when_used():
        broken = re.compile("(")
    with pytest.raises(re.error, match="unterminated"):
        broken.search("")


def test_compiles_at_once_again_afterwards_even_where_an_import_fails() -> None:
    compile_now = re.compile
    with pytest.raises(ImportError), expressions_compiled_when_used():
        raise ImportError("broken")
    assert re.compile is compile_now


# Each of these costs a cold start from one to twenty milliseconds, and no event needs it at once.
SPARED = (
    "cosbatch.manifest",
    "cosbatch.model.hints",
    "cosbatch.cli",
    "cosbatch.standin",
    "argparse",
    "sqlite3",
    "difflib",
)


def test_loads_only_what_an_event_needs() -> None:
    code = f"import handler, json, sys; print(json.dumps([name for name in {SPARED!r} if name in sys.modules]))"
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(process.stdout) == []
