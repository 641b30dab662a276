"""The command `standin`."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.terminal import streams
from tests.cli.running import Run


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


@pytest.mark.parametrize("triggers", [(), ("--trigger", "lists-1250000000")])
def test_tells_this_project_s_function_from_any_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, triggers: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", Told())
    said = run("standin", "--function", "handler.main_handler", *triggers)
    assert said.code == 0
    assert said.err.startswith("There is no profiles.json in this folder, so the example that is shipped is used")


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
