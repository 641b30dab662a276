"""From a request to what is sent: find the call, verify it, carry it out, and let a fault have its way."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from cosbatch.standin.cos.access import check_access
from cosbatch.standin.faults.damage import Delivery, deliver, reply_instead
from cosbatch.standin.faults.ordered import Fault, Faults
from cosbatch.standin.routes import Action, find_action
from cosbatch.standin.service import Call, Service
from cosbatch.standin.wire.addresses import Target, find_target
from cosbatch.standin.wire.answers import error_answer
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response


@dataclass(frozen=True)
class Sent:
    """A delivery, with the moment (Unix seconds) and the id that its headers tell."""

    delivery: Delivery
    moment: float
    request_id: str


@dataclass(frozen=True)
class Exchange:
    """One request on its way; `moment` is the time by the service's clock, which a fault may have moved."""

    service: Service
    request: Request
    target: Target
    fault: Fault | None
    moment: float
    request_id: str

    def send(self, action: Action) -> Sent:
        """Answer a request whose call is known."""
        if self.fault is None or self.fault.is_carried_out:
            response = self.or_error(lambda: self._carry_out(action))
        else:
            response = self._ignore()
        if self.fault:
            fault, own = self.fault, response
            response = self.or_error(lambda: reply_instead(fault, own))
        return Sent(deliver(self.fault, response), self.moment, self.request_id)

    def or_error(self, work: Callable[[], Response]) -> Response:
        """Return what `work` returns, or the Error document of what it raises."""
        try:
            return work()
        except ServiceError as error:
            return self.error(error)

    def error(self, error: ServiceError) -> Response:
        """Return an Error document about this request."""
        resource = "".join([*self.request.hosts[:1], self.request.path])
        return error_answer(error, resource, self.request_id)

    def _carry_out(self, action: Action) -> Response:
        call = Call(self.service, self.request, self.target, self._newest_listed())
        check_access(call, action.name, self.moment, clock_moved=bool(_skew(self.fault)))
        return action.run(call)

    def _ignore(self) -> Response:
        """Leave a call undone; its body is read all the same, unless the fault is that it is not."""
        if self.fault and self.fault.fault != "CloseBeforeReading":
            for _ in self.request.body.chunks():
                pass
        return Response()

    def _newest_listed(self) -> float:
        if self.fault is None or self.fault.fault != "ListingLag":
            return math.inf
        return self.fault.ordered if self.fault.seconds is None else self.moment - self.fault.seconds


def _skew(fault: Fault | None) -> float:
    if fault is None or fault.fault != "ClockSkew":
        return 0.0
    return 3600.0 if fault.seconds is None else fault.seconds


def answer_request(service: Service, faults: Faults, request: Request) -> Sent:
    """Answer one request; errors of the service become Error documents, nothing else is caught."""
    request_id = f"standin-{uuid.uuid4().hex}"
    target = find_target(request.hosts, request.path, service.account.region)
    try:
        action = find_action(request, target)
    except ServiceError as unknown:
        exchange = Exchange(service, request, target, None, service.clock.now(), request_id)
        return Sent(Delivery(exchange.error(unknown)), exchange.moment, request_id)
    fault = faults.take(action.name)
    moment = service.clock.now() + _skew(fault)
    return Exchange(service, request, target, fault, moment, request_id).send(action)
