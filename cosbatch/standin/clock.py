"""The stand-in's time: timestamps are real, waiting is divided by the speed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

DAY = 86400.0


@dataclass(frozen=True)
class Clock:
    """At speed N a duration of the service (a restore, a retention) passes N times as fast.

    `now` is in Unix seconds and never scaled: clients compare the service's timestamps with their own clocks.
    """

    speed: float = 1.0
    now: Callable[[], float] = time.time

    def earlier(self, seconds: float) -> float:
        """Return the Unix time since which `seconds` of the service's time have passed."""
        return self.now() - seconds / self.speed
