"""Lists about uploads in parts: the parts of one, and all that are under way in a bucket."""

from __future__ import annotations

from typing import NamedTuple

from cosbatch.standin.cos.acl import owner_id, person
from cosbatch.standin.cos.get_bucket import PAGE_LIMIT, encoding
from cosbatch.standin.cos.service import Call
from cosbatch.standin.cos.uploads import Part, find_upload, parts_of, storage_class_of
from cosbatch.standin.store.catalog import find_bucket
from cosbatch.standin.wire.documents import Tree, answer, timestamp
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response


class Upload(NamedTuple):
    """An upload that is under way, since `started` (Unix seconds)."""

    key: str
    id: str
    started: float
    storage_class: str


def list_parts(call: Call) -> Response:
    """ListParts: the parts of an upload, in pages."""
    size = min(call.request.number("max-parts", PAGE_LIMIT), PAGE_LIMIT)
    marker = call.request.number("part-number-marker", 0)
    with call.service.database.reading() as connection:
        upload = find_upload(call, connection)
        behind = [part for part in parts_of(connection, upload["id"]) if part.number > marker]
    page, encode, is_truncated = behind[:size], encoding(call.request), len(behind) > size > 0
    children: list[Tree] = [
        ("Bucket", call.target.bucket),
        ("Key", encode(call.target.key)),
        ("UploadId", upload["id"]),
        *_people(call),
        ("PartNumberMarker", str(marker)),
        ("NextPartNumberMarker", str(page[-1].number) if is_truncated else ""),
        ("MaxParts", str(size)),
        ("IsTruncated", str(is_truncated).lower()),
        ("StorageClass", storage_class_of(upload)),
        *(("Part", _part(part)) for part in page),
    ]
    return answer("ListPartsResult", children)


def _part(part: Part) -> list[Tree]:
    return [
        ("PartNumber", str(part.number)),
        ("LastModified", timestamp(part.modified)),
        ("ETag", f'"{part.etag}"'),
        ("Size", str(part.size)),
    ]


def list_uploads(call: Call) -> Response:
    """ListMultipartUploads: the uploads under way in a bucket, by key and then by id, in pages. Raises ServiceError NotImplemented
    for a delimiter."""
    request = call.request
    if request.parameter("delimiter"):
        raise ServiceError("NotImplemented")
    size = min(request.number("max-uploads", PAGE_LIMIT), PAGE_LIMIT)
    prefix, marker = request.parameter("prefix") or "", request.parameter("key-marker") or ""
    id_marker = request.parameter("upload-id-marker") or ""
    with call.service.database.reading() as connection:
        bucket = find_bucket(connection, call.target.bucket)
        query = "SELECT * FROM uploads WHERE bucket = ? AND key >= ? ORDER BY key, id"
        rows = connection.execute(query, (bucket.id, max(prefix, marker)))
        found = [Upload(row["key"], row["id"], row["started"], storage_class_of(row)) for row in rows]
    matching = [upload for upload in found if upload.key.startswith(prefix)]
    return _uploads_answer(call, _behind(matching, marker, id_marker), size, prefix, (marker, id_marker))


def _behind(uploads: list[Upload], marker: str, id_marker: str) -> list[Upload]:
    """Without an id a marker stands for all uploads of its key; what it names may be gone by now."""
    if not id_marker:
        return [upload for upload in uploads if not marker or upload.key > marker]
    return [upload for upload in uploads if (upload.key, upload.id) > (marker, id_marker)]


def _uploads_answer(call: Call, uploads: list[Upload], size: int, prefix: str, markers: tuple[str, str]) -> Response:
    encode, page = encoding(call.request), uploads[:size]
    is_truncated = len(uploads) > size > 0
    next_key, next_id = (page[-1].key, page[-1].id) if is_truncated else ("", "")
    children: list[Tree] = [
        ("Bucket", call.target.bucket),
        ("Prefix", encode(prefix)),
        ("KeyMarker", encode(markers[0])),
        ("UploadIdMarker", markers[1]),
        ("NextKeyMarker", encode(next_key)),
        ("NextUploadIdMarker", next_id),
        ("MaxUploads", str(size)),
        ("IsTruncated", str(is_truncated).lower()),
    ]
    for upload in page:
        named: list[Tree] = [("Key", encode(upload.key)), ("UploadId", upload.id), *_people(call)]
        told: list[Tree] = [("StorageClass", upload.storage_class), ("Initiated", timestamp(upload.started))]
        children.append(("Upload", [*named, *told]))
    return answer("ListMultipartUploadsResult", children)


def _people(call: Call) -> list[Tree]:
    return [(role, person(owner_id(call.service.account))) for role in ("Initiator", "Owner")]
