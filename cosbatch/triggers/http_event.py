"""Reads an HTTP event, whichever gateway wrote it, and finds the action of its route.

Any part may be missing or of an odd type. Header names come in any case; headers and query values as text, as a list (a
repeated name) or, in the query, as `true` (a bare name). Sources: 583/96099, 583/12513, and published events.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import unquote

from cosbatch.model import strict_json
from cosbatch.model.errors import (
    InvalidEvent,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
    quoted,
)

BODY_LIMIT = 256 * 1024
_HEADERS = ("headers", "multiValueHeaders")
_QUERIES = ("queryString", "queryStringParameters", "multiValueQueryStringParameters")

# A stage or base path may come first; the first /jobs begins the route.
_PATH = re.compile(r"(?:/(?!jobs(?:/|\Z))[^/]+)*/jobs(?:/(?P<job_id>[^/]+)(?:/(?P<part>priority|status))?)?/?")
_JOBS = {"GET": "ListJobs", "POST": "CreateJob"}
_JOB = {"GET": "DescribeJob", "DELETE": "DeleteJob"}
_PARTS = {"priority": {"POST": "UpdateJobPriority"}, "status": {"POST": "UpdateJobStatus"}}
WITH_BODY = ("CreateJob", "UpdateJobPriority", "UpdateJobStatus")
# What each route takes from the query, by the name of the field.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "CreateJob": ("dryRun",),
    "ListJobs": ("jobStatuses", "maxResults", "nextToken"),
    "DescribeJob": (),
    "DeleteJob": (),
    "UpdateJobPriority": ("priority",),
    "UpdateJobStatus": ("requestedJobStatus", "statusUpdateReason"),
}

Event = Mapping[str, object]


def method_of(event: Event) -> str:
    """The method, in capitals. Raises InvalidEvent."""
    return _text(event.get("httpMethod"), "httpMethod").upper()


def path_of(event: Event) -> str:
    """The path as it came. Raises InvalidEvent."""
    path = event.get("path")
    text = "" if path is None else _text(path, "path")
    return text or "/"


def methods_of(path: str) -> dict[str, str]:
    """The actions of a path, by method. Raises NotFound."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise NotFound("There is no such route; there are /jobs, /jobs/<JobId>, /jobs/<JobId>/priority and /status.")
    if found["part"]:
        return _PARTS[found["part"]]
    return _JOB if found["job_id"] else _JOBS


def route(method: str, path: str) -> tuple[str, dict[str, object]]:
    """The action, and the fields that the path holds. Raises NotFound, MethodNotAllowed, InvalidEvent."""
    methods = methods_of(path)
    if method not in methods:
        raise MethodNotAllowed(f"{method} is not for this route.", sorted(methods))
    found = _PATH.fullmatch(path)
    job_id = found["job_id"] if found else None
    try:
        return methods[method], {"JobId": unquote(job_id, errors="strict")} if job_id else {}
    except UnicodeDecodeError:
        raise InvalidEvent("The path is not UTF-8.") from None


def header(event: Event, name: str) -> str | None:
    """The header; `name` is in small letters. Raises InvalidEvent where it is given twice, differently."""
    given = _values(event, _HEADERS).items()
    values = [value for each, values in given if each.lower() == name for value in values if value is not None]
    if not values:
        return None
    return _text(_only(values, f"header {name}"), f"The header {name}").strip()


def parameters(event: Event, known: tuple[str, ...]) -> dict[str, object]:
    """What the query says of the known parameters; a gateway may add others.

    Raises InvalidEvent for one that is given twice, differently, and for one that is nearly a known one: a slip that
    would change what is done.
    """
    if any(event.get(part) and not isinstance(event[part], Mapping) for part in _QUERIES):
        raise InvalidEvent("The query is not an object of names and values.")
    given, plain_names = _values(event, _QUERIES), {name.lower(): name for name in known}
    for name in given:
        meant = plain_names.get(name.lower().replace("-", "").replace("_", ""))
        if meant not in (None, name):
            raise InvalidEvent(f"The parameter {quoted(name)} is written {meant}.")
    # A bare name, without a value, arrives as true.
    values = {name: ["true" if value is True else value for value in given.get(name, ())] for name in known}
    return {name: _only(values[name], f"parameter {name}") for name in known if values[name]}


def _values(event: Event, parts: tuple[str, ...]) -> dict[str, list[object]]:
    """Every value that the parts of the event hold, by its name."""
    found: dict[str, list[object]] = {}
    for part in parts:
        fields = event.get(part)
        for name, value in fields.items() if isinstance(fields, Mapping) else ():
            found.setdefault(str(name), []).extend(value if isinstance(value, list) else [value])
    return found


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidEvent(f"{what} is not text.")
    return value


def _only(values: list[object], what: str) -> object:
    if any(value != values[0] for value in values):
        raise InvalidEvent(f"The {what} is given more than once, differently.")
    return values[0]


def json_body(event: Event) -> dict[str, object]:
    """The body's object; empty where there is no body. Raises InvalidEvent, PayloadTooLarge, UnsupportedMediaType."""
    body = body_of(event)
    if not body.strip():
        return {}
    media_type = (header(event, "content-type") or "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType("The body is read as JSON; send Content-Type: application/json.")
    try:
        fields = strict_json.read(body)
    except ValueError as error:
        raise InvalidEvent(f"The body cannot be read: {error}.") from None
    if not isinstance(fields, dict):
        raise InvalidEvent("The body is not a JSON object.")
    return fields


def body_of(event: Event) -> bytes:
    """The body's bytes. Raises InvalidEvent where base64 is announced and is none, PayloadTooLarge."""
    body = event.get("body")
    text = "" if body is None else _text(body, "The body")
    if len(text) <= 2 * BODY_LIMIT:
        content = _base64(text) if event.get("isBase64Encoded") is True else text.encode()
        if len(content) <= BODY_LIMIT:
            return content
    raise PayloadTooLarge(f"The body is larger than {BODY_LIMIT // 1024} KiB.")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise InvalidEvent("The body is announced as base64 and is none.") from None
