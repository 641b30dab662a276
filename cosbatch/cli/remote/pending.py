"""Wires that know of a list on this machine: it is judged and planned as if it lay in its bucket, and nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from email.utils import formatdate

from cosbatch.cli.remote.content import Content
from cosbatch.model.messages import Request, Response
from cosbatch.service.exchange import Wire

_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]+)")


class PendingWire:
    """A wire on which the content is the object at host and path: HEAD and GET of it are answered from the file.

    All else goes over the wire beneath. Where the object is in the bucket already, `headers` are those of its own HEAD.
    """

    def __init__(self, wire: Wire, host: str, key: str, content: Content, headers: Mapping[str, str]) -> None:
        self._wire = wire
        self._at = (host, f"/{key}")
        self._content = content
        self._headers = headers

    def send(self, request: Request, seconds: float) -> Response:
        if (request.host, request.path) != self._at or request.method not in ("HEAD", "GET"):
            return self._wire.send(request, seconds)
        size = self._content.size
        wanted = _RANGE.fullmatch(dict(request.headers).get("Range", ""))
        if wanted is None or not size:
            # A HEAD; or a GET of an object without bytes, in which there is no range.
            return Response(200, {**self._headers, "content-length": str(size)})
        start = int(wanted[1])
        body = self._content.stretch.read(start, int(wanted[2]) + 1 - start)
        there = f"bytes {start}-{start + len(body) - 1}/{size}"
        return Response(206, {**self._headers, "content-length": str(len(body)), "content-range": there}, body)


def headers_before(content: Content, now: float) -> dict[str, str]:
    """What HEAD would say of the content if it were uploaded now, in Unix seconds."""
    return {"etag": content.etag, "last-modified": formatdate(now, usegmt=True)}


class ShownWire:
    """A wire that tells how many bytes each GET has brought."""

    def __init__(self, wire: Wire, show: Callable[[int], None]) -> None:
        self._wire = wire
        self._show = show

    def send(self, request: Request, seconds: float) -> Response:
        response = self._wire.send(request, seconds)
        if request.method == "GET":
            self._show(len(response.body))
        return response
