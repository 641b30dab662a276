"""Reads an answer of HTTP/1 as it comes over a socket, all of it within one deadline.

http.client would have its few headers read by the parser of mail, which takes 50 us a call.
"""

from __future__ import annotations

import io
import socket
import time
from http.client import BadStatusLine, HTTPException, HTTPResponse, LineTooLong, RemoteDisconnected
from typing import Any

# In bytes, and in number, as http.client has them.
_LONGEST_LINE = 65536
_MOST_FIELDS = 100
_CONTINUE = 100
_BODILESS = (204, 304)


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket until a moment of the monotonic clock, however slowly the bytes drip in."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._until = until
        self._socket = sock

    def makefile(self, _: str) -> io.BufferedReader:
        """What http.client asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the deadline is over")
        self._socket.settimeout(remaining)
        return self._socket.recv_into(buffer)


class PunctualResponse(HTTPResponse):
    """An answer whose status line, headers and body are all there at `until`, or a TimeoutError is.

    `fields` are its headers, the names in small letters; of a name that stands twice, the first.
    """

    fields: dict[str, str]

    def __init__(self, sock: socket.socket, until: float, method: str = "GET") -> None:
        super().__init__(_UntilDeadline(sock, until), method=method)  # type: ignore[arg-type]  # all that it needs of a socket
        self._bodiless = method == "HEAD"

    def begin(self) -> None:
        """Read up to the body.

        Raises HTTPException where that is no HTTP/1 (RFC 9112, 2 to 6), OSError where it cannot be read.
        """
        self.version, self.status = self._status()
        while self.status == _CONTINUE:
            self._fields()
            self.version, self.status = self._status()
        self.fields = fields = self._fields()
        kept = fields.get("connection", "keep-alive" if self.version == 11 else "close").lower()
        self.chunked = fields.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        length = fields.get("content-length", "")
        self.length = int(length) if length.isdecimal() and length.isascii() and not self.chunked else None
        if self._bodiless or self.status < 200 or self.status in _BODILESS:
            self.length = 0
        self.will_close = "close" in kept or (self.length is None and not self.chunked)

    def _status(self) -> tuple[int, int]:
        """The version, 10 or 11, and the status."""
        line = self._line()
        version, status, *_ = [*line.split(None, 2), b"", b""]
        if not version.startswith(b"HTTP/1.") or len(status) != 3 or not status.isdigit():
            raise BadStatusLine(repr(line[:80]))
        return 10 if version == b"HTTP/1.0" else 11, int(status)

    def _fields(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        for _ in range(_MOST_FIELDS):
            line = self._line()
            if line in (b"\r\n", b"\n"):
                return fields
            name, _, value = line.decode("latin-1").partition(":")
            fields.setdefault(name.lower(), value.strip())
        raise HTTPException(f"more than {_MOST_FIELDS} headers")

    def _line(self) -> bytes:
        line: bytes = self.fp.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise LineTooLong("line") if len(line) == _LONGEST_LINE else RemoteDisconnected("the answer broke off")
        return line
