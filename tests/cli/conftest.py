"""An account in the environment, and ways to run commands against nothing, against scripted answers, or the stand-in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cosbatch.standin import Standin, running
from tests.cli.running import Run, runner

ACCOUNT = {
    "TENCENTCLOUD_SECRETID": "AKIDtest",
    "TENCENTCLOUD_SECRETKEY": "key-of-the-tests",
    "COSBATCH_UIN": "100000000001",
    "COSBATCH_APPID": "1250000000",
    "COSBATCH_REGION": "ap-chengdu",
}
SURROUNDINGS = {
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NO_COLOR"),
}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own account, whatever the surroundings hold."""
    for name in list(os.environ):
        if name.startswith(("COSBATCH_", "TENCENTCLOUD_")) or name.upper() in SURROUNDINGS:
            monkeypatch.delenv(name)
    for name, value in {**ACCOUNT, "COLUMNS": "80", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def read() -> tuple[str, str]:
        written = capsys.readouterr()
        return written.out, written.err

    return runner(read)


@pytest.fixture
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    """A stand-in that the environment points at."""
    with running(tmp_path / "standin") as standin:
        for name, value in standin.environ.items():
            monkeypatch.setenv(name, value)
        yield standin
