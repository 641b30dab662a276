"""A plugin of pytest: a local COS for the tests of a session, empty at the beginning of each test that asks for it.

Nothing is loaded and nothing runs in a session whose tests do not ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cosbatch.standin.assembly import Standin
    from cosbatch.standin.function.triggers import Function
    from cosbatch.standin.wire.addresses import Account


@pytest.fixture(scope="session")
def cos_standin_account() -> Account:
    """Whose COS it is; a project that has another account in its tests overrides this in its conftest.py."""
    from cosbatch.standin.wire.addresses import Account

    return Account()


@pytest.fixture(scope="session")
def cos_standin_function() -> Function | None:
    """The function that is told of what is created; none, unless a project overrides this."""
    return None


@pytest.fixture(scope="session")
def cos_standin_server(cos_standin_account: Account, cos_standin_function: Function | None) -> Iterator[Standin]:
    """The session's one stand-in; tests take `cos_standin`, which is this one, empty.

    A project that needs more of what `running` takes, such as another speed or a certificate, overrides this.
    """
    from cosbatch.standin.assembly import running

    with running(account=cos_standin_account, function=cos_standin_function) as standin:
        yield standin


@pytest.fixture
def cos_standin(cos_standin_server: Standin) -> Standin:
    """A local COS without buckets, jobs, events and faults.

    `.endpoint` is where it listens, `.environ` the variables that point a client there, `.jobs()` and `.events()` the truth,
    `.wait()` waits until nothing is under way, `.order(fault)` orders a fault, `.faults.waiting()` holds those still to come.
    """
    cos_standin_server.reset()
    return cos_standin_server
