"""Broken variants of the code that creates jobs: a simulation that lets one of them pass proves nothing."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any
from unittest.mock import patch

from cosbatch.jobs import creation, perform, uploaded
from cosbatch.jobs.creation import Order
from cosbatch.model import errors, identity
from cosbatch.model.deadline import unix_seconds
from cosbatch.model.identity import Marker
from cosbatch.model.messages import Request, Response, Upload
from cosbatch.service import actions, exchange, transport
from cosbatch.service.deadline_adapter import NotConnected
from cosbatch.service.exchange import Attempts
from cosbatch.service.prepared import prepare

Mutant = Callable[[], AbstractContextManager[object]]
_TOKEN = re.compile(rb"(<ClientRequestToken>)[^<]*")


def _swapped(where: object, name: str, value: object) -> Mutant:
    """The variant that has another value there."""
    return lambda: patch.object(where, name, value)


@contextmanager
def _fresh_token_per_try() -> Iterator[None]:
    numbers = count()

    def prepared(request: Request, *rest: Any) -> object:
        made, auth = prepare(request, *rest)
        if isinstance(made.body, bytes):
            made.body = _TOKEN.sub(rb"\g<1>fresh-%d" % next(numbers), made.body)
        return made, auth

    with patch.object(transport, "prepare", prepared):
        yield


@contextmanager
def _fresh_token_per_delivery() -> Iterator[None]:
    numbers, create = count(), creation.create

    def created(order: Order, *rest: Any) -> object:
        return create(creation.order_of(order.document, f"fresh-{next(numbers)}"), *rest)

    with patch.object(creation, "create", created):
        yield


class _Any(str):
    """A part of a marker that equals every other."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def _any_fits(part: str) -> Mutant:
    """The variant that takes any job's `trace` or `digest` for the own one's."""
    read = identity.read_marker

    def read_marker(description: object) -> Marker | None:
        marker = read(description)
        return marker and marker._replace(**{part: _Any()})

    return _swapped(identity, "read_marker", read_marker)


@contextmanager
def _any_tls_fault_is_a_failed_handshake() -> Iterator[None]:
    translated = transport._translated

    def mistranslated(error: Exception, host: str) -> errors.CosbatchError:
        unproven = NotConnected(ssl.SSLCertVerificationError())
        return translated(unproven if isinstance(error, ssl.SSLError) else error, host)

    with patch.object(transport, "_translated", mistranslated):
        yield


def _given_up(is_final: Callable[[errors.CosbatchError], bool]) -> Mutant:
    """The variant that takes such failures of an upload for final."""
    may_pass = perform._may_pass
    return _swapped(perform, "_may_pass", lambda error: may_pass(error) and not is_final(error))


@contextmanager
def _events_say_which_list() -> Iterator[None]:
    find = uploaded.find_uploaded

    def found(upload: Upload, *rest: Any) -> object:
        manifest = find(upload, *rest)
        said = [upload.etag or "", str(upload.time)]
        return manifest._replace(token=identity.event_token(upload.bucket, upload.key, *said))

    with patch("cosbatch.jobs.perform.find_uploaded", found):
        yield


@contextmanager
def _edited_profiles_are_others() -> Iterator[None]:
    with (
        patch.object(identity, "says_what_it_is_of", lambda token: False),
        patch.object(creation, "recall", lambda *_: None),
    ):
        yield


@contextmanager
def _the_clock_of_the_answer_counts() -> Iterator[None]:
    send = transport.Connection.send

    def sent(connection: transport.Connection, request: Request, seconds: float) -> Response:
        response = send(connection, request, seconds)
        theirs, ours = unix_seconds(response.headers.get("date")), connection.transport._clock.now()
        return response._replace(clock_off=response.clock_off and abs((theirs or ours) - ours))

    with patch.object(transport.Connection, "send", sent):
        yield


def _token_without_time(*parts: str) -> str:
    return identity.event_token(*(parts[:-1] if parts[-3] == "written" else parts))


def _without_pace(attempts: Attempts, error: errors.ServiceSideError) -> float:
    return 0.01


MUTANTS: dict[str, Mutant] = {
    "a fresh token for each try": _fresh_token_per_try,
    "a fresh token for each delivery": _fresh_token_per_delivery,
    "no lookup": _swapped(creation, "_lookups", lambda exchange: iter(())),
    "only the first page is read": _swapped(creation, "PAGES", 1),
    "any job is taken for the own one": _any_fits("trace"),
    "any digest fits": _any_fits("digest"),
    "a reset is final": _swapped(errors.UpstreamUnreachable, "retryable", False),
    "a time-out is final": _swapped(errors.UpstreamTimeout, "retryable", False),
    "the last refusal is answered, not the ambiguous failure": _swapped(
        creation, "_unresolved", lambda error, broken_off=None: error
    ),
    "an unresolved duplicate is final": _swapped(errors.DuplicateUnresolved, "retryable", False),
    "a duplicate's words are not looked at": _swapped(creation, "_DUPLICATE", re.compile(r"\Znever")),
    "any TLS fault is a failed handshake": _any_tls_fault_is_a_failed_handshake,
    "a page of a gateway is a refusal": _swapped(actions, "may_have_acted", lambda status: False),
    "an answer without JobId is a refusal": _swapped(
        actions, "_strange", lambda response, reason, **_: errors.UnexpectedResponse(reason)
    ),
    "the deadline does not bind": _swapped(Attempts, "_left", lambda attempts: 1000.0),
    "the clock is not fixed": _swapped(transport.Transport, "set_clock_by", lambda self, date, signed_at: None),
    "the service's pace is not kept": _swapped(Attempts, "_pause", _without_pace),
    "tries without end": _swapped(exchange, "ATTEMPTS", 100),
    "an event says which list it is": _events_say_which_list,
    "the same bytes again are the same upload": _swapped(uploaded, "event_token", _token_without_time),
    "versions are not looked at": _swapped(uploaded, "_version_of_event", lambda *_: None),
    "any version that an event names is taken": _swapped(uploaded, "_contradictions", lambda *_: iter(())),
    "a list that is gone is given up": _given_up(lambda error: error.status in (404, 412)),
    "a stranger's answer is given up on": _given_up(
        lambda error: isinstance(error, errors.UnexpectedResponse) and not error.retryable
    ),
    "a stranger's page is the list": _swapped(Response, "is_page", False),
    "an edited profile is another job": _edited_profiles_are_others,
    "a refused list was never taken": _swapped(creation, "recall", lambda *_: None),
    "a job is not compared": _swapped(creation, "differences", lambda *_: []),
    "a job's list is not compared": _swapped(creation, "contradictions", lambda *_: []),
    "a copy is as good as its original": _swapped(creation, "_first", lambda fitting: fitting[-1]),
    "the clock of the answer counts": _the_clock_of_the_answer_counts,
}
