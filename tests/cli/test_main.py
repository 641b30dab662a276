"""The command line as a whole: help, exit codes, failures, interruptions."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cosbatch.cli import main as command_line
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.model.errors import Forbidden, Problem
from tests.cli.running import Run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[argparse.Namespace], int]], None]:
    """Put a command `act` in place of all others."""

    def put(act: Callable[[argparse.Namespace], int]) -> None:
        def parser() -> argparse.ArgumentParser:
            top = argparse.ArgumentParser(prog="test")
            sub = top.add_subparsers().add_parser("act")
            sub.add_argument("--verbose", action="store_true")
            sub.set_defaults(run=act)
            return top

        monkeypatch.setattr(command_line, "parser", parser)

    return put


def raising(error: BaseException) -> Callable[[argparse.Namespace], int]:
    def act(_: argparse.Namespace) -> int:
        raise error

    return act


def test_shows_its_help_and_says_wrong_usage_without_a_command(run: Run) -> None:
    said = run()
    assert (said.code, said.out) == (2, "")
    assert "python -m cosbatch demo" in said.err


@pytest.mark.parametrize("name", ["--help", "-h"])
def test_shows_its_help_on_stdout_when_asked(run: Run, name: str) -> None:
    said = run(name)
    assert (said.code, said.err) == (0, "")
    assert "TENCENTCLOUD_SECRETID" in said.out


def test_every_command_explains_itself_by_examples(run: Run) -> None:
    names = re.findall(r"^    (\w+)  ", run("--help").out, re.MULTILINE)
    assert {"demo", "create", "wait", "doctor"} < set(names)
    for name in names:
        said = run(name, "--help")
        assert said.code == 0
        assert f"python -m cosbatch {name}" in said.out.partition("examples:")[2], name


@pytest.mark.parametrize(
    "arguments", [("fly",), ("jobs", "--height", "3"), ("describe",), ("jobs", "--state", "Tired")]
)
def test_says_wrong_usage_for_what_no_command_takes(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert "usage:" in said.err


def test_answers_the_exit_code_of_the_command(run: Run, command: Callable[..., None]) -> None:
    command(lambda options: 1)
    assert run("act").code == 1


def test_says_wrong_usage_where_a_command_cannot_begin(run: Run, command: Callable[..., None]) -> None:
    command(raising(WrongUsage("list.csv cannot be read")))
    said = run("act")
    assert (said.code, said.out, said.err) == (2, "", "python -m cosbatch: list.csv cannot be read\n")


def test_tells_a_failure_as_json_and_in_words(run: Run, command: Callable[..., None]) -> None:
    command(raising(Forbidden("Too much.", [Problem("/RoleArn", "is another's")])))
    said = run("act")
    assert said.code == 1
    assert said.json["Code"] == "Forbidden"
    assert said.json["Errors"] == [{"Pointer": "/RoleArn", "Message": "is another's"}]
    assert said.json["Hint"].startswith("The configuration does not let")
    assert said.err.splitlines()[:2] == ["Forbidden: Too much.", "  /RoleArn  is another's"]


def test_hints_in_chinese_when_asked(run: Run, command: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh")
    command(raising(Forbidden("Too much.")))
    assert "当前配置" in run("act").json["Hint"]


def test_tells_a_bug_without_its_traceback(run: Run, command: Callable[..., None]) -> None:
    command(raising(ZeroDivisionError("secret")))
    said = run("act")
    assert (said.code, said.json["Code"]) == (1, "InternalError")
    assert "ZeroDivisionError" in said.json["Message"]
    assert "secret" not in said.out + said.err


def test_shows_where_a_bug_happened_only_when_asked(
    command: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(ZeroDivisionError()))
    assert command_line.main(["act", "--verbose"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ends_quietly_when_interrupted(run: Run, command: Callable[..., None]) -> None:
    command(raising(KeyboardInterrupt()))
    said = run("act")
    assert (said.code, said.out, said.err) == (130, "", "")


def test_ends_quietly_when_nobody_reads_any_more(run: Run, command: Callable[..., None]) -> None:
    command(raising(BrokenPipeError()))
    said = run("act")
    assert (said.code, said.out, said.err) == (141, "", "")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError(errno.EACCES, "Permission denied", "x.csv"), "Permission denied (x.csv)"),
    ],
)
def test_says_what_the_system_refuses(run: Run, command: Callable[..., None], error: OSError, words: str) -> None:
    command(raising(error))
    said = run("act")
    assert (said.code, said.err) == (1, f"python -m cosbatch: {words}\n")


def test_leaves_no_complaint_in_a_closed_pipe() -> None:
    """The real thing: the reader is gone before the first byte is written."""
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-m", "cosbatch", "schema"], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (141, b"")


def test_is_what_the_package_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["cosbatch", "--help"])
    with pytest.raises(SystemExit) as ending:
        runpy.run_module("cosbatch", run_name="__main__")
    assert ending.value.code == 0
    assert "usage: python -m cosbatch" in capsys.readouterr().out


def test_does_nothing_when_it_is_only_imported(capsys: pytest.CaptureFixture[str]) -> None:
    importlib.import_module("cosbatch.__main__")
    assert capsys.readouterr() == ("", "")
