"""An HTTP call, in the shape of a Function URL or of an API gateway: one call, by its route.

What comes over HTTP is never read as another event.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from cosbatch.configuration import Configuration
from cosbatch.model import strict_json
from cosbatch.model.errors import CosbatchError, InvalidEvent, MethodNotAllowed, Unauthorized, quoted
from cosbatch.model.identity import caller_of
from cosbatch.model.messages import Call, Outcome, Skipped, Step, as_text
from cosbatch.schemas.calls import capitalised
from cosbatch.triggers import http_access
from cosbatch.triggers.http_event import PARAMETERS, WITH_BODY, header, json_body, method_of, parameters, path_of, route

_RETRY_AFTER = 5


def matches(event: Mapping[str, object]) -> bool:
    return "httpMethod" in event


def calls(event: Mapping[str, object], configuration: Configuration) -> list[Step]:
    """Raises InvalidEvent, Unauthorized, Forbidden, NotFound, MethodNotAllowed, PayloadTooLarge, UnsupportedMediaType."""
    settings = configuration.settings
    try:
        strict_json.check(event)
    except ValueError as error:
        raise InvalidEvent(f"The event cannot be read: {error}.") from None
    if http_access.is_preflight(event, settings):
        http_access.check_preflight(event, settings)
        return [Skipped("a browser asks beforehand what its page may send (CORS)")]
    token = http_access.authenticate(header(event, "authorization"), settings)
    action, of_path = route(method_of(event), path_of(event))
    fields = _fields(event, action, of_path)
    http_access.authorize(token, action, fields)
    return [Call(action, fields, caller=caller_of(token.digest) if token else None)]


def reply(event: Mapping[str, object], outcomes: list[Outcome], configuration: Configuration | None) -> object:
    """The integration response: 201 for a job that was created, 200 for other successes, else the failure's status."""
    (outcome,) = outcomes
    headers = {"Cache-Control": "no-store"}
    if configuration is not None:
        headers.update(http_access.origin_headers(event, configuration.settings))
    if isinstance(outcome, Skipped):
        return _integration(204, {**headers, **http_access.preflight_headers(event)}, "")
    headers["Content-Type"] = "application/json; charset=utf-8"
    if not isinstance(outcome, CosbatchError):
        return _integration(201 if outcome.get("Outcome") == "created" else 200, headers, as_text(outcome))
    if outcome.retryable:
        headers["Retry-After"] = str(math.ceil(getattr(outcome, "retry_after", None) or _RETRY_AFTER))
    if isinstance(outcome, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="cosbatch"'
    if isinstance(outcome, MethodNotAllowed):
        headers["Allow"] = ", ".join(outcome.allowed)
    return _integration(outcome.status, headers, as_text(outcome.as_json()))


def _integration(status: int, headers: dict[str, str], body: str) -> dict[str, object]:
    return {"isBase64Encoded": False, "statusCode": status, "headers": headers, "body": body}


def _fields(event: Mapping[str, object], action: str, of_path: Mapping[str, object]) -> dict[str, object]:
    """The call's fields: the path's, the query's, the body's and the Idempotency-Key. Raises InvalidEvent."""
    fields = {**of_path}
    _add(fields, capitalised(parameters(event, PARAMETERS[action])))
    if action in WITH_BODY:
        body = json_body(event)
        _add(fields, body if action == "CreateJob" else capitalised(body))
        if fields.pop("Action", action) != action:
            raise InvalidEvent(f"The body names another action than the route, which is {action}.")
    key = header(event, "idempotency-key")
    if key is not None and action == "CreateJob":
        _add(fields, {"ClientRequestToken": key})
    return fields


def _add(fields: dict[str, object], more: Mapping[str, object]) -> None:
    """What is said twice must be the same; which of two would be meant is not for us to guess."""
    for name, value in more.items():
        if name in fields and _plain(fields[name]) != _plain(value):
            raise InvalidEvent(f"{quoted(name)} is given twice, differently; path, query, body and headers must agree.")
        fields.setdefault(name, value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
