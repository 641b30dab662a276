"""The parts of an HTTP event, in the shapes that gateways give them, and in shapes that none should."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cosbatch.model.errors import InvalidEvent, MethodNotAllowed, NotFound, PayloadTooLarge, UnsupportedMediaType
from cosbatch.schemas.calls import ACTIONS
from cosbatch.triggers.http_event import (
    BODY_LIMIT,
    PARAMETERS,
    WITH_BODY,
    body_of,
    header,
    json_body,
    method_of,
    methods_of,
    parameters,
    path_of,
    route,
)

Json = dict[str, Any]


@pytest.mark.parametrize(("given", "method"), [("GET", "GET"), ("post", "POST"), ("", "")])
def test_reads_the_method(given: str, method: str) -> None:
    assert method_of({"httpMethod": given}) == method


@pytest.mark.parametrize("given", [None, 5, True, [], ["GET"], {}])
def test_refuses_a_method_that_is_no_text(given: object) -> None:
    with pytest.raises(InvalidEvent, match="httpMethod is not text"):
        method_of({"httpMethod": given})


@pytest.mark.parametrize(
    ("event", "path"), [({"path": "/jobs"}, "/jobs"), ({"path": ""}, "/"), ({"path": None}, "/"), ({}, "/")]
)
def test_reads_the_path(event: Json, path: str) -> None:
    assert path_of(event) == path


@pytest.mark.parametrize("given", [5, False, [], ["/jobs"], {}])
def test_refuses_a_path_that_is_no_text(given: object) -> None:
    with pytest.raises(InvalidEvent, match="path is not text"):
        path_of({"path": given})


HEADERS: list[tuple[Json, str | None]] = [
    ({"headers": {"x-a": "1"}}, "1"),
    ({"headers": {"X-A": " 1 "}}, "1"),
    ({"headers": {"X-a": ["1"]}}, "1"),
    ({"headers": {"x-a": "1", "X-A": "1"}}, "1"),
    ({"headers": {"x-a": ["1", "1"]}}, "1"),
    ({"multiValueHeaders": {"x-a": ["1"]}}, "1"),
    ({"headers": None, "multiValueHeaders": {"X-A": ["1"]}}, "1"),
    ({"headers": {"X-A": "1"}, "multiValueHeaders": {"X-A": ["1", "1"]}}, "1"),
    ({"headers": {"x-a": ""}}, ""),
    ({"headers": {"x-a": None}}, None),
    ({"headers": {"x-a": []}}, None),
    ({"headers": {"x-b": "1"}}, None),
    ({"headers": {}}, None),
    ({"headers": []}, None),
    ({"headers": "x-a: 1"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("event", "value"), HEADERS)
def test_reads_a_header_in_any_case(event: Json, value: str | None) -> None:
    assert header(event, "x-a") == value


@pytest.mark.parametrize(
    "event",
    [
        {"headers": {"x-a": "1", "X-A": "2"}},
        {"headers": {"x-a": ["1", "2"]}},
        {"headers": {"x-a": "2"}, "multiValueHeaders": {"x-a": ["1", "2"]}},
    ],
)
def test_refuses_a_header_that_is_given_twice_differently(event: Json) -> None:
    with pytest.raises(InvalidEvent, match="The header x-a is given more than once, differently"):
        header(event, "x-a")


@pytest.mark.parametrize("value", [5, True, {}, {"a": 1}, [["1"]]])
def test_refuses_a_header_that_is_no_text(value: object) -> None:
    with pytest.raises(InvalidEvent, match="The header x-a is not text"):
        header({"headers": {"x-a": value}}, "x-a")


KNOWN = ("dryRun", "maxResults")
QUERIES: list[tuple[Json, Json]] = [
    ({"queryString": {"dryRun": "true"}}, {"dryRun": "true"}),
    ({"queryString": {"dryRun": True}}, {"dryRun": "true"}),
    ({"queryString": {"dryRun": ["true"]}}, {"dryRun": "true"}),
    ({"queryString": {"dryRun": [True, "true"]}}, {"dryRun": "true"}),
    ({"queryString": {"dryRun": ""}}, {"dryRun": ""}),
    ({"queryString": {"dryRun": False}}, {"dryRun": False}),
    ({"queryString": {"dryRun": None}}, {"dryRun": None}),
    ({"queryString": {"dryRun": []}}, {}),
    ({"queryString": {"maxResults": 5, "a": ["b", "c"], "x": "y", "i": True}}, {"maxResults": 5}),
    ({"queryStringParameters": {"dryRun": "true"}}, {"dryRun": "true"}),
    ({"queryString": {}, "queryStringParameters": {"dryRun": "true"}}, {"dryRun": "true"}),
    ({"queryString": {"dryRun": "true"}, "queryStringParameters": {}}, {"dryRun": "true"}),
    ({"queryString": {"dryRun": "true"}, "queryStringParameters": {"dryRun": "true"}}, {"dryRun": "true"}),
    ({"multiValueQueryStringParameters": {"dryRun": ["true"]}}, {"dryRun": "true"}),
    ({"queryString": None, "queryStringParameters": None}, {}),
    ({"queryString": ""}, {}),
    ({"queryString": []}, {}),
    ({}, {}),
]


@pytest.mark.parametrize(("event", "found"), QUERIES)
def test_reads_the_parameters_that_a_route_knows(event: Json, found: Json) -> None:
    assert parameters(event, KNOWN) == found


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"queryString": {"dryRun": ["true", "false"]}}, "The parameter dryRun is given more than once, differently"),
        (
            {"queryStringParameters": {"dryRun": "b"}, "multiValueQueryStringParameters": {"dryRun": ["a", "b"]}},
            "The parameter dryRun is given more than once, differently",
        ),
        ({"queryString": {"dryrun": "true"}}, "The parameter dryrun is written dryRun"),
        ({"queryString": {"dry-run": "true"}}, "The parameter dry-run is written dryRun"),
        ({"queryStringParameters": {"DRY_RUN": True}}, "The parameter DRY_RUN is written dryRun"),
        ({"queryString": "dryRun=true"}, "The query is not an object"),
        ({"queryString": ["dryRun"]}, "The query is not an object"),
        ({"queryString": {}, "queryStringParameters": 5}, "The query is not an object"),
    ],
)
def test_refuses_a_query_of_which_one_could_only_guess_what_is_meant(event: Json, message: str) -> None:
    with pytest.raises(InvalidEvent, match=message):
        parameters(event, KNOWN)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


BODIES: list[tuple[Json, bytes]] = [
    ({}, b""),
    ({"body": None}, b""),
    ({"body": ""}, b""),
    ({"body": '{"a": "清"}'}, '{"a": "清"}'.encode()),
    ({"body": encoded(b"{}"), "isBase64Encoded": True}, b"{}"),
    ({"body": "e30=", "isBase64Encoded": False}, b"e30="),
    ({"body": "e30=", "isBase64Encoded": None}, b"e30="),
    ({"body": "x" * BODY_LIMIT}, b"x" * BODY_LIMIT),
    ({"body": encoded(b"x" * BODY_LIMIT), "isBase64Encoded": True}, b"x" * BODY_LIMIT),
]


@pytest.mark.parametrize(("event", "content"), BODIES)
def test_reads_the_body(event: Json, content: bytes) -> None:
    assert body_of(event) == content


@pytest.mark.parametrize(
    "event",
    [
        {"body": "x" * (BODY_LIMIT + 1)},
        {"body": "清" * (BODY_LIMIT // 3 + 1)},
        {"body": "x" * (3 * BODY_LIMIT)},
        {"body": encoded(b"x" * (BODY_LIMIT + 1)), "isBase64Encoded": True},
        {"body": "=" * (3 * BODY_LIMIT), "isBase64Encoded": True},
    ],
)
def test_refuses_a_body_over_256_kib(event: Json) -> None:
    with pytest.raises(PayloadTooLarge, match="The body is larger than 256 KiB"):
        body_of(event)


@pytest.mark.parametrize("body", [5, True, {}, {"Profile": "x"}, [], ["{}"]])
def test_refuses_a_body_that_is_no_text(body: object) -> None:
    with pytest.raises(InvalidEvent, match="The body is not text"):
        body_of({"body": body})


@pytest.mark.parametrize("body", ["{}", "e30", "e30=\n", "清", "e30=e30="])
def test_refuses_a_body_that_is_no_base64_though_it_says_so(body: str) -> None:
    with pytest.raises(InvalidEvent, match="The body is announced as base64 and is none"):
        body_of({"body": body, "isBase64Encoded": True})


@pytest.mark.parametrize(
    "media_type",
    [None, "application/json", "APPLICATION/JSON; charset=utf-8", "application/problem+json", ""],
)
def test_reads_json(media_type: str | None) -> None:
    assert json_body({"body": ' {"a": 1} ', "headers": {"Content-Type": media_type}}) == {"a": 1}


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json"])
def test_refuses_other_media_types(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="send Content-Type: application/json"):
        json_body({"body": "{}", "headers": {"content-type": media_type}})


@pytest.mark.parametrize("body", ["", " \n", None])
def test_takes_no_body_for_no_fields_whatever_its_type(body: str | None) -> None:
    assert json_body({"body": body, "headers": {"content-type": "text/plain"}}) == {}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "The body cannot be read: not JSON"),
        ('{"a": 1, "a": 2}', "the name 'a' stands twice in one object"),
        ('{"a": NaN}', "a number is NaN"),
        ("[" * 5000, "The body cannot be read: "),
        ("[]", "The body is not a JSON object"),
        ("null", "The body is not a JSON object"),
        ('"text"', "The body is not a JSON object"),
    ],
)
def test_refuses_a_body_that_is_no_object(body: str, message: str) -> None:
    with pytest.raises(InvalidEvent, match=message):
        json_body({"body": body})


ROUTES = [
    ("POST", "/jobs", "CreateJob", None),
    ("GET", "/jobs", "ListJobs", None),
    ("GET", "/jobs/j-1", "DescribeJob", "j-1"),
    ("DELETE", "/jobs/j-1", "DeleteJob", "j-1"),
    ("POST", "/jobs/j-1/priority", "UpdateJobPriority", "j-1"),
    ("POST", "/jobs/j-1/status", "UpdateJobStatus", "j-1"),
]


@pytest.mark.parametrize(("method", "path", "action", "job_id"), ROUTES)
@pytest.mark.parametrize("prefix", ["", "/release", "/v1/batch", "/jobs-of-mine", "/%2F"])
@pytest.mark.parametrize("end", ["", "/"])
def test_finds_the_action(method: str, path: str, action: str, job_id: str | None, prefix: str, end: str) -> None:
    assert route(method, prefix + path + end) == (action, {"JobId": job_id} if job_id else {})


@pytest.mark.parametrize(
    ("path", "job_id"),
    [
        ("/jobs/jobs", "jobs"),
        ("/jobs/a%20b", "a b"),
        ("/jobs/%2e%2e", ".."),
        ("/jobs/a%2Fb", "a/b"),
        ("/jobs/priority", "priority"),
        ("/jobs/%", "%"),
        ("/jobs/清", "清"),
        ("/jobs/..", ".."),
    ],
)
def test_hands_the_job_id_on_decoded_for_the_schema_to_judge(path: str, job_id: str) -> None:
    assert route("GET", path) == ("DescribeJob", {"JobId": job_id})


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "jobs",
        "//jobs",
        "/jobs//",
        "/jobs//status",
        "/Jobs",
        "/job",
        "/jobsx",
        "/xjobs",
        "/%6Aobs",
        "/jobs?dryRun=true",
        "/jobs/j/other",
        "/jobs/j/status/x",
        "/jobs/j/priority/status",
        "/jobs/jobs/jobs",
        "/x/jobs/j/jobs",
        "/jobs\n",
        "https://host/jobs",
    ],
)
def test_finds_nothing_elsewhere(path: str) -> None:
    with pytest.raises(NotFound, match="There is no such route; there are /jobs"):
        route("GET", path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/jobs", ("GET", "POST")),
        ("PUT", "/jobs", ("GET", "POST")),
        ("HEAD", "/jobs", ("GET", "POST")),
        ("OPTIONS", "/jobs", ("GET", "POST")),
        ("POST", "/jobs/j-1", ("DELETE", "GET")),
        ("GET", "/jobs/j-1/status", ("POST",)),
        ("PUT", "/x/jobs/j-1/priority", ("POST",)),
        ("", "/jobs", ("GET", "POST")),
    ],
)
def test_says_which_methods_a_path_has(method: str, path: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        route(method, path)
    assert refused.value.allowed == allowed
    assert tuple(sorted(methods_of(path))) == allowed


def test_refuses_a_path_that_is_no_utf8() -> None:
    with pytest.raises(InvalidEvent, match="The path is not UTF-8"):
        route("GET", "/jobs/%FF")


@pytest.mark.parametrize("path", ["/jobs" * 50_000 + "/x", "/" * 200_000, "/a" * 100_000 + "/jobs/x/y/z"])
def test_is_done_with_an_endless_path_in_one_go(path: str) -> None:
    """Were the pattern one that tries every split, this would never end."""
    with pytest.raises(NotFound):
        methods_of(path)


def test_knows_parameters_for_every_action() -> None:
    assert set(PARAMETERS) == set(ACTIONS)
    assert set(WITH_BODY) < set(ACTIONS)
