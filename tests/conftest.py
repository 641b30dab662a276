"""What holds for every test: English, whatever the machine speaks, little garbage to look for, and no idle processor."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest


def pytest_collection_finish() -> None:
    """Thousands of tests are there to stay; to go through them at each collection of garbage takes a tenth of the time."""
    gc.freeze()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Half as many workers again as there are processors: many tests wait for a time limit, a process or a browser."""
    processors = yield
    return processors + processors // 2


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line notes its language in LANGUAGE: no test leaves its own to the next."""
    monkeypatch.delenv("COSBATCH_LANG", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "C")
