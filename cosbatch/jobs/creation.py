"""Creates a job exactly once: sends, and where the answer is lost or a duplicate is refused, finds the job that it made.

The service refuses a token that it has seen, and does not say which job it made of it. So whatever happens, the same request
with the same token may be sent again; and a job is found again by the marker in its Description.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from cosbatch.jobs.comparison import contradictions, differences
from cosbatch.jobs.inspection import warning
from cosbatch.model import identity, names
from cosbatch.model.deadline import iso_seconds
from cosbatch.model.errors import (
    CosbatchError,
    DuplicateUnresolved,
    IdempotencyMismatch,
    Problem,
    ServiceSideError,
    UnexpectedResponse,
)
from cosbatch.model.messages import Response
from cosbatch.schemas.document import ELEMENTS
from cosbatch.service import actions
from cosbatch.service.exchange import SHORTEST_ATTEMPT, Exchange

PAGES = 50
PAGE_SIZE = 1000
_MOST_CANDIDATES = 5
LOOKUPS = 4
_FIRST_PAUSE = 0.3
_LONGEST_RESERVE = 5.0
_CLOCKS_APART = 900.0  # seconds that the service lets a clock be off its own (error codes, 436/7730)
# The Code of a token that was used, and of other faults, among them those of the expression below (436/38608, 436/38610). A
# job that exists passed their rules with the same bytes, so such an answer cannot stand for a duplicate, unless its words
# could mean one.
_REFUSED = "InvalidRequest"
_OTHER_FAULT = re.compile(r"priority|empty body|body is empty", re.IGNORECASE)
_DUPLICATE = re.compile(r"duplicate|already|exist|repeat|token|conflict|same|used|submitted", re.IGNORECASE)


class Order(NamedTuple):
    """A job to be created: the document as it is sent, its token, the digest of what it does, and the marker of both.

    `digest_on` gives the digest that it has on the day of a moment, in Unix seconds, where its texts name the day.
    """

    document: Mapping[str, Any]
    token: str
    digest: str
    marker: identity.Marker
    digest_on: Callable[[float], str] | None = None


def order_of(document: Mapping[str, Any], token: str, caller: str | None = None) -> Order:
    """The order for a complete document: its token set, its marker, with the caller's trace, at the end of Description."""
    digest = identity.digest_of(document)
    marker = identity.marker_of(token, digest, caller)
    described = {"ClientRequestToken": token, "Description": identity.described(document["Description"], marker)}
    return Order({**document, **described}, token, digest, marker)


def create(order: Order, exchange: Exchange) -> dict[str, Any]:
    """`{JobId, Outcome, ClientRequestToken, RequestId}`: `created`, or `recovered` where the job existed already.

    Raises CosbatchError. Where that is not retryable, this call made no job; where it is, a call with the same token makes
    the job or finds it.
    """
    request = actions.create_job_request(order.document, exchange.account)
    reserve = min(_LONGEST_RESERVE, exchange.deadline.remaining() / 4)
    try:
        return _result(order.token, "created", exchange.ask(request, actions.created, reserve))
    except ServiceSideError as error:
        if _no_job_was_made(error):
            raise
        return _recover(order, error, exchange)


def recall(token: str, location: Mapping[str, object], exchange: Exchange) -> dict[str, Any] | None:
    """`{JobId, Outcome, ClientRequestToken, RequestId, Warnings}` of the job that an earlier delivery of an event made of
    the manifest at the location, before the profile was changed; None where there is none.

    Raises DuplicateUnresolved where that cannot be told now.
    """
    jobs, broken_off = _find(identity.marker_of(token, "").trace, exchange)
    if broken_off:
        # What bears the marker may be a copy, and its original on a page that was not seen.
        raise DuplicateUnresolved("Whether an earlier delivery made the job cannot be seen now; try again.")
    fitting = []
    for job in jobs[:_MOST_CANDIDATES]:
        theirs = _described(job["JobId"], exchange)
        if not contradictions({"Location": location}, theirs.get("Manifest") or {}, job["JobId"]):
            fitting.append(_Candidate(job, theirs, [], []))
    if not fitting:
        return None
    return _result(token, "recovered", _first(fitting).job, [_profile_changed("it would be refused as it is now")])


def _no_job_was_made(error: ServiceSideError) -> bool:
    """Whether it is certain: no try is left without an answer, and the last never got there, or was refused for another reason
    than a token that was used."""
    is_open = error.unproven or error.ambiguous is not None
    return not is_open and error.code != _REFUSED and not isinstance(error, UnexpectedResponse)


def _result(token: str, outcome: str, job: Mapping[str, object], warnings: Sequence[object] = ()) -> dict[str, Any]:
    result = {"JobId": job["JobId"], "Outcome": outcome, "ClientRequestToken": token}
    known = {"RequestId": job.get("RequestId"), "Warnings": [*warnings]}
    return {**result, **{name: value for name, value in known.items() if value}}


def _recover(order: Order, error: ServiceSideError, exchange: Exchange) -> dict[str, Any]:
    """Find the job that the order may have made; a listing may lag behind, so look more than once."""
    unresolved = _unresolved(error)
    for _ in _lookups(exchange):
        jobs, broken_off = _find(order.marker.trace, exchange)
        unresolved = _unresolved(error, broken_off)
        if jobs:
            try:
                return _recovered(order, jobs, broken_off is None, exchange)
            except IdempotencyMismatch as mismatch:
                if not mismatch.retryable:
                    raise
                unresolved = mismatch
        elif error.ambiguous is None and _is_another_fault(error, broken_off is None):
            raise error
    raise unresolved


def _is_another_fault(error: ServiceSideError, saw_all: bool) -> bool:
    """Whether, with no job to be seen, it is to be believed that there is none: after the answer of a stranger on the way,
    or where the service's words say that the request broke a rule, which no created job did.
    """
    if error.code != _REFUSED:
        return True
    return saw_all and bool(_OTHER_FAULT.search(error.message)) and not _DUPLICATE.search(error.message)


def _unresolved(error: ServiceSideError, broken_off: ServiceSideError | None = None) -> CosbatchError:
    """What to answer where it stays open whether there is a job: something that asks for another try."""
    if error.code != _REFUSED:
        return error.ambiguous or error
    where = "its job is not in the listing: not yet, or no longer"
    if broken_off:
        where = f"its job cannot be looked for: ListJobs is answered by {broken_off.code} ({broken_off.message})"
    unresolved = DuplicateUnresolved(
        f"The service refuses the token ({error.message}), but {where}. Try again with the same token; "
        "no second job can come of it."
    )
    unresolved.request_id, unresolved.trace_id = error.request_id, error.trace_id
    return unresolved


def _lookups(exchange: Exchange) -> Iterator[int]:
    """Turns to look, with growing pauses in between, as long as there is time."""
    clock = exchange.deadline.clock
    for turn in range(LOOKUPS):
        pause = _FIRST_PAUSE * 2 ** (turn - 1) * (1 + clock.random()) / 2 if turn else 0.0
        if exchange.deadline.remaining() - pause < SHORTEST_ATTEMPT:
            return
        if turn:
            clock.sleep(pause)
        yield turn


def _find(trace: str, exchange: Exchange) -> tuple[list[Mapping[str, Any]], ServiceSideError | None]:
    """The jobs in the listing that bear the trace, and why it was not read to its end, or not all of it."""
    found: dict[str, Mapping[str, Any]] = {}
    broken_off: ServiceSideError | None = None
    try:
        for page in _pages({}, exchange, actions.listed_as_it_is):
            for job in page["Jobs"]:
                if not isinstance(job, dict):
                    broken_off = UnexpectedResponse("It lists what is no job.")
                    continue
                marker = identity.read_marker(job.get("Description"))
                if marker and marker.trace == trace and names.is_job_id(job.get("JobId")):
                    found[job["JobId"]] = {**job, "RequestId": page.get("RequestId")}
    except ServiceSideError as error:
        broken_off = error
    # The first ones made are looked at, in whatever order they are listed.
    return sorted(found.values(), key=lambda job: str(job.get("CreationTime") or "~")), broken_off


def all_jobs(query: Mapping[str, object], exchange: Exchange) -> Iterator[Mapping[str, Any]]:
    """Every job, in the service's order, which no page tells and no request can choose. Raises ServiceSideError."""
    for page in _pages(query, exchange, actions.listed):
        yield from page["Jobs"]


def _pages(
    query: Mapping[str, object], exchange: Exchange, read: Callable[[Response], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The pages of a listing (436/38611).

    Whether the last one has a NextToken is not said: a missing, empty or known one ends the listing, as an empty page does.
    """
    token: object = None
    seen: set[str] = set()
    for _ in range(PAGES):
        request = actions.list_jobs_request({"maxResults": PAGE_SIZE, **query, "nextToken": token}, exchange.account)
        page = exchange.ask(request, read)
        yield page
        token = page.get("NextToken")
        if not page["Jobs"] or not isinstance(token, str) or token in {"", *seen}:
            return
        seen.add(token)
    raise UnexpectedResponse(f"The listing does not end after {PAGES} pages.")


class _Candidate(NamedTuple):
    """A job that bears the token's trace, as it is listed and as it is described."""

    job: Mapping[str, Any]
    described: Mapping[str, Any]
    problems: list[Problem]  # in what it is not the job that was ordered
    changes: list[Problem]  # in what its profile was changed
    copied: bool = False  # where it has problems, its marker is that of another job, which there is or was

    @property
    def created_at(self) -> str:
        """In ISO 8601; empty where the service does not say."""
        return str(self.described.get("CreationTime") or "")


def _recovered(order: Order, jobs: list[Mapping[str, Any]], saw_all: bool, exchange: Exchange) -> dict[str, Any]:
    """The job that the token was used for. A marker can be copied, so each job is described and compared; one that differs
    may be a copy whose original is on a page that was not seen.
    """
    candidates = [_candidate(order, job, exchange) for job in jobs[:_MOST_CANDIDATES]]
    fitting = [candidate for candidate in candidates if not candidate.problems]
    own = _first(fitting) if fitting else None
    if own is None or (own.changes and not saw_all):
        raise _mismatch(candidates)
    warnings = [_profile_changed(", ".join(problem.pointer for problem in own.changes))] if own.changes else []
    return _result(order.token, "recovered", own.job, warnings)


def _first(fitting: list[_Candidate]) -> _Candidate:
    """The job that was made first: a marker is copied from a job that exists, by hand or as the console clones one.

    Raises DuplicateUnresolved where their times do not tell which that is.
    """
    first, *later = sorted(fitting, key=lambda candidate: candidate.created_at)
    if later and first.created_at in ("", later[0].created_at):
        ids = ", ".join(sorted(candidate.job["JobId"] for candidate in fitting))
        raise DuplicateUnresolved(f"More than one job bears the marker of this token: {ids}. Look at them by hand.")
    return first


def _mismatch(candidates: list[_Candidate]) -> IdempotencyMismatch:
    """What to answer where no candidate is the job that was ordered."""
    other = next((candidate for candidate in candidates if not candidate.copied), None)
    if other is not None:
        message = f"The token was used before, for another job: {other.job['JobId']}. Use a new token for a new job."
        return IdempotencyMismatch(message, other.problems)
    job_id = candidates[0].job["JobId"]
    mismatch = IdempotencyMismatch(
        f"Job {job_id} bears the marker of this token, but does another thing: the marker may be a copy. The token's own "
        "job is not in the listing, or not yet; try again with the same token.",
        candidates[0].problems or candidates[0].changes,
    )
    mismatch.retryable = True
    return mismatch


def _candidate(order: Order, job: Mapping[str, Any], exchange: Exchange) -> _Candidate:
    """What the job is to the order. Of an event, whose token says which manifest it is of, a job that does another thing
    over the same manifest was made before its profile was changed.
    """
    whose, ours = f"job {job['JobId']}", order.document
    theirs = _described(job["JobId"], exchange)
    manifest = contradictions({"Manifest": ours["Manifest"]}, {"Manifest": theirs.get("Manifest")}, whose)
    marker = identity.read_marker(job["Description"])
    if marker and (marker.digest == order.marker.digest or _is_of_its_day(order, marker, {**job, **theirs})):
        operation = differences({"Operation": ours["Operation"]}, {"Operation": theirs.get("Operation")}, whose)
        return _Candidate(job, theirs, [*manifest, *operation], [], copied=True)
    different = differences(_compared(ours), _compared(theirs), whose) or [
        Problem("", f"has another digest than {whose}")
    ]
    if identity.says_what_it_is_of(order.token):
        return _Candidate(job, theirs, manifest, different, copied=True)
    return _Candidate(job, theirs, different, [])


def _is_of_its_day(order: Order, marker: identity.Marker, theirs: Mapping[str, Any]) -> bool:
    """Whether the job is the one that was ordered, but for the day in its texts: it was made on another one."""
    created = iso_seconds(theirs.get("CreationTime"))
    if order.digest_on is None or created is None:
        return False
    # Around midnight, the clock that it was ordered by may have shown the day before or after.
    moments = (created, created - _CLOCKS_APART, created + _CLOCKS_APART)
    try:
        return marker.digest in [identity.marker_of(order.token, order.digest_on(each)).digest for each in moments]
    except (ValueError, OverflowError):  # no calendar has that day
        return False


def _described(job_id: str, exchange: Exchange) -> dict[str, Any]:
    """Raises DuplicateUnresolved where the job cannot be described now."""
    try:
        request = actions.describe_job_request(job_id, exchange.account)
        job: Any = exchange.ask(request, partial(actions.described, job_id))["Job"]
    except ServiceSideError as error:
        raise DuplicateUnresolved(
            f"Job {job_id} bears the marker of this token, but cannot be looked at ({error.code}); try again."
        ) from None
    return dict(job)


def _profile_changed(what: str) -> dict[str, object]:
    message = f"was changed since the job of this manifest was made ({what}); that job stays, and no other is made"
    return warning("ProfileChanged", "/Profile", message)


def _compared(job: Mapping[str, Any]) -> dict[str, Any]:
    compared = {name: job.get(name) for name in ELEMENTS if name != "ClientRequestToken"}
    return {**compared, "Description": identity.without_marker(str(job.get("Description") or ""))}
