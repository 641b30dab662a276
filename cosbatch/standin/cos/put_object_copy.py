"""PutObjectCopy: an object made of another one, whose bytes are shared."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, unquote

from cosbatch.standin.cos.conditions import check_conditions
from cosbatch.standin.cos.objects import read_attributes, version_header
from cosbatch.standin.cos.restoring import check_readable
from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import Attributes, Version, find_bucket, find_object
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.addresses import find_target
from cosbatch.standin.wire.documents import answer, timestamp
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response

DIRECTIVES = ("Copy", "Replaced")


def copy_object(call: Call) -> Response:
    """PutObjectCopy: copy the object that x-cos-copy-source names."""
    call.check_writable()
    given = read_attributes(call.request)
    database, now = call.service.database, call.service.clock.now()
    with database.writing() as transaction:
        source = find_copy_source(call, transaction)
        attributes = _attributes(call.request, source.attributes, given)
        version = call.create(transaction, source.stored, attributes, now, "Copy")
    children = [
        ("ETag", f'"{source.stored.etag}"'),
        ("CRC64", source.stored.crc64),
        ("LastModified", timestamp(now)),
        ("VersionId", version),
    ]
    return answer("CopyObjectResult", children, *version_header(version))


def find_copy_source(call: Call, transaction: Transaction) -> Version:
    """The source of a copy. Raises ServiceError where it cannot be read, or must not be."""
    name, _, query = call.request.header("x-cos-copy-source").partition("?")
    host, _, path = name.partition("/")
    try:
        path = unquote(path, errors="strict")
    except UnicodeError:
        raise ServiceError("InvalidArgument", "The key of x-cos-copy-source is not UTF-8") from None
    target = find_target([host], f"/{path}", call.service.account.region)
    if target.kind != "object":
        raise ServiceError("InvalidArgument", "x-cos-copy-source is <bucket-appid>.cos.<region>.myqcloud.com/<key>")
    if not call.service.account.owns_bucket(target.bucket):
        raise ServiceError("AccessDenied")
    wanted = parse_qs(query).get("versionId", [""])[0]
    bucket = find_bucket(transaction.connection, target.bucket)
    source = find_object(transaction.connection, bucket, target.key, wanted)
    check_conditions(call.request, source, "x-cos-copy-source-if-")
    check_readable(source, call.service.clock.now())
    return source


def _attributes(request: Request, source: Attributes, given: Attributes) -> Attributes:
    """Metadata and tags are the source's unless their directive says Replaced; the rest is never copied."""
    copied = given
    if _directive(request, "x-cos-metadata-directive") == "Copy":
        copied = replace(copied, headers=source.headers, metadata=source.metadata)
    if _directive(request, "x-cos-tagging-directive") == "Copy":
        copied = replace(copied, tags=source.tags)
    return copied


def _directive(request: Request, name: str) -> str:
    directive = request.header(name, "Copy")
    if directive not in DIRECTIVES:
        raise ServiceError("InvalidArgument", f"{name} is Copy or Replaced")
    return directive
