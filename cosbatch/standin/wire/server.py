"""The socket: a thread for each connection, and responses sent as a fault says, broken ones included.

With a certificate the one port speaks both: a connection that begins with a TLS record is taken as TLS, any other as plain.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cosbatch.standin.wire.documents import error_answer, http_date
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Outgoing, Request, Response
from cosbatch.standin.wire.place import Place
from cosbatch.standin.wire.reading import SocketBody, read_request

NAME = "cosbatch-standin"
IDLE_SECONDS = 120
RESET = struct.pack("ii", 1, 0)
LINE_ENDS = re.compile(r"[\r\n\0]")
TLS_RECORD = b"\x16"

Answer = Callable[[Request], Outgoing]


def new_request_id() -> str:
    """A fresh id for one request, which says that it is the stand-in's."""
    return f"standin-{uuid.uuid4().hex}"


def stamped(response: Response, moment: float, request_id: str) -> Response:
    """A response with its Date (`moment`, in Unix seconds) and the id of its request."""
    return response.with_headers(("Date", http_date(moment)), ("x-cos-request-id", request_id))


class Handler(BaseHTTPRequestHandler):
    """One connection; every method goes the same way."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: Server

    def setup(self) -> None:
        """Begin with a connection."""
        super().setup()
        self.server.remember(self.connection)

    def finish(self) -> None:
        """End with a connection."""
        self.server.forget(self.connection)
        super().finish()

    def answer(self) -> None:
        """Read one request, answer it, and leave the connection ready for the next."""
        body = SocketBody(self)
        try:
            outgoing = self.server.answer(read_request(self, body))
        except ServiceError as error:
            self._refuse(error)
            return
        except Exception:  # noqa: BLE001 - a fault of the stand-in must not look like a lost connection
            traceback.print_exc()
            self._refuse(ServiceError("InternalError", "The stand-in has a fault; its standard error tells where"))
            return
        if outgoing.response is not None and not body.drain():
            self.close_connection = True
        self._send(outgoing)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = answer  # noqa: N815 - http.server's names

    def _refuse(self, error: ServiceError) -> None:
        """Answer what cannot even be read, and end the connection."""
        request_id = new_request_id()
        response = stamped(error_answer(error, "", request_id), time.time(), request_id)
        self._send(Outgoing(response, "close"))

    def _send(self, outgoing: Outgoing) -> None:
        if outgoing.ending != "keep":
            self.close_connection = True
        try:
            if outgoing.response is not None:
                self._wait(outgoing.delay)
                self._write(outgoing, outgoing.response)
            if outgoing.ending == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            if outgoing.ending == "hang":
                self.connection.settimeout(outgoing.hang)
                self.connection.recv(1)
        except OSError:
            self.close_connection = True

    def _write(self, outgoing: Outgoing, response: Response) -> None:
        self._put(self._head(response, outgoing.announced), outgoing.pause)
        left = outgoing.sent
        for piece in () if self.command == "HEAD" else response.pieces():
            self._put(piece if left is None else piece[:left], outgoing.pause)
            left = None if left is None else max(0, left - len(piece))
        self.wfile.flush()

    def _head(self, response: Response, announced: int | None) -> bytes:
        phrase, _ = self.responses.get(response.status, ("", ""))
        lines = [f"HTTP/1.1 {response.status} {phrase}"]
        fields = [*response.headers, ("Server", NAME)]
        if response.status != 204:
            fields.append(("Content-Length", str(response.content_length() if announced is None else announced)))
        if self.close_connection:
            fields.append(("Connection", "close"))
        # A line end in a value would begin another header.
        lines.extend(f"{name}: {LINE_ENDS.sub(' ', value)}" for name, value in fields)
        return ("\r\n".join(lines) + "\r\n\r\n").encode(errors="surrogateescape")

    def _put(self, piece: bytes, pause: float) -> None:
        if not pause:
            self.wfile.write(piece)
            return
        for place in range(len(piece)):
            self.wfile.write(piece[place : place + 1])
            self.wfile.flush()
            self._wait(pause)

    def _wait(self, seconds: float) -> None:
        if seconds > 0 and self.server.stopping.wait(seconds):
            raise ConnectionAbortedError("the stand-in stops")

    def handle_expect_100(self) -> bool:
        """Let a client that asks for it go on with its body."""
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server finds to be no request."""
        self.command = getattr(self, "command", None) or "GET"
        self._refuse(ServiceError("InvalidRequest", message or explain, status=int(code)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing: a rehearsal's output belongs to the client."""


class Server(ThreadingHTTPServer):
    """Listens at one place, one thread for each connection."""

    daemon_threads = False
    # Beyond it the system drops clients that knock all at once; it takes less where it allows less.
    request_queue_size = 4096

    def __init__(self, place: Place, answer: Answer) -> None:
        self.answer = answer
        self.place = place
        self._tls = place.tls()
        self.address_family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__((place.host, place.port), Handler)

    @property
    def plain_endpoint(self) -> str:
        """Where plain HTTP is spoken, `http://127.0.0.1:PORT`."""
        return f"http://{self.place.reached}:{self.server_address[1]}"

    @property
    def endpoint(self) -> str:
        """Where clients are to go: https with a certificate, else the plain one."""
        return self.plain_endpoint.replace("http", "https", 1) if self._tls else self.plain_endpoint

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection's requests, on its own thread."""
        if self._tls is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(IDLE_SECONDS)
        self.remember(request)
        try:
            if request.recv(1, socket.MSG_PEEK) != TLS_RECORD:
                super().finish_request(request, client_address)
                return
        finally:
            self.forget(request)
        # The handshake comes with the first reading, when the connection can be ended already.
        with self._tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as secured:
            super().finish_request(secured, client_address)

    def remember(self, connection: socket.socket) -> None:
        """Keep track of a connection, so that stopping need not wait for its client."""
        with self._guard:
            self._open.add(connection)
            if self.stopping.is_set():
                _end(connection)

    def forget(self, connection: socket.socket) -> None:
        """Leave a connection that has ended."""
        with self._guard:
            self._open.discard(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: that a client goes away in the middle is no news."""

    def serve(self) -> None:
        """Take connections until `stop`; returns when the last one has ended."""
        while not self.stopping.is_set():
            self.handle_request()
        self.server_close()

    def stop(self) -> None:
        """End every connection, and let `serve` notice it by one more."""
        with self._guard:
            self.stopping.set()
            for connection in self._open:
                _end(connection)
        with suppress(OSError):
            socket.create_connection((self.place.reached.strip("[]"), self.server_address[1]), timeout=1).close()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
