"""The command line as a whole: help, exit codes, failures, interruptions."""

from __future__ import annotations

import argparse
import errno
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cosbatch
from cosbatch.cli import main as command_line
from cosbatch.cli.terminal import options, output, streams
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.tables import width
from cosbatch.model.errors import (
    Forbidden,
    Problem,
    ServiceError,
    UnexpectedResponse,
    UpstreamTimeout,
    UpstreamTLS,
    UpstreamUnreachable,
)
from tests.cli.running import Run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[argparse.Namespace], int]], None]:
    """Put a command `act` in place of all others."""

    def put(act: Callable[[argparse.Namespace], int]) -> None:
        def parser() -> argparse.ArgumentParser:
            top = argparse.ArgumentParser(prog="test")
            options.command(top.add_subparsers(), "act", "Act.", "none", act)
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
    assert "cosbatch demo" in said.err


@pytest.mark.parametrize("name", ["--help", "-h"])
def test_shows_its_help_on_stdout_when_asked(run: Run, name: str) -> None:
    said = run(name)
    assert (said.code, said.err) == (0, "")
    assert "TENCENTCLOUD_SECRETID" in said.out


def commands() -> list[str]:
    (actions,) = [action for action in command_line.parser()._actions if action.choices]
    return [*(actions.choices or ())]


def test_groups_all_commands_by_what_people_want(run: Run) -> None:
    grouped = [name for _, names in command_line.GROUPS for name in names]
    assert sorted(grouped) == sorted(commands())
    said = run("--help").out
    assert re.findall(r"^  ([\w-]+) +[A-Z]", said.partition("Try it")[2], re.MULTILINE) == grouped


def test_every_command_explains_itself_by_examples(run: Run) -> None:
    for name in commands():
        said = run(name, "--help")
        assert said.code == 0
        assert f"cosbatch {name}" in said.out.partition("examples:")[2], name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_help_fits_a_terminal(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("LANGUAGE", language)
    top = command_line.parser()
    (parsers,) = [action.choices for action in top._actions if isinstance(action.choices, dict)]
    for parser in (top, *parsers.values()):
        wide = [line for line in parser.format_help().splitlines() if width(line) > 80]
        assert wide == [], parser.prog


def test_examples_that_go_on_are_the_same_to_a_shell(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal that is wide enough, each stands on one line."""

    def words(name: str, columns: int) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        return run(name, "--help").out.partition("examples:")[2].replace("\\\n", "").split()

    for name in ("plan", "restore", "wait", "copy"):
        assert words(name, 80) == words(name, 200)


@pytest.mark.parametrize(
    ("arguments", "same"),
    [
        (("help",), ("--help",)),
        (("help", "plan"), ("plan", "--help")),
        (("plan", "help"), ("plan", "--help")),
        (("--json", "help", "plan"), ("plan", "--help")),
        (("help", "help"), ("--help",)),
    ],
)
def test_shows_its_help_to_who_asks_by_a_word(run: Run, arguments: tuple[str, ...], same: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.code, said.err) == (0, "")
    assert said.out == run(*same).out


@pytest.mark.parametrize(
    "arguments", [("fly",), ("help", "fly"), ("jobs", "--height", "3"), ("describe",), ("jobs", "--state", "Tired")]
)
def test_says_wrong_usage_for_what_no_command_takes(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert "usage:" in said.err


GREP = "a list of the keys that grep finds, as cosbatch build --help shows"


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("descrbe", "x"), "describe"),
        (("jobs", "--stat", "Active"), "--state"),
        (("jobs", "-n", "5"), "--limit"),
        (("delete-objects", "list.csv", "--dry"), "--dry-run"),
        (("build", "--buckte", "photos"), "--bucket"),
        (("split", "list.csv", "--row", "5"), "--rows"),
        (("split", "list.csv", "--rowz", "5"), "--rows"),
        (("jobs", "--state", "Activ"), "Active"),
        (("--jsn", "jobs"), "--json"),
        (("--jsn",), "--json"),
        (("--debug",), "--verbose"),
        (("list",), "jobs"),
        (("rm", "list.csv"), "delete or delete-objects"),
        (("update-job-status", "x"), "confirm"),
        (("jobs", "--output", "json"), "--json or --table"),
        (("cancel", "JOB", "-f"), "--yes"),
        (("restore", "list.csv", "-d", "3"), "--days"),
        (("create", "list.csv", "--endpoint-url", "http://127.0.0.1"), "--endpoint"),
        (("build", "--bucket", "b", "--storage-clas=ARCHIVE"), "--storage-class"),
        (("copy", "list.csv", "cos://copies-1250000000/new/"), "--to cos://copies-1250000000/new/"),
        (("build", "cos://photos-1250000000/2026/"), "--bucket photos-1250000000 --prefix 2026/"),
        (("build", "cos://photos-1250000000"), "--bucket photos-1250000000"),
        (("copy", "list.csv", "--storage-class", "archive"), "ARCHIVE"),
        (("copy", "list.csv", "--storage-class", "standard"), "STANDARD"),
        (("copy", "list.csv", "--storage-class", "deep-archive"), "DEEP_ARCHIVE"),
        (("jobs", "--state", "ACT"), "Active"),
        (("restore", "cos://a-1250000000/b/", "--include", ".*jpg"), GREP),
        (("build", "--bucket", "b", "--exclude=*.jpg"), GREP),
    ],
)
def test_says_what_was_probably_meant(run: Run, arguments: tuple[str, ...], meant: str) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.rstrip().endswith(f"; did you mean {meant}?")


@pytest.mark.parametrize(
    "arguments",
    [
        ("xyzzy",),
        ("jobs", "--xyzzy"),
        ("demo", "--region", "ap-beijing"),
        ("restore", "list.csv", "--re", "x"),
        ("describe", "a", "b"),
        ("describe", "a", "cos://b-1250000000"),
        ("copy", "list.csv", "--storage-class", "s"),
        ("jobs", "--include", "x"),
        ("jobs", "--limit", "x"),
    ],
)
def test_guesses_nothing_where_nothing_is_alike(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.code, "did you mean" in said.err) == (2, False)


def test_says_which_options_exclude_each_other(run: Run) -> None:
    assert run("--json", "jobs", "--table").err.endswith("argument --table: not allowed with argument --json\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("--foo",), "unrecognized arguments: --foo"), (("--json",), "the following arguments are required: COMMAND")],
)
def test_names_what_is_wrong_where_there_is_no_command(run: Run, arguments: tuple[str, ...], told: str) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith(f"cosbatch: error: {told}\n")


def test_shows_the_usage_of_the_command_that_was_misused(run: Run) -> None:
    assert "usage: cosbatch wait " in run("wait", "JOB", "--xyzzy").err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("jobs", "--version"),
        ("--version", "jobs"),
    ],
)
def test_says_which_version_it_is(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert (said.code, said.out, said.err) == (0, f"cosbatch {cosbatch.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--region", "ap-beijing", "--json", "--endpoint=http://127.0.0.1:1", "act", "--verbose"),
        ("act", "--region", "ap-beijing", "--json", "--endpoint=http://127.0.0.1:1", "--verbose"),
        ("--verbose", "--json", "--region", "ap-beijing", "--endpoint", "http://127.0.0.1:1", "act"),
    ],
)
def test_takes_the_options_of_all_commands_in_front_or_behind(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    seen: list[argparse.Namespace] = []

    def act(given: argparse.Namespace) -> int:
        seen.append(given)
        return 0

    def parser() -> argparse.ArgumentParser:
        top = argparse.ArgumentParser(prog="test")
        options.add_service(options.command(top.add_subparsers(), "act", "Act.", "none", act))
        return top

    monkeypatch.setattr(command_line, "parser", parser)
    assert run(*arguments).code == 0
    (given,) = seen
    assert (given.region, given.endpoint, given.json, given.verbose) == ("ap-beijing", "http://127.0.0.1:1", True, True)


@pytest.mark.parametrize(
    "arguments", [("--region", "ap-beijing", "demo"), ("--quiet", "--verbose", "jobs"), ("--json",)]
)
def test_says_wrong_usage_for_options_that_the_command_does_not_have(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 2


def test_is_quiet_but_for_failures_when_asked(run: Run, command: Callable[..., None]) -> None:
    def act(given: argparse.Namespace) -> int:
        output.say("On its way.")
        output.show({"JobId": "1"}, given)
        raise Forbidden("Too much.")

    command(act)
    said = run("--quiet", "act")
    assert said.code == 1
    assert said.out.startswith('{\n  "JobId": "1"')
    assert said.err.startswith("Forbidden: Too much.")


def test_answers_the_exit_code_of_the_command(run: Run, command: Callable[..., None]) -> None:
    command(lambda options: 1)
    assert run("act").code == 1


def test_says_wrong_usage_where_a_command_cannot_begin(run: Run, command: Callable[..., None]) -> None:
    command(raising(WrongUsage("list.csv cannot be read")))
    said = run("act")
    assert (said.code, said.out, said.err) == (2, "", "cosbatch: list.csv cannot be read\n")


def test_tells_a_failure_as_json_and_in_words(run: Run, command: Callable[..., None]) -> None:
    command(raising(Forbidden("Too much.", [Problem("/RoleArn", "is another's")])))
    said = run("act")
    assert said.code == 1
    assert said.json["Code"] == "Forbidden"
    assert said.json["Errors"] == [{"Pointer": "/RoleArn", "Message": "is another's"}]
    assert said.json["Hint"].startswith("What is of another account or region is never taken")
    assert said.err.splitlines()[:2] == ["Forbidden: Too much.", "  /RoleArn  is another's"]


def test_hints_at_what_a_command_reads_where_it_was_given_something_else(run: Run, tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text("no JSON")
    said = run("create", str(tmp_path / "call.json"))
    assert (said.code, said.json["Code"]) == (1, "InvalidEvent")
    assert "--help shows by examples what it takes" in said.json["Hint"]


def test_hints_in_chinese_when_asked(run: Run, command: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh")
    command(raising(Forbidden("Too much.")))
    assert "其他账号" in run("act").json["Hint"]


def test_hints_at_the_roots_behind_a_proxy_that_opens_tls(run: Run, command: Callable[..., None]) -> None:
    command(raising(UpstreamTLS("It could not prove who it is.")))
    assert "REQUESTS_CA_BUNDLE" in run("act").json["Hint"]


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


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UpstreamUnreachable("No connection."), 5),
        (UpstreamTimeout("No answer."), 5),
        (UpstreamTLS("Not proven."), 5),
        (UnexpectedResponse("HTML."), 1),
        (ServiceError("SlowDown", "Busy.", 503), 1),
    ],
)
def test_says_by_the_exit_code_whether_the_service_was_reached(
    run: Run, command: Callable[..., None], error: Exception, code: int
) -> None:
    command(raising(error))
    assert run("act").code == code


@pytest.mark.parametrize("code", [0, 3, 4])
def test_keeps_the_exit_code_where_nobody_reads_what_is_said(
    run: Run, command: Callable[..., None], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def act(options: argparse.Namespace) -> int:
        output.show({"JobId": "1"}, options)
        output.say("All is well.")
        return code

    command(act)
    for stream in (ClosedPipe(), FullDisk()):
        monkeypatch.setattr(sys, "stderr", stream)
        assert run("act").code == code
    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    assert run("act").code == code


GONE = "Nobody reads stdout any more: the rows that are left are not written.\n"
FULL = "cosbatch: stdout cannot be written: No space left on device; make room there, or write to another place\n"


def test_fails_where_stdout_cannot_take_all(
    run: Run, command: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(options: argparse.Namespace) -> int:
        output.show({"JobId": "1"}, options)
        return 0

    command(act)
    monkeypatch.setattr(sys, "stdout", FullDisk())
    said = run("act")
    assert (said.code, said.err) == (1, FULL)


@pytest.mark.parametrize("arguments", [("--help",), ("help", "plan"), ("--version",), ("jobs", "--version")])
def test_fails_where_stdout_cannot_take_what_was_asked_for(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "stdout", FullDisk())
    said = run(*arguments)
    assert (said.code, said.err) == (1, FULL)
    monkeypatch.setenv("COSBATCH_LANG", "zh")
    assert run(*arguments).err == "cosbatch: 无法写入 stdout：磁盘空间不足；请在该处腾出空间，或写到别处\n"
    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    said = run(*arguments)
    assert (said.code, said.err) == (0, "")


def test_tells_all_else_before_it_tells_that_stdout_takes_nothing(
    run: Run, command: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(options: argparse.Namespace) -> int:
        output.show({"JobId": "1"}, options)
        output.say("All is well.")
        raise Forbidden("Too much.")

    command(act)
    monkeypatch.setattr(sys, "stdout", FullDisk())
    said = run("act")
    assert said.code == 1
    assert re.sub("Hint: .*\n", "", said.err) == f"All is well.\nForbidden: Too much.\n{FULL}"


@pytest.mark.parametrize(("quiet", "told"), [((), f"cosbatch: rows\n{GONE}"), (("--quiet",), "")])
def test_ends_well_where_the_reader_of_its_rows_has_enough(
    run: Run, command: Callable[..., None], monkeypatch: pytest.MonkeyPatch, quiet: tuple[str, ...], told: str
) -> None:
    def act(_: argparse.Namespace) -> int:
        with streams.rows_out() as file:
            output.say("cosbatch: rows")
            file.write(b"b-1,a\n")
            return 1

    command(act)
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as nobody:
        monkeypatch.setattr(sys, "stdout", nobody)
        said = run("act", *quiet)
    assert (said.code, said.err) == (0, told)


def test_says_which_file_could_not_be_written(run: Run, command: Callable[..., None]) -> None:
    command(raising(BrokenPipeError(errno.EPIPE, "Broken pipe", "fifo")))
    said = run("act")
    assert (said.code, said.out, said.err) == (1, "", "cosbatch: Broken pipe (fifo)\n")


class ClosedPipe(io.StringIO):
    """Whoever reads it is gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    def flush(self) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


class FullDisk(io.StringIO):
    """A file on a disk that takes nothing more."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError(errno.ENOSPC, "No space left on device", "x.csv"), FULL.replace("stdout", "x.csv")[10:-1]),
        (OSError(errno.EACCES, "Permission denied", "x.csv"), "Permission denied (x.csv)"),
    ],
)
def test_says_what_the_system_refuses(run: Run, command: Callable[..., None], error: OSError, words: str) -> None:
    command(raising(error))
    said = run("act")
    assert (said.code, said.err) == (1, f"cosbatch: {words}\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command_line", "code"),
    [
        ("schema >&-", 0),
        ("schema > /dev/null 2>&-", 0),
        ("schema <&- >&- 2>&-", 0),
        ("schema > /dev/full", 1),
        ("help plan > /dev/full", 1),
        ("--version > /dev/full", 1),
        ("check - < README.md >&-", 1),
        ("check - <&- >&- 2>&-", 1),
        ("check - < README.md > /dev/null 2> /dev/full", 1),
        ("nonsense 2>&-", 2),
        ("nonsense 2> /dev/full", 2),
    ],
)
def test_keeps_its_exit_code_whatever_becomes_of_its_streams(command_line: str, code: int) -> None:
    """The real thing, started by a shell. README.md is no manifest, and neither is nothing."""
    shell = ["sh", "-c", f'"$0" -m cosbatch {command_line}', sys.executable]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Exception ignored" in done.stderr) == (code, False)


@pytest.mark.slow
def test_leaves_no_complaint_in_a_closed_pipe() -> None:
    """The real thing: the reader is gone before the first byte is written."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "cosbatch"]
    read = subprocess.run([*command, "schema"], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
    told = subprocess.run([*command, "nonsense"], cwd=ROOT, stdout=subprocess.PIPE, stderr=writer, check=False)
    os.close(writer)
    assert (read.returncode, read.stderr, told.returncode, told.stdout) == (0, b"", 2, b"")
