"""Puts a file into a bucket: a small one whole, a larger one in parts; what is there already is not sent again.

The key of a list comes from its content. So an object of the same size under it is the list itself, and an upload in parts
that was broken off is found by its key, and goes on: initiate 436/7746, upload part 436/7750, complete 436/7742, abort
436/7740, list uploads 436/7736, list parts 436/7747.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import unquote

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client
from cosbatch.cli.remote.content import Content
from cosbatch.cli.remote.listing import members
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _
from cosbatch.model import names
from cosbatch.model.errors import CosbatchError, ServiceError, UnexpectedResponse
from cosbatch.model.messages import LISTING_LIMIT, Request, Response
from cosbatch.model.names import Resource
from cosbatch.service import actions
from cosbatch.service.exchange import ATTEMPTS

T = TypeVar("T")

# Bytes a second: a way to the bucket that is slower is not waited for.
_SLOWEST = 50_000
# Seconds that the service may take to put the parts together.
_JOINING = 120.0

Show = Callable[[int], None]


def upload(client: Client, place: Resource, content: Content, show: Show) -> str:
    """Put the content there, unless it is there already; its ETag, as the service says it of just this content.

    `show` is told how many more bytes are there.

    Raises CosbatchError, WrongUsage. After a refusal that comes again nothing of an upload in parts is left in the bucket;
    after a break its parts stay, and the next call goes on.
    """
    etag = etag_there(client, place, content)
    if etag is not None:
        return etag
    if len(content.md5s) == 1:
        response = _send(client, Request("PUT", _host(client, place), f"/{place.key}"), content, 1)
        show(content.size)
        return response.headers.get("etag", content.etag)
    upload_id = _unfinished(client, place) or _begun(client, place)
    try:
        etags = [*_sent_parts(client, place, content, upload_id, show)]
        output.say(_("All parts are there; the service joins them, which may take a minute."))
        return _completed(client, place, content, upload_id, etags)
    except (CosbatchError, WrongUsage) as error:
        if not (isinstance(error, CosbatchError) and error.retryable):
            with contextlib.suppress(CosbatchError):
                client.ask(_request(client, "DELETE", place, ("uploadId", upload_id)), actions.checked)
        raise


def etag_there(client: Client, place: Resource, content: Content) -> str | None:
    """The object's ETag where the content is there: of one in parts, it tells nothing of the bytes. Raises ServiceSideError."""
    try:
        stored = objects.head(client, place)
    except ServiceError as error:
        if error.status != 404:
            raise
        return None
    is_it = stored.size == content.size and (stored.etag == content.etag or "-" in stored.etag)
    return stored.etag if is_it else None


def _host(client: Client, place: Resource) -> str:
    return names.bucket_host(place.bucket, place.region or client.settings.account.region)


def _request(client: Client, method: str, place: Resource, *query: tuple[str, str], body: bytes = b"") -> Request:
    return Request(method, _host(client, place), f"/{place.key}", query, (), body)


def _send(client: Client, request: Request, content: Content, number: int) -> Response:
    """Send the part as the body of the request."""
    body = content.part(number)
    md5 = base64.b64encode(bytes.fromhex(content.md5s[number - 1])).decode()
    headers = (("Content-Length", str(len(body))), ("Content-MD5", md5))
    return _ask(client, request._replace(headers=headers, body=body), actions.checked, len(body) / _SLOWEST)


def _ask(client: Client, request: Request, read: Callable[[Response], T], seconds: float) -> T:
    """Ask, with so many seconds more than usual for each try."""
    timeout = client.settings.timeout + seconds
    return client.ask(request, read, ATTEMPTS * timeout, timeout)


def _unfinished(client: Client, place: Resource) -> str | None:
    """The upload of this key that was begun last and is not finished; None where none is, or none may be listed."""
    query = (("uploads", ""), ("prefix", place.key or ""), ("encoding-type", "url"))
    request = Request("GET", _host(client, place), "/", query, limit=LISTING_LIMIT)
    try:
        result = client.ask(request, lambda response: actions.read("ListMultipartUploadsResult", response))
    except ServiceError as error:
        if error.status not in (403, 404):
            raise
        # Where there is no such bucket, the beginning of an upload says so.
        return None
    uploads = members(result.get("Upload"))
    found = [str(each.get("UploadId")) for each in uploads if unquote(str(each.get("Key"))) == place.key]
    return found[-1] if found else None


def _begun(client: Client, place: Resource) -> str:
    request = _request(client, "POST", place, ("uploads", ""))
    result = client.ask(request, lambda response: actions.read("InitiateMultipartUploadResult", response))
    if not isinstance(result.get("UploadId"), str):
        raise UnexpectedResponse("The reply that begins an upload names no UploadId.")
    return str(result["UploadId"])


def _sent_parts(client: Client, place: Resource, content: Content, upload_id: str, show: Show) -> Iterator[str]:
    """The ETag of each part, once it is in the bucket."""
    found = _parts_there(client, place, upload_id)
    there = {number for number, md5 in enumerate(content.md5s, 1) if found.get(str(number)) == md5}
    # At once, so that they do not count as sent in no time.
    show(sum(map(content.length, there)))
    for number, md5 in enumerate(content.md5s, 1):
        if number not in there:
            request = _request(client, "PUT", place, ("partNumber", str(number)), ("uploadId", upload_id))
            _send(client, request, content, number)
            show(content.length(number))
        yield md5


def _parts_there(client: Client, place: Resource, upload_id: str) -> dict[str, str]:
    """The ETags, without their quotes, of the parts that are in the bucket, by their numbers."""
    there: dict[str, str] = {}
    marker = "0"
    while True:
        query = (("uploadId", upload_id), ("part-number-marker", marker))
        request = _request(client, "GET", place, *query)._replace(limit=LISTING_LIMIT)
        result = client.ask(request, lambda response: actions.read("ListPartsResult", response))
        found = {str(part.get("PartNumber")): str(part.get("ETag")).strip('"') for part in members(result.get("Part"))}
        if result.get("IsTruncated") != "true" or not found.keys() - there.keys():
            return {**there, **found}
        there.update(found)
        marker = str(result.get("NextPartNumberMarker") or [*found][-1])


def _completed(client: Client, place: Resource, content: Content, upload_id: str, etags: list[str]) -> str:
    """The ETag of the object that the parts are now."""
    parts = "".join(
        f'<Part><PartNumber>{number}</PartNumber><ETag>"{etag}"</ETag></Part>' for number, etag in enumerate(etags, 1)
    )
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    request = _request(client, "POST", place, ("uploadId", upload_id), body=body)
    request = request._replace(headers=(("Content-Type", "application/xml"),))
    try:
        result = _ask(
            client, request, lambda response: actions.read("CompleteMultipartUploadResult", response), _JOINING
        )
    except ServiceError as error:
        # The reply to an earlier try was lost: the parts are an object by now.
        etag = etag_there(client, place, content) if error.code == "NoSuchUpload" else None
        if etag is None:
            raise
        return etag
    return str(result.get("ETag") or content.etag)
