"""The thread that delivers events: in their order, at least once, tried again as SCF does, then kept as dead letters."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from cosbatch.standin.cos.service import Service
from cosbatch.standin.faults.ordered import EVENT, Faults
from cosbatch.standin.function.event_rows import (
    OUT_OF_ORDER,
    Delivery,
    Event,
    next_event,
    note_delivery,
    note_state,
    put_off,
)
from cosbatch.standin.function.instances import Instances
from cosbatch.standin.worker import Worker

# How often SCF tries an asynchronous call again that ended with an error (583/41138).
RETRIES = 2
# An event of this round is not delivered any more.
ROUNDS = 5
SECONDS_LATE = 60.0
LOOP = (
    f"Not delivered: {ROUNDS} calls of the function stand behind this object, each made by what the one before it led to. "
    "Keep what jobs write apart from what the function is told of."
)


class Deliverer(Worker):
    """Delivers the events of one stand-in to the instances of its function."""

    def __init__(self, service: Service, faults: Faults, instances: Instances) -> None:
        super().__init__("standin-deliverer")
        self.instances = instances
        self._service = service
        self._faults = faults
        # Who wants rest waits in the gate, so that no other event is begun before it has come.
        self._gate = threading.Lock()
        self._turning = threading.Lock()

    def start(self) -> None:
        """Load the function, and begin to deliver. Raises UnusableFunction."""
        self.instances.start()
        super().start()

    def stop(self) -> None:
        """End the thread; an invocation that is under way is ended too, and its event delivered by the next stand-in."""
        self._stopping.set()
        self.instances.end()
        super().stop()

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Nothing is delivered in a `with` block; an invocation that is under way is ended."""
        with self._gate:
            while not self._turning.acquire(timeout=0.1):
                self.instances.end_busy()
            try:
                yield
            finally:
                self._turning.release()

    def step(self) -> float | None:
        """Deliver the next event, if it is due; in how many seconds the next may be, None when there is none."""
        with self._gate:
            self._turning.acquire()
        try:
            with self._service.database.reading() as connection:
                event = next_event(connection)
            if event is None:
                return None
            wait = event.due - self._service.clock.now()
            if wait <= 0:
                self._take(event)
            return max(wait, 0.0)
        finally:
            self._turning.release()

    def _take(self, event: Event) -> None:
        """An event takes one fault at most: it keeps its name, and asks for none again."""
        if event.round >= ROUNDS:
            self._stop_loop(event)
            return
        fault = None if event.fault or event.tries else self._faults.take(EVENT)
        if fault and fault.fault in ("EventLate", OUT_OF_ORDER):
            with self._service.database.writing() as transaction:
                due = self._service.clock.now() + fault.seconds_or(SECONDS_LATE)
                put_off(transaction, event, due, fault.fault)
            return
        self._keep(event, self._deliveries(event, fault.fault if fault else ""))

    def _deliveries(self, event: Event, fault: str) -> list[Delivery]:
        if fault == "EventAtOnce":
            with ThreadPoolExecutor(2) as threads:
                return list(threads.map(self._deliver, [event, event]))
        return [self._deliver(event) for _ in range(2 if fault == "EventTwice" else 1)]

    def _deliver(self, event: Event) -> Delivery:
        began = self._service.clock.now()
        result = self.instances.invoke(json.loads(event.document), event.round + 1)
        return Delivery(result.succeeded, result.value, began, self._service.clock.now())

    def _keep(self, event: Event, deliveries: list[Delivery]) -> None:
        """A delivery that was ended by `stop` does not count."""
        if self._stopping.is_set() and not all(delivery.succeeded for delivery in deliveries):
            return
        clock = self._service.clock
        due = clock.now() + self.instances.function.retry_seconds / clock.speed
        if all(delivery.succeeded for delivery in deliveries):
            state, tries = "Delivered", event.tries
        else:
            tries = event.tries + 1
            state = "Retrying" if tries <= RETRIES else "Dead"
        with self._service.database.writing() as transaction:
            for delivery in deliveries:
                note_delivery(transaction, event, delivery)
            note_state(transaction, event, state, tries, due)

    def _stop_loop(self, event: Event) -> None:
        now = self._service.clock.now()
        sys.stderr.write(f"{event.bucket}/{event.key}: {LOOP}\n")
        with self._service.database.writing() as transaction:
            note_delivery(transaction, event, Delivery(False, LOOP, now, now))
            note_state(transaction, event, "Stopped", event.tries, now)
