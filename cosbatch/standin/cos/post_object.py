"""PostObject: an upload by a browser's form, which bears a policy that the account has signed (436/14690)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from cosbatch.standin.cos.objects import Headers, checksums, read_attributes, receive, version_header
from cosbatch.standin.cos.service import Call
from cosbatch.standin.wire.documents import answer
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.forms import read_form
from cosbatch.standin.wire.messages import Request, Response
from cosbatch.standin.wire.signatures import check_window, read_claim, sign_key, signature

STATUSES = ("200", "201", "204")
# What a header can carry of an address.
ADDRESS = re.compile(r"https?://[!-~]+", re.ASCII)


def post_object(call: Call) -> Response:
    """PostObject: write an object from a form; the fields are what headers are for PutObject."""
    form = read_form(iter(call.request.body.chunks()), call.request.header("content-type"))
    key = form.fields.get("key", "").replace("${filename}", form.filename)
    if not key:
        raise ServiceError("InvalidArgument", "The form has no key")
    if (address := form.fields.get("success_action_redirect")) and not ADDRESS.fullmatch(address):
        raise ServiceError("InvalidArgument", "success_action_redirect is no address")
    conditions = [] if read_claim(call.request) else _check_policy(call, form.fields)
    for condition in conditions:
        _check_condition(condition, {**form.fields, "key": key, "bucket": call.target.bucket})
    given = replace(call, request=replace(call.request, headers=form.fields), target=replace(call.target, key=key))
    given.check_writable()
    return _written(given, form.file, _bounds(conditions))


def _written(call: Call, file: Iterator[bytes], bounds: tuple[int, int]) -> Response:
    """The answer to a call with the form's fields as its headers, once the file is written."""
    attributes, now = read_attributes(call.request), call.service.clock.now()
    stored = receive(call, file)
    if not bounds[0] <= stored.size <= bounds[1]:
        call.service.database.contents.remove(stored.content)
        raise ServiceError("EntityTooSmall" if stored.size < bounds[0] else "EntityTooLarge")
    with call.service.database.writing() as transaction:
        version = call.create(transaction, stored, attributes, now, "Post")
    made = {"bucket": call.target.bucket, "key": call.target.key, "etag": f'"{stored.etag}"'}
    return _answer(call.request, made, (*checksums(stored), *version_header(version)))


def _answer(request: Request, made: Mapping[str, str], headers: Headers) -> Response:
    """What the form asks to be told: where to go on, or a status."""
    fields = request.headers
    if address := fields.get("success_action_redirect"):
        sign = "&" if "?" in address else "?"
        return Response(303, (*headers, ("Location", f"{address}{sign}{urlencode(made, quote_via=quote)}")))
    status = fields.get("success_action_status", "204")
    if status != "201":
        return Response(int(status) if status in STATUSES else 204, headers)
    named = [("Location", f"http://{request.host}/{made['key']}")]
    named += [(element, made[element.lower()]) for element in ("Bucket", "Key", "ETag")]
    return replace(answer("PostResponse", named, *headers), status=201)


def _check_policy(call: Call, fields: Mapping[str, str]) -> list[Any]:
    """The conditions of a form's policy, once its signature and its time are found good. Raises ServiceError with 403."""
    account = call.service.account
    text = fields.get("policy", "")
    try:
        decoded = base64.b64decode(text, validate=True)
        policy = json.loads(decoded)
        ends = datetime.fromisoformat(policy["expiration"].replace("Z", "+00:00")).timestamp()
        conditions = list(policy["conditions"])
    except (binascii.Error, ValueError, TypeError, LookupError, AttributeError):
        raise ServiceError(
            "AccessDenied", "The form has no policy that can be read, with expiration and conditions"
        ) from None
    if fields.get("q-ak") != account.secret_id:
        raise ServiceError("InvalidAccessKeyId")
    key = sign_key(account.secret_key, fields.get("q-key-time", ""))
    expected = signature(key, hashlib.sha1(decoded).hexdigest())
    if not hmac.compare_digest(expected.encode(), fields.get("q-signature", "").encode()):
        raise ServiceError("SignatureDoesNotMatch")
    check_window(fields.get("q-key-time", ""), call.service.clock.now())
    if call.service.clock.now() > ends:
        raise ServiceError("AccessDenied", "The policy has expired")
    return conditions


def _check_condition(condition: Any, fields: Mapping[str, str]) -> None:
    """Raises ServiceError AccessDenied for a field that is not as the policy says, or a condition that is not known."""
    match condition:
        case dict():
            holds = all(
                fields.get(str(name).lower()) == value for name, value in condition.items() if name != "q-sign-time"
            )
        case ["eq", str(name), value]:
            holds = fields.get(name.removeprefix("$").lower()) == value
        case ["starts-with", str(name), str(value)]:
            holds = fields.get(name.removeprefix("$").lower(), "").startswith(value)
        case _:
            holds = _is_range(condition)
    if not holds:
        raise ServiceError("AccessDenied", f"The policy's condition does not hold: {json.dumps(condition)[:200]}")


def _is_range(condition: Any) -> bool:
    return (
        isinstance(condition, list)
        and len(condition) == 3
        and condition[0] == "content-length-range"
        and all(type(bound) is int for bound in condition[1:])
    )


def _bounds(conditions: Sequence[Any]) -> tuple[int, int]:
    ranges = [(condition[1], condition[2]) for condition in conditions if _is_range(condition)]
    return (max((low for low, _ in ranges), default=0), min((high for _, high in ranges), default=5 * 1024**3))
