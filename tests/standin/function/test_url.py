"""The Function URL: the event that a request makes, and the response that a reply makes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cosbatch.standin import running
from cosbatch.standin.function.instances import Result
from cosbatch.standin.function.url import response_of
from cosbatch.standin.wire.messages import Response
from tests.standin.client import Client, client_of
from tests.standin.function.recorder import function_in, told


class Url:
    """The Function URL of a stand-in, and what its function was told."""

    def __init__(self, client: Client, folder: Any) -> None:
        self.client = client
        self.folder = folder

    def ask(self, method: str, target: str, body: bytes | None = None, **headers: str) -> Any:
        lengths = {} if body is None else {"Content-Length": str(len(body))}
        return self.client.send(method, target, {"Host": "localhost", **lengths, **headers}, body)

    def event(self) -> Any:
        return told(self.folder)[-1]["event"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Url]:
    folder = tmp_path_factory.mktemp("url")
    with running(function=function_in(folder)) as standin, client_of(standin) as client:
        yield Url(client, folder)


def test_makes_an_event_of_a_request(url: Url) -> None:
    url.ask("POST", "/_function/jobs/%C3%BC?a=1&a=2&bare&empty=&b+c=%2B", b'{"x": "\xc3\xbc"}', **{"X-Own": "Value"})
    event = url.event()
    headers = event.pop("headers")
    assert (headers["x-own"], headers["x-scf-remote-addr"], headers["host"]) == ("Value", "127.0.0.1", "localhost")
    assert event == {
        "httpMethod": "POST",
        "path": "/jobs/ü",
        "queryString": {"a": ["1", "2"], "bare": True, "empty": "", "b c": "+"},
        "body": '{"x": "ü"}',
    }
    assert told(url.folder)[-1]["environ"]["TENCENTCLOUD_SESSIONTOKEN"].endswith("-0")


@pytest.mark.parametrize(("target", "path"), [("/_function", "/"), ("/_function/", "/"), ("/_function/a", "/a")])
def test_leaves_out_where_the_function_lies(url: Url, target: str, path: str) -> None:
    reply = url.ask("GET", target)
    assert (url.event()["path"], url.event()["body"]) == (path, "")
    assert (reply.status, json.loads(reply.body)) == (200, {"key": path})


def test_is_for_its_own_domain_alone(url: Url) -> None:
    assert url.client.send("GET", "/_function/", {"Host": "rebound.example"}).status == 400
    from_a_page = url.ask("GET", "/_function/", Origin="https://app.example.com")
    assert from_a_page.status == 200


def test_says_what_the_platform_says_of_errors(url: Url) -> None:
    reply = url.ask("GET", "/_function/raises")
    told_of = json.loads(reply.body)
    assert (reply.status, told_of["statusCode"]) == (500, 430)
    assert "RuntimeError: no" in told_of["stackTrace"]
    assert url.ask("POST", "/_function/large", b"x" * (6 * 1024 * 1024 + 1)).status == 413
    assert url.ask("GET", "/_function/").status == 200


def test_is_not_there_without_a_function(shared: Client) -> None:
    reply = shared.send("GET", "/_function/", {"Host": "127.0.0.1"})
    assert (reply.status, "--function" in reply.body.decode()) == (404, True)


JSON = ("Content-Type", "application/json")
REPLIES: Mapping[str, tuple[Any, Response]] = {
    "an integration's": (
        {"isBase64Encoded": False, "statusCode": 201, "headers": {"A": "b", "C": ["d", 1]}, "body": "ü"},
        Response(201, (("A", "b"), ("C", "d"), ("C", "1")), "ü".encode()),
    ),
    "base64": (
        {"isBase64Encoded": True, "statusCode": 200, "headers": {}, "body": "AAE="},
        Response(200, (), b"\x00\x01"),
    ),
    "the least": ({"statusCode": 204}, Response(204)),
    "what the connection says itself": (
        {"statusCode": 200, "headers": {"Content-Length": "3", "Connection": "x"}, "body": ""},
        Response(200),
    ),
    "JSON of its own": ({"a": 1}, Response(200, (JSON,), b'{"a": 1}')),
    "a list": ([1], Response(200, (JSON,), b"[1]")),
    "text": ("ü", Response(200, (("Content-Type", "text/plain; charset=utf-8"),), "ü".encode())),
}


@pytest.mark.parametrize(("reply", "response"), REPLIES.values(), ids=REPLIES)
def test_makes_a_response_of_a_reply(reply: Any, response: Response) -> None:
    assert response_of(Result(True, reply)) == response


@pytest.mark.parametrize(
    "reply",
    [
        {"statusCode": "200"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"no": "text"}},
        {"statusCode": 200, "headers": "none"},
        {"statusCode": 200, "headers": {"A": "b\r\nC: d"}},
        {"statusCode": 200, "isBase64Encoded": True, "body": "no base64"},
    ],
)
def test_refuses_a_reply_that_is_no_response(reply: Any) -> None:
    response = response_of(Result(True, reply))
    assert (response.status, json.loads(response.body)["errno"]) == (500, 403)
