"""Request and Response: what crosses the socket, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cosbatch.standin.wire.errors import ServiceError

XML_LIMIT = 2 * 1024 * 1024


class Body(Protocol):
    """The bytes behind a request's headers; they can be read once."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the body piece by piece; raises ServiceError IncompleteBody when it ends early."""
        ...


@dataclass(frozen=True)
class Request:
    """One HTTP request; `path` and `parameters` are decoded, header names are lower-case.

    `hosts` are the names that a client may have signed as its host: the Host header, and the authority of an
    absolute request line.
    """

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    hosts: tuple[str, ...]
    body: Body
    client: str = "127.0.0.1"

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter; names are case-sensitive."""
        return next((value for key, value in self.parameters if key == name), None)

    def header(self, name: str, default: str = "") -> str:
        """Return a header's value, without regard to the case of its name."""
        return self.headers.get(name.lower(), default)

    def text(self) -> bytes:
        """Read a body that is a document; raises ServiceError XMLSizeLimit over 2 MiB."""
        received = bytearray()
        for chunk in self.body.chunks():
            received += chunk
            if len(received) > XML_LIMIT:
                raise ServiceError("XMLSizeLimit")
        return bytes(received)


@dataclass(frozen=True)
class Response:
    """One HTTP response. `length` is given where `body` is not made of one piece of bytes."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    stream: Iterable[bytes] | None = field(default=None, compare=False)
    length: int | None = None

    def content_length(self) -> int:
        """Return the number of bytes of the body as it is announced."""
        return len(self.body) if self.length is None else self.length

    def pieces(self) -> Iterable[bytes]:
        """Return the body in pieces that fit into memory."""
        return (self.body,) if self.stream is None else self.stream
