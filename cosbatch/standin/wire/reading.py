"""HTTP/1.1 requests as http.server reads them, made into values; their bodies are read when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote_to_bytes, urlsplit

from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request

PIECE = 256 * 1024
DRAIN_LIMIT = 8 * 1024 * 1024
UPLOAD_LIMIT = 5 * 1024**3
FOLD = re.compile(r"[\r\n]+[ \t]*")


class SocketBody:
    """A request's body, counted or in chunks, behind the headers that a handler has read."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._file = handler.rfile
        self._needs_length = handler.command in ("PUT", "POST")
        self._is_chunked = "chunked" in handler.headers.get("Transfer-Encoding", "").lower()
        self._length = handler.headers.get("Content-Length")
        number = re.fullmatch(r"[0-9]{1,18}", (self._length or "0").strip(), re.ASCII)
        self._left = int(number[0]) if number else -1

    def chunks(self) -> Iterator[bytes]:
        """What is left of the body. Raises ServiceError when it is not all there or too long."""
        if self._left < 0:
            raise ServiceError("InvalidArgument", "Content-Length is no number")
        if self._length is None and not self._is_chunked and self._needs_length:
            raise ServiceError("MissingContentLength")
        if self._left > UPLOAD_LIMIT:
            raise ServiceError("EntityTooLarge")
        return self._read_chunked() if self._is_chunked else self._read_counted()

    def _read_counted(self) -> Iterator[bytes]:
        while self._left:
            length = min(PIECE, self._left)
            try:
                piece = self._file.read(length)
            except OSError:
                piece = b""
            if len(piece) < length:
                raise ServiceError("IncompleteBody")
            self._left -= length
            yield piece

    def _read_chunked(self) -> Iterator[bytes]:
        while size := self._chunk_size():
            self._left = size
            yield from self._read_counted()
            self._file.readline(PIECE)
        while self._file.readline(PIECE).strip():
            pass
        self._is_chunked = False

    def _chunk_size(self) -> int:
        text = self._file.readline(PIECE).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", text):
            raise ServiceError("IncompleteBody")
        return int(text, 16)

    def drain(self) -> bool:
        """Read away what nobody wanted; whether the connection can go on to another request."""
        if self._is_chunked or not 0 <= self._left <= DRAIN_LIMIT:
            return False
        try:
            for _ in self._read_counted():
                pass
        except ServiceError:
            return False
        return True


def read_request(handler: BaseHTTPRequestHandler, body: SocketBody) -> Request:
    """The request whose headers a handler has read. Raises ServiceError InvalidURI, InvalidRequest."""
    if len({length.strip() for length in handler.headers.get_all("Content-Length", ())}) > 1:
        raise ServiceError("InvalidRequest", "Content-Length is given twice, with different values")
    authority, path, query = _split(handler.requestline.split()[1])
    hosts = [host for host in (handler.headers.get("Host", ""), authority) if host]
    return Request(
        method=handler.command,
        path=_decoded(path),
        parameters=tuple(_parameters(query)),
        headers={name.lower(): _header_text(value) for name, value in handler.headers.items()},
        hosts=tuple(dict.fromkeys(hosts)),
        body=body,
        client=str(handler.client_address[0]),
        query=query,
    )


def _split(target: str) -> tuple[str, str, str]:
    """Authority, path and query of a request's target; a proxy's client gives it in absolute form."""
    authority = ""
    if not target.startswith("/"):
        try:
            authority = urlsplit(target).netloc
        except ValueError:
            raise ServiceError("InvalidURI") from None
        target = target.partition("://")[2].removeprefix(authority) or "/"
    path, _, query = target.partition("?")
    return authority, path or "/", query


def _decoded(text: str) -> str:
    """http.server reads the request line as Latin-1; what it means is UTF-8."""
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise ServiceError("InvalidURI") from None


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    for pair in query.replace("+", " ").split("&"):
        name, _, value = pair.partition("=")
        if pair:
            yield _decoded(name), _decoded(value)


def _header_text(value: str) -> str:
    """http.server reads headers as Latin-1; SDKs send UTF-8."""
    return FOLD.sub(" ", value.encode("latin-1").decode(errors="surrogateescape")).strip()
