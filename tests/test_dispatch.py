"""From event to reply: who sent it, what came of it, how the sender is told, and what the log says."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from cosbatch.dispatch import RECEIPT_SECONDS, UNSUPPORTED_EVENTS, dispatch, recognise
from cosbatch.model.errors import InvalidEvent, RetryableInvocationError, UpstreamTLS, UpstreamUnreachable
from tests.stage import (
    BUCKET,
    DIGEST,
    DOCUMENT,
    ENVIRON,
    PROFILE,
    PROFILES,
    Answer,
    Service,
    bearer,
    created,
    described,
    http,
    listed,
    profiles_text,
    refused,
    runtime,
    timer,
    updated,
    upload,
)

Json = dict[str, Any]
CONTEXT = {"request_id": "invocation-1", "time_limit_in_ms": 30_000}
OPEN = {**ENVIRON, "COSBATCH_HTTP_AUTH": "none"}


def answer(event: object, service: Service | None = None, lines: list[str] | None = None, **more: Any) -> Any:
    return dispatch(event, CONTEXT, runtime(service or Service(), lines, **more))


def logged(lines: list[str]) -> list[Json]:
    return [json.loads(line) for line in lines]


# Who sent it.

EVENTS: list[tuple[Json, str]] = [
    ({"Records": [upload()]}, "cos"),
    ({"Records": []}, "cos"),
    (http("GET", "/jobs"), "http"),
    (http("GET", "/jobs", requestContext={}, headerParameters={}, isBase64Encoded=False), "http"),
    (timer(DOCUMENT), "timer"),
    (DOCUMENT, "direct"),
    ({"Action": "ListJobs"}, "direct"),
]


@pytest.mark.parametrize(("event", "name"), EVENTS)
def test_recognises_who_sent_an_event(event: Json, name: str) -> None:
    assert recognise(event) == (name, event)


@pytest.mark.parametrize("event", [None, [], [1, 2], "just a string", 5, True, 1.5])
def test_refuses_what_is_no_object(event: object) -> None:
    with pytest.raises(InvalidEvent, match="The event is not a JSON object"):
        recognise(event)


@pytest.mark.parametrize("event", [{}, {"key1": "value"}, {"Type": "Cron"}, {"Event": "s3:TestEvent"}, {"records": {}}])
def test_refuses_what_is_of_no_known_shape(event: Json) -> None:
    with pytest.raises(
        InvalidEvent, match="The event is of no known shape; it must be one COS upload, HTTP call, timer"
    ):
        recognise(event)


SHAPES: list[Json] = [{"Records": [upload()]}, http("GET", "/jobs"), timer(DOCUMENT), DOCUMENT, {"Action": "ListJobs"}]
MIXED = [{**one, **other} for one in SHAPES for other in SHAPES if one.keys() != other.keys()]


@pytest.mark.parametrize("event", [event for event in MIXED if not event.keys() <= {*DOCUMENT, "Action"}])
def test_refuses_an_event_that_mixes_shapes_and_sends_nothing(event: Json) -> None:
    service = Service({})
    result = answer(event, service, environ=OPEN)
    assert result["Code"] == "InvalidEvent"
    assert "has the shape of" in result["Message"]
    assert service.sent == []


@pytest.mark.parametrize("mark", UNSUPPORTED_EVENTS)
@pytest.mark.parametrize("event", [{}, {"Records": [upload()]}, timer(DOCUMENT), DOCUMENT])
def test_refuses_events_of_others_even_mixed_with_one_of_ours(event: Json, mark: str) -> None:
    with pytest.raises(InvalidEvent, match=f"has the shape of .*{UNSUPPORTED_EVENTS[mark].split(' (')[0]}"):
        recognise({**event, mark: {}})


def test_refuses_records_of_another_sender() -> None:
    service = Service({})
    result = answer({"Records": [upload(), {"CMQ": {"msgBody": "{}"}}]}, service)
    assert (result["Code"], service.sent) == ("InvalidEvent", [])


# What comes of it.


def test_creates_a_job_for_each_record_that_a_profile_takes() -> None:
    service = Service({"POST /jobs": [created("job-1"), refused("AccessDenied", status=403), created("job-2")]})
    keys = ["restore/a.csv", "elsewhere/b.csv", "restore/c.csv", "restore/d.csv"]
    results = answer({"Records": [*(upload(key) for key in keys), None]}, service)["Results"]
    outcomes = [
        (result["Outcome"], result.get("JobId") or result.get("Code") or result["Reason"]) for result in results
    ]
    assert outcomes == [
        ("created", "job-1"),
        ("skipped", "no profile matches the object"),
        ("failed", "AccessDenied"),
        ("created", "job-2"),
        ("failed", "InvalidEvent"),
    ]
    failed = results[2]
    assert (failed["Profile"], failed["Manifest"].rpartition("/")[2]) == ("restore", "c.csv")


def test_tries_every_record_before_it_asks_for_another_delivery() -> None:
    answers: list[Answer] = [*[UpstreamUnreachable("no")] * 5, created()]
    service = Service({"POST /jobs": answers, "GET /jobs": listed()})
    with pytest.raises(RetryableInvocationError) as raised:
        answer({"Records": [upload("restore/a.csv"), upload("restore/b.csv")]}, service)
    first, second = json.loads(str(raised.value))["Results"]
    assert (first["Outcome"], first["Code"], first["Retryable"]) == ("failed", "UpstreamUnreachable", True)
    assert (second["Outcome"], second["JobId"]) == ("created", "job-1")


def test_asks_for_no_other_delivery_where_it_would_not_help() -> None:
    results = answer({"Records": [upload()]}, Service({"POST /jobs": UpstreamTLS("no")}))["Results"]
    assert results[0]["Code"] == "UpstreamTLS"


def test_begins_no_record_that_could_not_be_over_in_time() -> None:
    service = Service({})
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 100)
    with pytest.raises(RetryableInvocationError) as raised:
        dispatch({"Records": [upload()]}, context, runtime(service))
    assert json.loads(str(raised.value))["Results"][0]["Code"] == "UpstreamTimeout"
    assert service.sent == []


def test_performs_a_direct_call() -> None:
    assert answer(DOCUMENT)["JobId"] == "job-1"


def test_performs_a_timers_call_and_raises_where_a_later_tick_can_mend_it() -> None:
    assert answer(timer({"Action": "DescribeJob", "JobId": "j"}), Service({"GET /jobs/j": described(JobId="j")}))["Job"]
    with pytest.raises(RetryableInvocationError):
        answer(timer({"Action": "ListJobs"}), Service({"GET /jobs": UpstreamUnreachable("no")}))


def test_answers_an_http_call() -> None:
    reply = answer(http("POST", "/jobs", DOCUMENT), environ=OPEN)
    assert (reply["statusCode"], json.loads(reply["body"])["Outcome"]) == (201, "created")


def test_keeps_the_token_that_asked_for_a_job_from_confirming_it() -> None:
    service = Service()
    environ = {**ENVIRON, "COSBATCH_HTTP_AUTH": "bearer", "COSBATCH_HTTP_TOKENS": DIGEST}
    deletion = {**DOCUMENT, "Operation": {"COSDeleteObject": {}}}
    assert answer(http("POST", "/jobs", deletion, headers=bearer()), service, environ=environ)["statusCode"] == 201
    description = service.requests[0].body.decode().partition("<Description>")[2].partition("</Description>")[0]
    waiting = Service({"GET /jobs/job-1": described(Description=description)})
    ready = http("POST", "/jobs/job-1/status", {"requestedJobStatus": "Ready"}, headers=bearer())
    reply = answer(ready, waiting, environ=environ)
    assert (reply["statusCode"], waiting.sent) == (403, ["GET /jobs/job-1"])


SCF_REPLIES: list[tuple[Json, str]] = [
    (DOCUMENT, "Code"),
    ({"Records": [upload()]}, "Results"),
    (http("GET", "/jobs"), "statusCode"),
    (timer(DOCUMENT), "Code"),
]


@pytest.mark.parametrize(("event", "mark"), SCF_REPLIES)
def test_answers_in_the_senders_shape_where_the_configuration_is_wrong(event: Json, mark: str) -> None:
    service = Service({})
    reply = answer(event, service, environ={})
    assert mark in reply
    assert "ConfigurationError" in json.dumps(reply)
    assert "/TENCENTCLOUD_SECRETID" in json.dumps(reply)
    assert service.sent == []


@pytest.mark.parametrize(("event", "mark"), SCF_REPLIES)
def test_answers_in_the_senders_shape_where_there_is_a_bug(event: Json, mark: str) -> None:
    def broken(path: str) -> str:
        raise RuntimeError("a bug with the-secret-key in it")

    lines: list[str] = []
    reply = answer(event, lines=lines, profiles=broken)
    assert mark in reply
    assert "InternalError" in json.dumps(reply)
    assert "RuntimeError" not in json.dumps(reply)
    (line,) = logged(lines)
    assert (line["level"], line["code"]) == ("ERROR", "InternalError")
    assert "RuntimeError: a bug" in line["traceback"]


def test_lets_a_bug_in_one_record_not_take_the_others_down() -> None:
    service = Service({"POST /jobs": created()})
    post = service.send

    def send(request: Any, seconds: float) -> Any:
        if b"restore/a.csv" in request.body:
            raise KeyError("a bug")
        return post(request, seconds)

    service.send = send  # type: ignore[method-assign]
    lines: list[str] = []
    first, second = answer({"Records": [upload("restore/a.csv"), upload("restore/b.csv")]}, service, lines)["Results"]
    assert (first["Code"], second["Outcome"]) == ("InternalError", "created")
    assert "KeyError" in logged(lines)[0]["traceback"]


@pytest.mark.parametrize(("language", "word"), [("en", "cannot be read"), ("zh", "无法读取")])
def test_gives_every_failure_a_hint_in_the_language_of_the_configuration(language: str, word: str) -> None:
    broken = {"Records": [{"event": {"eventName": "cos:ObjectCreated:Put"}}]}
    (result,) = answer(broken, environ={**ENVIRON, "COSBATCH_LANG": language})["Results"]
    assert word in result["Hint"]


def test_gives_no_reason_of_the_service_for_what_was_never_sent() -> None:
    reason = {
        "Action": "UpdateJobStatus",
        "JobId": "1",
        "RequestedJobStatus": "Cancelled",
        "StatusUpdateReason": "x" * 300,
    }
    result = answer(reason)
    assert (result["Code"], result["Hint"][:15]) == ("InvalidRequest", "The call breaks")


def test_gives_a_wrong_configuration_its_hint_in_the_language_of_the_environment() -> None:
    assert "环境变量" in answer(DOCUMENT, environ={"COSBATCH_LANG": "zh"})["Hint"]


def test_reads_environment_and_profiles_anew_for_each_event() -> None:
    environ, files = (
        dict(ENVIRON),
        [PROFILES, profiles_text({name: value for name, value in PROFILE.items() if name != "match"})],
    )
    stage = runtime(Service(), environ=environ, profiles=lambda path: files.pop(0))
    assert dispatch({"Records": [upload()]}, CONTEXT, stage)["Results"][0]["Outcome"] == "created"  # type: ignore[index]
    assert dispatch({"Records": [upload()]}, CONTEXT, stage)["Results"][0]["Outcome"] == "skipped"  # type: ignore[index]
    environ.clear()
    files.append(PROFILES)
    assert dispatch(DOCUMENT, CONTEXT, stage)["Code"] == "ConfigurationError"  # type: ignore[index]


# What the log says.


def test_logs_what_could_not_be_looked_at() -> None:
    lines: list[str] = []
    stage = runtime(Service(), lines, profiles=profiles_text({**PROFILE, "limits": {"max_objects": 5}}))
    result: Any = dispatch({"Records": [upload()]}, CONTEXT, stage)
    (warning,) = result["Results"][0]["Warnings"]
    (line,) = logged(lines)
    assert (line["level"], line["outcome"]) == ("WARNING", "created")
    assert line["message"] == f"CreateJob done; LimitNotChecked: {warning['Message']}"


def test_logs_what_was_done() -> None:
    lines: list[str] = []
    answer({"Records": [upload("restore/a.csv"), upload("elsewhere/b.csv"), None]}, lines=lines)
    done, skipped, failed = logged(lines)
    manifest = "qcs::cos:ap-chengdu::manifest-1250000000/"
    assert done == {
        "level": "INFO",
        "message": "CreateJob done",
        "request_id": "invocation-1",
        "trigger": "cos",
        "action": "CreateJob",
        "profile": "restore",
        "manifest": f"{manifest}restore/a.csv",
        "job_id": "job-1",
        "outcome": "created",
        "attempts": 1,
        "duration_ms": 0,
        "cos_request_id": "r-1",
    }
    assert (skipped["level"], skipped["outcome"], skipped["manifest"]) == (
        "INFO",
        "skipped",
        f"{manifest}elsewhere/b.csv",
    )
    assert (failed["level"], failed["outcome"], failed["code"]) == ("WARNING", "failed", "InvalidEvent")


RECEIPT = f"PUT /receipts/{BUCKET}/restore/2026-11.csv.json"
WITH_RECEIPTS = profiles_text({**PROFILE, "receipts": "cos://report-1250000000/receipts/"})


@pytest.mark.parametrize(
    ("answered", "outcome"),
    [
        (created(), "created"),
        (refused("AccessDenied", status=403), "failed"),
        (refused("SlowDown", status=503), "failed"),
    ],
)
def test_leaves_the_uploader_a_receipt_of_the_outcome(answered: Any, outcome: str) -> None:
    service = Service({"POST /jobs": answered, "GET /jobs": listed(), RECEIPT: updated("x")})
    try:
        reply: Any = dispatch({"Records": [upload()]}, CONTEXT, runtime(service, profiles=WITH_RECEIPTS))
    except RetryableInvocationError as error:
        reply = json.loads(str(error))
    (request,) = [request for request in service.requests if request.method == "PUT"]
    assert request.host == "report-1250000000.cos.ap-chengdu.myqcloud.com"
    assert json.loads(request.body) == reply["Results"][0]
    assert reply["Results"][0]["Outcome"] == outcome


def test_changes_nothing_else_where_the_receipt_cannot_be_written() -> None:
    lines: list[str] = []
    service = Service({"POST /jobs": created(), RECEIPT: refused("AccessDenied", status=403)})
    reply: Any = dispatch({"Records": [upload()]}, CONTEXT, runtime(service, lines, profiles=WITH_RECEIPTS))
    assert reply["Results"][0]["Outcome"] == "created"
    assert [line["level"] for line in logged(lines)] == ["INFO", "WARNING"]
    assert logged(lines)[1]["code"] == "AccessDenied"


def test_leaves_receipts_once_all_is_done_each_with_its_share_of_the_time() -> None:
    """A bucket of receipts that does not answer takes neither time nor tries from the jobs."""
    service = Service({"POST /jobs": [created("job-1"), created("job-2")]}, otherwise=UpstreamUnreachable("no"))
    stage = runtime(service, profiles=WITH_RECEIPTS)
    records = [upload(), {"event": {"eventName": "cos:ObjectRemove:Delete"}}, upload("restore/b.csv")]
    reply: Any = dispatch({"Records": records}, CONTEXT, stage)
    assert [result["Outcome"] for result in reply["Results"]] == ["created", "skipped", "created"]
    assert [line.split()[0] for line in service.sent] == ["HEAD", "POST", "HEAD", "POST", *["PUT"] * 10]
    assert stage.budget.tokens == stage.budget.CAPACITY
    shares = [
        seconds for request, seconds in zip(service.requests, service.seconds, strict=True) if request.method == "PUT"
    ]
    assert max(shares[:5]) <= 29.5 / 3 < max(shares[5:]) <= RECEIPT_SECONDS


def test_logs_a_failure_with_its_attempts_and_the_services_request_id() -> None:
    lines: list[str] = []
    service = Service({"POST /jobs": refused("AccessDenied", "not for you", status=403)})
    answer({"Records": [upload()]}, service, lines)
    (line,) = logged(lines)
    assert line["message"] == "not for you"
    assert (line["code"], line["attempts"], line["cos_request_id"]) == ("AccessDenied", 1, "r-2")
    assert (line["action"], line["profile"]) == ("CreateJob", "restore")


@pytest.mark.parametrize(
    ("name", "logged_name"), [("restore", "restore"), ("not one of ours", None), (["restore"], None)]
)
def test_logs_the_profile_that_a_call_names_where_there_is_one(name: object, logged_name: str | None) -> None:
    lines: list[str] = []
    answer({"Profile": name, "Manifest": DOCUMENT["Manifest"]}, lines=lines)
    assert logged(lines)[0].get("profile") == logged_name


@pytest.mark.parametrize("name", ["JobId", "jobId"])
def test_logs_which_job_was_asked_about(name: str) -> None:
    lines: list[str] = []
    answer({"Action": "DescribeJob", name: "j"}, Service({"GET /jobs/j": described(Status="New")}), lines)
    assert logged(lines)[0]["job_id"] == "j"


def test_logs_how_many_attempts_it_took_and_how_long() -> None:
    lines: list[str] = []
    answer(DOCUMENT, Service({"POST /jobs": [UpstreamUnreachable("no"), created()]}), lines)
    (line,) = logged(lines)
    assert (line["attempts"], line["duration_ms"]) == (2, 100)


def test_logs_an_event_that_nobody_takes_without_naming_a_trigger() -> None:
    lines: list[str] = []
    answer({}, lines=lines)
    (line,) = logged(lines)
    assert line["code"] == "InvalidEvent"
    assert "trigger" not in line


def test_logs_by_the_level_of_the_configuration() -> None:
    lines: list[str] = []
    answer({"Records": [upload(), None]}, lines=lines, environ={**ENVIRON, "COSBATCH_LOG_LEVEL": "WARNING"})
    assert [line["outcome"] for line in logged(lines)] == ["failed"]


@pytest.mark.parametrize("context", [None, {}, {"request_id": 5, "time_limit_in_ms": []}, SimpleNamespace(), "context"])
def test_bears_any_context(context: object) -> None:
    assert dispatch(DOCUMENT, context, runtime(Service()))["JobId"] == "job-1"  # type: ignore[index]
