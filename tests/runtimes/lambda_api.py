"""A small Lambda runtime API on loopback: hands events out to the runtime client and takes its answers."""

from __future__ import annotations

import json
import queue
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

VERSION = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Answer:
    """What came of an invocation: `response`, `error` for an exception, `ended` where the runtime is no more."""

    kind: str
    body: Any


@dataclass
class LambdaApi:
    """Listens from `start` to `stop`; `invoke` waits for the answer, at most `patience` seconds."""

    patience: float
    _events: queue.SimpleQueue[tuple[str, str, int]] = field(default_factory=queue.SimpleQueue)
    _answers: queue.SimpleQueue[Answer] = field(default_factory=queue.SimpleQueue)
    _ids: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def invoke(self, event: object, seconds: float = 30.0) -> Answer:
        """Have the function work on the event, within `seconds`."""
        self._events.put((f"invocation-{next(self._ids)}", json.dumps(event), int((time.time() + seconds) * 1000)))
        return self._answers.get(timeout=self.patience)

    def next_event(self) -> tuple[str, str, int]:
        return self._events.get()

    def take(self, answer: Answer) -> None:
        self._answers.put(answer)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a runtime that is ended leaves connections behind."""


def handler_for(api: LambdaApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            assert self.path == f"{VERSION}/invocation/next", self.path
            name, body, deadline = api.next_event()
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", name)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:::function:cosbatch")
            self._send(body.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self._chunks()
            api.take(Answer(self.path.rpartition("/")[2], json.loads(body)))
            self.send_response(202)
            self._send(b"{}")

        def _chunks(self) -> bytes:
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def _send(self, body: bytes) -> None:
            # The client does not live without this one.
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
