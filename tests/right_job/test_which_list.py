"""One state of a list makes one job for each profile, however its events come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cosbatch.standin import Standin
from tests.right_job.answers import (
    HEAD,
    ONE_ID,
    OTHER_ID,
    bodiless,
    by_the_service,
    described,
    found,
    lines,
    listed,
    made,
    over,
    refused,
)
from tests.right_job.function import KEY, Function, Json, brief, event
from tests.right_job.uploader import Uploader
from tests.stage import BUCKET, DOCUMENT, NOON, PROFILE, bearer, http

ONE_ROW = b"data-1250000000,a.txt\n"
TWO_ROWS = ONE_ROW + b"data-1250000000,b.txt\n"


def lists_of_jobs(standin: Standin) -> list[Json]:
    """The Location of each job's list, in the order of the jobs."""
    jobs: list[Any] = standin.jobs()
    return [job["Document"]["Manifest"]["Location"] for job in jobs]


# Overwritten between the deliveries.


def test_makes_one_job_of_a_list_that_was_overwritten_before_its_first_event_came(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    uploader.put(TWO_ROWS)
    first, second = function.told(event(len(ONE_ROW))), function.told(event(len(TWO_ROWS)))
    assert (brief(first), brief(second)) == (("created", ["Superseded"]), ("recovered", []))
    assert [job["JobId"] for job in standin.jobs()] == [first["JobId"]] == [second["JobId"]]


def test_makes_one_job_of_each_list_though_the_first_event_comes_again_after_the_second_upload(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    first = function.told(event(len(ONE_ROW)))
    uploader.put(TWO_ROWS)
    again, second = function.told(event(len(ONE_ROW))), function.told(event(len(TWO_ROWS)))
    assert [brief(result) for result in (first, again, second)] == [
        ("created", []),
        ("created", ["Superseded"]),
        ("recovered", []),
    ]
    assert again["JobId"] == second["JobId"] != first["JobId"]
    assert len(standin.jobs()) == 2


def test_makes_a_second_job_of_the_same_bytes_a_minute_later() -> None:
    with over(found(), made(), found(modified=NOON + 60), made(OTHER_ID)) as (function, _):
        results = [function.told(event()) for _ in range(2)]
    assert [result["JobId"] for result in results] == [ONE_ID, OTHER_ID]
    assert results[0]["ClientRequestToken"] != results[1]["ClientRequestToken"]


def test_binds_the_job_to_the_list_that_its_head_has_shown() -> None:
    """Where the list is overwritten between HEAD and CreateJob, the service refuses the ETag."""
    with over(found(), refused("PreconditionFailed", "412 Precondition Failed")) as (function, server):
        result = function.told(event())
    assert b"<ETag>&quot;v1&quot;<" in server.requests[1] or b'<ETag>"v1"<' in server.requests[1]
    assert (result["Outcome"], result["Raised"]) == ("failed", True)


def test_judges_and_names_one_state_of_a_list_that_is_overwritten_while_it_is_read() -> None:
    for part in (refused("PreconditionFailed", "412 Precondition Failed"), bodiless("412 Precondition Failed")):
        with over(found(), part) as (function, server):
            result = function.told(event(), {"COSBATCH_MANIFEST_CHECK": "full"})
        assert b'If-Match: "v1"' in server.requests[1]
        assert (result["Outcome"], result["Raised"], len(server.requests)) == ("failed", True, 2)


# Versions.


def test_makes_two_jobs_of_two_versions_each_of_its_own(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.keep_versions()
    versions = [uploader.put(content) for content in (ONE_ROW, TWO_ROWS)]
    results = [function.told(event(len(content), vid=version)) for content, version in _with(versions)]
    again = [function.told(event(len(content), vid=version)) for content, version in reversed(_with(versions))]
    assert [brief(result) for result in results] == [("created", [])] * 2
    assert [brief(result) for result in again] == [("recovered", [])] * 2
    assert [place["ObjectVersionId"] for place in lists_of_jobs(standin)] == versions


def _with(versions: list[str]) -> list[tuple[bytes, str]]:
    return list(zip((ONE_ROW, TWO_ROWS), versions, strict=True))


def test_looks_for_the_version_before_it_names_it() -> None:
    def version(number: int) -> bytes:
        return found(f'"v{number}"', NOON + number, number, f"x-cos-version-id: id-{number}")

    with over(version(1), made(), version(2), made(OTHER_ID)) as (function, server):
        results = [function.told(event(number, vid=f"id-{number}")) for number in (1, 2)]
    assert [brief(result) for result in results] == [("created", [])] * 2
    assert lines(server)[::2] == [f"{HEAD}?versionId=id-{number}" for number in (1, 2)]
    for request, number in zip(server.requests[1::2], (1, 2), strict=True):
        assert f"<ObjectVersionId>id-{number}<".encode() in request


def test_makes_the_job_of_a_version_though_a_later_one_is_removed_again(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.keep_versions()
    first = uploader.put(ONE_ROW)
    uploader.put(TWO_ROWS)
    uploader.remove()
    assert brief(function.told(event(len(ONE_ROW), vid=first))) == ("created", [])
    assert function.told(event(len(ONE_ROW)))["Raised"]
    assert [place["ObjectVersionId"] for place in lists_of_jobs(standin)] == [first]


def test_takes_no_bare_status_for_the_word_that_a_version_is_not_there() -> None:
    with over(bodiless("404 Not Found")) as (function, server):
        assert function.told(event(vid="id-1"))["Raised"]
    assert len(server.requests) == 1


# What the event says of itself.

SAID: dict[str, Json] = {
    "a constant request id": {"meta": {"x-cos-request-id": "constant"}},
    "the id in other letters": {"meta": {"X-Cos-Request-Id": "constant"}},
    "no id": {"meta": {}},
    "no meta": {"meta": None},
    "the ETag of another list": {"meta": {"ETag": '"of another"'}},
    "no size": {"size": None},
    "a version that the bucket does not keep": {"vid": "MTg0NDUxNTc1NTQxMTk"},
}


@pytest.mark.parametrize("case", SAID)
def test_makes_the_right_jobs_whatever_the_event_says_of_itself(
    standin: Standin, uploader: Uploader, function: Function, case: str
) -> None:
    outcomes = []
    for content in (ONE_ROW, TWO_ROWS):
        uploader.put(content)
        outcomes += [function.told(event(**{"size": len(content), **SAID[case]}))["Outcome"] for _ in range(2)]
    assert outcomes == ["created", "recovered"] * 2
    assert len({place["ETag"] for place in lists_of_jobs(standin)}) == len(standin.jobs()) == 2


TIMES = [1795521600, "1795521600", "2026-11-24T12:00:00Z", "2026-11-24T12:00:00.5+08:00", "soon", None, [], 10**400]


def test_takes_an_event_whatever_form_its_time_has(standin: Standin, uploader: Uploader, function: Function) -> None:
    uploader.put(ONE_ROW)
    record = event(len(ONE_ROW))
    outcomes = []
    for written in TIMES:
        record["event"]["eventTime"] = written
        outcomes.append(function.told(record)["Outcome"])
    assert outcomes == ["created", *["recovered"] * (len(TIMES) - 1)]
    assert len(standin.jobs()) == 1


# The profile was edited since.


def edited(**job: Any) -> Json:
    return {"job": {**PROFILE["job"], **job}}


EDITED: dict[str, Json] = {
    "another priority": edited(Priority=11),
    "another operation": {**edited(Operation={"COSDeleteObject": {}}), "unattended": True},
    "another operation that waits": edited(Operation={"COSDeleteObject": {}}),
    "another description": edited(Description="another"),
    "another report": edited(Report={**PROFILE["job"]["Report"], "Prefix": "elsewhere"}),
    "refused by now": {"limits": {"operations": ["COSDeleteObject"]}},
}


@pytest.mark.parametrize("case", EDITED)
def test_answers_the_job_that_was_made_before_the_profile_was_edited(
    standin: Standin, uploader: Uploader, function: Function, case: str
) -> None:
    uploader.put(ONE_ROW)
    first, again = function.told(event()), function.told(event(), **EDITED[case])
    assert (brief(again), again["JobId"], again["Raised"]) == (("recovered", ["ProfileChanged"]), first["JobId"], False)
    assert len(standin.jobs()) == 1


def test_answers_the_job_that_was_made_before_though_the_service_refuses_the_profile_by_now(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    first = function.told(event())
    standin.order({"action": "CreateJob", "fault": "AccessDenied"})
    again = function.told(event())
    assert (brief(again), again["JobId"]) == (("recovered", ["ProfileChanged"]), first["JobId"])


def test_reports_a_refusal_of_the_service_where_no_job_was_made(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    standin.order({"action": "CreateJob", "fault": "AccessDenied"})
    result = function.told(event())
    assert (result["Outcome"], result["Code"], result["Raised"]) == ("failed", "AccessDenied", False)


# The list is gone.


def test_raises_for_a_list_that_was_removed_since_and_makes_no_job_of_something_else(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    function.told(event())
    uploader.remove()
    result = function.told(event())
    assert (result["Raised"], result["Code"]) == (True, "NoSuchKey")
    assert KEY in result["Message"]
    assert BUCKET in result["Message"]
    assert len(standin.jobs()) == 1


@pytest.mark.parametrize("is_proven", [True, False])
def test_sends_nothing_more_once_a_list_is_not_there(is_proven: bool) -> None:
    with over(bodiless("404 Not Found", *[by_the_service()] * is_proven)) as (function, server):
        assert function.told(event())["Raised"]
    assert lines(server) == [HEAD]


# Somebody copied the marker.

MISUSED = {
    "deletes": (b"<COSInitiateRestoreObject>", b"<COSDeleteObject></COSDeleteObject><COSInitiateRestoreObject>"),
    "restores for longer": (b"<ExpirationInDays>7<", b"<ExpirationInDays>365<"),
    "another list": (KEY.encode(), b"restore/other.csv"),
    "another state of the list": (b"v1", b"v0"),
    "another bucket": (BUCKET.encode() + b"/", b"other-1250000000/"),
}


@pytest.mark.parametrize("case", MISUSED)
def test_takes_no_job_for_its_own_that_bears_a_copy_of_the_marker(case: str) -> None:
    old, new = MISUSED[case]
    looks = [answer for _ in range(4) for answer in (listed(OTHER_ID), described(old, new))]
    with over(found(), refused("InvalidRequest"), *looks) as (function, _):
        result = function.told(event())
    assert (result["Outcome"], result["Code"], result["Raised"]) == ("failed", "IdempotencyMismatch", True)
    assert result["Errors"]


def test_takes_the_first_of_two_jobs_that_do_the_same() -> None:
    both = [described(created="2026-11-24T12:00:09Z"), described(created="2026-11-24T12:00:00Z")]
    with over(found(), refused("InvalidRequest"), listed(OTHER_ID, ONE_ID), *both) as (function, _):
        assert function.told(event())["JobId"] == ONE_ID


# Callers cannot be in the platform's way.


OPEN = {"COSBATCH_HTTP_AUTH": "none"}


def tick(message: Json) -> Json:
    return {"Type": "Timer", "TriggerName": "t", "Time": "2026-11-24T12:00:00Z", "Message": json.dumps(message)}


def document_for(key: str) -> Json:
    return {
        **{name: value for name, value in DOCUMENT.items() if name != "ClientRequestToken"},
        "Manifest": {**DOCUMENT["Manifest"], "Location": {"ObjectArn": f"cos://{BUCKET}/{key}"}},
    }


def test_keeps_a_caller_from_taking_the_token_of_an_upload_or_a_timer(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    tokens = [function.told(event())["ClientRequestToken"], function(tick(document_for(KEY)))["ClientRequestToken"]]
    for token in [*tokens, "event-" + "0" * 36, "event-"]:
        order = {**document_for(KEY), "ClientRequestToken": token}
        by_header = http("POST", "/jobs", document_for(KEY), headers={**bearer(), "idempotency-key": token})
        assert function(order)["Code"] == "InvalidRequest"
        assert function(http("POST", "/jobs", order, headers=bearer()), environ=OPEN)["statusCode"] == 400
        assert function(by_header, environ=OPEN)["statusCode"] == 400
    assert len(standin.jobs()) == 2


def test_makes_the_timer_s_job_though_a_caller_has_brought_the_token_of_its_message(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    order = {**document_for(KEY), "ClientRequestToken": "nightly"}
    taken = function(http("POST", "/jobs", {**order, "Priority": 1}, headers=bearer()), environ=OPEN)
    ticks = [function({**tick(order), "Time": f"2026-11-24T12:0{minute}:00Z"}) for minute in (0, 0, 1)]
    assert (taken["statusCode"], [result["Outcome"] for result in ticks]) == (201, ["created", *["recovered"] * 2])
    other = function(tick({**order, "Operation": {"COSDeleteObject": {}}}))
    assert (other["Code"], len(standin.jobs())) == ("IdempotencyMismatch", 2)


def test_makes_a_job_of_each_tick_of_a_timer_whose_message_has_no_token(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ONE_ROW)
    ticks = [{**tick(document_for(KEY)), "Time": f"2026-11-24T12:0{minute}:00Z"} for minute in (0, 0, 1)]
    assert [function(each)["Outcome"] for each in ticks] == ["created", "recovered", "created"]
    assert len(standin.jobs()) == 2
