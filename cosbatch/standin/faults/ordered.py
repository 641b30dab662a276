"""Faults to order for coming calls: the menu, its options, and the queue of what was ordered.

What each of them does, and what its options are, is told in the README of the stand-in. A call takes the first fault in the queue
that was ordered for its action.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from cosbatch.standin.wire.actions import ACTIONS
from cosbatch.standin.wire.errors import KNOWN

# The call is not carried out (but for LostReply), and the connection ends.
CONNECTION = ("LostReply", "CloseBeforeReading", "CloseAfterReading", "Reset", "Hang")
# The call is carried out, and its response damaged.
DAMAGED = ("Delay", "Drip", "ShortBody", "WrongContentLength", "Gzip", "WrongCharset", "UnknownCharset")
# The call is not carried out, and another response sent; so is it with every Code of the service.
OTHER = ("EmptyError", "HtmlError", "Html", "Empty", "Redirect", "GzipBomb", "EntityBomb", "Dtd", "ExternalEntity")
# The service itself is at fault, until the fault is deleted.
LASTING = ("ClockSkew", "ListingLag")
# What is ordered for events, and the action under which.
EVENT = "Event"
ON_EVENTS = ("EventTwice", "EventAtOnce", "EventLate", "EventOutOfOrder")
CARRIED_OUT = ("LostReply", *DAMAGED, *LASTING)
MENU = (*CONNECTION, *DAMAGED, *OTHER, *LASTING, *ON_EVENTS, *KNOWN)


class UnknownFault(Exception):
    """An order that cannot be carried out; the text says what is wrong with it."""


@dataclass(frozen=True)
class Fault:
    """One ordered fault. `ordered` is the moment of the order, in Unix seconds.

    `times` None: for all calls until it is deleted. `after`: how many calls of the action pass unharmed before. `stored`: the
    call is carried out all the same. `retry_after` is in seconds, `size` in MiB.
    """

    action: str
    fault: str
    times: int | None = 1
    after: int = 0
    stored: bool = False
    seconds: float | None = None
    status: int | None = None
    retry_after: int | None = None
    location: str = "http://127.0.0.1:9/"
    size: int = 64
    ordered: float = 0.0

    @property
    def is_carried_out(self) -> bool:
        """Whether the call that this hits is carried out."""
        return self.stored or self.fault in CARRIED_OUT

    def seconds_or(self, default: float) -> float:
        """The seconds that were ordered, or else the default."""
        return default if self.seconds is None else self.seconds

    @property
    def skew(self) -> float:
        """By how many seconds the service's clock is ahead under this fault."""
        return self.seconds_or(3600.0) if self.fault == "ClockSkew" else 0.0


LIMITS: Mapping[str, tuple[float, float]] = {
    "times": (1, 10**9),
    "after": (0, 10**9),
    "seconds": (-(10**8), 10**8),
    "status": (200, 599),
    "retry_after": (0, 10**8),
    "size": (0, 1024),
}
TYPES: Mapping[str, tuple[type, ...]] = {
    "action": (str,),
    "fault": (str,),
    "times": (int, type(None)),
    "after": (int,),
    "stored": (bool,),
    "seconds": (int, float),
    "status": (int,),
    "retry_after": (int,),
    "location": (str,),
    "size": (int,),
}


def read_order(body: bytes, now: float) -> list[Fault]:
    """The faults of an order in JSON. Raises UnknownFault for the first thing that is wrong."""
    try:
        orders = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnknownFault(f"The order is not JSON: {error}") from None
    return order_faults(orders if isinstance(orders, list) else [orders], now)


def order_faults(orders: Iterable[object], now: float) -> list[Fault]:
    """The faults of an order in plain values. Raises UnknownFault for the first wrong one."""
    return [_read_fault(order, now) for order in orders]


def _read_fault(order: object, now: float) -> Fault:
    if not isinstance(order, dict):
        raise UnknownFault('Each fault is an object: {"action": "CreateJob", "fault": "LostReply", "times": 1}')
    for name, value in order.items():
        if name not in TYPES:
            raise UnknownFault(f"{name} is no option of a fault; there are: {', '.join(TYPES)}")
        low, high = LIMITS.get(name, (0, 0))
        if type(value) not in TYPES[name] or (type(value) in (int, float) and not low <= value <= high):
            raise UnknownFault(f"{name} cannot be {json.dumps(value)}")
    if order.get("action") not in ("*", EVENT, *ACTIONS):
        raise UnknownFault(f"action has to be one of *, {EVENT}, {', '.join(ACTIONS)}")
    if order.get("fault") not in MENU:
        raise UnknownFault(f"fault has to be one of {', '.join(MENU)}")
    if (order["action"] == EVENT) != (order["fault"] in ON_EVENTS):
        raise UnknownFault(f"for the action {EVENT} there are {', '.join(ON_EVENTS)}, and these are for no other")
    times = None if order["fault"] in LASTING else 1
    return Fault(**{"times": times, **order, "ordered": now})


class Faults:
    """The queue of ordered faults; many threads take from it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[Fault] = []

    def order(self, faults: Iterable[Fault]) -> None:
        """Add faults behind those that are waiting."""
        with self._lock:
            self._queue.extend(faults)

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._queue.clear()

    def waiting(self) -> list[dict[str, object]]:
        """What was ordered and is still to come, as plain values; one that lasts until it is deleted stays."""
        with self._lock:
            return [asdict(fault) for fault in self._queue]

    def take(self, action: str) -> Fault | None:
        """The fault for a call of this action (or for an event), and count it as done."""
        with self._lock:
            for place, fault in enumerate(self._queue):
                if fault.action == action or (fault.action == "*" and action != EVENT):
                    return self._use(place, fault)
        return None

    def _use(self, place: int, fault: Fault) -> Fault | None:
        if fault.after > 0:
            self._queue[place] = replace(fault, after=fault.after - 1)
            return None
        if fault.times is not None:
            self._queue[place] = replace(fault, times=fault.times - 1)
            if fault.times <= 1:
                del self._queue[place]
        return fault
