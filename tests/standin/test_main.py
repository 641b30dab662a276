"""The command line."""

from __future__ import annotations

import errno
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import cosbatch.standin
from cosbatch.standin import Account, running
from cosbatch.standin.__main__ import main
from tests.standin.client import Client
from tests.standin.documents import document
from tests.standin.function.recorder import function_in

ROOT = Path(__file__).parents[2]


def test_prints_one_line_when_it_is_ready_and_stops_on_a_signal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cosbatch", "standin", "--data", str(tmp_path), "--secret-id", "AKIDmine"]
    with subprocess.Popen([*command, "--secret-key", "mine"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        with Client(ready["endpoint"], Account(secret_id="AKIDmine", secret_key="mine")) as client:
            assert client.create(document()).status == 200
        child.send_signal(signal.SIGTERM)
        assert (child.wait(30), child.stdout.read()) == (0, "")
    assert ready["environ"] == {
        "TENCENTCLOUD_SECRETID": "AKIDmine",
        "TENCENTCLOUD_SECRETKEY": "mine",
        "COSBATCH_UIN": "100000000001",
        "COSBATCH_APPID": "1250000000",
        "COSBATCH_REGION": "ap-chengdu",
        "COSBATCH_ENDPOINT": ready["endpoint"],
    }


def test_has_the_account_and_the_place_that_the_options_name(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    assert main(["--host", "::1", "--uin", "7", "--appid", "1257654321", "--region", "ap-beijing"], stop) == 0
    ready = json.loads(capsys.readouterr().out)
    assert ready["endpoint"].startswith("http://[::1]:")
    found = [ready["environ"][name] for name in ("COSBATCH_UIN", "COSBATCH_APPID", "COSBATCH_REGION")]
    assert found == ["7", "1257654321", "ap-beijing"]


def test_writes_the_variables_for_a_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    file = tmp_path / "standin.env"
    assert main(["--env", str(file), "--secret-key", "it's mine"], stop) == 0
    told = json.loads(capsys.readouterr().out)["environ"]
    read = subprocess.run(["sh", "-c", f". {file}; env"], env={}, capture_output=True, text=True, check=True)
    variables = dict(line.split("=", 1) for line in read.stdout.splitlines())
    assert {name: variables[name] for name in told} == told


def test_says_which_file_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--env", str(tmp_path)]) == 1
    assert capsys.readouterr() == ("", f"The stand-in cannot start: Is a directory: {tmp_path}\n")


def test_says_at_a_terminal_where_its_page_is_and_how_it_ends_and_shows_what_a_shell_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    stop = threading.Event()
    stop.set()
    assert main(["--env", str(tmp_path / "standin.env")], stop) == 0
    told = capsys.readouterr()
    assert told.out == (tmp_path / "standin.env").read_text()
    endpoint = told.out.rpartition("=")[2].strip()
    page = f"Its page for people is {endpoint}/ and Ctrl-C ends it."
    assert told.err.splitlines() == [page, "For cosbatch in another terminal:"]


def test_tells_a_function_of_what_the_profiles_match(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    function_in(tmp_path)
    monkeypatch.chdir(tmp_path)
    stop = threading.Event()
    stop.set()
    options = ["--function", "recorder.main", "--retry-seconds", "1", "--timeout", "5"]
    assert main(options, stop) == 1
    assert "profiles.json cannot be read for triggers" in capfd.readouterr().err
    assert main([*options, "--trigger", "watched-1250000000:in/"], stop) == 0
    (tmp_path / "profiles.json").write_text('{"profiles": [{"match": {"bucket": "watched-1250000000"}}]}')
    assert main(options, stop) == 0
    assert main([*options, "--appid", "7"], stop) == 1
    assert "give --appid" in capfd.readouterr().err
    monkeypatch.setenv("COSBATCH_PROFILES", "elsewhere.json")
    assert main(options, stop) == 1


def test_costs_nothing_before_it_is_asked_for() -> None:
    program = "import sys, cosbatch.standin; assert not {'sqlite3', 'http.server', 'ssl'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        getattr(cosbatch.standin, "other")  # noqa: B009 - mypy knows that there is none


def test_runs_until_it_is_told_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    assert main(["--speed", "100"], stop) == 0
    assert json.loads(capsys.readouterr().out)["endpoint"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_at_once_while_a_function_is_loaded(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "slow.py").write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, "-m", "cosbatch.standin", "--function", "slow.main", "--trigger", "a-1250000000"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=surroundings, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        function = int(child.stderr.readline())
        child.send_signal(number)
        assert (child.wait(10), child.stderr.read()) == (130, "")
    with pytest.raises(ProcessLookupError):
        os.kill(function, 0)


def test_is_a_module_to_be_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["standin", "--help"])
    with pytest.raises(SystemExit) as done:
        runpy.run_path(str(ROOT / "cosbatch" / "standin" / "__main__.py"), run_name="__main__")
    assert done.value.code == 0
    assert "--data DIR" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--speed", "0"], "'0' is not a number above 0"),
        (["--speed", "fast"], "'fast' is not a number above 0"),
        (["--speed", "inf"], "'inf' is not a number above 0"),
        (["--port", "x"], "'x' is not a whole number from 0 to 65535"),
        (["--port", "65536"], "'65536' is not a whole number from 0 to 65535"),
        (["--port", "-1"], "'-1' is not a whole number from 0 to 65535"),
        (["--uin", "u"], "'u' is not made of digits 0 to 9"),
        (["--appid", "１２"], "'１２' is not made of digits 0 to 9"),
        (["--region", ""], "'' is no region, such as ap-chengdu"),
        (["--region", "chengdu"], "'chengdu' is no region, such as ap-chengdu"),
        (["--function", "x"], "'x' is not MODULE.NAME, such as handler.main_handler"),
        (["--function", ".x"], "'.x' is not MODULE.NAME, such as handler.main_handler"),
        (["--trigger", "none"], "'none' names no bucket with its APPID, such as photos-1250000000"),
    ],
)
def test_refuses_arguments(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
    said = capsys.readouterr().err
    assert "usage: python -m cosbatch.standin" in said
    assert f"argument {arguments[0]}: {why}" in said


def test_refuses_options_of_a_function_where_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--timeout", "5"])
    assert refused.value.code == 2
    assert "--timeout does nothing without --function: write both, or neither" in capsys.readouterr().err


def test_says_where_nobody_can_be_told_that_it_is_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class FullDisk(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", FullDisk())
    assert main(["--port", "0"]) == 1
    assert capsys.readouterr().err == "The stand-in cannot start: No space left on device\n"


def test_says_why_it_cannot_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    with running(tmp_path):
        assert main(["--data", str(tmp_path)]) == 1
    (tmp_path / "file").touch()
    assert main(["--data", str(tmp_path / "file")]) == 1
    errors = capsys.readouterr().err
    assert f"cannot start: {tmp_path / 'file'} is a file, and no folder" in errors
    assert errors.count("The stand-in cannot start: ") == 3
    assert f"Address already in use: 127.0.0.1:{port} (see --host and --port)" in errors
    assert "is used by another stand-in" in errors
    assert "Traceback" not in errors
