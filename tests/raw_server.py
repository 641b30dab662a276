"""A server of raw bytes on the loopback: each connection goes to the next script, which does with it what it likes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

JOB = b"<CreateJobResult><JobId>53dc6228-c50b-46f7-8ad7-65e7159f1aae</JobId></CreateJobResult>"
# How long a script goes on at the longest, in seconds; the tests' time-outs are far shorter.
PATIENCE = 20.0


@dataclass
class Visit:
    """One connection, and what came over it. `over` is set when the test is at its end."""

    connection: socket.socket
    over: threading.Event
    requests: list[bytes]

    def read(self) -> bytes:
        """One request: head and body."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._received()
        head, _, body = data.partition(b"\r\n\r\n")
        lines = [line.lower() for line in head.split(b"\r\n")]
        lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        while len(body) < sum(lengths):
            body += self._received()
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def _received(self) -> bytes:
        piece = self.connection.recv(65536)
        if not piece:
            raise EOFError
        return piece

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, data: bytes, pause: float = 0.02) -> None:
        """Byte by byte, until the other side has had enough."""
        for place in range(len(data)):
            if self.over.wait(pause):
                return
            self.send(data[place : place + 1])

    def hang(self) -> None:
        self.over.wait(PATIENCE)


Script = Callable[[Visit], None]


@dataclass
class RawServer:
    """What is known of it: where it is, every request that it read, how many connections it took, and the last of them;
    `ended` opens once for each of them that it is done with.
    """

    port: int
    requests: list[bytes] = field(default_factory=list)
    visits: int = 0
    connection: socket.socket | None = None
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls_endpoint(self) -> str:
        return f"https://localhost:{self.port}"


@contextmanager
def serving(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """A server for as many connections as there are scripts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        server, over = RawServer(listening.getsockname()[1]), threading.Event()
        thread = threading.Thread(target=_serve, args=(listening, server, scripts, over, tls))
        thread.start()
        try:
            yield server
        finally:
            over.set()
            # Nobody waits any more for a connection, or for a request over the last one.
            for waiting in filter(None, (listening, server.connection)):
                with suppress(OSError):
                    waiting.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(
    listening: socket.socket,
    server: RawServer,
    scripts: tuple[Script, ...],
    over: threading.Event,
    tls: ssl.SSLContext | None,
) -> None:
    for script in scripts:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        server.visits += 1
        connection.settimeout(PATIENCE)
        # What a script sends is there when it has sent it.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError, EOFError), _wrapped(connection, tls) as wrapped:
            server.connection = wrapped
            script(Visit(wrapped, over, server.requests))
        server.ended.release()


@contextmanager
def _wrapped(connection: socket.socket, tls: ssl.SSLContext | None) -> Iterator[socket.socket]:
    with connection:
        if tls is None:
            yield connection
            return
        with tls.wrap_socket(connection, server_side=True) as wrapped:
            yield wrapped


def reply(body: bytes = JOB, status: str = "200 OK", *headers: str) -> bytes:
    """The bytes of an answer with a right Content-Length."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


_NUMBERS = count()


def numbered(body: bytes = JOB, status: str = "200 OK") -> bytes:
    """A reply that differs from each other one by its request id, as the service's do."""
    return reply(body, status, f"x-cos-request-id: {next(_NUMBERS)}")


def answering(*replies: bytes) -> Script:
    """A script that reads a request for each of the replies, over one connection."""

    def script(visit: Visit) -> None:
        for each in replies:
            visit.read()
            visit.send(each)

    return script
