"""HTTP itself: odd requests, long bodies, connections that are kept, and stopping."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cosbatch.standin import Standin, running
from cosbatch.standin.wire.messages import Outgoing, Request
from cosbatch.standin.wire.place import Place
from cosbatch.standin.wire.server import Server
from tests.standin.client import Client, until
from tests.standin.documents import document

BUCKET = "examplebucket-1250000000"
HOST = f"{BUCKET}.cos.ap-chengdu.myqcloud.com"


def raw(endpoint: str, request: bytes, close: bool = True) -> bytes:
    """Send bytes as they are and return everything that comes back."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        if close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


MALFORMED = {
    "no request at all": (b"nonsense\r\n\r\n", b"400"),
    "an unknown method": (b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
    "another protocol": (b"GET / HTTP/3.0\r\nHost: x\r\n\r\n", b"505"),
    "a target that is no URI": (b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    "a key that is no UTF-8": (b"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    "a parameter that is no UTF-8": (b"GET /a?b=%ff HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
    "too many headers": (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"431"),
    "too long a line": (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
}


@pytest.mark.parametrize(("request_bytes", "status"), MALFORMED.values(), ids=MALFORMED.keys())
def test_answers_with_an_error_document(standin: Standin, request_bytes: bytes, status: bytes) -> None:
    reply = raw(standin.endpoint, request_bytes)
    assert reply.split()[1] == status
    assert b"<Error>" in reply
    assert b"Server: cosbatch-standin\r\n" in reply
    assert b"Traceback" not in reply


def test_names_what_is_wrong_with_a_target(standin: Standin) -> None:
    reply = raw(standin.endpoint, b"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"<Code>InvalidURI</Code>" in reply


def test_takes_a_request_line_in_absolute_form(client: Client) -> None:
    client.cos("PUT", BUCKET, "a", body=b"hello")
    reply = client.send("GET", f"http://{HOST}/a", {"Host": "127.0.0.1"})
    assert (reply.status, reply.code) == (403, "AccessDenied")
    assert reply.text("Resource") == "127.0.0.1/a"
    assert client.send("GET", "http://127.0.0.1", {"Host": "127.0.0.1"}).status in (200, 404)


def signed_head(client: Client, method: str, path: str, *headers: str) -> bytes:
    """The head of a signed request whose further headers are not signed."""
    target, sent = client.signed(method, HOST, path)
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), *headers]
    return "\r\n".join([*lines, "", ""]).encode()


CHUNKED = b"5\r\nhello\r\n6;note=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n"


def test_takes_a_body_in_chunks_and_goes_on_with_the_connection(standin: Standin, client: Client) -> None:
    put = signed_head(client, "PUT", "/a", "Transfer-Encoding: chunked") + CHUNKED
    get = signed_head(client, "GET", "/a", "Connection: close")
    reply = raw(standin.endpoint, put + get)
    assert reply.count(b"HTTP/1.1 200 OK") == 2
    assert reply.endswith(b"hello world")


def test_lets_a_client_that_asks_first_go_on(standin: Standin, client: Client) -> None:
    head = signed_head(client, "PUT", "/a", "Content-Length: 5", "Expect: 100-continue", "Connection: close")
    host, _, port = standin.endpoint.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


SHORT = {
    "that ends early": (("Content-Length: 10",), b"hello", b"IncompleteBody"),
    "whose chunk ends early": (("Transfer-Encoding: chunked",), b"5\r\nhe", b"IncompleteBody"),
    "whose chunk has no size": (("Transfer-Encoding: chunked",), b"five\r\nhello", b"IncompleteBody"),
    "whose chunk has a negative size": (("Transfer-Encoding: chunked",), b"-5\r\nhello", b"IncompleteBody"),
    "without a length": ((), b"", b"MissingContentLength"),
    "of no numeric length": (("Content-Length: many",), b"", b"InvalidArgument"),
    "of more than 5 GB": (("Content-Length: 5368709121",), b"", b"EntityTooLarge"),
}


@pytest.mark.parametrize(("headers", "body", "code"), SHORT.values(), ids=SHORT.keys())
def test_stores_nothing_of_a_body(
    standin: Standin, client: Client, tmp_path: Path, headers: tuple[str, ...], body: bytes, code: bytes
) -> None:
    reply = raw(standin.endpoint, signed_head(client, "PUT", "/a", *headers) + body)
    assert b"<Code>" + code in reply
    assert list((tmp_path / "data" / "contents").glob("*/*")) == []


def test_closes_where_two_lengths_differ_and_takes_no_rest_for_a_request(standin: Standin, client: Client) -> None:
    two = signed_head(client, "PUT", "/a", "Content-Length: 5", "Content-Length: 45")
    reply = raw(standin.endpoint, two + b"hello" + signed_head(client, "DELETE", "/a"))
    assert reply.count(b"HTTP/1.1") == 1
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in reply
    assert client.cos("GET", BUCKET, "a").status == 404
    same = signed_head(client, "PUT", "/a", "Content-Length: 5", "Content-Length: 5", "Connection: close")
    assert raw(standin.endpoint, same + b"hello").startswith(b"HTTP/1.1 200 ")


def test_reads_away_the_body_of_a_refused_request(standin: Standin, client: Client) -> None:
    unsigned = f"PUT /a HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5\r\n\r\nhello".encode()
    reply = raw(standin.endpoint, unsigned + signed_head(client, "GET", "/a", "Connection: close"))
    assert re.findall(rb"HTTP/1.1 (\d+)", reply) == [b"403", b"404"]


@pytest.mark.parametrize("length", ["Content-Length: 100000000", "Transfer-Encoding: chunked", "Content-Length: 9"])
def test_closes_rather_than_read_away_what_is_long_or_never_comes(standin: Standin, length: str) -> None:
    reply = raw(standin.endpoint, f"PUT /a HTTP/1.1\r\nHost: {HOST}\r\n{length}\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"Connection: close" in reply


def test_keeps_a_connection_for_many_requests(client: Client) -> None:
    client.cos("PUT", BUCKET, "a", body=b"hello")
    assert [client.cos("GET", BUCKET, "a").body for _ in range(50)] == [b"hello"] * 50


def test_joins_a_folded_header(client: Client) -> None:
    head = signed_head(client, "PUT", "/a", "x-cos-meta-a: one\r\n two", "Content-Length: 0", "Connection: close")
    raw(client.endpoint, head)
    assert client.cos("HEAD", BUCKET, "a").headers["x-cos-meta-a"] == "one two"


def test_survives_clients_that_go_away(standin: Standin, client: Client) -> None:
    client.cos("PUT", BUCKET, "large", body=b"x" * 5_000_000)
    host, _, port = standin.endpoint.removeprefix("http://").partition(":")
    for method, headers in (("GET", ()), ("PUT", ("Content-Length: 100000",))):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(signed_head(client, method, "/large", *headers))
            if method == "GET":
                connection.recv(1)
    assert client.cos("HEAD", BUCKET, "large").headers["content-length"] == "5000000"


def test_keeps_hundreds_of_clients_that_knock_before_it_takes_the_first() -> None:
    with Server(Place(), broken) as server, ExitStack() as opened:
        address = ("127.0.0.1", server.server_address[1])
        for _ in range(300):
            opened.enter_context(socket.create_connection(address, timeout=1))


def broken(request: Request) -> Outgoing:
    raise RuntimeError(f"planted fault at {request.path}")


@pytest.fixture
def broken_server() -> Iterator[Server]:
    server = Server(Place(), broken)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.stop()
    thread.join()


def test_answers_a_fault_of_its_own_without_showing_it(
    broken_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = raw(broken_server.endpoint, b"GET /secret HTTP/1.1\r\nHost: x\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 500 ")
    assert b"secret" not in reply
    assert "planted fault at /secret" in capsys.readouterr().err


def test_stops_though_clients_still_hold_connections(tmp_path: Path) -> None:
    with running(tmp_path) as standin:
        host, _, port = standin.endpoint.removeprefix("http://").partition(":")
        idle = socket.create_connection((host, int(port)), timeout=20)
        idle.sendall(b"GET /half HTTP/1.1\r\n")
        standin.order({"action": "*", "fault": "Hang"})
        failures: list[Exception] = []
        thread = threading.Thread(target=create, args=(standin.endpoint, failures))
        thread.start()
        until(lambda: not standin.faults.waiting())
    thread.join()
    with idle:
        assert idle.recv(10) == b""
    assert len(failures) == 1


def test_stops_in_the_middle_of_a_reply_that_drips(tmp_path: Path) -> None:
    with running(tmp_path) as standin:
        standin.order({"action": "*", "fault": "Drip", "seconds": 3600})
        host, _, port = standin.endpoint.removeprefix("http://").partition(":")
        connection = socket.create_connection((host, int(port)), timeout=20)
        connection.sendall(f"GET /a HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert connection.recv(10) == b"H"
    with connection:
        assert connection.recv(10) == b""


def create(endpoint: str, failures: list[Exception]) -> None:
    with Client(endpoint) as client:
        try:
            client.create(document())
        except (OSError, http.client.HTTPException) as failure:
            failures.append(failure)
