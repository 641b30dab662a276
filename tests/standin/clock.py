"""A stand-in whose clock a test moves by hand, so that no test waits for hours to pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cosbatch.standin import Account, Function, Standin
from cosbatch.standin.cos.service import Clock
from cosbatch.standin.wire.place import Place


@dataclass
class Moved:
    """The real time and `seconds`: at most 500, for a client's signature holds no longer."""

    seconds: float = 0.0

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self.seconds


@contextmanager
def running_by_clock(
    data: Path,
    now: Callable[[], float],
    speed: float = 1.0,
    runs_jobs: bool = True,
    function: Function | None = None,
) -> Iterator[Standin]:
    """A stand-in for the time of a `with` block that asks `now` for the time, in Unix seconds."""
    standin = Standin(data, Place(), Account(), Clock(speed, now), runs_jobs, function)
    standin.start()
    try:
        yield standin
    finally:
        standin.stop()
