"""Tags: their rules, the two forms in which they arrive, and the calls that read and write them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import Texts, texts_to_json
from cosbatch.standin.wire.documents import Tree, answer, children_text, elements, parse
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response

OBJECT_LIMIT = 10
BUCKET_LIMIT = 50
KEY_LIMIT = 128
VALUE_LIMIT = 256


def check_tags(pairs: Sequence[tuple[str, str]], limit: int = OBJECT_LIMIT) -> dict[str, str]:
    """Tags that keep the rules, by their keys. Raises ServiceError InvalidTag for others."""
    tags = dict(pairs)
    if len(pairs) > limit:
        raise ServiceError("InvalidTag", f"There may be {limit} tags")
    if len(tags) < len(pairs):
        raise ServiceError("InvalidTag", "A tag is given twice")
    for key, value in pairs:
        if not 1 <= len(key.encode()) <= KEY_LIMIT or len(value.encode()) > VALUE_LIMIT:
            raise ServiceError(
                "InvalidTag", f"A tag has a key of 1 to {KEY_LIMIT} bytes, a value of up to {VALUE_LIMIT}"
            )
    return tags


def header_tags(text: str) -> dict[str, str]:
    """The tags of an x-cos-tagging header. Raises ServiceError InvalidTag."""
    try:
        return check_tags(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except UnicodeError:
        raise ServiceError("InvalidTag", "A tag is not UTF-8") from None


def _document_tags(body: bytes, limit: int) -> str:
    """The tags of a Tagging document, as a column keeps them. Raises ServiceError MalformedXML, InvalidTag."""
    listed = [children_text(tag) for tag in elements(parse(body, "Tagging"), "Tag")]
    return texts_to_json(check_tags([(tag.get("Key", ""), tag.get("Value", "")) for tag in listed], limit))


def get_object_tags(call: Call) -> Response:
    """GetObjectTagging: an object's tags; there may be none."""
    _, version = call.find_object()
    return _tagging(version.attributes.tags)


def put_object_tags(call: Call) -> Response:
    """PutObjectTagging: replace an object's tags."""
    call.set_object("tags", _document_tags(call.request.text(), OBJECT_LIMIT))
    return Response()


def delete_object_tags(call: Call) -> Response:
    """DeleteObjectTagging: remove an object's tags."""
    call.set_object("tags", "")
    return Response(204)


def get_bucket_tags(call: Call) -> Response:
    """GetBucketTagging: a bucket's tags. Raises ServiceError NoSuchTagSet when there are none."""
    bucket = call.find_bucket()
    if not bucket.tags:
        raise ServiceError("NoSuchTagSet")
    return _tagging(bucket.tags)


def put_bucket_tags(call: Call) -> Response:
    """PutBucketTagging: replace a bucket's tags."""
    call.set_bucket("tags", _document_tags(call.request.text(), BUCKET_LIMIT))
    return Response(204)


def delete_bucket_tags(call: Call) -> Response:
    """DeleteBucketTagging: remove a bucket's tags."""
    call.set_bucket("tags", "")
    return Response(204)


def _tagging(tags: Texts) -> Response:
    listed: list[Tree] = [("Tag", [("Key", key), ("Value", value)]) for key, value in tags.items()]
    return answer("Tagging", [("TagSet", listed)])
