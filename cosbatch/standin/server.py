"""The socket: HTTP/1.1 requests read into values, and answers written as told, broken ones included."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_to_bytes, urlsplit

from cosbatch.standin.answering import Sent
from cosbatch.standin.faults.damage import Delivery
from cosbatch.standin.wire.answers import error_answer, http_date
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response

NAME = "cosbatch-standin"
PIECE = 256 * 1024
DRAIN_LIMIT = 8 * 1024 * 1024
UPLOAD_LIMIT = 5 * 1024**3
IDLE_SECONDS = 120
RESET = struct.pack("ii", 1, 0)
FOLD = re.compile(r"[\r\n]+[ \t]*")

Answer = Callable[[Request], Sent]


class SocketBody:
    """A request's body, read from the connection when it is asked for."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._is_chunked = "chunked" in handler.headers.get("Transfer-Encoding", "").lower()
        self._length = handler.headers.get("Content-Length")
        is_number = re.fullmatch(r"[0-9]{1,18}", (self._length or "0").strip(), re.ASCII)
        self.left = int(is_number[0]) if is_number else -1

    def chunks(self) -> Iterator[bytes]:
        """Yield what is left of the body; raises ServiceError when it is not all there or too long."""
        if self.left < 0:
            raise ServiceError("InvalidArgument", "Content-Length is no number")
        if self._length is None and not self._is_chunked and self._handler.command in ("PUT", "POST"):
            raise ServiceError("MissingContentLength")
        if self.left > UPLOAD_LIMIT:
            raise ServiceError("EntityTooLarge")
        return self._read_chunked() if self._is_chunked else self._read_counted()

    def _read_counted(self) -> Iterator[bytes]:
        while self.left:
            yield self._read(min(PIECE, self.left))

    def _read(self, length: int) -> bytes:
        try:
            piece = self._handler.rfile.read(length)
        except OSError:
            piece = b""
        if len(piece) < length:
            self._handler.close_connection = True
            raise ServiceError("IncompleteBody")
        self.left -= length
        return piece

    def _read_chunked(self) -> Iterator[bytes]:
        while size := self._chunk_size():
            self.left = size
            yield from self._read_counted()
            self._handler.rfile.readline(PIECE)
        while self._handler.rfile.readline(PIECE).strip():
            pass
        self._is_chunked = False

    def _chunk_size(self) -> int:
        text = self._handler.rfile.readline(PIECE).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", text):
            self._handler.close_connection = True
            raise ServiceError("IncompleteBody")
        return int(text, 16)

    def drain(self) -> bool:
        """Read away what nobody wanted; tell whether the connection can go on to another request."""
        if self._is_chunked or not 0 <= self.left <= DRAIN_LIMIT:
            return False
        try:
            for _ in self._read_counted():
                pass
        except ServiceError:
            return False
        return True


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
            sent = self.server.answer(self._request(body))
        except ServiceError as error:
            self._refuse(error)
            return
        except Exception:  # noqa: BLE001 - a fault of the stand-in must not look like a lost connection
            traceback.print_exc()
            self._refuse(ServiceError("InternalError", "The stand-in has a fault; its standard error tells where"))
            return
        if sent.delivery.response is not None and not body.drain():
            self.close_connection = True
        self._send(sent)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = answer  # noqa: N815 - http.server's names

    def _request(self, body: SocketBody) -> Request:
        authority, path, query = _split(self.requestline.split()[1])
        hosts = [host for host in (self.headers.get("Host", ""), authority) if host]
        return Request(
            method=self.command,
            path=_decoded(path),
            parameters=tuple(_parameters(query)),
            headers={name.lower(): _text(value) for name, value in self.headers.items()},
            hosts=tuple(dict.fromkeys(hosts)),
            body=body,
            client=str(self.client_address[0]),
        )

    def _send(self, sent: Sent) -> None:
        try:
            self._deliver(sent)
        except OSError:
            self.close_connection = True

    def _deliver(self, sent: Sent) -> None:
        delivery = sent.delivery
        if delivery.response is not None:
            self._write(delivery, self._head(sent, delivery.response))
        if delivery.ending != "keep":
            self.close_connection = True
        if delivery.ending == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if delivery.ending == "hang":
            self.connection.settimeout(delivery.hang)
            self.connection.recv(1)

    def _write(self, delivery: Delivery, head: bytes) -> None:
        response = delivery.response
        self._put(head, delivery.pause)
        left = delivery.sent
        pieces = () if response is None or self.command == "HEAD" else response.pieces()
        for piece in pieces:
            self._put(piece if left is None else piece[:left], delivery.pause)
            left = None if left is None else max(0, left - len(piece))
        self.wfile.flush()

    def _put(self, piece: bytes, pause: float) -> None:
        if not pause:
            self.wfile.write(piece)
            return
        for place in range(len(piece)):
            self.wfile.write(piece[place : place + 1])
            self.wfile.flush()
            if self.server.stopping.wait(pause):
                raise ConnectionAbortedError("the stand-in stops")

    def _head(self, sent: Sent, response: Response) -> bytes:
        announced = sent.delivery.announced
        length = response.content_length() if announced is None else announced
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        fields = [*response.headers, ("Date", http_date(sent.moment)), ("Server", NAME)]
        fields.append(("x-cos-request-id", sent.request_id))
        if response.status not in (204, 304):
            fields.append(("Content-Length", str(length)))
        if self.close_connection or sent.delivery.ending != "keep":
            fields.append(("Connection", "close"))
        lines.extend(f"{name}: {value}" for name, value in fields)
        return ("\r\n".join(lines) + "\r\n\r\n").encode(errors="surrogateescape")

    def handle_expect_100(self) -> bool:
        """Let a client that asks for it go on with its body."""
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server finds to be no request."""
        self.command = getattr(self, "command", None) or "GET"
        self._refuse(ServiceError("InvalidRequest", message or explain, status=int(code)))

    def _refuse(self, error: ServiceError) -> None:
        """Answer what cannot even be read, and end the connection."""
        request_id = f"standin-{uuid.uuid4().hex}"
        delivery = Delivery(error_answer(error, "", request_id), "close")
        self._send(Sent(delivery, time.time(), request_id))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Say nothing: a rehearsal's output belongs to the client."""


def _split(target: str) -> tuple[str, str, str]:
    """Return authority, path and query of a request's target; a proxy's client gives it in absolute form."""
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


def _text(value: str) -> str:
    """http.server reads headers as Latin-1; SDKs send UTF-8."""
    return FOLD.sub(" ", value.encode("latin-1").decode(errors="surrogateescape")).strip()


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


class Server(ThreadingHTTPServer):
    """Listens on the loopback interface, one thread for each connection."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def endpoint(self) -> str:
        """Return where the server listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

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
        """A client that goes away in the middle is no news."""

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
            socket.create_connection(("127.0.0.1", self.server_address[1]), timeout=1).close()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
