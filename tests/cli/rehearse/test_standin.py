"""The command `standin`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Run
from tests.standin.client import until


@pytest.fixture
def signalled() -> Iterator[None]:
    """The signal comes as soon as somebody listens for it; what listened before is put back."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    def send() -> None:
        until(lambda: signal.getsignal(signal.SIGTERM) != before[0])
        signal.raise_signal(signal.SIGTERM)

    sender = threading.Thread(target=send)
    sender.start()
    yield
    sender.join()
    signal.signal(signal.SIGTERM, before[0])
    signal.signal(signal.SIGINT, before[1])


def test_runs_until_a_signal_tells_it_to_stop(run: Run, signalled: None) -> None:
    said = run("standin", "--appid", "1257654321")
    assert (said.code, said.json["environ"]["COSBATCH_APPID"]) == (0, "1257654321")


@pytest.mark.parametrize("is_there", [True, False])
def test_tells_this_project_s_function_from_any_folder(
    run: Run, signalled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    if is_there:
        (tmp_path / "handler.py").write_text("def other(event, context): ...\n")
    said = run("standin", "--function", "handler.main_handler")
    assert said.code == int(is_there), "a handler of one's own comes first, and this one has no main_handler"
    assert ("has no attribute 'main_handler'" in said.err) == is_there
