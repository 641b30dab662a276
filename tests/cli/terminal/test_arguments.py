"""Arguments as they are typed: what argparse would drop, and what it would repeat as it is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cosbatch.cli.terminal.arguments import emptied
from tests.cli.running import Run

JOB = "237a929f-7ba9-4e3c-a371-c0052fafa882"


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["wait", "--timeout=--"], "--timeout"),
        (["--region=--", "jobs", "--limit=--"], "--region"),
        (["wait", "--timeout=5"], None),
        (["tag", "--token=", "--reason=a=--", "--=--"], None),
        (["check", "--", "--list=--"], None),
    ],
)
def test_finds_the_option_whose_value_argparse_would_drop(arguments: Sequence[str], option: str | None) -> None:
    assert emptied(arguments) == option


@pytest.mark.parametrize(
    "arguments",
    [
        *(["restore", "list.csv", "--days", "7", "--yes", f"--{name}=--"] for name in ("timeout", "token", "profile")),
        *(["tag", "list.csv", "a=b", "--yes", f"--{name}=--"] for name in ("role", "report", "upload-to", "split")),
        ["copy", "list.csv", "--yes", "--to=--"],
        ["build", "--bucket", "photos", "--connections=--"],
        ["split", "list.csv", "--rows=--"],
        ["check", "list.csv", "--fields=--"],
        *(["jobs", f"--{name}=--"] for name in ("limit", "region", "endpoint", "state")),
        ["cancel", JOB, "--yes", "--reason=--"],
    ],
    ids=" ".join,
)
def test_takes_two_dashes_for_no_value(run: Run, arguments: Sequence[str]) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert f"argument {arguments[-1].removesuffix('=--')}: " in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["jobs", "--x\x1b[31m\n\a\r"], r"unrecognized arguments: --x\x1b[31m\n\x07\r"),
        (["jobs", "--state", "\u202e\x9b"], r"invalid choice: '\u202e\x9b'"),
        (["fly\x9b31m"], r"invalid choice: 'fly\x9b31m'"),
    ],
)
def test_repeats_nothing_that_could_control_a_terminal(run: Run, arguments: Sequence[str], told: str) -> None:
    said = run(*arguments)
    assert (said.code, told in said.err) == (2, True)
    assert said.err.replace("\n", "").isprintable()


@pytest.mark.parametrize("arguments", [["jobs", "--region"], ["check"], ["check", "list.csv", "more"], []])
def test_repeats_no_argument_without_end(run: Run, arguments: Sequence[str]) -> None:
    said = run(*arguments, "x" * 100_000)
    assert (said.code, "xxx ... xxx" in said.err, len(said.err) < 17_000) == (2, True, True)
