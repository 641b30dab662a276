"""What every call works on: the account, the database, the clock, and the answer's own moment."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cosbatch.standin.account import Account
from cosbatch.standin.clock import Clock
from cosbatch.standin.store.database import Database
from cosbatch.standin.wire.addresses import Target
from cosbatch.standin.wire.messages import Request


@dataclass(frozen=True)
class Service:
    """The parts of one running stand-in that calls and jobs need.

    `reports` is the folder in which reports grow; `wake` tells the runner that there may be something to do.
    """

    account: Account
    database: Database
    clock: Clock
    reports: Path
    wake: Callable[[], None]


@dataclass(frozen=True)
class Call:
    """One request, and what it is about.

    `newest_listed` is the moment (Unix seconds) up to which jobs show in lists: a fault may let the list lag.
    """

    service: Service
    request: Request
    target: Target
    newest_listed: float = math.inf
