"""A stand-in that a module's tests share and each begins anew, and a function that it answers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from cosbatch.standin import Standin, running
from tests.right_job.function import Function
from tests.right_job.uploader import Uploader


@pytest.fixture(scope="module")
def running_standin() -> Iterator[Standin]:
    with running(runs_jobs=False) as standin:
        yield standin


@pytest.fixture
def standin(running_standin: Standin) -> Standin:
    running_standin.reset()
    return running_standin


@pytest.fixture
def function(standin: Standin) -> Iterator[Function]:
    function = Function(standin.endpoint, {**standin.environ, "COSBATCH_MANIFEST_CHECK": "off"}, time.time())
    with function.session:
        yield function


@pytest.fixture
def uploader(standin: Standin) -> Iterator[Uploader]:
    with Uploader(standin) as uploader:
        yield uploader
