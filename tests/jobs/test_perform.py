"""One call at a time: what each action sends, what is refused before anything is sent, what the result says."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.jobs.perform import CallContext, perform
from cosbatch.model import identity
from cosbatch.model.deadline import Deadline
from cosbatch.model.errors import (
    CosbatchError,
    Forbidden,
    IdempotencyMismatch,
    InvalidRequest,
    UnexpectedResponse,
    UpstreamUnreachable,
)
from cosbatch.model.messages import Call, Request, Response, Upload
from cosbatch.service.exchange import ATTEMPTS
from cosbatch.service.parse import parse
from tests.stage import (
    BUCKET,
    DOCUMENT,
    NOON,
    PROFILE,
    PROFILES,
    REGION,
    REPORT,
    Service,
    SleepingTime,
    answered,
    configuration,
    created,
    described,
    exchange,
    found,
    listed,
    profiles_text,
    refused,
    updated,
)

Json = dict[str, Any]
CALLER = identity.caller_of("0" * 64)


def context(service: Service, profiles: str = PROFILES, **environ: str) -> CallContext:
    settings = configuration(profiles, **environ)
    return CallContext(settings, exchange(service), lambda size: bytes(range(size)))


def perform_with(service: Service, action: str, fields: Json, caller: str | None = None, **more: Any) -> Json:
    return perform(Call(action, fields, caller=caller), context(service, **more))


def body_of(request: Request) -> Json:
    return parse(request.body, "CreateJobRequest")


# The five small actions.

SMALL: list[tuple[str, Json, Any, str, tuple[tuple[str, str], ...], Json]] = [
    ("DescribeJob", {"JobId": "j-1"}, described(JobId="j-1"), "GET /jobs/j-1", (), {"Job": {"JobId": "j-1"}}),
    ("ListJobs", {}, listed(), "GET /jobs", (), {"Jobs": []}),
    (
        "ListJobs",
        {"JobStatuses": "New", "MaxResults": 5, "NextToken": "n"},
        listed(),
        "GET /jobs",
        (("jobStatuses", "New"), ("maxResults", "5"), ("nextToken", "n")),
        {"Jobs": []},
    ),
    (
        "UpdateJobPriority",
        {"JobId": "j-1", "Priority": "7"},
        updated("UpdateJobPriorityResult", JobId="j-1", Priority="7"),
        "POST /jobs/j-1/priority",
        (("priority", "7"),),
        {"JobId": "j-1", "Priority": 7},
    ),
    (
        "UpdateJobStatus",
        {"JobId": "j-1", "RequestedJobStatus": "Cancelled", "StatusUpdateReason": "no"},
        updated("UpdateJobStatusResult", JobId="j-1", Status="Cancelling"),
        "POST /jobs/j-1/status",
        (("requestedJobStatus", "Cancelled"), ("statusUpdateReason", "no")),
        {"JobId": "j-1", "Status": "Cancelling"},
    ),
    ("DeleteJob", {"JobId": "j-1"}, updated("x"), "DELETE /jobs/j-1", (), {"JobId": "j-1"}),
]
CHANGES: dict[str, Json] = {
    "UpdateJobPriority": {"Priority": 7},
    "UpdateJobStatus": {"RequestedJobStatus": "Cancelled"},
}


@pytest.mark.parametrize(("action", "fields", "answer", "sent", "query", "result"), SMALL)
def test_performs(action: str, fields: Json, answer: Any, sent: str, query: Any, result: Json) -> None:
    service = Service({sent: answer})
    assert perform_with(service, action, fields) == result
    assert service.sent == [sent]
    assert service.requests[0].query == query


@pytest.mark.parametrize(
    ("action", "sent", "answer"),
    [
        ("DescribeJob", "GET /jobs/j-1", described(JobId="j-2")),
        ("UpdateJobPriority", "POST /jobs/j-1/priority", updated("UpdateJobPriorityResult", JobId="j-2")),
        ("UpdateJobStatus", "POST /jobs/j-1/status", updated("UpdateJobStatusResult", JobId="j-2")),
    ],
)
def test_asks_again_where_the_answer_is_about_another_job(action: str, sent: str, answer: Response) -> None:
    service = Service({sent: answer})
    with pytest.raises(UnexpectedResponse) as caught:
        perform_with(service, action, {"JobId": "j-1", **CHANGES.get(action, {})})
    assert (caught.value.may_have_acted, service.sent) == (True, [sent] * ATTEMPTS)


@pytest.mark.parametrize("action", ["DescribeJob", "UpdateJobPriority", "UpdateJobStatus", "DeleteJob"])
def test_sends_nothing_for_a_job_id_that_would_lead_elsewhere(action: str) -> None:
    service = Service({})
    with pytest.raises(InvalidRequest):
        perform_with(service, action, {"JobId": "../../x", "Priority": 1, "RequestedJobStatus": "Ready"})
    assert service.sent == []


def test_sends_nothing_for_an_action_that_the_api_has_not() -> None:
    service = Service()
    with pytest.raises(KeyError, match="Fly"):
        perform_with(service, "Fly", {})
    assert service.requests == []


def test_sends_nothing_for_a_priority_over_the_policy() -> None:
    service = Service({})
    with pytest.raises(Forbidden):
        perform_with(
            service,
            "UpdateJobPriority",
            {"JobId": "j-1", "Priority": 6},
            profiles=profiles_text(policy={"max_priority": 5}),
        )
    assert service.sent == []


# Who may confirm.

READY = {"JobId": "j-1", "RequestedJobStatus": "Ready"}
CONFIRMED = updated("UpdateJobStatusResult", JobId="j-1", Status="Ready")


def waiting(caller: str | None) -> Service:
    """A service with a job that waits, made for the caller."""
    description = identity.described("restore", identity.marker_of("token", "sha256:" + "0" * 64, caller))
    return Service({"GET /jobs/j-1": described(Description=description), "POST /jobs/j-1/status": CONFIRMED})


def test_does_not_let_a_caller_confirm_the_job_that_it_created() -> None:
    service = waiting(CALLER)
    with pytest.raises(Forbidden):
        perform_with(service, "UpdateJobStatus", READY, CALLER)
    assert service.sent == ["GET /jobs/j-1"]


@pytest.mark.parametrize("creator", [None, identity.caller_of("1" * 64)])
def test_lets_a_caller_confirm_the_job_of_another(creator: str | None) -> None:
    service = waiting(creator)
    assert perform_with(service, "UpdateJobStatus", READY, CALLER)["Status"] == "Ready"
    assert service.sent == ["GET /jobs/j-1", "POST /jobs/j-1/status"]


def test_lets_a_caller_confirm_its_own_where_the_policy_says_so() -> None:
    policy = profiles_text(policy={"self_confirmation": True})
    assert perform_with(waiting(CALLER), "UpdateJobStatus", READY, CALLER, profiles=policy)["Status"] == "Ready"


def test_lets_a_caller_cancel_the_job_that_it_created() -> None:
    service = waiting(CALLER)
    perform_with(service, "UpdateJobStatus", {**READY, "RequestedJobStatus": "Cancelled"}, CALLER)
    assert service.sent == ["POST /jobs/j-1/status"]


def test_asks_for_no_description_where_the_caller_came_by_no_token() -> None:
    service = waiting(CALLER)
    perform_with(service, "UpdateJobStatus", READY)
    assert service.sent == ["POST /jobs/j-1/status"]


def test_confirms_nothing_where_the_job_cannot_be_looked_at() -> None:
    service = Service({"GET /jobs/j-1": refused("NoSuchJob", status=404)})
    with pytest.raises(CosbatchError) as error:
        perform_with(service, "UpdateJobStatus", READY, CALLER)
    assert error.value.code == "NoSuchJob"
    assert service.sent == ["GET /jobs/j-1"]


def test_leaves_the_callers_trace_in_the_job() -> None:
    service = Service()
    perform_with(service, "CreateJob", DOCUMENT, CALLER)
    marker = identity.read_marker(body_of(service.requests[0])["Description"])
    assert marker is not None
    assert marker.caller == CALLER


# CreateJob.


def test_creates_the_job_of_a_document() -> None:
    service = Service()
    result = perform_with(service, "CreateJob", DOCUMENT)
    assert result == {"JobId": "job-1", "Outcome": "created", "ClientRequestToken": "token-1", "RequestId": "r-1"}
    assert service.sent == ["POST /jobs"]
    body = body_of(service.requests[0])
    assert body["ClientRequestToken"] == "token-1"
    assert body["Manifest"]["Location"]["ObjectArn"] == f"qcs::cos:{REGION}::{BUCKET}/list.csv"


def test_makes_a_token_where_the_call_has_none() -> None:
    document = {name: value for name, value in DOCUMENT.items() if name != "ClientRequestToken"}
    assert (
        perform_with(Service(), "CreateJob", document)["ClientRequestToken"] == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    )
    assert perform(Call("CreateJob", document, token="tick"), context(Service()))["ClientRequestToken"] == "tick"


def test_gives_a_timer_s_own_token_a_form_that_no_caller_can_bring() -> None:
    ticks = [perform(Call("CreateJob", DOCUMENT, token=tick), context(Service())) for tick in ("tick", "next tick")]
    tokens = {str(result["ClientRequestToken"]) for result in ticks}
    assert tokens == {identity.token_given_to_event("token-1")}
    assert all(token.startswith(identity.OF_EVENTS) for token in tokens)


MANIFEST = {"Location": {"ObjectArn": f"cos://{BUCKET}/restore/a.csv", "ETag": "abc"}}


def test_creates_the_job_of_a_profile() -> None:
    service = Service()
    result = perform_with(service, "CreateJob", {"Profile": "restore", "Manifest": MANIFEST, "Priority": 3})
    assert result["Outcome"] == "created"
    assert "Profile" not in result
    body = body_of(service.requests[0])
    assert (body["Priority"], body["Description"].partition(" [cb:")[0]) == (3, "restore restore/a.csv")


def test_warns_beside_the_job_of_what_could_not_be_looked_at() -> None:
    limited = profiles_text({**PROFILE, "limits": {"max_objects": 5}})
    fields = {"Profile": "restore", "Manifest": MANIFEST}
    result = perform_with(Service(), "CreateJob", fields, profiles=limited)
    assert [(warning["Warning"], warning["Pointer"]) for warning in result["Warnings"]] == [
        ("LimitNotChecked", "/Manifest")
    ]
    shown = perform_with(Service(), "CreateJob", {**fields, "DryRun": True}, profiles=limited)
    assert result["Warnings"][0] in shown["Plan"]["Warnings"]
    assert "Warnings" not in perform_with(Service(), "CreateJob", fields)


LIST = "restore/a.csv"
ARN = f"qcs::cos:{REGION}::{BUCKET}/{LIST}"


def upload_call(**said: Any) -> Call:
    """The call for an upload; `said` is what its event says of the object."""
    return Call("CreateJob", {"Profile": "restore"}, upload=Upload(BUCKET, LIST, ARN, **said))


def test_names_manifest_and_profile_of_an_upload() -> None:
    result = perform(upload_call(), context(Service()))
    assert (result["Manifest"], result["Profile"]) == (ARN, "restore")
    assert "Warnings" not in result


def test_dates_an_upload_by_the_day_of_its_object() -> None:
    dated = profiles_text({**PROFILE, "job": {**PROFILE["job"], "Description": "of {date}"}})
    service = Service({f"HEAD /{LIST}": found(modified=NOON - 3 * 86400), "POST /jobs": created()})
    perform(upload_call(time=NOON), context(service, dated))
    assert body_of(service.requests[-1])["Description"].startswith("of 2026-11-21 ")


def test_warns_of_an_upload_that_another_has_replaced() -> None:
    service = Service({f"HEAD /{LIST}": found('"v2"', size=10), "POST /jobs": created()})
    result: Any = perform(upload_call(size=5), context(service))
    assert [warning["Warning"] for warning in result["Warnings"]] == ["Superseded"]
    assert body_of(service.requests[-1])["Manifest"] == {
        "Location": {"ETag": '"v2"', "ObjectArn": ARN},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
    }


# What the platform is to deliver again, for it may be otherwise then.
LATER: dict[str, dict[str, Any]] = {
    "the object is not there": {f"HEAD /{LIST}": refused("NoSuchKey", status=404)},
    "the object was changed meanwhile": {f"GET /{LIST}": refused("PreconditionFailed", status=412)},
    "a gateway's page for HEAD": {f"HEAD /{LIST}": Response(403, {}, b"<html/>")},
    "a gateway's page for CreateJob": {"POST /jobs": Response(403, {}, b"<html/>"), "GET /jobs": listed()},
    "a redirect for CreateJob": {"POST /jobs": Response(302, {"location": "http://x"}), "GET /jobs": listed()},
}


@pytest.mark.parametrize("case", LATER)
def test_leaves_an_upload_to_a_later_delivery_where(case: str) -> None:
    check = "head" if f"GET /{LIST}" in LATER[case] else "off"
    with pytest.raises(CosbatchError) as error:
        perform(upload_call(), context(Service(LATER[case]), COSBATCH_MANIFEST_CHECK=check))
    assert error.value.retryable


def test_reports_an_upload_that_the_service_refuses_for_good() -> None:
    with pytest.raises(CosbatchError) as error:
        perform(upload_call(), context(Service({"POST /jobs": refused("AccessDenied", status=403)})))
    assert (error.value.code, error.value.retryable) == ("AccessDenied", False)


@pytest.mark.parametrize("asked", [None, False, True])
def test_has_a_deleting_job_wait_whatever_the_call_says(asked: bool | None) -> None:
    service = Service()
    wish = {} if asked is None else {"ConfirmationRequired": asked}
    perform_with(service, "CreateJob", {**DOCUMENT, "Operation": {"COSDeleteObject": {}}, **wish})
    assert body_of(service.requests[0])["ConfirmationRequired"] is True


def test_lets_a_deleting_profile_run_unattended() -> None:
    job = {**PROFILE["job"], "Operation": {"COSDeleteObject": {}}}
    service = Service()
    perform(upload_call(), context(service, profiles_text({**PROFILE, "job": job, "unattended": True})))
    assert body_of(service.requests[-1])["ConfirmationRequired"] is False


REFUSED: list[tuple[Json, str]] = [
    ({**DOCUMENT, "Priority": -1}, "InvalidRequest"),
    ({**DOCUMENT, "Strange": 1}, "InvalidRequest"),
    ({**DOCUMENT, "DryRun": "maybe"}, "InvalidRequest"),
    ({}, "InvalidRequest"),
    ({"Profile": "unknown", "Manifest": MANIFEST}, "InvalidRequest"),
    ({"Profile": "restore"}, "InvalidRequest"),
    ({"Profile": "restore", "Manifest": MANIFEST, "RoleArn": DOCUMENT["RoleArn"]}, "Forbidden"),
    ({**DOCUMENT, "RoleArn": "qcs::cam::uin/5:roleName/x"}, "Forbidden"),
    ({**DOCUMENT, "PlanDigest": "sha256:0"}, "IdempotencyMismatch"),
]


@pytest.mark.parametrize(("fields", "code"), REFUSED)
def test_sends_nothing_of_what_is_refused(fields: Json, code: str) -> None:
    service = Service({})
    with pytest.raises(CosbatchError) as error:
        perform_with(service, "CreateJob", fields)
    assert error.value.code == code
    assert service.sent == []


ROWS = b"data-1250000000,a.txt\ndata-1250000000,b.txt\n"
LIMITS: list[tuple[Json, str]] = [
    ({"max_objects": 2, "source_buckets": ["data-1250000000"]}, "created"),
    ({"max_objects": 1}, "InvalidManifest"),
    ({"source_buckets": ["other-1250000000"]}, "InvalidManifest"),
]


@pytest.mark.parametrize(("limits", "outcome"), LIMITS)
def test_holds_what_the_manifest_lists_against_the_limits_of_the_profile(limits: Json, outcome: str) -> None:
    headers = {"etag": '"abc"', "content-range": f"bytes 0-{len(ROWS) - 1}/{len(ROWS)}"}
    service = Service({"GET /restore/a.csv": Response(206, headers, ROWS), "POST /jobs": created()})
    asked = context(service, profiles_text({**PROFILE, "limits": limits}), COSBATCH_MANIFEST_CHECK="head")
    try:
        said = perform(Call("CreateJob", {"Profile": "restore", "Manifest": MANIFEST}), asked)["Outcome"]
    except CosbatchError as error:
        said = error.code
    assert said == outcome
    assert service.sent == ["GET /restore/a.csv", "POST /jobs"][: 2 if outcome == "created" else 1]


def test_plans_without_sending_and_creates_what_was_planned() -> None:
    service = Service()
    plan: Any = perform_with(service, "CreateJob", {**DOCUMENT, "DryRun": True})["Plan"]
    assert service.sent == []
    assert perform_with(service, "CreateJob", {**DOCUMENT, "PlanDigest": plan["Digest"]})["Outcome"] == "created"
    assert service.requests[0].body.decode() == plan["Body"]
    with pytest.raises(IdempotencyMismatch):
        perform_with(service, "CreateJob", {**DOCUMENT, "Priority": 2, "PlanDigest": plan["Digest"]})
    assert service.sent == ["POST /jobs"]


def test_says_the_token_with_a_failure_too_so_that_the_caller_can_ask_again() -> None:
    service = Service({"POST /jobs": UpstreamUnreachable("no connection"), "GET /jobs": listed()})
    with pytest.raises(CosbatchError) as error:
        perform_with(service, "CreateJob", DOCUMENT)
    assert error.value.as_json()["ClientRequestToken"] == "token-1"


def test_tells_what_is_wrong_in_the_options_and_in_the_document_at_once() -> None:
    wrong = {**DOCUMENT, "DryRun": "maybe", "Priority": -1}
    for profile, pointers in (
        ({}, ["/DryRun", "/Priority"]),
        ({"Profile": 5}, ["/Profile", "/DryRun"]),
        ({"Profile": "restore"}, ["/DryRun", "/Operation", "/Report", "/RoleArn"]),
    ):
        with pytest.raises(InvalidRequest) as caught:
            perform_with(Service({}), "CreateJob", {**wrong, **profile})
        assert [problem.pointer for problem in caught.value.problems] == pointers


def test_sends_the_same_job_however_its_document_was_written() -> None:
    service = Service({"POST /jobs": created()})
    perform_with(service, "CreateJob", DOCUMENT)
    loose = {**DOCUMENT, "Priority": "1", "Manifest": {**DOCUMENT["Manifest"], "Location": {
        "ETag": '"abc"', "ObjectArn": f"https://{BUCKET}.cos.{REGION}.myqcloud.com/list.csv",
    }}}  # fmt: skip
    perform_with(service, "CreateJob", loose)
    assert service.requests[0].body == service.requests[1].body


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "recovered"),
        ({"CreationTime": "2026-11-25T00:00:01Z"}, "recovered"),
        ({"CreationTime": "2026-11-23T23:50:00Z"}, "recovered"),
        ({"CreationTime": "0001-01-01T00:00:00Z"}, "IdempotencyMismatch"),
        ({"CreationTime": "9999-12-31T23:59:59Z"}, "IdempotencyMismatch"),
        ({"CreationTime": "2026-11-20T12:00:00Z"}, "IdempotencyMismatch"),
        ({"CreationTime": "soon"}, "IdempotencyMismatch"),
    ],
)
def test_finds_the_job_of_a_call_that_is_repeated_on_another_day(changes: Json, outcome: str) -> None:
    """The profile's texts name the day, and so the two documents differ."""
    job = {**PROFILE["job"], "Description": "restore on {date}", "Report": {**REPORT, "Prefix": "reports/{date}"}}
    dated = profiles_text({**PROFILE, "job": job})
    call = Call("CreateJob", {"Profile": "restore", "ClientRequestToken": "t", "Manifest": DOCUMENT["Manifest"]})
    first = Service()
    perform(call, context(first, dated))
    made = {**body_of(first.requests[-1]), "JobId": "job-7", "CreationTime": "2026-11-24T12:00:00Z", **changes}
    later = Service(
        {
            "POST /jobs": refused("InvalidRequest", "Duplicate request"),
            "GET /jobs": listed({"JobId": "job-7", "Description": made["Description"]}),
            "GET /jobs/job-7": answered("DescribeJobResult", {"Job": made}),
        }
    )
    again = context(later, dated)
    again.exchange.deadline = Deadline(SleepingTime(NOON + 86_400).clock, 30.0)
    try:
        told = perform(call, again)["Outcome"]
    except CosbatchError as error:
        told = error.code
    assert told == outcome


# A second delivery of an upload whose profile was changed in between, so that it would be refused now.

REFUSING = profiles_text({**PROFILE, "limits": {"operations": ["COSDeleteObject"]}})


def job_of_the_upload(**changes: str) -> Json:
    """The job that the first delivery made, as the service describes it."""
    service = Service()
    perform(upload_call(), context(service))
    document = body_of(service.requests[-1])
    return {**document, "JobId": "job-7", **changes}


def deliver_again(*jobs: Json, answers: Json | None = None) -> tuple[Service, Any]:
    described_jobs = {f"GET /jobs/{job['JobId']}": answered("DescribeJobResult", {"Job": job}) for job in jobs}
    rows = [{"JobId": job["JobId"], "Description": job["Description"]} for job in jobs]
    service = Service({"GET /jobs": listed(*rows), **described_jobs, **(answers or {})})
    return service, perform(upload_call(), context(service, REFUSING))


def test_answers_the_job_that_was_made_before_the_profile_was_changed() -> None:
    service, result = deliver_again(job_of_the_upload())
    assert (result["JobId"], result["Outcome"], result["Profile"]) == ("job-7", "recovered", "restore")
    assert [warning["Warning"] for warning in result["Warnings"]] == ["ProfileChanged"]
    assert "POST /jobs" not in service.sent


def test_reports_what_the_profile_refuses_where_no_job_of_the_list_was_made() -> None:
    of_another_list = job_of_the_upload()
    of_another_list["Manifest"]["Location"]["ETag"] = '"other"'
    for jobs in ([], [of_another_list]):
        with pytest.raises(Forbidden):
            deliver_again(*jobs)


@pytest.mark.parametrize("listing", [refused("ServiceUnavailable", status=503), refused("AccessDenied", status=403)])
def test_says_what_is_wrong_and_leaves_it_open_where_the_jobs_cannot_be_listed_now(listing: Response) -> None:
    with pytest.raises(Forbidden) as error:
        deliver_again(answers={"GET /jobs": listing})
    assert error.value.retryable


def test_looks_for_no_job_of_a_call_that_is_no_upload() -> None:
    service = Service({"GET /list.csv": refused("NoSuchKey", status=404), "GET /jobs": listed()})
    with pytest.raises(CosbatchError) as error:
        perform(Call("CreateJob", DOCUMENT), context(service, COSBATCH_MANIFEST_CHECK="head"))
    assert not error.value.retryable
    assert "GET /jobs" not in service.sent
