"""The calls on what an object or a bucket carries: tags and access control lists."""

from __future__ import annotations

from dataclasses import replace

from cosbatch.standin.cos.acl import Acl, acl_trees, document_acl, header_acl, read_acl
from cosbatch.standin.cos.objects import check_owner, find
from cosbatch.standin.cos.tag_rules import BUCKET_LIMIT, OBJECT_LIMIT, document_tags
from cosbatch.standin.service import Call
from cosbatch.standin.store.catalog import Bucket, Texts, find_bucket, find_object, texts_to_json
from cosbatch.standin.wire.answers import answer
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response
from cosbatch.standin.wire.xml_text import Tree


def get_object_tags(call: Call) -> Response:
    """Return an object's tags; there may be none."""
    _, version = find(call)
    return _tagging(version.attributes.tags)


def put_object_tags(call: Call) -> Response:
    """Replace an object's tags."""
    _set_version(call, "tags", texts_to_json(document_tags(call.request.text(), OBJECT_LIMIT)))
    return Response()


def delete_object_tags(call: Call) -> Response:
    """Remove an object's tags."""
    _set_version(call, "tags", "")
    return Response(204)


def get_bucket_tags(call: Call) -> Response:
    """Return a bucket's tags; raises ServiceError NoSuchTagSet when there are none."""
    bucket = bucket_of(call)
    if not bucket.tags:
        raise ServiceError("NoSuchTagSet")
    return _tagging(bucket.tags)


def put_bucket_tags(call: Call) -> Response:
    """Replace a bucket's tags."""
    set_bucket(call, "tags", texts_to_json(document_tags(call.request.text(), BUCKET_LIMIT)))
    return Response(204)


def delete_bucket_tags(call: Call) -> Response:
    """Remove a bucket's tags."""
    set_bucket(call, "tags", "")
    return Response(204)


def get_object_acl(call: Call) -> Response:
    """Return who may do what with an object."""
    _, version = find(call)
    policy = answer("AccessControlPolicy", acl_trees(read_acl(version.attributes.acl), call.service.account))
    default = () if version.attributes.acl else (("x-cos-acl", "default"),)
    return replace(policy, headers=(*policy.headers, *default))


def put_object_acl(call: Call) -> Response:
    """Replace an object's access control list, from headers or a document."""
    _set_version(call, "acl", _given(call).to_json())
    return Response()


def get_bucket_acl(call: Call) -> Response:
    """Return who may do what with a bucket."""
    return answer("AccessControlPolicy", acl_trees(read_acl(bucket_of(call).acl), call.service.account))


def put_bucket_acl(call: Call) -> Response:
    """Replace a bucket's access control list, from headers or a document."""
    set_bucket(call, "acl", _given(call).to_json())
    return Response()


def _given(call: Call) -> Acl:
    body = call.request.text()
    return document_acl(body, call.service.account) if body.strip() else header_acl(call.request)


def _tagging(tags: Texts) -> Response:
    listed: list[Tree] = [("Tag", [("Key", key), ("Value", value)]) for key, value in tags.items()]
    return answer("Tagging", [("TagSet", listed)])


def bucket_of(call: Call) -> Bucket:
    """Return the bucket that a request is about; raises ServiceError NoSuchBucket."""
    with call.service.database.reading() as connection:
        return find_bucket(connection, call.target.bucket)


def set_bucket(call: Call, column: str, value: str) -> None:
    """Set a column of the bucket; the column's name comes from the code."""
    check_owner(call)
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        transaction.execute(f"UPDATE buckets SET {column} = ? WHERE id = ?", (value, bucket.id))  # noqa: S608


def _set_version(call: Call, column: str, value: str) -> None:
    check_owner(call)
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        wanted = call.request.parameter("versionId")
        version = find_object(transaction.connection, bucket, call.target.key, wanted)
        transaction.execute(f"UPDATE versions SET {column} = ? WHERE id = ?", (value, version.id))  # noqa: S608
