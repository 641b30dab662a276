"""The rules for tags, and the three forms in which they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.xml_text import children_text, elements, local_name, parse

OBJECT_LIMIT = 10
BUCKET_LIMIT = 50
KEY_LIMIT = 128
VALUE_LIMIT = 256


def check_tags(pairs: Sequence[tuple[str, str]], limit: int = OBJECT_LIMIT) -> dict[str, str]:
    """Return tags that keep the rules; raises ServiceError InvalidTag for others."""
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
    """Return the tags of an x-cos-tagging header."""
    return check_tags(parse_qsl(text, keep_blank_values=True))


def document_tags(body: bytes, limit: int) -> dict[str, str]:
    """Return the tags of a Tagging document; raises ServiceError MalformedXML or InvalidTag."""
    root = parse(body)
    if local_name(root) != "Tagging":
        raise ServiceError("MalformedXML", "The root of the document has to be Tagging")
    listed = [children_text(tag) for tag in elements(root, "Tag")]
    return check_tags([(tag.get("Key", ""), tag.get("Value", "")) for tag in listed], limit)
