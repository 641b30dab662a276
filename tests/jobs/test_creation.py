"""A job is created exactly once: sent, tried again, and found again where an answer is lost or a duplicate refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import pytest

from cosbatch.jobs import creation
from cosbatch.jobs.creation import LOOKUPS, PAGES, Order, all_jobs, create, order_of
from cosbatch.model import identity
from cosbatch.model.errors import (
    CosbatchError,
    IdempotencyMismatch,
    ServiceSideError,
    UnexpectedResponse,
    UpstreamTimeout,
    UpstreamTLS,
    UpstreamUnreachable,
)
from cosbatch.model.messages import Response
from cosbatch.service.render import render
from tests.wire import Bench, Comes

JOB_ID, OTHER_ID = "53dc6228-c50b-46f7-8ad7-65e7159f1aae", "0d3a6d0e-4a0f-4f5e-9a3e-7f6f0b0c1d2e"
DOCUMENT: dict[str, Any] = {
    "ClientRequestToken": None,
    "ConfirmationRequired": False,
    "Description": "restore 2026-11",
    "Manifest": {
        "Location": {"ETag": '"15150651828fa9cd"', "ObjectArn": "qcs::cos:ap-chengdu::manifest-1250000000/list.csv"},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
    },
    "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
    "Priority": 10,
    "Report": {"Bucket": "qcs::cos:ap-chengdu::report-1250000000", "Enabled": True},
    "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
}
ORDER = order_of(DOCUMENT, "token-1")
OWN = ORDER.document["Description"]
# The same token, for a job of another priority.
OTHERS = order_of({**DOCUMENT, "Priority": 20}, "token-1")


def answer(body: str, status: int = 200, request_id: str = "") -> Response:
    return Response(status, {"x-cos-request-id": request_id} if request_id else {}, body.encode())


def job(job_id: str, description: str) -> str:
    return f"<member><Description>{escape(description)}</Description><JobId>{job_id}</JobId></member>"


def page(*members: str, token: str | None = None, request_id: str = "") -> Response:
    following = "" if token is None else f"<NextToken>{token}</NextToken>"
    body = f"<ListJobsResult><Jobs>{''.join(members)}</Jobs>{following}</ListJobsResult>"
    return answer(body, request_id=request_id)


def refusal(code: str, status: int, message: str = "words") -> Response:
    return answer(f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>", status, "refused-1")


def made(job_id: str = JOB_ID) -> Response:
    return answer(f"<CreateJobResult><JobId>{job_id}</JobId></CreateJobResult>", request_id="made-1")


DUPLICATE = refusal("InvalidRequest", 400, "Duplicate request")
DENIED = refusal("AccessDenied", 403)
FULL = refusal("TooManyJobs", 500)
HTML = answer("<html/>", 403)
REDIRECT = answer("", 307)
HERE = page(job(OTHER_ID, "somebody's"), job(JOB_ID, OWN), request_id="listed-1")
EMPTY = page()


def timed_out() -> ServiceSideError:
    return UpstreamTimeout("slow", may_have_acted=True)


def reset() -> ServiceSideError:
    return UpstreamUnreachable("reset", may_have_acted=True)


def created(bench: Bench) -> dict[str, object]:
    return create(ORDER, bench.exchange)


def failure(bench: Bench) -> CosbatchError:
    with pytest.raises(CosbatchError) as caught:
        created(bench)
    return caught.value


def calls(bench: Bench) -> list[str]:
    return [f"{sent.request.method} {sent.request.path}" for sent in bench.wire.sent]


def test_orders_carry_their_token_and_their_marker() -> None:
    assert ORDER.document["ClientRequestToken"] == "token-1"
    assert f"restore 2026-11 {ORDER.marker}" == OWN
    assert list(ORDER.document) == list(DOCUMENT)
    assert ORDER.marker.trace == OTHERS.marker.trace
    assert ORDER.marker.digest != OTHERS.marker.digest


def test_answers_the_job_that_was_created() -> None:
    bench = Bench([made()])
    assert created(bench) == {
        "JobId": JOB_ID,
        "Outcome": "created",
        "ClientRequestToken": "token-1",
        "RequestId": "made-1",
    }
    assert bench.wire.sent[0].request.body == render("CreateJobRequest", ORDER.document)


RECOVERED = {"JobId": JOB_ID, "Outcome": "recovered", "ClientRequestToken": "token-1", "RequestId": "listed-1"}
# Who asked does not say which job it is.
OF_A_CALLER = f"restore 2026-11 {ORDER.marker._replace(caller='0' * 8)}"
# What comes back, one after the other, until the job is found.
FOUND: dict[str, list[Comes]] = {
    "a redelivery": [DUPLICATE, HERE],
    "a lost reply": [reset(), DUPLICATE, HERE],
    "a job that another caller asked for": [DUPLICATE, page(job(JOB_ID, OF_A_CALLER), request_id="listed-1")],
    "a try that was still on its way when it was repeated": [timed_out(), DUPLICATE, EMPTY, EMPTY, HERE],
    "a lagging list": [DUPLICATE, EMPTY, EMPTY, EMPTY, HERE],
    "a duplicate in words of another fault": [refusal("InvalidRequest", 400, "Priority: token was used"), HERE],
    "the same, and a lagging list": [refusal("InvalidRequest", 400, "Priority: token was used"), EMPTY, HERE],
    "a duplicate without words": [refusal("InvalidRequest", 400, ""), HERE],
    "an ambiguous failure, then a refusal": [timed_out(), DENIED, HERE],
    "an ambiguous failure, then a full quota": [reset(), FULL, HERE],
    "an ambiguous failure, then no trust": [reset(), UpstreamTLS("not proven"), HERE],
    "an ambiguous failure, then a redirect": [reset(), REDIRECT, HERE],
    "an ambiguous failure, then malformed": [timed_out(), refusal("MalformedXML", 400), EMPTY, HERE],
    "an ambiguous failure, then another fault": [reset(), refusal("InvalidRequest", 400, "Priority"), EMPTY, HERE],
    "nothing but ambiguous failures": [*(answer("", 500) for _ in range(5)), HERE],
    "a success without JobId": [answer("<CreateJobResult/>"), DUPLICATE, HERE],
    "a success that is a page": [answer("<html/>"), DUPLICATE, HERE],
    "a redirect after the work": [REDIRECT, HERE],
    "a stranger's refusal after the work": [HTML, HERE],
    "a lookup that fails, and the next": [DUPLICATE, DENIED, HTML, HERE],
    "a lookup that is tried again": [DUPLICATE, reset(), answer("", 502), HERE],
    "a lookup that breaks off after the job": [
        DUPLICATE,
        page(job(JOB_ID, OWN), token="1", request_id="listed-1"),
        DENIED,
    ],
    "a later page": [DUPLICATE, page(job("1", "x"), token="1"), page(job("2", "y"), token="2"), HERE],
    "the same job on two pages": [
        DUPLICATE,
        page(job(JOB_ID, OWN), token="1"),
        page(job(JOB_ID, OWN), request_id="listed-1"),
    ],
    "a listing with odd members": [DUPLICATE, page("<member/>", "<member>x</member>", job("", OWN)), HERE],
    "a listing with odd members beside it": [
        DUPLICATE,
        page("<member/>", job(JOB_ID, OWN), "<member>x</member>", request_id="listed-1"),
    ],
}


@pytest.mark.parametrize("case", FOUND)
def test_finds_the_job_again_after(case: str) -> None:
    bench = Bench([*FOUND[case], described(ORDER.document)])
    assert created(bench) == RECOVERED
    assert bench.wire.script == []


# What comes back, and the Code that is answered at last: retryable, for there may be a job.
OPEN: dict[str, tuple[list[Comes], str]] = {
    "a duplicate that is not listed": ([DUPLICATE, *[EMPTY] * LOOKUPS], "DuplicateUnresolved"),
    "a duplicate that cannot be looked up": ([DUPLICATE, *[DENIED] * LOOKUPS], "DuplicateUnresolved"),
    "a lost reply, a duplicate that is not listed": ([reset(), DUPLICATE, *[EMPTY] * LOOKUPS], "DuplicateUnresolved"),
    "an ambiguous failure, then a refusal": ([timed_out(), DENIED, *[EMPTY] * LOOKUPS], "UpstreamTimeout"),
    "an ambiguous failure, then refusals only": ([timed_out(), DENIED, *[DENIED] * LOOKUPS], "UpstreamTimeout"),
    "an ambiguous failure, then a full quota": ([reset(), FULL, *[EMPTY] * LOOKUPS], "UpstreamUnreachable"),
    "an ambiguous failure, then no trust": (
        [reset(), *[UpstreamTLS("x") for _ in range(1 + LOOKUPS)]],
        "UpstreamUnreachable",
    ),
    "an ambiguous failure, then a redirect": ([answer("<html/>"), REDIRECT, *[EMPTY] * LOOKUPS], "UnexpectedResponse"),
    "nothing but ambiguous failures": (
        [*(refusal("InternalError", 500) for _ in range(5)), *[EMPTY] * LOOKUPS],
        "InternalError",
    ),
    "another fault after an ambiguous failure": (
        [reset(), refusal("InvalidRequest", 400, "Priority"), *[EMPTY] * LOOKUPS],
        "DuplicateUnresolved",
    ),
    "another fault, and a listing that cannot be read": (
        [refusal("InvalidRequest", 400, "Priority must be an integer"), *[DENIED] * LOOKUPS],
        "DuplicateUnresolved",
    ),
    "unknown words": ([refusal("InvalidRequest", 400, "No such role"), *[EMPTY] * LOOKUPS], "DuplicateUnresolved"),
}


@pytest.mark.parametrize("case", OPEN)
def test_asks_for_another_try_where_it_stays_open_whether_there_is_a_job(case: str) -> None:
    script, code = OPEN[case]
    bench = Bench(script)
    error = failure(bench)
    assert (error.code, error.retryable) == (code, True)
    assert bench.wire.script == []


# What the listing comes to, and what is said of that.
UNSEEN: dict[str, tuple[Comes, str]] = {
    "no job": (EMPTY, "its job is not in the listing: not yet, or no longer"),
    "a refusal": (DENIED, "its job cannot be looked for: ListJobs is answered by AccessDenied (words)"),
    "an odd member": (page("<member/>"), "ListJobs is answered by UnexpectedResponse (It lists what is no job.)"),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_says_what_an_unresolved_duplicate_is_about(case: str) -> None:
    listing, told = UNSEEN[case]
    error = failure(Bench([DUPLICATE, *[listing] * LOOKUPS]))
    assert (error.status, error.request_id) == (409, "refused-1")
    assert "Duplicate request" in error.message
    assert told in error.message


# What comes back, and what is answered: there is no job, so nobody has to look for one.
REFUSED: dict[str, tuple[list[Comes], str, bool]] = {
    "a refusal": ([DENIED], "AccessDenied", False),
    "malformed": ([refusal("MalformedXML", 400)], "MalformedXML", False),
    "a full quota": ([FULL], "TooManyJobs", True),
    "no trust": ([UpstreamTLS("not proven")], "UpstreamTLS", False),
    "nobody there": ([UpstreamUnreachable("refused") for _ in range(5)], "UpstreamUnreachable", True),
    "a slow service": ([refusal("SlowDown", 503) for _ in range(5)], "SlowDown", True),
    "a redirect": ([REDIRECT, EMPTY], "UnexpectedResponse", False),
    "a redirect for everything": ([REDIRECT, REDIRECT], "UnexpectedResponse", False),
    "a stranger's page": ([HTML, EMPTY], "UnexpectedResponse", False),
    "another fault": ([refusal("InvalidRequest", 400, "Priority must be an integer"), EMPTY], "InvalidRequest", False),
    "an empty body": (
        [refusal("InvalidRequest", 400, "The request has an empty body"), EMPTY],
        "InvalidRequest",
        False,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_believes_that_there_is_no_job_after(case: str) -> None:
    script, code, retryable = REFUSED[case]
    bench = Bench(script)
    error = failure(bench)
    assert (error.code, error.retryable) == (code, retryable)
    assert bench.wire.script == []


def test_does_not_spin_on_a_full_quota() -> None:
    bench = Bench([FULL])
    failure(bench)
    assert (calls(bench), bench.time.pauses) == (["POST /jobs"], [])


def test_never_guesses_between_two_jobs() -> None:
    same = described(ORDER.document)
    error = failure(Bench([DUPLICATE, page(job(JOB_ID, OWN), job(OTHER_ID, OWN)), same, same]))
    assert (error.code, error.retryable) == ("DuplicateUnresolved", True)
    assert OTHER_ID in error.message
    assert JOB_ID in error.message


def test_tells_its_job_from_one_of_another_digest() -> None:
    both = page(job(OTHER_ID, OTHERS.document["Description"]), job(JOB_ID, OWN), request_id="listed-1")
    assert created(Bench([DUPLICATE, both, described(OTHERS.document), described(ORDER.document)])) == RECOVERED


# Jobs that bear the marker of the order, but do another thing or work on another list.
COPIED_MARKERS: dict[str, tuple[dict[str, Any], str]] = {
    "deletes": ({"Operation": {"COSDeleteObject": {}}}, "/Operation/COSDeleteObject"),
    "restores for longer": (
        {"Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 365, "JobTier": "Bulk"}}},
        "/Operation/COSInitiateRestoreObject/ExpirationInDays",
    ),
    "of another list": (
        {"Manifest": {"Location": {"ObjectArn": "qcs::cos:ap-chengdu::b-1250000000/other.csv"}}},
        "/Manifest/Location/ObjectArn",
    ),
}


@pytest.mark.parametrize("case", COPIED_MARKERS)
def test_takes_no_job_for_its_own_that_only_bears_the_marker(case: str) -> None:
    other, pointer = COPIED_MARKERS[case]
    looks = [HERE, described({**ORDER.document, **other})] * LOOKUPS
    error = failure(Bench([DUPLICATE, *looks]))
    assert (error.code, error.retryable) == ("IdempotencyMismatch", True)
    assert pointer in [problem.pointer for problem in error.problems]


def test_finds_its_job_beside_one_that_only_bears_the_marker() -> None:
    both = page(job(OTHER_ID, OWN), job(JOB_ID, OWN), request_id="listed-1")
    deleting = described({**ORDER.document, "Operation": {"COSDeleteObject": {}}})
    assert created(Bench([DUPLICATE, both, deleting, described(ORDER.document)])) == RECOVERED


def test_looks_again_for_its_job_where_only_one_is_listed_that_bears_the_marker() -> None:
    both = page(job(OTHER_ID, OWN), job(JOB_ID, OWN), request_id="listed-1")
    deleting = described({**ORDER.document, "Operation": {"COSDeleteObject": {}}})
    script: list[Comes] = [DUPLICATE, HERE, deleting, both, deleting, described(ORDER.document)]
    assert created(Bench(script)) == RECOVERED


@pytest.mark.parametrize("turn", [1, -1])
def test_takes_the_job_that_was_made_first_where_another_is_its_clone(turn: int) -> None:
    times = {JOB_ID: "2026-11-24T12:00:00Z", OTHER_ID: "2026-11-24T12:00:01Z"}
    ids = [JOB_ID, OTHER_ID][::turn]
    clones = page(*[job(job_id, OWN) for job_id in ids], request_id="listed-1")
    details = [described({**ORDER.document, "CreationTime": times[job_id]}) for job_id in ids]
    assert created(Bench([DUPLICATE, clones, *details])) == RECOVERED


def test_looks_at_the_jobs_that_were_made_first_in_whatever_order_they_are_listed() -> None:
    """Of jobs that bear the marker, only a few are described."""
    ids = [JOB_ID, *(f"{OTHER_ID[:-1]}{number}" for number in range(6))]
    times = {job_id: f"2026-11-24T12:00:0{number}Z" for number, job_id in enumerate(ids)}
    members = [
        job(job_id, OWN).replace("</JobId>", f"</JobId><CreationTime>{times[job_id]}</CreationTime>") for job_id in ids
    ]
    details = [described({**ORDER.document, "CreationTime": times[job_id]}) for job_id in ids]
    clones = page(*members[::-1], request_id="listed-1")
    assert created(Bench([DUPLICATE, clones, *details])) == RECOVERED


def test_takes_a_description_without_details_of_the_manifest_for_the_same() -> None:
    """The page's template of DescribeJob leaves Fields and ObjectVersionId out."""
    location = {"ObjectArn": DOCUMENT["Manifest"]["Location"]["ObjectArn"]}
    short = {**ORDER.document, "Manifest": {"Location": location}}
    assert created(Bench([DUPLICATE, HERE, described(short)])) == RECOVERED


ANOTHER = page(job(OTHER_ID, OTHERS.document["Description"]))


def described(document: Mapping[str, Any]) -> Response:
    return Response(200, {}, render("DescribeJobResult", {"Job": document}))


def test_names_what_differs_where_the_token_belongs_to_another_job() -> None:
    theirs = {**OTHERS.document, "Status": "Active", "ProgressSummary": {"TotalNumberOfTasks": 7}}
    bench = Bench([DUPLICATE, ANOTHER, described(theirs)])
    error = failure(bench)
    assert (error.code, error.status, error.retryable) == ("IdempotencyMismatch", 422, False)
    assert OTHER_ID in error.message
    assert [(problem.pointer, problem.message) for problem in error.problems] == [
        ("/Priority", f"is '10' here, '20' in job {OTHER_ID}")
    ]
    assert calls(bench) == ["POST /jobs", "GET /jobs", f"GET /jobs/{OTHER_ID}"]


def test_compares_descriptions_without_their_markers() -> None:
    theirs = {**OTHERS.document, "Description": OTHERS.document["Description"].replace("restore", "archive")}
    pointers = [problem.pointer for problem in failure(Bench([DUPLICATE, ANOTHER, described(theirs)])).problems]
    assert pointers == ["/Description", "/Priority"]


def test_takes_a_description_that_is_not_given_for_none() -> None:
    theirs = {**OTHERS.document, "Description": None}
    problems = failure(Bench([DUPLICATE, ANOTHER, described(theirs)])).problems
    assert problems[0].message == f"is 'restore 2026-11' here, missing in job {OTHER_ID}"


@pytest.mark.parametrize("listing", [HERE, ANOTHER])
@pytest.mark.parametrize(
    "answered", [DENIED, answer("<DescribeJobResult/>"), HTML, described({**ORDER.document, "JobId": "another"})]
)
def test_leaves_open_whose_job_it_is_where_it_cannot_be_described(listing: Response, answered: Response) -> None:
    script: list[Comes] = [DUPLICATE, listing, *[answered] * 5]
    error = failure(Bench(script))
    assert (error.code, error.retryable) == ("DuplicateUnresolved", True)
    assert "cannot be looked at" in error.message


def test_passes_over_a_job_whose_id_is_none() -> None:
    odd = page(job("../jobs", OWN), job("a\nb", OWN))
    assert failure(Bench([DUPLICATE, *[odd] * LOOKUPS])).code == "DuplicateUnresolved"


# The orders of an event say by their token which manifest they are of.
EVENT_TOKEN = identity.event_token("upload", "b-1250000000", "list.csv")


def of_event(**changes: Any) -> Order:
    return order_of({**DOCUMENT, **changes}, EVENT_TOKEN)


def test_answers_the_job_that_an_event_made_before_its_profile_was_changed() -> None:
    before = of_event()
    theirs = page(job(JOB_ID, before.document["Description"]), request_id="listed-1")
    now = of_event(Operation={"COSDeleteObject": {}}, Priority=11)
    bench = Bench([DUPLICATE, theirs, described(before.document)])
    result = create(now, bench.exchange)
    assert (result["JobId"], result["Outcome"]) == (JOB_ID, "recovered")
    (warning,) = result["Warnings"]
    assert warning["Warning"] == "ProfileChanged"
    assert "/Operation/COSDeleteObject" in warning["Message"]
    assert "/Priority" in warning["Message"]


def test_takes_no_changed_job_for_an_event_s_own_where_the_listing_breaks_off() -> None:
    copy = of_event(Operation={"COSDeleteObject": {}})
    theirs = page(job(OTHER_ID, copy.document["Description"]), token="page-2")
    bench = Bench([DUPLICATE, *[theirs, DENIED, described(copy.document)] * LOOKUPS])
    with pytest.raises(IdempotencyMismatch, match="may be a copy") as caught:
        create(of_event(), bench.exchange)
    assert caught.value.retryable


def test_takes_no_job_over_another_list_for_an_event_s_own() -> None:
    before = of_event(Priority=11)
    theirs = page(job(JOB_ID, before.document["Description"]))
    location = {"ETag": '"other"', "ObjectArn": DOCUMENT["Manifest"]["Location"]["ObjectArn"]}
    looks = [theirs, described({**before.document, "Manifest": {"Location": location}})] * LOOKUPS
    bench = Bench([DUPLICATE, *looks])
    with pytest.raises(IdempotencyMismatch) as caught:
        create(of_event(), bench.exchange)
    assert [problem.pointer for problem in caught.value.problems] == ["/Manifest/Location/ETag"]


def test_keeps_time_to_look_for_the_job() -> None:
    """However long the tries take, the last seconds are for the lookup; of them, half a one to read a listing once it is there."""
    script: list[Comes] = [(10.0, timed_out()), (4.9, timed_out()), HERE, described(ORDER.document)]
    bench = Bench(script, seconds=20.0, chance=0.0)
    assert created(bench) == RECOVERED
    assert [sent.seconds for sent in bench.wire.sent] == pytest.approx([10.0, 5.0, 4.6, 5.1])


@pytest.mark.parametrize(("seconds", "first_try"), [(4.0, 3.0), (8.0, 6.0), (20.0, 15.0), (60.0, 55.0)])
def test_keeps_a_quarter_and_at_most_five_seconds(seconds: float, first_try: float) -> None:
    bench = Bench([made()], seconds=seconds, timeout=100.0)
    created(bench)
    assert bench.wire.sent[0].seconds == first_try


def test_looks_up_with_growing_pauses() -> None:
    bench = Bench([DUPLICATE, *[EMPTY] * LOOKUPS], chance=1.0)
    failure(bench)
    assert bench.time.pauses == pytest.approx([0.3, 0.6, 1.2])


def test_looks_no_more_than_there_is_time() -> None:
    bench = Bench([DUPLICATE, (2.0, EMPTY), (1.6, EMPTY)], seconds=4.3, chance=1.0)
    assert failure(bench).code == "DuplicateUnresolved"
    assert (bench.time.pauses, bench.wire.script) == ([0.3], [])


def test_looks_once_where_the_time_is_short() -> None:
    assert created(Bench([(2.0, DUPLICATE), HERE, described(ORDER.document)], seconds=2.5)) == RECOVERED


def test_does_not_begin_to_look_where_there_is_no_time() -> None:
    bench = Bench([(2.0, DUPLICATE)], seconds=2.1)
    assert failure(bench).code == "DuplicateUnresolved"
    bench = Bench([(2.0, REDIRECT)], seconds=2.1)
    assert failure(bench).code == "UnexpectedResponse"


def test_sends_nothing_where_there_is_no_time() -> None:
    bench = Bench([], seconds=0.2)
    error = failure(bench)
    assert (error.code, error.retryable, bench.wire.sent) == ("UpstreamTimeout", True, [])


def listing(*pages: Response) -> tuple[list[object], list[tuple[tuple[str, str], ...]]]:
    """The ids that are listed, and what was asked for."""
    bench = Bench(pages)
    ids = [found["JobId"] for found in all_jobs({}, bench.exchange)]
    assert bench.wire.script == []
    return ids, [sent.request.query for sent in bench.wire.sent]


ONE, TWO = job("1", "x"), job("2", "y")


@pytest.mark.parametrize(
    "last",
    [page(TWO), page(TWO, token=""), page(TWO, token=" "), page(TWO, token="1"), page(TWO, token="<a>2</a>")],
)
def test_reads_a_listing_to_its_end(last: Response) -> None:
    ids, queries = listing(page(ONE, token="1"), last)
    assert ids == ["1", "2"]
    assert queries == [(("maxResults", "1000"),), (("maxResults", "1000"), ("nextToken", "1"))]


def test_takes_an_empty_page_for_the_end() -> None:
    assert listing(page(ONE, token="1"), page(token="2"))[0] == ["1"]


def test_takes_a_token_that_it_has_seen_for_the_end() -> None:
    assert listing(page(ONE, token="1"), page(TWO, token="2"), page(ONE, token="1"))[0] == ["1", "2", "1"]


def test_asks_for_what_the_caller_wants_to_see() -> None:
    bench = Bench([page(ONE)])
    list(all_jobs({"jobStatuses": "Suspended", "maxResults": 5}, bench.exchange))
    assert bench.wire.sent[0].request.query == (("maxResults", "5"), ("jobStatuses", "Suspended"))


def endless(start: int = 0) -> list[Comes]:
    return [page(job(str(number), "x"), token=str(number)) for number in range(start, start + PAGES)]


def test_does_not_read_a_listing_without_end() -> None:
    bench = Bench(endless())
    with pytest.raises(UnexpectedResponse, match="does not end"):
        list(all_jobs({}, bench.exchange))
    assert bench.wire.script == []


def test_does_not_look_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "LOOKUPS", 2)
    bench = Bench([DUPLICATE, *endless(), *endless(100)])
    assert failure(bench).code == "DuplicateUnresolved"
    assert bench.wire.script == []


def test_does_not_believe_in_another_fault_where_the_listing_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "LOOKUPS", 1)
    assert failure(Bench([refusal("InvalidRequest", 400, "Priority"), *endless()])).code == "DuplicateUnresolved"


@pytest.mark.parametrize(
    "mangle", [str.upper, lambda text: text + " and more", lambda text: text.replace("[cb:", "[cb ")]
)
def test_takes_no_other_job_for_its_own(mangle: Callable[[str], str]) -> None:
    script: list[Comes] = [DUPLICATE, *[page(job(JOB_ID, mangle(OWN)))] * LOOKUPS]
    assert failure(Bench(script)).code == "DuplicateUnresolved"
