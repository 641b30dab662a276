"""The process of a function: what it loads, what it says, and what is said of a function that cannot be loaded."""

from __future__ import annotations

import io
import json
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from cosbatch.standin import Function, Trigger, running
from cosbatch.standin.function import bootstrap
from cosbatch.standin.function.instances import BOOTSTRAP, Instance, shipped_folder
from cosbatch.standin.function.triggers import UnusableFunction
from tests.standin.client import client_of, until
from tests.standin.function.recorder import BUCKET, CODE, function_in


def test_sends_the_function_s_log_to_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with running(tmp_path / "data", function=function_in(tmp_path)) as standin, client_of(standin) as client:
        client.cos("PUT", BUCKET, "in/a", body=b"x")
        standin.wait()
    written = capfd.readouterr()
    assert written.out == ""
    assert written.err.splitlines() == ["loaded", "log of /1250000000/watched/in/a"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("recorder.other", "has no attribute 'other'"),
        ("nowhere.main", "No module named 'nowhere'"),
        ("os.path", "os.path is no function"),
        ("recorder", "it is given as MODULE.NAME"),
        ("ending.main", "its process has ended"),
    ],
)
def test_says_why_a_function_cannot_be_loaded(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "ending.py").write_text("import os\nos._exit(0)")
    with pytest.raises(UnusableFunction, match=told), running(function=function_in(tmp_path, name)):
        pass


def test_refuses_triggers_of_another_account_alone(tmp_path: Path) -> None:
    with (
        pytest.raises(UnusableFunction, match="no trigger is of a bucket of APPID 7, but of watched-1250000000"),
        running(appid="7", function=function_in(tmp_path)),
    ):
        pass
    mixed = Function("recorder.main", (Trigger(BUCKET), Trigger("other-7")), tmp_path)
    with running(appid="7", function=mixed):
        pass


def test_takes_an_instance_that_has_died_for_one_that_exits(tmp_path: Path) -> None:
    instance = Instance(function_in(tmp_path))
    instance.kill()
    until(lambda: not instance.is_alive)
    said: Any = instance.invoke(b"{}").value
    instance.end()
    assert said["statusCode"] == 439


def message(path: str, body: str = "") -> str:
    return json.dumps({"event": {"path": path, "body": body}, "context": {}, "environ": {"SCF_NEW": "1"}}) + "\n"


def test_answers_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in_process.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TENCENTCLOUD_TOKEN", "of a real account")
    monkeypatch.setenv("SCF_NEW", "")
    answers = io.StringIO()
    lines = [message("a"), message("raises"), message("odd")]
    assert bootstrap.serve("in_process.main", lines, answers) == 0
    ready, first, second, third = map(json.loads, answers.getvalue().splitlines())
    assert (ready, first) == ({"ready": True}, {"reply": {"key": "a"}})
    assert second["error"] == "RuntimeError: no"
    assert "not JSON serializable" in third["error"]
    assert "TENCENTCLOUD_TOKEN" not in os.environ


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("in_process.other", "AttributeError: module 'in_process' has no attribute 'other'"),
        ("in_process", "ValueError: it is given as MODULE.NAME"),
        ("in_process.json", "TypeError: in_process.json is no function"),
    ],
)
def test_says_what_is_no_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    (tmp_path / "in_process.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(tmp_path))
    answers = io.StringIO()
    assert bootstrap.serve(name, [], answers) == 1
    assert json.loads(answers.getvalue()) == {"error": told}


@pytest.mark.parametrize(("named", "taken"), [("", "{folder}/profiles.json"), ("others.json", "others.json")])
def test_is_a_script_that_takes_the_profiles_of_the_folder_unless_others_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], named: str, taken: str
) -> None:
    (tmp_path / "scripted.py").write_text(CODE)
    (tmp_path / "profiles.json").touch()
    monkeypatch.setenv("COSBATCH_PROFILES", named)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setattr(sys, "stdin", io.StringIO(message("a")))
    monkeypatch.setattr(sys, "argv", [str(BOOTSTRAP), "scripted.main", str(tmp_path)])
    saved, interrupts = os.dup(1), signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(BOOTSTRAP), run_name="__main__")
        assert ended.value.code == 0
    finally:
        signal.signal(signal.SIGINT, interrupts)
        os.dup2(saved, 1)
        os.close(saved)
    assert os.environ["COSBATCH_PROFILES"] == taken.format(folder=tmp_path)
    assert '{"reply": {"key": "a"}}' in capfd.readouterr().out


def test_knows_where_the_handler_is_that_comes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (shipped_folder() / "handler.py").is_file()
    described = tmp_path / "lib" / "cosbatch-0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Name: cosbatch\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "lib")])
    assert shipped_folder(tmp_path / "lib") == tmp_path / "lib"
    (described / "RECORD").write_text("cosbatch/__init__.py,,\n../share/cosbatch/handler.py,,\n")
    (tmp_path / "share" / "cosbatch").mkdir(parents=True)
    (tmp_path / "share" / "cosbatch" / "handler.py").touch()
    assert shipped_folder(tmp_path / "lib") == tmp_path / "share" / "cosbatch"
