"""Objects in buckets: whether one is there, one that is read in parts of the same state of it, and one that is written."""

from __future__ import annotations

import base64
import hashlib
import re

from cosbatch.model.credentials import Account
from cosbatch.model.errors import ServiceError
from cosbatch.model.messages import Request, Response
from cosbatch.model.names import Resource, bucket_host
from cosbatch.service import actions
from cosbatch.service.exchange import Exchange

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})", re.ASCII)
_SIZE = re.compile(r"[0-9]{1,18}", re.ASCII)


def is_there(place: Resource, account: Account, exchange: Exchange) -> bool:
    """Whether the object exists. Raises ServiceSideError, also where the account may not look."""
    try:
        exchange.ask(actions.object_request("HEAD", place, account), actions.checked)
    except ServiceError as error:
        if error.code != "NoSuchKey":
            raise
        return False
    return True


def part_request(
    place: Resource, account: Account, etag: str, start: int, length: int, version: str | None = None
) -> Request:
    """GET of at most `length` bytes from `start`; the service refuses it where the object's ETag is another by now (436/7753)."""
    headers = (("Range", f"bytes={start}-{start + length - 1}"), ("If-Match", etag))
    return actions.object_request("GET", place, account, headers, version, limit=length)


def put_request(
    place: Resource, account: Account, content: bytes, headers: tuple[tuple[str, str], ...] = ()
) -> Request:
    """PUT of an object (436/7749)."""
    digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    known = (("Content-Length", str(len(content))), ("Content-MD5", digest))
    host = bucket_host(place.bucket, place.region or account.region)
    return Request("PUT", host, f"/{place.key}", (), (*known, *headers), content)


def is_part(response: Response, start: int) -> bool:
    """Whether the body is what the object holds from `start` on. Where ranges are not served, that is the whole, from 0 on."""
    if response.status != 206:
        return start == 0
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    return found is None or (int(found[1]), int(found[2])) == (start, start + len(response.body) - 1)


def size_of(response: Response) -> int | None:
    """The size of the whole object in bytes, by the reply to HEAD or to GET of a part; None where it does not say."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    text = found[3] if found else response.headers.get("content-length", "")
    return int(text) if _SIZE.fullmatch(text) else None
