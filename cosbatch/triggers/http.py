"""An HTTP call, in the shape of a Function URL or of an API gateway: one call, by its route.

Everything in the event but method and path may be missing (583/96099, 583/12513); header names come in any case, query
values as text, as a list (a repeated key) or as `true` (a bare key). What comes over HTTP is never read as another event.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from cosbatch import strict_json
from cosbatch.configuration import Configuration
from cosbatch.errors import (
    CosbatchError,
    InvalidEvent,
    MethodNotAllowed,
    PayloadTooLarge,
    Unauthorized,
    UnsupportedMediaType,
)
from cosbatch.messages import Call
from cosbatch.schemas.calls import ACTIONS
from cosbatch.triggers.http_auth import authenticate, authorize
from cosbatch.triggers.outcomes import Outcome, Step, as_result
from cosbatch.triggers.routes import PARAMETERS, route

BODY_LIMIT = 256 * 1024
_RETRY_AFTER = 5


def matches(event: Mapping[str, object]) -> bool:
    return "httpMethod" in event


def calls(event: Mapping[str, object], configuration: Configuration) -> list[Step]:
    """Raises InvalidEvent, Unauthorized, Forbidden, NotFound, MethodNotAllowed, PayloadTooLarge, UnsupportedMediaType."""
    headers = headers_of(event)
    token = authenticate(headers.get("authorization"), configuration.settings)
    action, fields = route(str(event.get("httpMethod")).upper(), str(event.get("path") or "/"))
    fields = {**_body_fields(event, headers, action), **_query_fields(event, action), **fields}
    _take_idempotency_key(fields, headers, action)
    authorize(token, action, fields)
    return [Call(action, fields)]


def reply(event: Mapping[str, object], outcomes: list[Outcome]) -> object:
    """The integration response: 201 for a job that was created, 200 for other successes, else the failure's status."""
    outcome = outcomes[0]
    headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}
    status = 201 if isinstance(outcome, dict) and outcome.get("Outcome") == "created" else 200
    if isinstance(outcome, CosbatchError):
        status = outcome.status
        headers.update(_failure_headers(outcome))
    body = json.dumps(as_result(outcome), ensure_ascii=False)
    return {"isBase64Encoded": False, "statusCode": status, "headers": headers, "body": body}


def _failure_headers(error: CosbatchError) -> dict[str, str]:
    headers = {}
    if error.retryable:
        headers["Retry-After"] = str(int(getattr(error, "retry_after", None) or _RETRY_AFTER))
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="cosbatch"'
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    return headers


def headers_of(event: Mapping[str, object]) -> dict[str, str]:
    """The headers by their names in lower case; of a repeated one, the last."""
    headers = event.get("headers")
    if not isinstance(headers, Mapping):
        return {}
    return {str(name).lower(): _last(value) for name, value in headers.items()}


def _last(value: object) -> str:
    if isinstance(value, list):
        value = value[-1] if value else ""
    return value if isinstance(value, str) else str(value)


def _body_fields(event: Mapping[str, object], headers: Mapping[str, str], action: str) -> dict[str, object]:
    body = body_of(event)
    if not body.strip():
        return {}
    media_type = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType("The body is read as JSON; send Content-Type: application/json.")
    try:
        fields = strict_json.read(body)
    except ValueError as error:
        raise InvalidEvent(f"The body cannot be read: {error}.") from None
    if not isinstance(fields, dict):
        raise InvalidEvent("The body is not a JSON object.")
    if fields.pop("Action", action) != action:
        raise InvalidEvent(
            f"The body names another action than the route, which is {action}; one of {', '.join(ACTIONS)}."
        )
    return {name[:1].upper() + name[1:] if action != "CreateJob" else name: value for name, value in fields.items()}


def body_of(event: Mapping[str, object]) -> bytes:
    """The body's bytes. Raises InvalidEvent where base64 is announced and is none, PayloadTooLarge."""
    body = event.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise InvalidEvent("The body is not text.")
    if len(body) > 2 * BODY_LIMIT:
        raise _too_large()
    content = _base64(body) if event.get("isBase64Encoded") is True else body.encode(errors="surrogatepass")
    if len(content) > BODY_LIMIT:
        raise _too_large()
    return content


def _too_large() -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {BODY_LIMIT // 1024} KiB.")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidEvent("The body is announced as base64 and is none.") from None


def _query_fields(event: Mapping[str, object], action: str) -> dict[str, object]:
    """The route's own parameters; a gateway may add others. One that is nearly ours is a slip that would change the job."""
    query = event.get("queryString", event.get("queryStringParameters"))
    if not isinstance(query, Mapping):
        return {}
    fields: dict[str, object] = {}
    for name, value in query.items():
        own = _parameter(str(name), action)
        if own:
            fields[own[:1].upper() + own[1:]] = _single(own, value)
    return fields


def _parameter(name: str, action: str) -> str | None:
    plain = name.lower().replace("-", "").replace("_", "")
    for own in PARAMETERS[action]:
        if own == name:
            return own
        if own.lower() == plain:
            raise InvalidEvent(f"The parameter {name} is written {own}.")
    return None


def _single(name: str, value: object) -> object:
    """A bare key counts as true."""
    if isinstance(value, list):
        raise InvalidEvent(f"The parameter {name} is given more than once.")
    return "true" if value is True else value


def _take_idempotency_key(fields: dict[str, object], headers: Mapping[str, str], action: str) -> None:
    key = headers.get("idempotency-key")
    if key is None or action != "CreateJob":
        return
    if fields.setdefault("ClientRequestToken", key) != key:
        raise InvalidEvent("Idempotency-Key and ClientRequestToken are two different tokens; send one of them.")
