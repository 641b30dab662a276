"""What holds for every test: English, whatever the machine speaks, and little garbage to look for."""

from __future__ import annotations

import gc

import pytest


def pytest_collection_finish() -> None:
    """Thousands of tests are there to stay; to go through them at each collection of garbage takes a tenth of the time."""
    gc.freeze()


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line notes its language in LANGUAGE: no test leaves its own to the next."""
    monkeypatch.delenv("COSBATCH_LANG", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "C")
