"""The calls on buckets themselves: listed, made, looked at, emptied and removed."""

from __future__ import annotations

from cosbatch.standin.cos.acl import header_acl, owner_id, person
from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import (
    Bucket,
    delete_object,
    ensure_bucket,
    find_bucket,
    read_bucket,
    remove_version,
)
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.addresses import BUCKET_NAME
from cosbatch.standin.wire.documents import Tree, answer, children_text, elements, parse, timestamp
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response

DELETE_LIMIT = 1000
HOLDINGS = """
SELECT EXISTS (SELECT 1 FROM versions WHERE bucket = :bucket)
    OR EXISTS (SELECT 1 FROM uploads WHERE bucket = :bucket)
"""


def list_buckets(call: Call) -> Response:
    """GetService: all buckets of the account."""
    with call.service.database.reading() as connection:
        rows = connection.execute("SELECT * FROM buckets ORDER BY name").fetchall()
    children: list[Tree] = [
        ("Owner", person(owner_id(call.service.account))),
        ("Buckets", [("Bucket", _listed(read_bucket(row))) for row in rows]),
        ("IsTruncated", "false"),
    ]
    return answer("ListAllMyBucketsResult", children)


def _listed(bucket: Bucket) -> list[Tree]:
    return [
        ("Name", bucket.name),
        ("Location", bucket.region),
        ("CreationDate", timestamp(bucket.created)),
        ("BucketType", "cos"),
    ]


def put_bucket(call: Call) -> Response:
    """PutBucket: make a bucket. Raises ServiceError BucketAlreadyOwnedByYou when it is there."""
    name, now = call.target.bucket, call.service.clock.now()
    if not BUCKET_NAME.fullmatch(name):
        raise ServiceError("InvalidBucketName")
    acl = header_acl(call.request).to_json()
    with call.service.database.writing() as transaction:
        if transaction.execute("SELECT 1 FROM buckets WHERE name = ?", (name,)).fetchone():
            raise ServiceError("BucketAlreadyOwnedByYou")
        bucket = ensure_bucket(transaction, name, call.target.region, now)
        transaction.execute("UPDATE buckets SET acl = ? WHERE id = ?", (acl, bucket.id))
    return Response()


def head_bucket(call: Call) -> Response:
    """HeadBucket: where a bucket is. Raises ServiceError NoSuchBucket."""
    return Response(headers=(("x-cos-bucket-region", call.find_bucket().region),))


def delete_bucket(call: Call) -> Response:
    """DeleteBucket: remove an empty bucket. Raises ServiceError BucketNotEmpty."""
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        if transaction.connection.execute(HOLDINGS, {"bucket": bucket.id}).fetchone()[0]:
            raise ServiceError("BucketNotEmpty")
        transaction.execute("DELETE FROM buckets WHERE id = ?", (bucket.id,))
    return Response(204)


def get_location(call: Call) -> Response:
    """GetBucketLocation: a bucket's region."""
    return answer("LocationConstraint", call.find_bucket().region)


def get_versioning(call: Call) -> Response:
    """GetBucketVersioning: whether a bucket keeps versions; Status is left out if it never did."""
    versioning = call.find_bucket().versioning
    return answer("VersioningConfiguration", [("Status", versioning)] if versioning else [])


def put_versioning(call: Call) -> Response:
    """PutBucketVersioning: enable versioning, or suspend it; it never ends altogether."""
    root = parse(call.request.text(), "VersioningConfiguration")
    status = children_text(root).get("Status", "").strip()
    if status not in ("Enabled", "Suspended"):
        raise ServiceError("MalformedXML", "VersioningConfiguration has a Status, Enabled or Suspended")
    call.set_bucket("versioning", status)
    return Response()


def delete_objects(call: Call) -> Response:
    """DeleteMultipleObjects: delete up to 1000; each is answered for by itself unless Quiet is true."""
    root = parse(call.request.text(), "Delete")
    listed = [children_text(element) for element in elements(root, "Object")]
    if not 1 <= len(listed) <= DELETE_LIMIT:
        raise ServiceError("MalformedXML", f"A Delete lists 1 to {DELETE_LIMIT} elements Object")
    is_quiet = children_text(root).get("Quiet", "").strip() == "true"
    now = call.service.clock.now()
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        deleted = [_delete(transaction, bucket, each.get("Key", ""), each.get("VersionId", ""), now) for each in listed]
    return answer("DeleteResult", [] if is_quiet else [("Deleted", each) for each in deleted])


def _delete(transaction: Transaction, bucket: Bucket, key: str, version: str, now: float) -> list[Tree]:
    if version:
        removed = remove_version(transaction, bucket, key, version)
        is_marker = removed is not None and removed.is_marker
        gone: list[Tree] = [("DeleteMarker", "true"), ("DeleteMarkerVersionId", version)] if is_marker else []
        return [("Key", key), ("VersionId", version), *gone]
    marker = delete_object(transaction, bucket, key, now)
    left: list[Tree] = [("DeleteMarker", "true"), ("DeleteMarkerVersionId", marker)] if marker else []
    return [("Key", key), *left]
