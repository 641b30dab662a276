"""The process of the command line: a signal ends it without a traceback, whenever it comes."""

from __future__ import annotations

import importlib
import os
import random
import runpy
import signal
import subprocess
import sys
import time
import types
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cosbatch.cli import main as command_line
from cosbatch.cli.process import run
from cosbatch.cli.terminal import exit_codes

ROOT = Path(__file__).parents[2]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def listening() -> Iterator[None]:
    """What listened to signals before is put back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, listener in before.items():
        signal.signal(number, listener)


def test_is_what_the_package_runs(
    monkeypatch: pytest.MonkeyPatch, listening: None, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cosbatch", "--help"])
    with pytest.raises(SystemExit) as ending:
        runpy.run_path(str(ROOT / "cosbatch" / "__main__.py"), run_name="__main__")
    assert ending.value.code == 0
    assert "usage: cosbatch" in capsys.readouterr().out


@pytest.mark.parametrize("number", SIGNALS)
def test_ends_at_once_where_a_signal_comes_while_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch, listening: None, number: signal.Signals
) -> None:
    class Loading(types.ModuleType):
        def __getattr__(self, name: str) -> object:
            signal.raise_signal(number)
            raise AttributeError

    # Where the tests themselves run under nohup, it would stay ignored.
    signal.signal(number, signal.SIG_DFL)
    monkeypatch.setitem(sys.modules, "cosbatch.cli.main", Loading("cosbatch.cli.main"))
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as ending:
        run()
    assert ending.value.code == exit_codes.INTERRUPTED


@pytest.mark.parametrize("number", SIGNALS)
def test_is_interrupted_by_what_would_end_it_at_once(
    monkeypatch: pytest.MonkeyPatch, listening: None, number: signal.Signals
) -> None:
    def main(arguments: Sequence[str]) -> int:
        signal.raise_signal(number)
        return 0

    signal.signal(number, signal.SIG_DFL)
    monkeypatch.setattr(command_line, "main", main)
    assert run() == exit_codes.INTERRUPTED


@pytest.mark.parametrize("number", SIGNALS)
def test_is_not_interrupted_any_more_when_all_is_done(
    monkeypatch: pytest.MonkeyPatch, listening: None, number: signal.Signals
) -> None:
    monkeypatch.setattr(command_line, "main", lambda arguments: 3)
    code = run()
    signal.raise_signal(number)
    assert code == 3


def test_goes_on_without_its_terminal_where_nohup_says_so(monkeypatch: pytest.MonkeyPatch, listening: None) -> None:
    def main(arguments: Sequence[str]) -> int:
        signal.raise_signal(signal.SIGHUP)
        return 0

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr(command_line, "main", main)
    assert run() == 0


# The listeners are there when run() begins: what comes before is Python's own beginning.
LISTEN_AND_RUN = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, frame: os._exit(130))
from cosbatch.cli.process import run
os.write(1, b"x")
sys.exit(run())
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("SIGNAL_SEEDS", "8"))))
def test_ends_without_a_traceback_whenever_a_signal_comes(tmp_path: Path, seed: int) -> None:
    """The real thing, from its first line to the end of Python."""
    rng = random.Random(seed)
    with (tmp_path / "said").open("wb") as said:
        command = [sys.executable, "-c", LISTEN_AND_RUN, "schema"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=said) as process:
            assert process.stdout
            process.stdout.read(1)
            time.sleep(rng.uniform(0, 0.7))
            process.send_signal(rng.choice(SIGNALS))
            shown = process.stdout.read()
    whole = shown.endswith(b"}\n")
    assert process.returncode == 130 or (process.returncode == 0 and whole)
    assert (tmp_path / "said").read_text() == ""


def test_does_nothing_when_it_is_only_imported(capsys: pytest.CaptureFixture[str]) -> None:
    importlib.import_module("cosbatch.__main__")
    assert capsys.readouterr() == ("", "")
