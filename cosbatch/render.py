"""Writes a validated document as the XML that CreateJob takes."""

from __future__ import annotations

from collections.abc import Mapping

# What the members of a list are called on the page; elsewhere lists hold `member`.
_MEMBERS = {"AccessControlGrants": "COSGrant", "NewObjectTagging": "COSTag", "TagSet": "COSTag"}


def render(root: str, document: Mapping[str, object]) -> bytes:
    """UTF-8 XML of the document, in the order of its keys; keys that hold None are left out."""
    pieces: list[str] = []
    _write(pieces, root, document)
    return "".join(pieces).encode()


def _write(pieces: list[str], name: str, value: object) -> None:
    if value is None:
        return
    if isinstance(value, str):
        pieces.append(f"<{name}>{_text(value)}</{name}>")
        return
    pieces.append(f"<{name}>")
    if isinstance(value, dict):
        for child, below in value.items():
            _write(pieces, child, below)
    elif isinstance(value, list):
        for member in value:
            _write(pieces, _MEMBERS.get(name, "member"), member)
    else:
        pieces.append(_text(value))
    pieces.append(f"</{name}>")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Bare, it would reach the other side as a line feed (XML 1.0, 2.11).
    return text.replace("\r", "&#13;")
