"""One call at a time: what each action sends, what is refused before anything is sent, what the result says."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.jobs.perform import CallContext, perform
from cosbatch.model import identity
from cosbatch.model.errors import CosbatchError, Forbidden, IdempotencyMismatch, InvalidRequest, UpstreamUnreachable
from cosbatch.model.messages import Call, Request, Response, Upload
from cosbatch.service.parse import parse
from tests.stage import (
    BUCKET,
    DOCUMENT,
    NOON,
    PROFILE,
    PROFILES,
    REGION,
    Service,
    configuration,
    created,
    described,
    exchange,
    listed,
    profiles_text,
    refused,
    updated,
)

Json = dict[str, Any]
CALLER = identity.caller_of("0" * 64)


def context(service: Service, profiles: str = PROFILES, **environ: str) -> CallContext:
    settings = configuration(profiles, **environ)
    return CallContext(settings, exchange(service), lambda: NOON, lambda size: bytes(range(size)))


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


@pytest.mark.parametrize(("action", "fields", "answer", "sent", "query", "result"), SMALL)
def test_performs(action: str, fields: Json, answer: Any, sent: str, query: Any, result: Json) -> None:
    service = Service({sent: answer})
    assert perform_with(service, action, fields) == result
    assert service.sent == [sent]
    assert service.requests[0].query == query


@pytest.mark.parametrize("action", ["DescribeJob", "UpdateJobPriority", "UpdateJobStatus", "DeleteJob"])
def test_sends_nothing_for_a_job_id_that_would_lead_elsewhere(action: str) -> None:
    service = Service({})
    with pytest.raises(InvalidRequest):
        perform_with(service, action, {"JobId": "../../x", "Priority": 1, "RequestedJobStatus": "Ready"})
    assert service.sent == []


def test_sends_nothing_for_an_action_that_the_api_has_not() -> None:
    service = Service()
    with pytest.raises(ValueError, match="Fly is no action"):
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
    assert perform(Call("CreateJob", DOCUMENT, token="tick"), context(Service()))["ClientRequestToken"] == "token-1"


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


def upload_call(time: int | None, profile: str = "restore") -> Call:
    arn = f"qcs::cos:{REGION}::{BUCKET}/restore/a.csv"
    fields = {"Manifest": {"Location": {"ObjectArn": arn, "ETag": '"abc"'}}}
    return Call("CreateJob", fields, "t", Upload(BUCKET, "restore/a.csv", arn, '"abc"', time, "r"), profile)


def test_names_manifest_and_profile_of_an_upload() -> None:
    result = perform(upload_call(NOON), context(Service()))
    assert (result["Manifest"], result["Profile"]) == (f"qcs::cos:{REGION}::{BUCKET}/restore/a.csv", "restore")


@pytest.mark.parametrize(("time", "day"), [(NOON - 86400, "2026-11-23"), (None, "1970-01-01"), (0, "1970-01-01")])
def test_dates_an_upload_by_its_own_day(time: int | None, day: str) -> None:
    dated = {**PROFILE, "job": {**PROFILE["job"], "Description": "of {date}"}}
    service = Service()
    perform(upload_call(time), context(service, profiles_text(dated)))
    assert body_of(service.requests[0])["Description"].startswith(f"of {day} ")


@pytest.mark.parametrize("asked", [None, False, True])
def test_has_a_deleting_job_wait_whatever_the_call_says(asked: bool | None) -> None:
    service = Service()
    wish = {} if asked is None else {"ConfirmationRequired": asked}
    perform_with(service, "CreateJob", {**DOCUMENT, "Operation": {"COSDeleteObject": {}}, **wish})
    assert body_of(service.requests[0])["ConfirmationRequired"] is True


def test_lets_a_deleting_profile_run_unattended() -> None:
    job = {**PROFILE["job"], "Operation": {"COSDeleteObject": {}}}
    service = Service()
    perform(upload_call(NOON), context(service, profiles_text({**PROFILE, "job": job, "unattended": True})))
    assert body_of(service.requests[0])["ConfirmationRequired"] is False


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


def test_sends_the_same_job_however_its_document_was_written() -> None:
    service = Service({"POST /jobs": created()})
    perform_with(service, "CreateJob", DOCUMENT)
    loose = {**DOCUMENT, "Priority": "1", "Manifest": {**DOCUMENT["Manifest"], "Location": {
        "ETag": '"abc"', "ObjectArn": f"https://{BUCKET}.cos.{REGION}.myqcloud.com/list.csv",
    }}}  # fmt: skip
    perform_with(service, "CreateJob", loose)
    assert service.requests[0].body == service.requests[1].body


# A second delivery of an upload whose manifest was changed or removed in between.

GONE = {"GET /restore/a.csv": refused("PreconditionFailed", status=412)}
THE_JOB = {"JobId": "job-7", "Description": f"x {identity.marker_of('t', 'sha256:' + '0' * 64)}"}


def deliver_again(listing: Any, answers: dict[str, Any] = GONE) -> tuple[Service, Json]:
    service = Service({**answers, "GET /jobs": listing})
    return service, perform(upload_call(NOON), context(service, COSBATCH_MANIFEST_CHECK="head"))


def test_finds_the_job_of_an_upload_whose_manifest_was_overwritten_since() -> None:
    service, result = deliver_again(listed(THE_JOB))
    assert (result["JobId"], result["Outcome"], result["ClientRequestToken"]) == ("job-7", "recovered", "t")
    assert (result["Profile"], result["Manifest"]) == ("restore", f"qcs::cos:{REGION}::{BUCKET}/restore/a.csv")
    assert "POST /jobs" not in service.sent


@pytest.mark.parametrize("listing", [listed(), listed(THE_JOB, {**THE_JOB, "JobId": "job-8"}), refused("AccessDenied")])
def test_reports_the_overwritten_manifest_where_no_one_job_is_known(listing: Any) -> None:
    with pytest.raises(CosbatchError) as error:
        deliver_again(listing)
    assert error.value.code == "PreconditionFailed"


def test_looks_for_no_job_where_a_later_delivery_can_mend_the_failure() -> None:
    with pytest.raises(UpstreamUnreachable):
        deliver_again(listed(THE_JOB), {"GET /restore/a.csv": UpstreamUnreachable("no connection")})


def test_looks_for_no_job_of_a_call_that_is_no_upload() -> None:
    service = Service({"GET /list.csv": refused("NoSuchKey", status=404), "GET /jobs": listed(THE_JOB)})
    with pytest.raises(CosbatchError):
        perform(Call("CreateJob", DOCUMENT), context(service, COSBATCH_MANIFEST_CHECK="head"))
    assert service.sent == ["GET /list.csv"]
