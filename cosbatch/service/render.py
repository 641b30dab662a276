"""Writes a validated document as the XML that CreateJob takes."""

from __future__ import annotations

from collections.abc import Mapping

# Elements that hold a list, by what its members are called.
MEMBERS = {
    "AccessControlGrants": "COSGrant",
    "FailureReasons": "JobFailure",
    "Fields": "member",
    "Jobs": "member",
    "NewObjectTagging": "COSTag",
    "TagSet": "COSTag",
    "UserMetadata": "member",
}


def render(root: str, document: Mapping[str, object]) -> bytes:
    """UTF-8 XML of the document, in the order of its keys; keys that hold None are left out."""
    return _element(root, document).encode()


def _element(name: str, value: object) -> str:
    if isinstance(value, str):
        content = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        # Bare, it would reach the other side as a line feed (XML 1.0, 2.11).
        content = content.replace("\r", "&#13;")
    elif isinstance(value, dict):
        content = "".join([_element(child, below) for child, below in value.items() if below is not None])
    elif isinstance(value, list):
        content = "".join([_element(MEMBERS[name], each) for each in value])
    else:  # a number, or one of the words true and false
        content = str(value).lower()
    return f"<{name}>{content}</{name}>"
