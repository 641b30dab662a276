"""Connections that are done in time: name look-up, connecting, TLS, sending and reading share one deadline.

urllib3 bounds each step and each read by itself. Here, setting a time-out sets a moment, and whatever comes later has what
is left until then. And what fails before a request has gone out raises other errors than what fails after it.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from http.client import IncompleteRead
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, LocationParseError, NewConnectionError, SSLError
from urllib3.util.connection import create_connection
from urllib3.util.timeout import Timeout

from cosbatch.service.answers import PunctualResponse

# In seconds.
_CONNECT_SECONDS = 5.0
# What rests for longer may have been dropped on the way, without a word.
_LONGEST_REST = 30.0
# A time-out of 0 means not to wait at all, and fails in other ways than a time-out does.
_SHORTEST = 0.001
# For a connection that was not told its time: urllib3 makes them so.
_WITHOUT_TIMEOUT = 60.0


class HandshakeError(SSLError):
    """The other side could not prove who it is; no request has gone out."""


def addresses(host: str, port: int, seconds: float) -> list[str]:
    """The host's addresses. Raises OSError (TimeoutError where it takes too long), UnicodeError.

    The system's look-up knows no time-out: it runs in a thread of its own, which is left behind where it takes too long.
    """
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("the name was not looked up in time") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _look_up(host: str, port: int, answers: queue.SimpleQueue[list[str] | Exception]) -> None:
    try:
        answers.put([str(where[0]) for *_, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
    except Exception as error:  # noqa: BLE001  # it is raised where it is waited for
        answers.put(error)


class PunctualConnection(HTTPConnection):
    """A connection whose time-out is a moment by which everything has to be done."""

    _until = 0.0
    _used = 0.0

    @property
    def timeout(self) -> float:
        """The seconds that are left."""
        return max(self._until - time.monotonic(), _SHORTEST)

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._until = time.monotonic() + (_WITHOUT_TIMEOUT if seconds is None else seconds)

    @property
    def is_connected(self) -> bool:
        """Whether it is fit for one more request."""
        return super().is_connected and time.monotonic() - self._used < _LONGEST_REST

    def connect(self) -> None:
        """Raises NewConnectionError, ConnectTimeoutError, HandshakeError, LocationParseError: nothing has gone out."""
        try:
            super().connect()
        except ssl.SSLError as error:
            raise HandshakeError(error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "not connected in time") from error
        except OSError as error:
            raise NewConnectionError(self, f"not connected: {error}") from error
        except UnicodeError as error:
            raise LocationParseError(self.host) from error

    def _new_conn(self) -> socket.socket:
        """The first address that takes a connection; each has its share of the time that is left."""
        found = addresses(self._dns_host.strip("[]"), self.port, self.timeout)
        failure = OSError("the name has no address")
        for place, address in enumerate(found):
            share = self.timeout / (len(found) - place)
            try:
                connected = create_connection((address, self.port), share, socket_options=self.socket_options)
            except OSError as error:
                failure = error
            else:
                connected.settimeout(self.timeout)
                return connected
        raise failure

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> PunctualResponse:
        """Send the request in one piece; the answer's status and headers, its body to be read within the `seconds` too.

        What goes out is fit for a header or a path already: urllib3 and http.client would look at it twice more, 0.1 ms.
        """
        until = time.monotonic() + seconds
        if self.sock is None:
            self.timeout = min(_CONNECT_SECONDS, seconds)
            self.connect()
        assert self.sock is not None
        lines = [f"{method} {target} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()], "\r\n"]
        self._used = time.monotonic()
        self.sock.settimeout(max(until - self._used, _SHORTEST))
        self.sock.sendall("\r\n".join(lines).encode("ascii") + body)
        response = PunctualResponse(self.sock, until, method)
        try:
            response.begin()
        except BaseException:
            response.close()
            raise
        return response


class PunctualTLSConnection(PunctualConnection, HTTPSConnection):
    """The same over TLS."""


class Answer:
    """An answer whose body is still to be read; read to its end, it gives its connection back to the pool."""

    def __init__(self, response: PunctualResponse, connection: PunctualConnection, pool: PunctualPool) -> None:
        self.status_code = response.status
        self.headers = response.fields
        self.raw = self
        self._response = response
        self._connection = connection
        self._pool = pool

    def read(self, amount: int, decode_content: bool = False) -> bytes:
        """Up to so many bytes, as they came; none at the end. Raises IncompleteRead where the body ends too early."""
        assert not decode_content
        chunk = self._response.read(amount)
        if not chunk:
            if self._response.length:
                raise IncompleteRead(chunk, self._response.length)
            self._pool.take_back(self._connection, self._response)
        return chunk

    def close(self) -> None:
        """Give the connection up: what is left of the body must not be taken for the next answer."""
        self._response.close()
        self._connection.close()


class PunctualPool(HTTPConnectionPool):
    """The connections to one address, without the retries and the second looks of urllib3, which cost 0.1 ms a request."""

    ConnectionCls = PunctualConnection

    def urlopen(  # type: ignore[override]  # what requests' adapter asks for; the rest of urllib3's options are not for us
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: Timeout, **_: Any
    ) -> Answer:
        """Raises what connecting raises; OSError and HTTPException for what breaks after that."""
        connection: Any = self._get_conn()
        try:
            response = connection.exchange(method, url, headers, body or b"", timeout.read_timeout)
        except BaseException:
            connection.close()
            raise
        return Answer(response, connection, self)

    def take_back(self, connection: PunctualConnection, response: PunctualResponse) -> None:
        """Keep a connection whose answer was read to its end, unless the other side is about to close it."""
        if response.will_close:
            connection.close()
        self._put_conn(connection)


class TLSPool(PunctualPool, HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = PunctualTLSConnection
