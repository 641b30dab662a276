"""Creates a job exactly once: sends, and where the answer is lost or a duplicate is refused, finds the job that it made.

The service refuses a token that it has seen, and does not say which job it made of it. So whatever happens, the same request
with the same token may be sent again; and a job is found again by the marker in its Description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cosbatch import actions, identity
from cosbatch.errors import CosbatchError, DuplicateUnresolved, IdempotencyMismatch, Problem, ServiceSideError
from cosbatch.identity import Marker
from cosbatch.retry import SHORTEST_ATTEMPT, Attempts, Exchange
from cosbatch.settings import Settings

PAGES = 50
PAGE_SIZE = 1000
LOOKUPS = 4
_FIRST_PAUSE = 0.3
_LONGEST_RESERVE = 5.0
# Faults that the service gives the same Code as a duplicate (436/38608, 436/38610). A job that exists passed these rules
# with the same bytes, so such an answer cannot stand for a duplicate.
_OTHER_FAULT = re.compile(r"priority|empty body|body is empty|job ?id", re.IGNORECASE)
_DUPLICATE = re.compile(r"duplicate|already|exist|repeat|token", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """A job to be created: the document as it is sent, its token, and the digest of what it does."""

    document: Mapping[str, Any]
    token: str
    digest: str

    @property
    def marker(self) -> Marker:
        return identity.marker_of(self.token, self.digest)


def order_of(document: Mapping[str, Any], token: str, caller: str | None = None) -> Order:
    """The order for a complete document: its token set, its marker, with the caller's trace, at the end of Description."""
    digest = identity.digest_of(document)
    description = identity.described(document["Description"], identity.marker_of(token, digest, caller))
    return Order({**document, "ClientRequestToken": token, "Description": description}, token, digest)


def create(order: Order, exchange: Exchange, settings: Settings) -> dict[str, object]:
    """`{JobId, Outcome, ClientRequestToken, RequestId}`: `created`, or `recovered` where the job existed already.

    Raises CosbatchError; where it is not retryable, no job was made by this order.
    """
    request = actions.create_job_request(order.document, settings)
    reserve = min(_LONGEST_RESERVE, exchange.deadline.remaining() / 4)
    attempts = exchange.attempt(request, actions.created, reserve)
    if attempts.error is None:
        return _result(order, "created", attempts.get())
    if attempts.doubt is None and attempts.error.code != "InvalidRequest":
        raise attempts.error
    return _recover(order, attempts, attempts.error, exchange, settings)


def _result(order: Order, outcome: str, job: Mapping[str, object]) -> dict[str, object]:
    known = {"RequestId": job["RequestId"]} if job.get("RequestId") else {}
    return {"JobId": job["JobId"], "Outcome": outcome, "ClientRequestToken": order.token, **known}


def _recover(
    order: Order, attempts: Attempts[dict[str, object]], error: ServiceSideError, exchange: Exchange, settings: Settings
) -> dict[str, object]:
    """Find the job that the order may have made; a listing may lag behind, so look more than once."""
    for _ in _lookups(exchange):
        jobs = _find(order.marker.trace, exchange, settings)
        if jobs:
            return _recovered(order, jobs, exchange, settings)
        if _is_another_fault(error, attempts):
            raise error
    raise _unresolved(error, attempts)


def _is_another_fault(error: ServiceSideError, attempts: Attempts[dict[str, object]]) -> bool:
    """Whether the service's words say that the request broke a rule, which no created job did."""
    if attempts.doubt is not None or error.code != "InvalidRequest":
        return False
    return bool(_OTHER_FAULT.search(error.message)) and not _DUPLICATE.search(error.message)


def _unresolved(error: ServiceSideError, attempts: Attempts[dict[str, object]]) -> CosbatchError:
    if error.code != "InvalidRequest" and attempts.doubt is not None:
        return attempts.doubt
    unresolved = DuplicateUnresolved(
        f"The service refuses the token ({error.message}), but its job is not in the listing, or not yet. "
        "Try again with the same token; no second job can come of it."
    )
    unresolved.request_id, unresolved.trace_id = error.request_id, error.trace_id
    return unresolved


def _lookups(exchange: Exchange) -> Iterator[int]:
    """Turns to look, with growing pauses, as long as there is time."""
    clock = exchange.deadline.clock
    for turn in range(LOOKUPS):
        if exchange.deadline.remaining() < SHORTEST_ATTEMPT:
            return
        yield turn
        pause = _FIRST_PAUSE * 2**turn * (1 + clock.random()) / 2
        if turn + 1 == LOOKUPS or exchange.deadline.remaining() - pause < SHORTEST_ATTEMPT:
            return
        clock.sleep(pause)


def _find(trace: str, exchange: Exchange, settings: Settings) -> list[Mapping[str, Any]]:
    """The listed jobs whose Description ends with the trace; an unreadable listing finds nothing."""
    found: dict[object, Mapping[str, Any]] = {}
    try:
        for job in all_jobs({}, exchange, settings):
            marker = identity.read_marker(job.get("Description"))
            if marker and marker.trace == trace:
                found[job.get("JobId")] = job
    except ServiceSideError:
        # What was found so far is a finding all the same; with nothing found, the caller looks again.
        pass
    return list(found.values())


def all_jobs(query: Mapping[str, object], exchange: Exchange, settings: Settings) -> Iterator[Mapping[str, Any]]:
    """Every job that the service lists, page by page (436/38611).

    Whether the last page has a NextToken is not said: a missing, empty or unchanged one ends the listing, as an empty page
    does. Raises ServiceSideError.
    """
    token: object = None
    for _ in range(PAGES):
        request = actions.list_jobs_request({"maxResults": PAGE_SIZE, **query, "nextToken": token}, settings)
        page = exchange.ask(request, actions.listed)
        jobs: Any = page["Jobs"]
        yield from jobs
        if not jobs or page.get("NextToken") in (None, "", token):
            return
        token = page["NextToken"]


def _recovered(
    order: Order, jobs: list[Mapping[str, Any]], exchange: Exchange, settings: Settings
) -> dict[str, object]:
    if len(jobs) > 1:
        names = ", ".join(sorted(str(job.get("JobId")) for job in jobs))
        raise DuplicateUnresolved(f"More than one job bears the marker of this token: {names}. Look at them by hand.")
    (job,) = jobs
    marker = identity.read_marker(job.get("Description"))
    if marker == order.marker:
        return _result(order, "recovered", job)
    differences = _differences(order, str(job.get("JobId")), exchange, settings)
    raise IdempotencyMismatch(
        f"The token was used before, for another job: {job.get('JobId')}. Use a new token for a new job.", differences
    )


def _differences(order: Order, job_id: str, exchange: Exchange, settings: Settings) -> list[Problem]:
    """Where the order and the job differ; nothing where the job cannot be asked for."""
    try:
        described: Any = exchange.ask(actions.describe_job_request(job_id, settings), actions.described)["Job"]
    except ServiceSideError:
        return []
    ours, theirs = dict(_leaves(_compared(order.document))), dict(_leaves(_compared(described)))
    return [
        Problem(
            pointer, f"is {ours.get(pointer, 'missing')!r} here, {theirs.get(pointer, 'missing')!r} in job {job_id}"
        )
        for pointer in sorted(ours.keys() | theirs.keys())
        if ours.get(pointer) != theirs.get(pointer)
    ]


def _compared(job: Mapping[str, Any]) -> dict[str, Any]:
    names = ("ConfirmationRequired", "Manifest", "Operation", "Priority", "Report", "RoleArn")
    description = identity.without_marker(str(job.get("Description") or ""))
    return {"Description": description, **{name: job[name] for name in names if name in job}}


def _leaves(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every text and number of a document, by its JSON pointer."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _leaves(below, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _leaves(below, f"{pointer}/{index}")
    elif value is not None:
        yield pointer, str(value)
