"""What holds for every test: English, whatever the machine speaks."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line notes its language in LANGUAGE: no test leaves its own to the next."""
    monkeypatch.delenv("COSBATCH_LANG", raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LANGUAGE", "C")
