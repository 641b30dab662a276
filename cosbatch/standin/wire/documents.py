"""XML documents, both ways: read safely into elements, and written as the service's answers are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from email.utils import formatdate, parsedate_to_datetime
from typing import TypeAlias
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response


class Written(str):
    """Elements as text, with the indent of their place: a thousand of a kind would take ten times as long as Trees."""


# An element: its name, and its text or its children.
Tree: TypeAlias = "tuple[str, str | Sequence[Tree]] | Written"

# The form of moments in documents, UTC.
ISO = "%Y-%m-%dT%H:%M:%SZ"
DECLARATION = "<?xml version='1.0' encoding='utf-8' ?>\n"
PLAIN = re.compile("[ -%'-;=?-~]*")
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML_TYPE = ("Content-Type", "application/xml")


def parse(body: bytes, root_name: str = "") -> Element:
    """The root of a document in UTF-8. Raises ServiceError MalformedXML, also for any DTD.

    A root that is not called `root_name` is refused in the same way, where one is given.
    """
    try:
        root: Element = fromstring(body.decode("utf-8-sig"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ServiceError("MalformedXML", f"The body is not well-formed XML in UTF-8: {error}") from None
    if root_name and local_name(root) != root_name:
        raise ServiceError("MalformedXML", f"The root of the document has to be {root_name}")
    return root


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children_text(element: Element) -> dict[str, str]:
    """The text of an element's children by their names without namespaces."""
    return {local_name(child): (child.text or "") for child in element}


def elements(root: Element, name: str) -> list[Element]:
    """All elements of a name below `root`, whatever their namespace."""
    return [element for element in root.iter() if local_name(element) == name]


def render(tree: Tree) -> str:
    """A tree as text, indented with tabs as the page's samples are.

    A name may carry attributes behind a blank. Characters that XML 1.0 cannot hold become U+FFFD.
    """
    lines: list[str] = []
    _add_lines(lines, tree, "")
    return "\n".join(lines)


def _add_lines(lines: list[str], tree: Tree, indent: str) -> None:
    if isinstance(tree, Written):
        lines.append(tree)
        return
    name, content = tree
    closing = name.partition(" ")[0]
    if isinstance(content, str):
        lines.append(f"{indent}<{name}>{escaped(content)}</{closing}>")
    elif not content:
        lines.append(f"{indent}<{name}></{closing}>")
    else:
        lines.append(f"{indent}<{name}>")
        for child in content:
            _add_lines(lines, child, f"{indent}\t")
        lines.append(f"{indent}</{closing}>")


def escaped(text: str) -> str:
    """A text as it stands in a document."""
    return text if PLAIN.fullmatch(text) else escape(NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})


def answer(root: str, content: str | Sequence[Tree], *headers: tuple[str, str]) -> Response:
    """A response with a result document, and further headers where given."""
    return Response(headers=(XML_TYPE, *headers), body=render((root, content)).encode())


def error_answer(error: ServiceError, resource: str, request_id: str) -> Response:
    """A response with an Error document, in the shape that real answers have (spec 6.1)."""
    if error.status == 304:
        return Response(304, error.headers)
    children: list[Tree] = [
        ("Code", error.code),
        ("Message", error.message),
        *error.details,
        ("Resource", resource),
        ("RequestId", request_id),
        ("TraceId", request_id),
    ]
    body = DECLARATION + render(("Error", children)) + "\n"
    return Response(error.status, (XML_TYPE, ("x-cos-trace-id", request_id), *error.headers), body.encode())


def timestamp(moment: float) -> str:
    """A Unix time in the form that the documents use."""
    return datetime.fromtimestamp(int(moment), timezone.utc).strftime(ISO)


def http_date(moment: float) -> str:
    """A Unix time as HTTP headers write it."""
    return formatdate(int(moment), usegmt=True)


def read_http_date(text: str) -> float | None:
    """The Unix time that an HTTP header tells; None for a text that is no date."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
