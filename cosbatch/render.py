"""Writes a validated document as the XML that CreateJob takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# What the members of a list are called on the page; elsewhere lists hold `member`.
_MEMBERS = {"AccessControlGrants": "COSGrant", "NewObjectTagging": "COSTag", "TagSet": "COSTag"}
# A bare carriage return would reach the other side as a line feed (XML 1.0, 2.11).
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def render(root: str, document: Mapping[str, object]) -> bytes:
    """UTF-8 XML of the document, in the order of its keys; keys that hold None are left out."""
    return "".join(_element(root, document)).encode()


def _element(name: str, value: object) -> Iterable[str]:
    if value is None:
        return
    yield f"<{name}>"
    if isinstance(value, Mapping):
        for child, below in value.items():
            yield from _element(child, below)
    elif isinstance(value, list):
        for member in value:
            yield from _element(_MEMBERS.get(name, "member"), member)
    else:
        yield _text(value)
    yield f"</{name}>"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).translate(_ESCAPES)
