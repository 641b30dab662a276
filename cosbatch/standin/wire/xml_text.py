"""XML documents, both ways: trees of plain pairs to text, and text of strangers to elements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cosbatch.standin.wire.errors import ServiceError

Tree: TypeAlias = "tuple[str, str | Sequence[Tree]]"

DECLARATION = "<?xml version='1.0' encoding='utf-8' ?>\n"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(tree: Tree, depth: int = 0) -> str:
    """Return a tree as text, indented with tabs as the page's samples are.

    A name may carry attributes behind a blank. Characters that XML 1.0 cannot hold become U+FFFD.
    """
    name, content = tree
    indent, closing = "\t" * depth, name.split(" ", 1)[0]
    if isinstance(content, str):
        text = escape(NOT_XML.sub("\ufffd", content), {"\r": "&#13;"})
        return f"{indent}<{name}>{text}</{closing}>"
    if not content:
        return f"{indent}<{name}></{closing}>"
    children = [render(child, depth + 1) for child in content]
    return "\n".join([f"{indent}<{name}>", *children, f"{indent}</{closing}>"])


def parse(body: bytes) -> Element:
    """Return the root of a document in UTF-8; raises ServiceError MalformedXML, also for any DTD."""
    try:
        root: Element = fromstring(body.decode("utf-8-sig"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ServiceError("MalformedXML", f"The body is not well-formed XML in UTF-8: {error}") from None
    return root


def children_text(element: Element) -> dict[str, str]:
    """Return the text of an element's children by their names without namespaces."""
    return {local_name(child): (child.text or "") for child in element}


def elements(root: Element, name: str) -> list[Element]:
    """Return all elements of a name below `root`, whatever their namespace."""
    return [element for element in root.iter() if local_name(element) == name]


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
