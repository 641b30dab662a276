"""The Function URL: a request becomes an event (583/96099), and the function's reply a response (583/107631)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from cosbatch.standin.function.instances import Instances, Result
from cosbatch.standin.wire.messages import Request, Response

PREFIX = "/_function"
LIMIT = 6 * 1024 * 1024
JSON_TYPE = ("Content-Type", "application/json")
# What the connection itself says; a reply cannot.
OWN = ("content-length", "connection", "transfer-encoding", "date", "server")


def answer_function(instances: Instances | None, request: Request) -> Response:
    """What the function replies to a request. Raises ServiceError where its body is not all there."""
    if instances is None:
        return _said(404, {"errorMessage": "There is no function: start the stand-in with --function MODULE.NAME"})
    body = _body(request)
    if body is None:
        return _said(413, {"errorMessage": "The event is larger than 6 MB", "statusCode": 406})
    return response_of(instances.invoke(_request_event(request, body), 0))


def _body(request: Request) -> bytes | None:
    """The body; None for one that is too large."""
    if request.method not in ("PUT", "POST") and not request.header("content-length"):
        return b""
    return request.whole_body(LIMIT)


def _request_event(request: Request, body: bytes) -> dict[str, object]:
    """The event of a request: headers in small letters, a bare name in the query as true, a repeated one as a list."""
    return {
        "httpMethod": request.method,
        "path": request.path.removeprefix(PREFIX) or "/",
        "headers": {**request.headers, "x-scf-remote-addr": request.client},
        "queryString": _query(request.query),
        "body": body.decode(errors="replace"),
    }


def _query(query: str) -> dict[str, object]:
    values: dict[str, list[object]] = {}
    for name, value in _pairs(query):
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _pairs(query: str) -> Iterator[tuple[str, object]]:
    for pair in filter(None, query.replace("+", " ").split("&")):
        name, equals, value = pair.partition("=")
        yield unquote(name), unquote(value) if equals else True


def response_of(result: Result) -> Response:
    """The response that a reply makes: an integration's when it has a statusCode, else its own JSON or text with 200."""
    reply = result.value
    if not result.succeeded:
        return _said(500, reply)
    if isinstance(reply, str):
        return Response(200, (("Content-Type", "text/plain; charset=utf-8"),), reply.encode())
    if not isinstance(reply, Mapping) or "statusCode" not in reply:
        return _said(200, reply)
    try:
        return _integrated(reply)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return _said(
            500, {"errno": 403, "error": "Invalid scf response format. please check your scf response format."}
        )


def _integrated(reply: Mapping[str, object]) -> Response:
    body = reply.get("body", "")
    content = base64.b64decode(str(body), validate=True) if reply.get("isBase64Encoded") is True else _text(body)
    given = dict(reply.get("headers") or {})  # type: ignore[call-overload]
    headers = [
        (str(name), _line(value))
        for name, values in given.items()
        if name.lower() not in OWN
        for value in (values if isinstance(values, list) else [values])
    ]
    status = reply["statusCode"]
    if type(status) is not int or not 200 <= status <= 599:
        raise ValueError(status)
    return Response(status, tuple(headers), content)


def _text(body: object) -> bytes:
    if not isinstance(body, str):
        raise TypeError("the body of a reply is text")
    return body.encode()


def _line(value: object) -> str:
    if "\n" in str(value) or "\r" in str(value):
        raise ValueError("a header is one line")
    return str(value)


def _said(status: int, value: object) -> Response:
    return Response(status, (JSON_TYPE,), json.dumps(value).encode())
