"""From a request to what is sent: find its action, verify it, carry it out, and let a fault act on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cosbatch.standin.control import Parts, answer_control, has_own_host
from cosbatch.standin.cos.access import check_access
from cosbatch.standin.cos.service import Call, Service
from cosbatch.standin.faults.damage import response_instead, under_fault
from cosbatch.standin.faults.ordered import Fault
from cosbatch.standin.function.url import answer_function
from cosbatch.standin.routes import carry_out
from cosbatch.standin.wire.actions import find_action
from cosbatch.standin.wire.addresses import Target, find_target
from cosbatch.standin.wire.documents import error_answer
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Outgoing, Request, Response
from cosbatch.standin.wire.server import new_request_id, stamped


def answer_request(parts: Parts, request: Request) -> Outgoing:
    """What is sent to one request; errors of the service become Error documents, nothing else is caught."""
    service = parts.service
    now, request_id = service.clock.now(), new_request_id()
    target = find_target(request.hosts, request.path, service.account.region)
    if target.kind == "standin":
        return Outgoing(stamped(answer_control(parts, request), now, request_id))
    if target.kind == "function":
        return Outgoing(stamped(_function_response(parts, request), now, request_id))
    try:
        action = find_action(request, target)
    except ServiceError as unknown:
        return Outgoing(stamped(_error_response(unknown, request, request_id), now, request_id))
    fault = parts.faults.take(action)
    moment = now + (fault.skew if fault else 0.0)
    response = Exchange(service, request, target, action, fault, moment, request_id).respond()
    return under_fault(fault, stamped(response, moment, request_id))


def _function_response(parts: Parts, request: Request) -> Response:
    if not has_own_host(parts.host, request):
        return Response(400, (("Content-Type", "text/plain"),), b"The Function URL has no such domain")
    return answer_function(parts.deliverer.instances if parts.deliverer else None, request)


def _error_response(error: ServiceError, request: Request, request_id: str) -> Response:
    return error_answer(error, f"{request.host}{request.path}", request_id)


@dataclass(frozen=True)
class Exchange:
    """One call on its way; `moment` is the time by the service's clock, which a fault may have moved."""

    service: Service
    request: Request
    target: Target
    action: str
    fault: Fault | None
    moment: float
    request_id: str

    def respond(self) -> Response:
        """The service's own response, or what a fault puts in its place."""
        own = self._own_response()
        try:
            return response_instead(self.fault, own) if self.fault else own
        except ServiceError as error:
            return _error_response(error, self.request, self.request_id)

    def _own_response(self) -> Response:
        try:
            if self.fault is None or self.fault.is_carried_out:
                return self._carry_out()
            return self._ignore(self.fault)
        except ServiceError as error:
            return _error_response(error, self.request, self.request_id)

    def _carry_out(self) -> Response:
        call = Call(self.service, self.request, self.target, self._newest_listed(), self.request_id)
        check_access(call, self.action, self.moment, clock_moved=bool(self.fault and self.fault.skew))
        return carry_out(self.action, call)

    def _newest_listed(self) -> float:
        if self.fault is None or self.fault.fault != "ListingLag":
            return math.inf
        return self.fault.ordered if self.fault.seconds is None else self.moment - self.fault.seconds

    def _ignore(self, fault: Fault) -> Response:
        """Leave a call undone; its body is read all the same, unless the fault is that it is not."""
        if fault.fault != "CloseBeforeReading":
            for _ in self.request.body.chunks():
                pass
        return Response()
