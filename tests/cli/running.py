"""Runs commands in this process, as a shell would, and keeps what they wrote."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cosbatch.cli.main import main
from cosbatch.model.deadline import Clock

NOW = 1795442400.0
# Real time, but for pauses, which are short.
BRISK = Clock(sleep=lambda seconds: time.sleep(0.01))


@dataclass(frozen=True)
class Said:
    """The exit code of a command, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class SteppingClock:
    """Time that passes only while somebody sleeps."""

    seconds: float = 0.0
    naps: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, lambda: NOW + self.seconds, self.sleep, lambda: 0.5)


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


Run = Callable[..., Said]


def runner(read: Callable[[], tuple[str, str]]) -> Run:
    """`run(*arguments, clock=...)`; `read` takes what was written since it was last asked."""

    def run(*arguments: str, clock: Clock | None = None) -> Said:
        read()
        code = main(arguments, clock)
        out, err = read()
        assert "Traceback" not in err
        return Said(code, out, err)

    return run
