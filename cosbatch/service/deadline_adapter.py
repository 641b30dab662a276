"""requests' transport adapter with one deadline for a whole exchange, on connections of http.client.

requests' own adapter bounds each read by itself, so that a response which drips never ends; and its errors do not tell
whether the request has gone out.
"""

from __future__ import annotations

import io
import os
import socket
import ssl
import threading
import time
from functools import lru_cache
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

_CHUNK = 64 * 1024  # bytes
# What rests for longer may have been dropped on the way, without a word.
LONGEST_REST = 30.0  # seconds


class NotConnected(requests.ConnectionError):
    """Nothing has gone out; the argument says why: an ssl.SSLError, a TimeoutError, another OSError, or a UnicodeError."""


class DeadlineAdapter(HTTPAdapter):
    """Keeps a connection to each address, and reads bodies of up to `limit` bytes; proxies and `cert` are not used."""

    def __init__(self, limit: int, longest_rest: float = LONGEST_REST) -> None:
        super().__init__()
        self._limit = limit
        self._longest_rest = longest_rest
        self._kept: dict[object, DeadlineConnection] = {}

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str | None = True,
        cert: object = None,
        proxies: object = None,
    ) -> requests.Response:
        """The response, its body read, as it came, and cut off where it is longer than the limit.

        Of the time-out `(connect, total)`, in seconds, the first is for what comes before the request goes out. Raises
        NotConnected before that, OSError (TimeoutError at the deadline) or HTTPException after it.
        """
        connect, total = timeout
        until = time.monotonic() + total
        address = urlsplit(str(request.url))[:2], verify
        connection = self._kept.pop(address, None)
        if connection is None or not connection.is_fit(self._longest_rest):
            roots = verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH
            connection = DeadlineConnection(str(request.url), roots, min(connect, total))
        try:
            received, body = connection.exchange(request, until, self._limit)
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None:
            self._kept[address] = connection
        response = self.build_response(request, received)
        response.raw = body
        return response

    def close(self) -> None:
        """Give up the connections that are kept."""
        self._kept.clear()
        super().close()


class DeadlineConnection(HTTPConnection):
    """A connection that is made in so many seconds, name look-up and TLS included; each exchange has its own deadline."""

    sock: DeadlineSocket | None

    def __init__(self, url: str, roots: str, seconds: float) -> None:
        address = urlsplit(url)
        self._roots = roots if address.scheme == "https" else None
        self._seconds = seconds
        self._used = 0.0
        super().__init__(address.hostname or "", address.port or (443 if self._roots else 80))

    def __del__(self) -> None:
        self.close()

    def is_fit(self, longest_rest: float) -> bool:
        """Whether it can be trusted with one more request."""
        return self.sock is not None and time.monotonic() - self._used < longest_rest and self.sock.is_quiet()

    def connect(self) -> None:
        """Raises NotConnected."""
        until = time.monotonic() + self._seconds
        try:
            context = _context(self._roots) if self._roots else None
            self.sock = _connected(self.host, self.port, until)
            # Head and body go out one after the other: the second must not wait until the first is acknowledged.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock.settimeout(_left(until))
            if context:
                secured: Any = context.wrap_socket(self.sock, server_hostname=self.host)
                self.sock = secured
        except (OSError, UnicodeError) as error:
            raise NotConnected(error) from None

    def exchange(self, request: requests.PreparedRequest, until: float, limit: int) -> tuple[HTTPResponse, io.BytesIO]:
        """The response and its body; of one that is longer than `limit`, the beginning, and the connection is closed.

        Raises NotConnected, OSError, HTTPException.
        """
        if self.sock is None:
            self.connect()
        assert self.sock is not None
        self._used = time.monotonic()
        sock = self.sock
        sock.until = until
        body: Any = request.body
        self.request(str(request.method), request.path_url, body, dict(request.headers.items()))
        with self.getresponse() as response:
            if sock.has_ended:
                raise RemoteDisconnected("the response ended among its headers")
            body = _body(response, limit)
            # After an interim response comes another one, which is not that to the next request.
            if not response.isclosed() or response.status < 200:
                self.close()
        return response, body


def _body(response: HTTPResponse, limit: int) -> io.BytesIO:
    buffer, body = bytearray(_CHUNK), io.BytesIO()
    while body.tell() <= limit and (count := response.readinto(buffer)):
        body.write(memoryview(buffer)[:count])
    if body.tell() <= limit and response.length:
        raise IncompleteRead(b"", response.length)
    body.seek(0)
    return body


class DeadlineSocket(socket.socket):
    """A socket on which sending and reading are over at `until`, a moment of the monotonic clock."""

    until = 0.0
    has_ended = False

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.settimeout(_left(self.until))
        super().sendall(data, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(_left(self.until))
        count = super().recv_into(buffer, nbytes or len(buffer), flags)
        self.has_ended = not count
        return count

    def is_quiet(self) -> bool:
        """Whether nothing has come since the last response: neither bytes, which would pass for the next one, nor the end."""
        self.settimeout(0)
        try:
            self.recv(1)
        except OSError as error:
            return isinstance(error, BlockingIOError | ssl.SSLWantReadError)
        return False


class DeadlineTLSSocket(DeadlineSocket, ssl.SSLSocket):
    """The same over TLS."""


def _left(until: float) -> float:
    """The seconds until then. Raises TimeoutError where there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the deadline is over")
    return seconds


def _connected(host: str, port: int, until: float) -> DeadlineSocket:
    """A socket to the first address that takes it; each has its share of the time. Raises OSError, UnicodeError."""
    found = _addresses(host, port, _left(until))
    failure = OSError("the name has no address")
    for number, address in enumerate(found):
        try:
            connected = socket.create_connection((address, port), _left(until) / (len(found) - number))
            return DeadlineSocket(fileno=connected.detach())
        except OSError as error:
            failure = error
    raise failure


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """The system's look-up knows no time-out: it runs in a thread, which is left behind where it takes too long."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append([where[0] for *_, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except Exception as error:  # noqa: BLE001  # it is raised where it is waited for
            found.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise TimeoutError("the name was not looked up in time")
    if isinstance(found[0], Exception):
        raise found[0]
    return list(found[0])


@lru_cache(maxsize=4)
def _context(roots: str) -> ssl.SSLContext:
    is_folder = os.path.isdir(roots)
    context = ssl.create_default_context(cafile=None if is_folder else roots, capath=roots if is_folder else None)
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = DeadlineTLSSocket
    return context
