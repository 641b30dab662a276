"""One stand-in for each test, and a client that signs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosbatch.standin import Standin, running
from tests.standin.client import Client, client_of
from tests.standin.rehearsal import Rehearsal


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    with running(tmp_path / "data") as standin:
        yield standin


@pytest.fixture
def client(standin: Standin) -> Iterator[Client]:
    with client_of(standin) as client:
        yield client


@pytest.fixture
def rehearsal(client: Client) -> Rehearsal:
    return Rehearsal(client)
