"""Time: the clock that is handed on as an argument, and the deadline that every answer keeps."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

# In seconds. SCF always names its limit; a context without one is a local tool's.
_DEFAULT_LIMIT = 30.0
_MARGIN = 0.5
# SCF's limits are of 1,000 ms and more; a number below this one is in seconds, as the platform's local tool writes it.
_FEWEST_MILLISECONDS = 100


class Clock(NamedTuple):
    """`monotonic` and `sleep` in seconds, `now` in Unix seconds, `random` from 0 to 1."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


def unix_seconds(date: str | None) -> float | None:
    """The moment that an HTTP header such as Date names; None where there is none, or it is no date."""
    return _seconds_at(parsedate_to_datetime, date or "")


def iso_seconds(text: object) -> float | None:
    """The moment that a text in ISO 8601 names, in UTC where it says no zone; None where there is none, or it is no date."""
    return _seconds_at(datetime.fromisoformat, str(text).replace("Z", "+00:00"))


def _seconds_at(parse: Callable[[str], datetime], date: str) -> float | None:
    try:
        moment = parse(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(timezone.utc).timestamp()
    except (TypeError, ValueError, OverflowError):  # the last where UTC has no such year
        return None


class Deadline(NamedTuple):
    """The moment, on the monotonic clock, by which the answer is out."""

    clock: Clock
    at: float

    def remaining(self) -> float:
        return self.at - self.clock.monotonic()


def request_id_of(context: object) -> str | None:
    """The platform's id of the invocation (SCF: `request_id`, Lambda: `aws_request_id`)."""
    value = context.get("request_id") if isinstance(context, dict) else getattr(context, "aws_request_id", None)
    return value if isinstance(value, str) else None


def deadline_of(context: object, clock: Clock) -> Deadline:
    """When the platform will stop this invocation, less a margin to answer in."""
    seconds = _seconds_of(context)
    return Deadline(clock, clock.monotonic() + seconds - min(_MARGIN, seconds / 5))


def _seconds_of(context: object) -> float:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    with suppress(Exception):  # a tool's context may say anything there, or not know its own time
        said = remaining() if callable(remaining) else context["time_limit_in_ms"]  # type: ignore[index]
        number = float(said)
        if isinstance(said, bool) or not math.isfinite(number):
            return _DEFAULT_LIMIT
        number = max(number, 0.0)
        if callable(remaining) or number >= _FEWEST_MILLISECONDS:
            return number / 1000
        return number or _DEFAULT_LIMIT
    return _DEFAULT_LIMIT
