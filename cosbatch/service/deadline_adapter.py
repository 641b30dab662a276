"""requests' transport adapter with one deadline for a whole exchange, on connections of http.client.

requests' own bounds each read by itself, so that a response may drip without end, and hides whether the request went out.
"""

from __future__ import annotations

import io
import os
import socket
import ssl
import threading
import time
from collections import deque
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from cosbatch.model.errors import UnexpectedResponse
from cosbatch.model.messages import LISTING_LIMIT


class NotConnected(requests.ConnectionError):
    """Nothing has gone out; the argument says why: an ssl.SSLError, a TimeoutError, another OSError, or a UnicodeError."""


class DeadlineAdapter(HTTPAdapter):
    """Keeps a connection to each address, for so many seconds: what rests for longer may have been dropped on the way.

    A late second copy of a response is never taken for that to the next request: the service's own differ by their ids,
    so one that repeats another's id is refused, or without an id its bytes. What cannot be told is a copy with another id.
    """

    def __init__(self, longest_rest: float = 30.0) -> None:
        super().__init__()
        self._longest_rest = longest_rest
        self._kept: dict[object, DeadlineConnection] = {}

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """The response with its body as it came: of one that is longer than the request's limit, one byte more than that.

        Of the option `timeout`, `(connect, total)` in seconds, the first is for what comes before the request goes out;
        `verify` names the roots of TLS; the others are not used. Raises NotConnected before the request goes out, OSError
        (TimeoutError at the deadline), HTTPException or UnexpectedResponse after it.
        """
        seconds, roots = options["timeout"], str(options["verify"])
        until = time.monotonic() + seconds[1]
        address = urlsplit(str(request.url))[:2], roots
        connection = self._kept.pop(address, None)
        if connection and not connection.is_fit(self._longest_rest):
            connection = None  # which closes it
        connection = connection or DeadlineConnection(str(request.url), roots, min(seconds))
        try:
            received, body = connection.exchange(request, until)
        except BaseException:
            connection.close()
            raise
        if connection.sock:
            self._kept[address] = connection
        response = self.build_response(request, received)
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        """Give up the connections that are kept."""
        self._kept.clear()
        super().close()


class DeadlineConnection(HTTPConnection):
    """A connection, made in so many seconds, name look-up and TLS included; each exchange on it has its own deadline."""

    sock: DeadlineSocket | Any

    def __init__(self, url: str, roots: str, seconds: float) -> None:
        """Raises NotConnected."""
        until, address = time.monotonic() + seconds, urlsplit(url)
        super().__init__(address.hostname or "", address.port or (443 if address.scheme == "https" else 80))
        self._used = 0.0
        self._replies: deque[int | str] = deque(maxlen=16)
        try:
            context = _context(roots) if address.scheme == "https" else None
            self.sock = _connected(self.host, self.port, until)
            # Head and body go out one after the other: the second must not wait until the first is acknowledged.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock.settimeout(_left(until))
            if context:
                self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        except (OSError, UnicodeError) as error:
            raise NotConnected(error) from None

    def is_fit(self, longest_rest: float) -> bool:
        """Whether it can take one more request: nothing has come since the last response, neither bytes nor the end."""
        self.sock.settimeout(0)
        try:
            self.sock.recv(1)
        except OSError as error:
            is_quiet = isinstance(error, BlockingIOError | ssl.SSLWantReadError)
            return is_quiet and time.monotonic() - self._used < longest_rest
        return False

    def exchange(self, request: requests.PreparedRequest, until: float) -> tuple[HTTPResponse, bytes]:
        """The response and its body; the connection is closed where more may come."""
        sock, limit = self.sock, getattr(request, "limit", LISTING_LIMIT)
        sent: Any = request.body
        self._used, sock.until = time.monotonic(), until
        sock.settimeout(_left(until))
        self.request(str(request.method), request.path_url, sent, request.headers)
        with self.getresponse() as response:
            if sock.has_ended:
                raise RemoteDisconnected("the response ended among its headers")
            body = response.read(limit + 1)
            if response.length and len(body) <= limit:
                raise IncompleteRead(body, response.length)
            if response.status < 200:
                raise UnexpectedResponse(f"The answer ends with HTTP {response.status}.", may_have_acted=True)
            if not response.isclosed():
                self.close()
        reply = response.getheader("x-cos-request-id") or hash((response.status, *response.getheaders(), body))
        if reply in self._replies:
            raise UnexpectedResponse("The answer repeats an earlier one of this connection.", may_have_acted=True)
        self._replies.append(reply)
        return response, body


class DeadlineSocket(socket.socket):
    """A socket on which reading is over at `until`, a moment of the monotonic clock."""

    until = 0.0
    has_ended = False

    def __del__(self) -> None:
        self.close()

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(_left(self.until))
        count = super().recv_into(buffer, nbytes or len(buffer), flags)
        self.has_ended = not count
        return count


class DeadlineTLSSocket(DeadlineSocket, ssl.SSLSocket):
    """The same over TLS."""


def _left(until: float) -> float:
    """The seconds until then. Raises TimeoutError where there are none."""
    if (seconds := until - time.monotonic()) <= 0:
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


def _addresses(host: str, port: int, seconds: float) -> list[Any]:
    """The system's look-up knows no time-out: it runs in a thread, which is left behind where it takes too long."""
    found: list[Any] = []
    host.encode("idna")

    def look_up() -> None:
        with suppress(OSError):
            found.extend(where[0] for *_, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError("the name was not looked up in time")
    return found


@lru_cache(maxsize=4)
def _context(roots: str) -> ssl.SSLContext:
    is_folder = os.path.isdir(roots)
    context = ssl.create_default_context(cafile=None if is_folder else roots, capath=roots if is_folder else None)
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = DeadlineTLSSocket
    return context
