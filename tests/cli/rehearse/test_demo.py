"""`demo`: the whole way, told to a person and given to a program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.rehearse.demo import delivered, results_of
from cosbatch.model.errors import InternalError
from tests.cli.running import Run, SteppingClock, Terminal

ROOT = Path(__file__).parents[3]


def test_goes_from_the_upload_to_the_report(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = dict(os.environ)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said = run("demo", "--objects", "5")
    assert said.code == 0
    shown = said.json
    assert shown["Profile"] == "restore"
    assert [result["Outcome"] for result in shown["Results"]] == ["created", "recovered"]
    assert len({result["JobId"] for result in shown["Results"]}) == 1
    assert shown["Receipt"] == shown["Results"][-1]
    assert "cos://report-1250000000/receipts/manifest-1250000000/restore/demo.csv.json" in said.err
    assert "Authorization" not in shown["Request"]["Headers"]
    assert shown["Job"]["Description"].partition(" [cb:")[0] in shown["Request"]["Body"]
    assert shown["Outcome"] == "complete"
    assert (shown["Report"]["Succeeded"], shown["Report"]["Failed"]) == (5, 0)
    assert 'x-cos-restore: ongoing-request="true"' in said.err
    assert dict(os.environ) == before
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
def test_needs_no_account(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("COSBATCH_", "TENCENTCLOUD_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COSBATCH_PROFILES", "nowhere.json")
    said = run("demo", "--objects", "1")
    assert (said.code, "a list of 1 archived object to" in said.err) == (0, True)


@pytest.mark.slow
def test_writes_nothing_to_stdout_for_a_person(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("demo", "--objects", "5").code == 0
    assert terminal.getvalue() == ""


# What nohup has ignored is inherited.
HEAR_AND_RUN = """
import signal, sys
signal.signal(int(sys.argv.pop(1)), signal.SIG_DFL)
from cosbatch.cli.process import run
sys.exit(run())
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_leaves_nothing_behind_where_a_signal_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    """The real thing: a process of its own."""
    command = [sys.executable, "-c", HEAR_AND_RUN, str(number.value), "demo", "--objects", "100000"]
    surroundings = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=ROOT, env=surroundings, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "listens here" in process.stderr.readline() + process.stderr.readline()
        assert os.listdir(tmp_path) != []
        process.send_signal(number)
        assert (process.stderr.read().count("Traceback"), process.wait()) == (0, 130)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        ({"Reply": {"Results": [{"Code": "SlowDown", "Message": "too fast"}]}}, "made no job: SlowDown: too fast"),
        ({"Error": {"stackTrace": "Traceback\nRuntimeError: no\n"}}, "The function raised: RuntimeError: no"),
    ],
)
def test_says_so_where_no_job_is_made(delivery: Any, told: str) -> None:
    made = {"Reply": {"Results": [{"JobId": "1"}]}}
    assert results_of({"Deliveries": [made, made]}) == [{"JobId": "1"}] * 2
    with pytest.raises(InternalError, match=told):
        results_of({"Deliveries": [made, delivery]})


def test_waits_for_the_delivery_but_not_for_ever() -> None:
    told = iter([[], [{"State": "Waiting"}], [{"State": "Delivered"}]])
    assert delivered(lambda: next(told), SteppingClock().clock()) == {"State": "Delivered"}
    with pytest.raises(InternalError, match="not told of the upload in time"):
        delivered(list, SteppingClock().clock())
