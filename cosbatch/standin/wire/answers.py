"""Documents that the stand-in answers with, and the forms in which it writes moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from email.utils import formatdate

from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response
from cosbatch.standin.wire.xml_text import DECLARATION, Tree, render

XML_TYPE = ("Content-Type", "application/xml")


def answer(root: str, content: str | Sequence[Tree]) -> Response:
    """Return a result document."""
    return Response(headers=(XML_TYPE,), body=render((root, content)).encode())


def error_answer(error: ServiceError, resource: str, request_id: str) -> Response:
    """Return an Error document, in the shape that real answers have (spec 6.1)."""
    if error.status == 304:
        return Response(304)
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
    """Return a Unix time in the form that the documents use."""
    return datetime.fromtimestamp(int(moment), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(moment: float) -> str:
    """Return a Unix time as HTTP headers write it."""
    return formatdate(int(moment), usegmt=True)
