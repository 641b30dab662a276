"""The calls on one object: PutObject, GetObject, HeadObject, DeleteObject."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from contextlib import suppress

from cosbatch.standin.cos.acl import header_acl
from cosbatch.standin.cos.conditions import check_conditions, read_range
from cosbatch.standin.cos.restoring import check_readable
from cosbatch.standin.cos.service import Call
from cosbatch.standin.cos.tags import header_tags
from cosbatch.standin.store.catalog import (
    STORAGE_CLASSES,
    Attributes,
    Bucket,
    Version,
    delete_object,
    find_bucket,
    remove_version,
)
from cosbatch.standin.store.contents import Stored, pieces
from cosbatch.standin.wire.documents import http_date
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response

Headers = tuple[tuple[str, str], ...]

OWN_HEADERS = (
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-cos-server-side-encryption",
)
MD5_BYTES = 16
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def put_object(call: Call) -> Response:
    """PutObject: write an object in one piece."""
    call.check_writable()
    attributes = read_attributes(call.request)
    stored = receive(call, call.request.body.chunks())
    now = call.service.clock.now()
    with call.service.database.writing() as transaction:
        version = call.create(transaction, stored, attributes, now, "Put")
    return Response(headers=(*checksums(stored), *version_header(version)))


def read_attributes(request: Request) -> Attributes:
    """What a request's headers say about the object. Raises ServiceError InvalidArgument, InvalidTag, NotImplemented."""
    storage_class = request.header("x-cos-storage-class", "STANDARD").upper()
    if storage_class not in STORAGE_CLASSES:
        raise ServiceError("InvalidArgument", f"x-cos-storage-class is one of {', '.join(STORAGE_CLASSES)}")
    if request.header("x-cos-server-side-encryption") not in ("", "AES256"):
        raise ServiceError("NotImplemented")
    prefix = "x-cos-meta-"
    return Attributes(
        headers={name: request.header(name) for name in OWN_HEADERS if request.header(name)},
        metadata={name: value for name, value in request.headers.items() if name.startswith(prefix)},
        tags=header_tags(request.header("x-cos-tagging")),
        acl=header_acl(request).to_json(),
        storage_class=storage_class,
    )


def receive(call: Call, chunks: Iterable[bytes]) -> Stored:
    """What the request sends, written to a content of its own. Raises ServiceError where it is not as announced."""
    contents = call.service.database.contents
    stored = contents.receive(chunks)
    try:
        check_digest(call.request, stored.etag)
    except ServiceError:
        contents.remove(stored.content)
        raise
    return stored


def check_digest(request: Request, md5: str) -> None:
    """Compare Content-MD5, if it was sent, with an MD5 in hex. Raises ServiceError InvalidDigest, BadDigest."""
    text = request.header("content-md5")
    if not text:
        return
    claimed = b""
    with suppress(binascii.Error, ValueError):
        claimed = base64.b64decode(text, validate=True)
    if len(claimed) != MD5_BYTES:
        raise ServiceError("InvalidDigest")
    if claimed.hex() != md5:
        raise ServiceError("BadDigest")


def checksums(stored: Stored) -> Headers:
    """The headers that let a client check what arrived."""
    return ("ETag", f'"{stored.etag}"'), ("x-cos-hash-crc64ecma", stored.crc64)


def version_header(version: str) -> Headers:
    """The header with the version id, unless that is empty."""
    return (("x-cos-version-id", version),) if version else ()


def head_object(call: Call) -> Response:
    """HeadObject: what GetObject would answer, without the bytes."""
    bucket, version = call.find_object()
    check_conditions(call.request, version)
    return Response(headers=_description(call, bucket, version), length=version.stored.size, stream=())


def get_object(call: Call) -> Response:
    """GetObject: an object, or a range of it.

    Between finding an object and opening its bytes another client may replace it: then it is found anew.
    """
    while True:
        with suppress(FileNotFoundError):
            return _read_object(call)


def _read_object(call: Call) -> Response:
    bucket, version = call.find_object()
    check_conditions(call.request, version)
    check_readable(version, call.service.clock.now())
    size = version.stored.size
    part = read_range(call.request.header("range"), size)
    start, length = part or (0, size)
    headers = _description(call, bucket, version)
    if part:
        headers += (("Content-Range", f"bytes {start}-{start + length - 1}/{size}"),)
    stream = pieces(call.service.database.contents.open(version.stored.content), start, length)
    return Response(206 if part else 200, headers, stream=stream, length=length)


def _description(call: Call, bucket: Bucket, version: Version) -> Headers:
    attributes = version.attributes
    own = {"content-type": "application/octet-stream", **attributes.headers, **_overrides(call.request)}
    described = [
        ("ETag", f'"{version.stored.etag}"'),
        ("Last-Modified", http_date(version.modified)),
        ("Accept-Ranges", "bytes"),
        ("x-cos-hash-crc64ecma", version.stored.crc64),
        *((name.title(), value) for name, value in own.items()),
        *attributes.metadata.items(),
    ]
    if attributes.storage_class != "STANDARD":
        described.append(("x-cos-storage-class", attributes.storage_class))
    if attributes.tags:
        described.append(("x-cos-tagging-count", str(len(attributes.tags))))
    restoration = _restoration(version, call.service.clock.now())
    return (*described, *version_header(version.version if bucket.was_versioned else ""), *restoration)


def _overrides(request: Request) -> dict[str, str]:
    """A GET may ask for other headers than those stored; line breaks must not reach the answer's head."""
    wanted = ((name, request.parameter(f"response-{name}")) for name in OWN_HEADERS)
    return {name: CONTROL.sub("", value) for name, value in wanted if value}


def _restoration(version: Version, now: float) -> Headers:
    if version.restored_from is None or version.restored_until is None or version.restored_until <= now:
        return ()
    if version.restored_from > now:
        return (("x-cos-restore", 'ongoing-request="true"'),)
    until = http_date(version.restored_until)
    return (("x-cos-restore", f'ongoing-request="false", expiry-date="{until}"'),)


def delete(call: Call) -> Response:
    """DeleteObject: delete an object, or one version of it for good."""
    wanted, key = call.request.version_id(), call.target.key
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        if wanted:
            removed = remove_version(transaction, bucket, key, wanted)
            is_marker, version = bool(removed and removed.is_marker), wanted
        else:
            marker = delete_object(transaction, bucket, key, call.service.clock.now())
            is_marker, version = marker is not None, marker or ""
    headers = (("x-cos-delete-marker", "true"),) if is_marker else ()
    return Response(204, (*headers, *version_header(version)))
