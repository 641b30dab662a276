"""The command `standin`."""

from __future__ import annotations

import io
import json
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cosbatch.cli.terminal import streams
from cosbatch.standin import Standin
from cosbatch.standin.faults.ordered import MENU
from cosbatch.standin.wire.errors import KNOWN
from tests.cli.running import BRISK, Run
from tests.pages import blocks, page, table


class Told(io.StringIO):
    """Whoever reads that the stand-in is ready sends it a signal."""

    is_read = False

    def flush(self) -> None:
        if not self.is_read:
            self.is_read = True
            signal.raise_signal(signal.SIGTERM)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """What listened to signals before is put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, listener in before.items():
        signal.signal(number, listener)


def test_runs_until_a_signal_tells_it_to_stop(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    monkeypatch.setattr(sys, "stdout", told)
    assert run("standin", "--appid", "1257654321").code == 0
    assert json.loads(told.getvalue())["environ"]["COSBATCH_APPID"] == "1257654321"


def test_writes_json_at_a_terminal_where_it_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    monkeypatch.setattr(told, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", told)
    assert run("standin", "--json").code == 0
    assert json.loads(told.getvalue())["endpoint"]


def test_shows_the_variables_as_a_shell_reads_them_in_a_pipe_where_it_is_asked_to(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told()
    monkeypatch.setattr(sys, "stdout", told)
    assert run("standin", "--table").code == 0
    assert told.getvalue().startswith("export TENCENTCLOUD_SECRETID=")


@pytest.mark.parametrize(
    ("before", "is_interrupted"), [(signal.default_int_handler, True), (signal.SIG_DFL, True), (signal.SIG_IGN, False)]
)
def test_ends_with_its_terminal_but_for_nohup(
    run: Run, monkeypatch: pytest.MonkeyPatch, before: Any, is_interrupted: bool
) -> None:
    signal.signal(signal.SIGHUP, before)
    monkeypatch.setattr(sys, "stdout", Told())
    assert run("standin").code == 0
    assert (signal.getsignal(signal.SIGHUP) == signal.default_int_handler) == is_interrupted


def test_leaves_signals_to_who_listens_to_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    signal.signal(signal.SIGTERM, streams.interrupted)
    monkeypatch.setattr(sys, "stdout", Told())
    assert (run("standin").code, signal.getsignal(signal.SIGTERM)) == (0, streams.interrupted)


def test_fails_as_the_page_orders_it(run: Run, standin: Standin) -> None:
    (commands,) = [block for block in blocks(page("docs/standin.md"), "sh") if "curl" in block]
    order, command = commands.splitlines()
    (body,) = re.findall("-d '(.+)' http://127.0.0.1:8930/_standin/faults$", order)
    assert requests.post(f"{standin.endpoint}/_standin/faults", data=body, timeout=9).status_code == 200
    said = run(*command.split()[1:], clock=BRISK)
    assert (said.code, said.err.count(": 503 "), said.err.count(": 200 ")) == (0, 2, 1)
    assert standin.faults.waiting() == []


def test_names_all_faults_on_the_page_but_the_codes_of_the_service() -> None:
    told = {name for row in table(page("docs/standin.md"), "what fails") for name in re.findall("`(\\w+)`", row[1])}
    assert {*MENU} - {*KNOWN} == told - {*KNOWN}


@pytest.mark.parametrize("triggers", [(), ("--trigger", "lists-1250000000")])
def test_tells_this_project_s_function_from_any_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, triggers: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", Told())
    said = run("standin", "--function", "handler.main_handler", *triggers)
    assert said.code == 0
    assert said.err.startswith("There is no profiles.json in this folder, so the example that is shipped is used")


@pytest.mark.parametrize("given", [("--trigger", "a-1250000000:in/"), ("--retry-seconds", "5"), ("--timeout", "60")])
def test_refuses_options_of_a_function_where_none_is_named(run: Run, given: tuple[str, str]) -> None:
    said = run("standin", *given)
    message = f"cosbatch: {given[0]} does nothing without --function: write both, or neither\n"
    assert (said.code, said.err) == (2, message)


def test_is_interrupted_before_it_is_ready(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signalling = "import os, signal, time\nos.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(60)\n"
    (tmp_path / "slow.py").write_text(signalling)
    monkeypatch.chdir(tmp_path)
    assert run("standin", "--function", "slow.main", "--trigger", "a-1250000000").code == 130


def test_takes_a_handler_of_one_s_own_first(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "handler.py").write_text("def other(event, context): ...\n")
    said = run("standin", "--function", "handler.main_handler")
    assert (said.code, "has no attribute 'main_handler'" in said.err) == (1, True)


def test_says_in_chinese_that_it_cannot_start(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh")
    (tmp_path / "file").touch()
    said = run("standin", "--data", str(tmp_path / "file"))
    assert (said.code, said.err) == (1, f"cosbatch: 本地替身无法启动：{tmp_path / 'file'} 是文件，不是文件夹\n")


def test_says_why_it_cannot_start_also_where_it_is_to_be_quiet(run: Run, tmp_path: Path) -> None:
    said = run("--quiet", "standin", "--env", str(tmp_path))
    assert (said.code, said.err) == (1, f"cosbatch: The stand-in cannot start: Is a directory: {tmp_path}\n")
