"""The command `redact`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .running import Run

EVENT = {"headers": {"Authorization": "Bearer abcdefgh"}, "body": '{"Profile": "restore"}', "note": "恢复"}
CLEAN = {**EVENT, "headers": {"Authorization": "[redacted]"}}


@pytest.fixture
def event(tmp_path: Path) -> str:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(EVENT))
    return str(path)


def test_writes_a_clean_copy_to_stdout(run: Run, event: str) -> None:
    said = run("redact", event)
    assert (said.code, said.json) == (0, CLEAN)
    assert said.err == "Redacted: 1\n  /headers/Authorization\n"
    assert json.loads(Path(event).read_text()) == EVENT


def test_writes_a_clean_copy_to_a_file(run: Run, event: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    said = run("redact", event, "--output", str(copy))
    assert json.loads(copy.read_text()) == CLEAN
    assert said.json == {"Output": str(copy), "Redacted": ["/headers/Authorization"]}


def test_takes_the_account_s_own_keys_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"note": "key-of-the-tests"}')
    assert run("redact", str(tmp_path / "event.json")).json == {"note": "[redacted]"}


def test_says_so_where_there_was_nothing_to_redact(run: Run, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("[]")
    said = run("redact", str(tmp_path / "event.json"))
    assert (said.json, said.err) == ([], "Redacted: 0\n")


def test_refuses_what_is_no_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("not json")
    said = run("redact", str(tmp_path / "event.json"))
    assert (said.code, said.json["Code"]) == (1, "InvalidEvent")
