"""Uploads in parts: begun, filled part by part, completed to one object or aborted."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from urllib.parse import quote

from cosbatch.standin.cos.conditions import read_range
from cosbatch.standin.cos.objects import checksums, read_attributes, receive, version_header
from cosbatch.standin.cos.put_object_copy import find_copy_source
from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import Attributes, ensure_bucket, find_bucket
from cosbatch.standin.store.contents import Contents, Stored, pieces
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.documents import answer, children_text, elements, parse, timestamp
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response

PARTS_LIMIT = 10_000
SMALLEST_PART = 1024 * 1024


@dataclass(frozen=True)
class Part:
    """One part that was uploaded."""

    number: int
    size: int
    etag: str
    content: str | None
    modified: float


def initiate(call: Call) -> Response:
    """InitiateMultipartUpload: begin; the object's attributes are those of this request."""
    call.check_writable()
    attributes = json.dumps(asdict(read_attributes(call.request)))
    upload, now = uuid.uuid4().hex, call.service.clock.now()
    with call.service.database.writing() as transaction:
        bucket = ensure_bucket(transaction, call.target.bucket, call.target.region, now)
        values = (upload, bucket.id, call.target.key, now, attributes)
        transaction.execute("INSERT INTO uploads VALUES (?, ?, ?, ?, ?)", values)
    named = [("Bucket", call.target.bucket), ("Key", call.target.key), ("UploadId", upload)]
    return answer("InitiateMultipartUploadResult", named)


def upload_part(call: Call) -> Response:
    """UploadPart: take one part, in the place of an earlier one with its number."""
    number = _part_number(call)
    with call.service.database.reading() as connection:
        find_upload(call, connection)
    stored = receive(call, call.request.body.chunks())
    _keep(call, number, stored)
    return Response(headers=checksums(stored))


def copy_part(call: Call) -> Response:
    """UploadPartCopy: take one part from another object, or a range of it."""
    number, now = _part_number(call), call.service.clock.now()
    contents = call.service.database.contents
    with call.service.database.writing() as transaction:
        find_upload(call, transaction.connection)
        source = find_copy_source(call, transaction)
        wanted = read_range(call.request.header("x-cos-copy-source-range"), source.stored.size)
        file = contents.open(source.stored.content)
    start, length = wanted or (0, source.stored.size)
    stored = contents.receive(pieces(file, start, length))
    _keep(call, number, stored)
    return answer("CopyPartResult", [("ETag", f'"{stored.etag}"'), ("LastModified", timestamp(now))])


def _part_number(call: Call) -> int:
    text = call.request.parameter("partNumber") or ""
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) or not 1 <= int(text) <= PARTS_LIMIT:
        raise ServiceError("InvalidArgument", f"partNumber is an integer from 1 to {PARTS_LIMIT}")
    return int(text)


def find_upload(call: Call, connection: sqlite3.Connection) -> sqlite3.Row:
    """The row of the upload that a request names. Raises ServiceError NoSuchUpload."""
    bucket = find_bucket(connection, call.target.bucket)
    query = "SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?"
    values = (call.request.parameter("uploadId"), bucket.id, call.target.key)
    row: sqlite3.Row | None = connection.execute(query, values).fetchone()
    if row is None:
        raise ServiceError("NoSuchUpload")
    return row


def storage_class_of(upload: sqlite3.Row) -> str:
    """The storage class that the object of an upload will have."""
    return Attributes(**json.loads(upload["attributes"])).storage_class


def _keep(call: Call, number: int, stored: Stored) -> None:
    now = call.service.clock.now()
    with call.service.database.writing() as transaction:
        upload = find_upload(call, transaction.connection)["id"]
        for row in transaction.execute("SELECT content FROM parts WHERE upload = ? AND number = ?", (upload, number)):
            transaction.release(row["content"])
        values = (upload, number, stored.size, stored.etag, stored.content or "", now)
        transaction.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?)", values)


def parts_of(connection: sqlite3.Connection, upload: str) -> list[Part]:
    """The parts of an upload, in the order of their numbers."""
    rows = connection.execute("SELECT * FROM parts WHERE upload = ? ORDER BY number", (upload,))
    return [Part(row["number"], row["size"], row["etag"], row["content"], row["modified"]) for row in rows]


def complete(call: Call) -> Response:
    """CompleteMultipartUpload: make one object of the parts that the document lists, and forget the upload."""
    wanted = _listed(call.request.text())
    database, now = call.service.database, call.service.clock.now()
    with database.reading() as connection:
        upload = find_upload(call, connection)
        chosen = _chosen(wanted, parts_of(connection, upload["id"]))
    stored = database.contents.receive(_joined(database.contents, chosen))._replace(etag=_etag(chosen))
    with database.writing() as transaction:
        _forget(call, transaction)
        attributes = Attributes(**json.loads(upload["attributes"]))
        version = call.create(transaction, stored, attributes, now, "CompleteMultipartUpload")
    children = [
        ("Location", f"http://{call.request.host or call.target.bucket}{quote(call.request.path)}"),
        ("Bucket", call.target.bucket),
        ("Key", call.target.key),
        ("ETag", f'"{stored.etag}"'),
    ]
    headers = (("x-cos-hash-crc64ecma", stored.crc64), *version_header(version))
    return answer("CompleteMultipartUploadResult", children, *headers)


def _listed(body: bytes) -> list[tuple[int, str]]:
    """Number and ETag of the parts that a CompleteMultipartUpload lists. Raises ServiceError MalformedXML."""
    listed = [children_text(part) for part in elements(parse(body), "Part")]
    numbers = [part.get("PartNumber", "").strip() for part in listed]
    if not listed or not all(re.fullmatch("[0-9]{1,5}", number, re.ASCII) for number in numbers):
        raise ServiceError("MalformedXML", "The document lists at least one Part, each with a PartNumber")
    etags = [part.get("ETag", "").strip().strip('"') for part in listed]
    return list(zip(map(int, numbers), etags, strict=True))


def _chosen(wanted: list[tuple[int, str]], parts: list[Part]) -> list[Part]:
    numbers = [number for number, _ in wanted]
    if numbers != sorted(set(numbers)):
        raise ServiceError("InvalidPartOrder")
    there = {(part.number, part.etag): part for part in parts}
    if not set(wanted) <= there.keys():
        raise ServiceError("InvalidPart")
    chosen = [there[part] for part in wanted]
    if any(part.size < SMALLEST_PART for part in chosen[:-1]):
        raise ServiceError("EntityTooSmall")
    return chosen


def _joined(contents: Contents, parts: list[Part]) -> Iterator[bytes]:
    """The bytes of the parts. Raises ServiceError NoSuchUpload where another request has ended the upload meanwhile."""
    for part in parts:
        try:
            file = contents.open(part.content)
        except FileNotFoundError:
            raise ServiceError("NoSuchUpload") from None
        yield from pieces(file, 0, part.size)


def _etag(parts: list[Part]) -> str:
    """The ETag of an object in parts is no digest of its bytes."""
    together = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts))
    return f"{together.hexdigest()}-{len(parts)}"


def abort(call: Call) -> Response:
    """AbortMultipartUpload: forget an upload and its parts."""
    with call.service.database.writing() as transaction:
        _forget(call, transaction)
    return Response(204)


def _forget(call: Call, transaction: Transaction) -> None:
    upload = find_upload(call, transaction.connection)["id"]
    for part in parts_of(transaction.connection, upload):
        transaction.release(part.content)
    transaction.execute("DELETE FROM parts WHERE upload = ?", (upload,))
    transaction.execute("DELETE FROM uploads WHERE id = ?", (upload,))
