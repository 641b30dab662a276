"""One stand-in for each test, or one that a module's tests share, and a client that signs."""

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


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of one stand-in for all tests of a module that put what they need and do not count what is there."""
    with running(tmp_path_factory.mktemp("shared")) as standin, client_of(standin) as client:
        yield client


@pytest.fixture
def rehearsal(client: Client) -> Rehearsal:
    return Rehearsal(client)
