"""Every part of every kind of event, replaced by what nobody expects: there is always an answer, and never a traceback."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cosbatch.dispatch import dispatch
from cosbatch.model.errors import RetryableInvocationError, UpstreamUnreachable
from tests.stage import (
    DIGEST,
    DOCUMENT,
    ENVIRON,
    Service,
    bearer,
    created,
    described,
    http,
    listed,
    runtime,
    timer,
    updated,
    upload,
)

Path = tuple[Any, ...]
ENVIRONMENT = {
    **ENVIRON,
    "COSBATCH_HTTP_AUTH": "bearer",
    "COSBATCH_HTTP_TOKENS": f"{DIGEST}:restore:CreateJob|ListJobs|UpdateJobStatus",
    "COSBATCH_HTTP_ORIGINS": "https://a.example",
}
CALL = {"Profile": "restore", "Manifest": DOCUMENT["Manifest"], "Priority": 1}
EVENTS: dict[str, Any] = {
    "upload": {"Records": [upload(), upload("restore/b.csv")]},
    "direct document": DOCUMENT,
    "direct call": {"Action": "CreateJob", "DryRun": False, **CALL},
    "timer": timer(CALL),
    "http create": http("POST", "/jobs", CALL, headers=bearer(), queryString={"dryRun": True}, isBase64Encoded=False),
    "http list": http("GET", "/jobs", headers=bearer(), queryString={"maxResults": ["5"], "jobStatuses": "New"}),
    "http confirm": http("POST", "/jobs/j/status", {"requestedJobStatus": "Ready"}, headers=bearer()),
    "http preflight": http("OPTIONS", "/jobs", headers={"origin": "https://a.example", "access-control-request-method": "PUT"}),
}  # fmt: skip
DEEP = json.loads("[" * 200 + "]" * 200)
ODD: list[Any] = [
    None, True, False, 0, -1, 10**400, 1.5, float("nan"), float("inf"), "", " ", "x", "\ud800", "\x00", "清", "a/b", "../..",
    "%FF", "true", "5", "x" * 5000, [], {}, [1], ["a", "b"], [None], [[]], {"a": 1}, {"": ""}, {"cos": {}}, {"Records": []}, DEEP,
]  # fmt: skip


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    yield path
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in below:
        yield from paths(part, (*path, step))


def replaced(value: Any, path: Path, part: object) -> Any:
    if not path:
        return part
    whole = copy.copy(value)
    whole[path[0]] = replaced(value[path[0]], path[1:], part)
    return whole


def without(value: Any, path: Path) -> Any:
    whole = copy.deepcopy(value)
    parent = whole
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]
    return whole


def service(sick: bool) -> Service:
    answers: dict[str, Any] = {
        "POST /jobs": created(),
        "GET /jobs": listed(),
        "GET /jobs/j": described(),
        "POST /jobs/j/status": updated("UpdateJobStatusResult", JobId="j"),
    }
    error = UpstreamUnreachable("no")
    return Service({name: error if sick else answer for name, answer in answers.items()}, otherwise=error)


def check_answer(event: object, sick: bool = False) -> None:
    """There is an answer of plain values, or a request for another delivery that is JSON; no log line tells of a bug."""
    lines: list[str] = []
    try:
        said = json.dumps(dispatch(event, {"time_limit_in_ms": 1000}, runtime(service(sick), lines, ENVIRONMENT)))
    except RetryableInvocationError as error:
        said = str(error)
    json.loads(said)
    said.encode()
    assert "InternalError" not in said, (event, [json.loads(line).get("traceback") for line in lines])


@pytest.mark.slow
@pytest.mark.parametrize("name", EVENTS)
def test_answers_whatever_stands_in_any_part_of_an_event(name: str) -> None:
    event = EVENTS[name]
    for path in paths(event):
        for odd in ODD:
            check_answer(replaced(event, path, odd))
        if path:
            check_answer(without(event, path))


@pytest.mark.parametrize("name", EVENTS)
def test_answers_whatever_stands_in_an_event_when_the_service_is_sick(name: str) -> None:
    for path in paths(EVENTS[name]):
        for odd in ODD[:2]:
            check_answer(replaced(EVENTS[name], path, odd), sick=True)


@pytest.mark.slow
@pytest.mark.parametrize("event", [http("POST", "/jobs", headers=bearer()), timer("")])
def test_answers_whatever_stands_in_any_part_of_a_body(event: dict[str, Any]) -> None:
    part = "body" if "httpMethod" in event else "Message"
    for path in paths(CALL):
        for odd in ODD:
            check_answer({**event, part: json.dumps(replaced(CALL, path, odd))})


LONG = "x" * 120_000
# Long text of a caller, wherever a message could quote it.
LONG_WINDED: list[object] = [
    {"Action": "CreateJob", LONG: 1},
    {"Action": LONG},
    {"Action": "DescribeJob", "JobId": LONG},
    {"Action": "DescribeJob", "JobId": "j", LONG: 1},
    {"Profile": LONG, "Manifest": "cos://a-1/b"},
    {**DOCUMENT, "RoleArn": LONG},
    {**DOCUMENT, "Manifest": {"Location": {"ObjectArn": f"cos://{LONG}-1/k"}}},
    timer(f'{{"{LONG}": 1, "{LONG}": 2}}'),
    http("POST", "/jobs", f'{{"{LONG}": 1, "{LONG}": 2}}', headers=bearer()),
    http("POST", "/jobs", {"Action": LONG}, headers=bearer()),
    http("GET", "/jobs", queryString={"job-statuses": "New", "JOBSTATUSES": LONG}, headers=bearer()),
    {"Records": [upload(event=LONG)]},
    {"Records": [upload(url=f"http://{LONG}-1.cos.ap-chengdu.myqcloud.com/k")]},
    {
        "Records": [
            {
                "cos": {"cosBucket": {"name": LONG, "appid": LONG}, "cosObject": {}},
                "event": {"eventName": "cos:ObjectCreated:Put"},
            }
        ]
    },
]


@pytest.mark.parametrize("place", range(len(LONG_WINDED)))
def test_quotes_little_of_a_long_text_in_replies_and_log(place: int) -> None:
    lines: list[str] = []
    try:
        reply = dispatch(LONG_WINDED[place], {"time_limit_in_ms": 1000}, runtime(service(False), lines, ENVIRONMENT))
    except RetryableInvocationError as error:
        reply = str(error)
    assert len(json.dumps(reply)) < 3000
    assert sum(map(len, lines)) < 3000
