"""The command `standin`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

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
