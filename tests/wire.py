"""A wire that answers as told, and a clock that runs only when somebody waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cosbatch.model.credentials import Account
from cosbatch.model.deadline import Clock, Deadline
from cosbatch.model.messages import Request, Response
from cosbatch.service.exchange import Budget, Exchange

ACCOUNT = Account("100000000001", "1250000000", "ap-chengdu")
NOW = 1_795_521_600.0
# What comes back: an answer, an error, or either after so many seconds.
Comes = Response | Exception | tuple[float, Response | Exception]


@dataclass
class Time:
    """Seconds since the beginning; `chance` is what random gives, `pauses` what was waited."""

    now: float = 0.0
    chance: float = 1.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: NOW + self.now, self.sleep, lambda: self.chance)


@dataclass(frozen=True)
class Sent:
    """A request, when it was sent, and how long it might have taken."""

    at: float
    request: Request
    seconds: float


@dataclass
class ScriptedWire:
    """What the service says, one after the other."""

    time: Time
    script: list[Comes]
    sent: list[Sent] = field(default_factory=list)

    def send(self, request: Request, seconds: float) -> Response:
        self.sent.append(Sent(self.time.now, request, seconds))
        comes = self.script.pop(0)
        takes, what = (0.0, comes) if isinstance(comes, Response | Exception) else comes
        self.time.now += takes
        if isinstance(what, Exception):
            raise what
        return what


@dataclass
class Bench:
    """An exchange over a scripted wire, with so many seconds until its deadline."""

    script: Iterable[Comes]
    seconds: float = 60.0
    timeout: float = 10.0
    chance: float = 1.0
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        self.time = Time(chance=self.chance)
        self.wire = ScriptedWire(self.time, [*self.script])
        clock = self.time.clock()
        self.exchange = Exchange(
            self.wire, ACCOUNT, Deadline(clock, clock.monotonic() + self.seconds), self.budget, self.timeout
        )
