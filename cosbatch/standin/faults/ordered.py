"""Faults to order for coming calls: the menu, its options, and the queue of what was ordered.

    POST   /_standin/faults   orders them: a JSON list of {"action": ..., "fault": ..., further options}
    GET    /_standin/faults   shows what is still to come
    DELETE /_standin/faults   forgets them all

A call takes the first fault in the queue that was ordered for its action. Options of every fault:

    action   CreateJob, ListJobs, HeadObject, GetObject, ... as in wire/actions.py; * for all
    times    how many calls it hits (default 1; null until deleted; ClockSkew and ListingLag: null)
    after    how many calls of the action pass unharmed before (default 0)
    stored   true: the call is carried out all the same, and only its response is the fault (default false)

Faults of the connection:

    LostReply            the call is carried out, and the connection closed without a response
    CloseBeforeReading   closed as soon as the headers are there
    CloseAfterReading    closed when the body was read
    Reset                reset (RST) when the body was read
    Hang                 no response for `seconds` (default 3600), then closed

Faults of the response; the call is carried out, and then:

    Delay                the response is sent `seconds` later (default 0.05)
    Drip                 the response is sent one byte every `seconds` (default 0.1)
    ShortBody            the connection is closed in the middle of the body
    WrongContentLength   Content-Length announces only half of the body
    Gzip                 the body is compressed, whatever the client accepts
    WrongCharset         the body is UTF-16, and is called UTF-8
    UnknownCharset       the XML declaration names an encoding that does not exist

Other responses; the call is not carried out, unless `stored` is true:

    any Code of the service, such as InternalError, ServiceUnavailable, TooManyJobs, SlowDown, InvalidRequest:
                         its Error document; `status` changes the HTTP status, `retry_after` adds Retry-After
                         (SlowDown: 1 second)
    EmptyError           `status` (default 502) without a body
    HtmlError            `status` (default 502) with a page of a gateway
    Html                 200 with a page that is no document of the service
    Empty                200 without a body
    Redirect             `status` (default 307) to `location` (default http://127.0.0.1:9/)
    GzipBomb             200 with `size` MiB (default 64) of blanks, compressed
    EntityBomb           200 with entities that multiply to gigabytes
    Dtd                  200 with a document type that defines an entity
    ExternalEntity       200 with an entity that is to be read from a file

Faults of the service itself:

    ClockSkew            the service's clock is `seconds` ahead (default 3600; negative: behind)
    ListingLag           ListJobs does not show jobs younger than `seconds`; without `seconds`, none that were
                         created after this fault was ordered: with "times": n the list lags for n calls

Faults of an event on its way to the function; their action is Event, which * does not mean:

    EventTwice           delivered once more when the first delivery has ended
    EventAtOnce          delivered twice at the same time, to two instances
    EventLate            delivered `seconds` later (default 60)
    EventOutOfOrder      delivered behind the next event, or `seconds` later (default 60) where none comes
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from cosbatch.standin.wire.actions import ACTIONS
from cosbatch.standin.wire.errors import KNOWN

CONNECTION = ("LostReply", "CloseBeforeReading", "CloseAfterReading", "Reset", "Hang")
DAMAGED = ("Delay", "Drip", "ShortBody", "WrongContentLength", "Gzip", "WrongCharset", "UnknownCharset")
OTHER = ("EmptyError", "HtmlError", "Html", "Empty", "Redirect", "GzipBomb", "EntityBomb", "Dtd", "ExternalEntity")
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
    """One ordered fault. `ordered` is the moment of the order, in Unix seconds."""

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
        """What is still to come, as plain values."""
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
