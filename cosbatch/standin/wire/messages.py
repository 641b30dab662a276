"""What crosses the socket, as plain values: a Request, its Response, and how that goes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from cosbatch.standin.wire.errors import ServiceError

XML_LIMIT = 2 * 1024 * 1024


class Body(Protocol):
    """The bytes behind a request's headers; they can be read once."""

    def chunks(self) -> Iterator[bytes]:
        """The body piece by piece. Raises ServiceError IncompleteBody when it ends early."""
        ...


@dataclass(frozen=True)
class Request:
    """One HTTP request; `path` and `parameters` are decoded, header names are lower-case.

    `query` is as it came. `hosts` are the names that a client may have signed as its host: the Host header, and the authority of an
    absolute request line.
    """

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    hosts: tuple[str, ...]
    body: Body
    client: str = "127.0.0.1"
    query: str = ""

    @property
    def host(self) -> str:
        """The name that the client has sent the request to; empty where it names none."""
        return self.hosts[0] if self.hosts else ""

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter, None where it is not given; names are case-sensitive."""
        return next((value for key, value in self.parameters if key == name), None)

    def number(self, name: str, default: int) -> int:
        """A query parameter that is an integer, or `default` where it is not given or empty. Raises ServiceError InvalidArgument."""
        text = self.parameter(name) or str(default)
        if not re.fullmatch("[0-9]{1,9}", text, re.ASCII):
            raise ServiceError("InvalidArgument", f"{name} has to be an integer")
        return int(text)

    def version_id(self) -> str | None:
        """The version that the call names, None where it names none; the Go SDK writes VersionId when it deletes one."""
        given = self.parameter("versionId")
        return self.parameter("VersionId") if given is None else given

    def header(self, name: str, default: str = "") -> str:
        """A header's value, without regard to the case of its name."""
        return self.headers.get(name.lower(), default)

    def text(self) -> bytes:
        """The whole of a body that is a document. Raises ServiceError XMLSizeLimit over 2 MiB."""
        body = self.whole_body(XML_LIMIT)
        if body is None:
            raise ServiceError("XMLSizeLimit")
        return body

    def whole_body(self, limit: int) -> bytes | None:
        """The body as one; None for one that is longer than `limit` bytes."""
        received = bytearray()
        for chunk in self.body.chunks():
            received += chunk
            if len(received) > limit:
                return None
        return bytes(received)


@dataclass(frozen=True)
class Response:
    """One HTTP response. `length` is given where `body` is not made of one piece of bytes."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    stream: Iterable[bytes] | None = field(default=None, compare=False)
    length: int | None = None

    def with_headers(self, *headers: tuple[str, str]) -> Response:
        """The same response with further headers."""
        return replace(self, headers=(*self.headers, *headers))

    def content_length(self) -> int:
        """The number of bytes of the body as it is announced."""
        return len(self.body) if self.length is None else self.length

    def pieces(self) -> Iterable[bytes]:
        """The body in pieces that fit into memory."""
        return (self.body,) if self.stream is None else self.stream


@dataclass(frozen=True)
class Outgoing:
    """How a response goes out. `response` None means that none does.

    `announced` is the Content-Length where it differs from the truth, `sent` the number of bytes of the body
    after which the connection ends, `delay` the seconds before the first byte, `pause` those between single bytes. `ending` is keep, close, reset
    or hang; `hang` is for how many seconds.
    """

    response: Response | None
    ending: str = "keep"
    announced: int | None = None
    sent: int | None = None
    delay: float = 0.0
    pause: float = 0.0
    hang: float = 0.0
