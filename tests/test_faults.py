"""Every fault of the stand-in's menu over real sockets, before and after the job is stored, and what it comes to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from cosbatch.configuration.settings import Settings, read_settings
from cosbatch.jobs.creation import create, order_of
from cosbatch.model.deadline import Clock, Deadline
from cosbatch.model.errors import CosbatchError
from cosbatch.service.exchange import Budget, Exchange
from cosbatch.service.transport import Transport
from cosbatch.standin import Standin, running
from cosbatch.standin.faults.ordered import MENU, ON_EVENTS
from cosbatch.standin.wire.errors import KNOWN

Fault = dict[str, object]
DOCUMENT: dict[str, object] = {
    "ConfirmationRequired": True,
    "Description": "restore",
    "Manifest": {
        "Location": {"ETag": '"15150651828fa9cd"', "ObjectArn": "qcs::cos:ap-chengdu::manifest-1250000000/list.csv"},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
    },
    "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
    "Priority": 10,
    "Report": {
        "Bucket": "qcs::cos:ap-chengdu::report-1250000000",
        "Enabled": False,
        "Format": "Report_CSV_V1",
        "ReportScope": "AllTasks",
    },
    "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
}
# One try may last so long, so that what hangs or drips is soon over; in seconds.
TIMEOUT = 0.5
CREATED, RECOVERED = "created", "recovered"
# A failure: its Code, and whether a later call can fix it.
Outcome = str | tuple[str, bool]
UNRESOLVED = ("DuplicateUnresolved", True)


def on_create(fault: str, **options: object) -> Fault:
    return {"action": "CreateJob", "fault": fault, **options}


def on_list(fault: str, **options: object) -> Fault:
    return {"action": "ListJobs", "fault": fault, **options}


@dataclass(frozen=True)
class Case:
    """Faults in the order in which they are met; what creating a job comes to, and how many jobs there are then."""

    name: str
    faults: list[Fault]
    outcome: Outcome
    jobs: int = 1


def both(fault: str, before: Outcome = CREATED, after: Outcome = RECOVERED, **options: object) -> list[Case]:
    """A fault that is met once before the job is stored, and once after."""
    return [
        Case(f"{fault} before", [on_create(fault, **options)], before, jobs=int(before == CREATED)),
        Case(f"{fault} after", [on_create(fault, stored=True, **options)], after),
    ]


def after(fault: str, outcome: Outcome = RECOVERED, **options: object) -> Case:
    """A fault of the reply: the job is stored."""
    return Case(fault, [on_create(fault, **options)], outcome)


LOST = on_create("LostReply")
CASES = [
    Case("no fault", [], CREATED),
    # The connection.
    after("LostReply"),
    *both("CloseBeforeReading"),
    *both("CloseAfterReading"),
    *both("Reset"),
    *both("Hang"),
    # The reply.
    after("Delay", CREATED, seconds=0.05),
    after("Drip", seconds=0.02),
    after("ShortBody"),
    after("WrongContentLength"),
    after("Gzip"),
    after("WrongCharset", CREATED),
    after("UnknownCharset"),
    # Other replies.
    *both("Html"),
    *both("Empty"),
    *both("GzipBomb", size=8),
    *both("EntityBomb"),
    *both("Dtd"),
    *both("ExternalEntity"),
    *both("HtmlError", status=500),
    *both("HtmlError", status=502),
    *both("HtmlError", status=503),
    *both("HtmlError", status=504),
    *both("HtmlError", status=429),
    *both("EmptyError", status=500),
    *both("EmptyError", status=503),
    *both("EmptyError", status=504),
    *both("HtmlError", status=403, before=("UnexpectedResponse", False)),
    *both("Redirect", before=("UnexpectedResponse", False)),
    *both("Redirect", status=301, before=("UnexpectedResponse", False)),
    *both("Redirect", status=303),
    # The service's own words.
    *both("InternalError"),
    *both("ServiceUnavailable"),
    *both("ServiceUnavailable", status=503),
    *both("SlowDown"),
    *both("SlowDown", retry_after=7),
    *both("RequestTimeTooSkewed"),
    Case("TooManyJobs", [on_create("TooManyJobs")], ("TooManyJobs", True), jobs=0),
    Case("AccessDenied", [on_create("AccessDenied")], ("AccessDenied", False), jobs=0),
    Case("MalformedXML", [on_create("MalformedXML")], ("MalformedXML", False), jobs=0),
    *both("InvalidRequest", before=UNRESOLVED),
    # The service itself.
    Case("a clock that is ahead", [{"action": "*", "fault": "ClockSkew", "seconds": 7200}], CREATED),
    Case("a clock that is behind", [{"action": "*", "fault": "ClockSkew", "seconds": -7200}], CREATED),
    Case("a list that lags", [LOST, on_list("ListingLag", times=2)], RECOVERED),
    Case("a list that lags for long", [LOST, on_list("ListingLag")], UNRESOLVED),
    # One fault after the other.
    Case("a lost reply, then no right", [LOST, on_create("AccessDenied")], RECOVERED),
    Case("a lost reply, then a full quota", [LOST, on_create("TooManyJobs")], RECOVERED),
    Case("a lost reply, then a redirect", [LOST, on_create("Redirect")], RECOVERED),
    Case("a lost reply, then malformed", [LOST, on_create("MalformedXML")], RECOVERED),
    Case("nothing but resets", [on_create("Reset", times=9)], ("UpstreamUnreachable", True), jobs=0),
    Case("nothing but resets, the first after", [LOST, on_create("Reset", times=9)], RECOVERED),
    Case("nothing but 503", [on_create("ServiceUnavailable", times=9)], ("ServiceUnavailable", True), jobs=0),
    Case("a list that is reset", [LOST, on_list("Reset", times=2)], RECOVERED),
    Case("a list that hangs", [LOST, on_list("Hang")], RECOVERED),
    Case("a list that drips", [LOST, on_list("Drip", seconds=0.02)], RECOVERED),
    Case("a list cut short", [LOST, on_list("ShortBody")], RECOVERED),
    Case("a list that is packed", [LOST, on_list("Gzip")], RECOVERED),
    Case("a list that is a bomb", [LOST, on_list("EntityBomb")], RECOVERED),
    Case("a list that may not be read", [LOST, on_list("AccessDenied", times=None)], UNRESOLVED),
    Case("a list that leads elsewhere", [LOST, on_list("Redirect", times=None)], UNRESOLVED),
    Case("a list that is read slowly", [LOST, on_list("SlowDown", times=2)], RECOVERED),
]


@dataclass
class Caller:
    """Creates the jobs; pauses are noted, not waited for."""

    settings: Settings
    pauses: list[float] = field(default_factory=list)

    def create(self, token: str) -> tuple[Outcome, str | None]:
        """The outcome, and the JobId."""
        clock = Clock(time.monotonic, time.time, self.pauses.append, lambda: 1.0)
        wire = Transport(clock).connect(self.settings.credentials, self.settings.endpoint)
        exchange = Exchange(wire, self.settings.account, Deadline(clock, clock.monotonic() + 60.0), Budget(), TIMEOUT)
        try:
            result = create(order_of(DOCUMENT, token), exchange)
        except CosbatchError as error:
            return (error.code, error.retryable), None
        return str(result["Outcome"]), str(result["JobId"])


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    with running(runs_jobs=False) as standin:
        yield standin


@pytest.fixture
def caller(standin: Standin) -> Iterator[Caller]:
    settings, problems = read_settings(standin.environ)
    assert problems == ()
    yield Caller(settings)
    standin.faults.clear()


def ids_of(standin: Standin, token: str) -> list[object]:
    return [job["JobId"] for job in standin.jobs() if job["ClientRequestToken"] == token]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_makes_one_job_or_fails_honestly_and_finds_the_job_later(standin: Standin, caller: Caller, case: Case) -> None:
    token = f"{CASES.index(case)}"
    standin.order(*case.faults)
    outcome, job_id = caller.create(token)
    ids = ids_of(standin, token)
    assert (outcome, len(ids)) == (case.outcome, case.jobs)
    assert job_id in (ids if case.outcome in (CREATED, RECOVERED) else [None])
    standin.faults.clear()
    assert caller.create(token) == ((RECOVERED, *ids) if case.jobs else (CREATED, *ids_of(standin, token)))


@pytest.mark.parametrize(("asked", "waited"), [(7, 7.0), (3600, 20.0)])
def test_waits_as_long_as_the_service_asks(standin: Standin, caller: Caller, asked: int, waited: float) -> None:
    standin.order(on_create("SlowDown", retry_after=asked))
    assert caller.create(f"pace {asked}")[0] == CREATED
    assert caller.pauses == [waited]


def test_meets_every_fault_of_an_exchange() -> None:
    """Of the service's own Codes, those that come to something else than their own failure."""
    met = {fault["fault"] for case in CASES for fault in case.faults}
    assert set(MENU) - met - set(ON_EVENTS) <= set(KNOWN)
