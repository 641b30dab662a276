"""A server that answers at once and always the same, but for its request ids, so that what is measured is the client.

It runs in a process of its own: `python -m tests.bench.loopback [CERTIFICATE]` prints its port and ends with its input.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import sys
import threading
from io import BufferedReader
from itertools import count

from tests.bench.jobs import ETAG

_JOB = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<CreateJobResult><JobId>53dc6228-c50b-46f7-8ad7-65e7159f1aae</JobId></CreateJobResult>"
)
_HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {length}\r\nConnection: keep-alive\r\nServer: tencent-cos\r\n"
    "Date: {date}\r\nLast-Modified: {date}\r\nETag: {etag}\r\nx-cos-request-id: {id:016x}\r\n\r\n"
)
# When the uploads of the events were.
_DATE = "Mon, 23 Nov 2026 14:00:00 GMT"
_IDS = count()


class Loopback:
    """Listens on a port of 127.0.0.1, with TLS where there is a certificate; remembers the last request."""

    def __init__(self, certificate: str | None = None) -> None:
        self._last: dict[str, object] = {}
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self._tls and certificate:
            self._tls.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._converse, args=(connection, self._tls), daemon=True).start()

    def _converse(self, connection: socket.socket, context: ssl.SSLContext | None) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            stream = context.wrap_socket(connection, server_side=True) if context else connection
            with stream, stream.makefile("rb") as reader:
                while line := reader.readline():
                    stream.sendall(self._answer(line.decode("latin-1"), reader))
        except OSError:
            # The client went away; nothing is owed to it.
            return

    def _answer(self, line: str, reader: BufferedReader) -> bytes:
        headers = _headers(reader)
        body = reader.read(int(headers.get("content-length", 0)))
        method, path, _ = line.split(" ", 2)
        if path == "/last":
            return _reply("application/json", json.dumps(self._last).encode())
        self._last = {"path": path, "headers": headers, "body": base64.b64encode(body).decode()}
        return _reply("application/xml", _JOB if method == "POST" else b"")


def _headers(reader: BufferedReader) -> dict[str, str]:
    lines = iter(reader.readline, b"\r\n")
    pairs = (line.decode("latin-1").partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _reply(media_type: str, body: bytes) -> bytes:
    return _HEAD.format(type=media_type, length=len(body), date=_DATE, etag=ETAG, id=next(_IDS)).encode() + body


def main() -> None:
    loopback = Loopback(*sys.argv[1:2])
    print(loopback.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
