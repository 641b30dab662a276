"""HTTP calls: which call an event is, and the reply to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cosbatch.model.errors import (
    ConfigurationError,
    CosbatchError,
    Forbidden,
    InvalidEvent,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    ServiceError,
    Unauthorized,
    UpstreamTimeout,
)
from cosbatch.model.identity import caller_of
from cosbatch.model.messages import Call, Skipped
from cosbatch.triggers import http as trigger
from tests.stage import BUCKET, DIGEST, bearer, configuration, http, timer, upload

Json = dict[str, Any]
OPEN = configuration(COSBATCH_HTTP_AUTH="none")
BEARER = configuration(COSBATCH_HTTP_AUTH="bearer", COSBATCH_HTTP_TOKENS=DIGEST)
BROWSERS = configuration(
    COSBATCH_HTTP_AUTH="bearer", COSBATCH_HTTP_TOKENS=DIGEST, COSBATCH_HTTP_ORIGINS="https://a.example"
)
PREFLIGHT = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}


def call(event: Json) -> Call:
    (only,) = trigger.calls(event, OPEN)
    assert isinstance(only, Call)
    return only


CALLS: list[tuple[Json, str, Json]] = [
    (http("POST", "/jobs", {"Profile": "restore"}), "CreateJob", {"Profile": "restore"}),
    (http("POST", "/jobs", {"Action": "CreateJob", "Priority": 1}), "CreateJob", {"Priority": 1}),
    (http("POST", "/jobs"), "CreateJob", {}),
    (http("post", "/release/jobs/", {"a": 1}), "CreateJob", {"a": 1}),
    (http("POST", "/jobs", {}, queryString={"dryRun": True}), "CreateJob", {"DryRun": "true"}),
    (http("POST", "/jobs", {"DryRun": True}, queryString={"dryRun": "true"}), "CreateJob", {"DryRun": "true"}),
    (http("POST", "/jobs", {}, headers={"Idempotency-Key": "k"}), "CreateJob", {"ClientRequestToken": "k"}),
    (
        http("POST", "/jobs", {"ClientRequestToken": "k"}, headers={"idempotency-key": "k"}),
        "CreateJob",
        {"ClientRequestToken": "k"},
    ),
    (http("GET", "/jobs"), "ListJobs", {}),
    (
        http("GET", "/jobs", queryString={"jobStatuses": "New", "maxResults": "5", "nextToken": "n", "utm": "x"}),
        "ListJobs",
        {"JobStatuses": "New", "MaxResults": "5", "NextToken": "n"},
    ),
    (http("GET", "/jobs/j-1"), "DescribeJob", {"JobId": "j-1"}),
    (http("GET", "/jobs/j-1", {"JobId": "j-2"}), "DescribeJob", {"JobId": "j-1"}),
    (http("GET", "/jobs/j-1", "no JSON", headers={"content-type": "text/plain"}), "DescribeJob", {"JobId": "j-1"}),
    (http("DELETE", "/jobs/j-1"), "DeleteJob", {"JobId": "j-1"}),
    (http("DELETE", "/jobs/j-1", headers={"Idempotency-Key": "k"}), "DeleteJob", {"JobId": "j-1"}),
    (http("POST", "/jobs/j-1/priority", {"Priority": 5}), "UpdateJobPriority", {"JobId": "j-1", "Priority": 5}),
    (http("POST", "/jobs/j-1/priority", {"priority": 5, "jobId": "j-1"}), "UpdateJobPriority", {"JobId": "j-1", "Priority": 5}),
    (
        http("POST", "/jobs/j-1/priority", {"priority": 5}, queryString={"priority": "5"}),
        "UpdateJobPriority",
        {"JobId": "j-1", "Priority": "5"},
    ),
    (
        http("POST", "/jobs/j-1/status", queryString={"requestedJobStatus": "Ready", "statusUpdateReason": "ok"}),
        "UpdateJobStatus",
        {"JobId": "j-1", "RequestedJobStatus": "Ready", "StatusUpdateReason": "ok"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("event", "action", "fields"), CALLS)
def test_makes_one_call_by_its_route(event: Json, action: str, fields: Json) -> None:
    assert call(event) == Call(action, fields)


def test_needs_no_more_than_method_and_path() -> None:
    assert call({"httpMethod": "GET", "path": "/jobs"}) == Call("ListJobs", {})


BAD: list[tuple[Json, type[CosbatchError], str]] = [
    (http("PUT", "/jobs"), MethodNotAllowed, "PUT is not for this route"),
    (http("GET", "/elsewhere"), NotFound, "There is no such route"),
    ({"httpMethod": "GET"}, NotFound, "There is no such route"),
    ({"httpMethod": None, "path": "/jobs"}, InvalidEvent, "httpMethod is not text"),
    (http("POST", "/jobs", "x" * 262_145), PayloadTooLarge, "larger than 256 KiB"),
    (http("POST", "/jobs", {"Action": "ListJobs"}), InvalidEvent, "names another action than the route, which is CreateJob"),
    (http("POST", "/jobs/j/status", {"action": "DeleteJob"}), InvalidEvent, "names another action"),
    (http("POST", "/jobs/j/priority", {"JobId": "k", "Priority": 1}), InvalidEvent, "JobId is given twice, differently"),
    (http("POST", "/jobs/j/priority", {"Priority": 1}, queryString={"priority": "2"}), InvalidEvent, "Priority is given twice"),
    (http("POST", "/jobs/j/priority", {"Priority": 1, "priority": 2}), InvalidRequest, "gives a field twice"),
    (http("POST", "/jobs", {"DryRun": False}, queryString={"dryRun": True}), InvalidEvent, "DryRun is given twice"),
    (http("POST", "/jobs", {}, queryString={"dryrun": True}), InvalidEvent, "dryrun is written dryRun"),
    (http("POST", "/jobs", {"ClientRequestToken": "K"}, headers={"idempotency-key": "k"}), InvalidEvent, "ClientRequestToken"),
    (http("POST", "/jobs", {"ClientRequestToken": ["k"]}, headers={"idempotency-key": "k"}), InvalidEvent, "ClientRequestT"),
    (http("GET", "/jobs/%FF"), InvalidEvent, "The path is not UTF-8"),
    (http("GET", "/jobs", headers={"x": "\ud800"}), InvalidEvent, "half of a surrogate pair"),
    (http("OPTIONS", "/jobs", headers=PREFLIGHT), MethodNotAllowed, "OPTIONS is not for this route"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "kind", "message"), BAD)
def test_refuses(event: Json, kind: type[CosbatchError], message: str) -> None:
    with pytest.raises(kind, match=message):
        trigger.calls(event, OPEN)


@pytest.mark.parametrize(
    "body", [{"Records": [upload()]}, timer({}), {"httpMethod": "GET", "path": "/jobs"}, http("GET", "/jobs")]
)
def test_never_reads_a_body_as_another_event(body: Json) -> None:
    assert call(http("POST", "/jobs", body)) == Call("CreateJob", body)
    with pytest.raises(Forbidden):
        trigger.calls(http("POST", "/jobs", body), configuration())


def test_asks_who_is_there_before_it_reads_anything() -> None:
    for event in (http("PUT", "/elsewhere", "no JSON"), http("OPTIONS", "/jobs", headers=PREFLIGHT)):
        with pytest.raises(Unauthorized):
            trigger.calls(event, BEARER)
        with pytest.raises(Forbidden):
            trigger.calls(event, configuration())


def test_remembers_whose_token_the_call_came_with() -> None:
    event = http("GET", "/jobs", headers=bearer())
    assert trigger.calls(event, BEARER) == [Call("ListJobs", {}, caller=caller_of(DIGEST))]


def test_asks_what_the_token_may_do() -> None:
    bound = configuration(COSBATCH_HTTP_AUTH="bearer", COSBATCH_HTTP_TOKENS=f"{DIGEST}:restore")
    trigger.calls(http("POST", "/jobs", {"Profile": "restore"}, headers=bearer()), bound)
    for event in (http("POST", "/jobs", {"Profile": "archive"}), http("DELETE", "/jobs/j")):
        with pytest.raises(Forbidden):
            trigger.calls({**event, "headers": bearer()}, bound)


def test_answers_a_preflight_without_asking_who_is_there() -> None:
    event = http("OPTIONS", "/jobs", headers=PREFLIGHT)
    (step,) = trigger.calls(event, BROWSERS)
    assert isinstance(step, Skipped)
    assert trigger.reply(event, [step], BROWSERS) == {
        "isBase64Encoded": False,
        "statusCode": 204,
        "headers": {
            "Cache-Control": "no-store",
            "Vary": "Origin",
            "Access-Control-Allow-Origin": "https://a.example",
            "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate, Allow",
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
            "Access-Control-Max-Age": "600",
        },
        "body": "",
    }


def test_refuses_a_preflight_of_another_origin() -> None:
    event = http("OPTIONS", "/jobs", headers={**PREFLIGHT, "Origin": "https://evil.example"})
    with pytest.raises(Forbidden):
        trigger.calls(event, BROWSERS)


def reply(outcome: Any, event: Json | None = None, settings: Any = OPEN) -> Json:
    answer = trigger.reply(event or http("GET", "/jobs"), [outcome], settings)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ({"JobId": "j", "Outcome": "created"}, 201),
        ({"JobId": "j", "Outcome": "recovered"}, 200),
        ({"Jobs": []}, 200),
        ({"Plan": {}}, 200),
        (InvalidRequest("no"), 400),
        (ConfigurationError("no"), 500),
        (ServiceError("AccessDenied", "no", 403), 403),
        (ServiceError("InternalError", "no", 500), 502),
        (UpstreamTimeout("late"), 504),
    ],
)
def test_answers_with_the_status_of_the_outcome(outcome: Any, status: int) -> None:
    answer = reply(outcome)
    assert answer["statusCode"] == status
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["Content-Type"] == "application/json; charset=utf-8"
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert json.loads(answer["body"]) == (outcome if isinstance(outcome, dict) else outcome.as_json())


def test_answers_in_text_that_people_can_read_and_utf8_can_carry() -> None:
    body = reply({"Description": f"清单 of {BUCKET} \ud800"})["body"]
    assert body == f'{{"Description": "清单 of {BUCKET} ?"}}'


def slow(seconds: float | None) -> ServiceError:
    error = ServiceError("SlowDown", "slow", 503)
    error.retry_after = seconds
    return error


@pytest.mark.parametrize(
    ("outcome", "headers"),
    [
        (slow(None), {"Retry-After": "5"}),
        (slow(30.0), {"Retry-After": "30"}),
        (slow(0.2), {"Retry-After": "1"}),
        (UpstreamTimeout("late"), {"Retry-After": "5"}),
        (Unauthorized("who?"), {"WWW-Authenticate": 'Bearer realm="cosbatch"'}),
        (MethodNotAllowed("no", ["GET", "POST"]), {"Allow": "GET, POST"}),
        (InvalidRequest("no"), {}),
        ({"Outcome": "created"}, {}),
    ],
)
def test_says_in_headers_what_a_caller_can_do(outcome: Any, headers: dict[str, str]) -> None:
    usual = {"Cache-Control": "no-store", "Content-Type": "application/json; charset=utf-8"}
    assert reply(outcome)["headers"] == {**usual, **headers}


def test_lets_pages_of_configured_origins_read_every_reply() -> None:
    event = http("GET", "/jobs", headers={"origin": "https://a.example"})
    outcomes: list[Any] = [{"Jobs": []}, Unauthorized("who?"), slow(None)]
    for outcome in outcomes:
        assert reply(outcome, event, BROWSERS)["headers"]["Access-Control-Allow-Origin"] == "https://a.example"
    assert "Access-Control-Allow-Origin" not in reply({"Jobs": []}, event, OPEN)["headers"]


def test_answers_without_a_configuration_too() -> None:
    assert reply(ConfigurationError("no"), settings=None)["statusCode"] == 500


@pytest.mark.parametrize(
    ("event", "is_http"), [(http("GET", "/"), True), ({"httpMethod": None}, True), ({"path": "/jobs"}, False)]
)
def test_knows_its_events(event: Json, is_http: bool) -> None:
    assert trigger.matches(event) is is_http
