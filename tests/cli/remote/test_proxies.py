"""A proxy and roots of TLS that the environment names: the command line goes by them, the function does not."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cosbatch.cli.remote.proxies import environment_session
from cosbatch.model.credentials import Credentials
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import ConfigurationError, CosbatchError, ServiceSideError
from cosbatch.model.messages import Request
from cosbatch.service.transport import Transport
from tests.raw_server import JOB, Visit, answering, reply, serving

CERTIFICATE = Path(__file__).parents[2] / "data" / "localhost.pem"
HOST = "100000000001.cos-control.ap-chengdu.myqcloud.com"
REQUEST = Request("POST", HOST, "/jobs", body=b"<CreateJobRequest/>")
ENOUGH = 10.0
PASSWORD = "s3cret"


@dataclass
class Proxy:
    """A proxy that knows every name as this machine; `lines` are the first lines of what it was asked, `credentials` what
    came with them.
    """

    port: int
    lines: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://somebody:{PASSWORD}@127.0.0.1:{self.port}"


@contextmanager
def proxying(status: str = "200 OK") -> Iterator[Proxy]:
    """A running proxy, which answers to CONNECT with this status."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = Proxy(listening.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    with client:
                        _pass_on(client, proxy, status)

        thread = threading.Thread(target=serve)
        thread.start()
        yield proxy
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def _pass_on(client: socket.socket, proxy: Proxy, status: str) -> None:
    client.settimeout(ENOUGH)
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(65536)
    line, *headers = head.decode("latin-1").split("\r\n")
    proxy.lines.append(line)
    proxy.credentials += [header for header in headers if header.lower().startswith("proxy-authorization:")]
    method, target, _ = line.split(" ")
    if method == "CONNECT":
        client.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
        if not status.startswith("200"):
            return
        port, head = int(target.rpartition(":")[2]), b""
    else:
        port = urlsplit(target).port or 80
    with socket.create_connection(("127.0.0.1", port)) as server:
        server.sendall(head)
        back = threading.Thread(target=_pump, args=(server, client))
        back.start()
        _pump(client, server)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def trusted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@contextmanager
def transport() -> Iterator[Transport]:
    """The command line's."""
    with environment_session() as session:
        yield Transport(Clock(), session)


def send(transport: Transport, endpoint: str) -> bytes:
    return transport.connect(Credentials("AKIDtest", "key"), endpoint).send(REQUEST, ENOUGH).body


def test_goes_through_the_proxy_by_a_tunnel(monkeypatch: pytest.MonkeyPatch, trusted: ssl.SSLContext) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with proxying() as proxy, serving(answering(reply(), reply()), tls=trusted) as server:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with transport() as out:
            assert [send(out, server.tls_endpoint) for _ in range(2)] == [JOB, JOB]
    assert [line.rpartition(" ")[0] for line in proxy.lines] == [f"CONNECT localhost:{server.port}"]
    assert len(proxy.credentials) == 1


def test_asks_the_proxy_for_the_whole_address_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying() as proxy, serving(answering(reply())) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with transport() as out:
            assert send(out, f"http://cos.example:{server.port}") == JOB
        assert f"\r\nHost: {HOST}\r\n".encode() in server.requests[0]
    assert proxy.lines == [f"POST http://cos.example:{server.port}/jobs HTTP/1.1"]


@pytest.mark.parametrize("not_through", ["localhost", "*"])
def test_goes_straight_where_no_proxy_is_wanted(monkeypatch: pytest.MonkeyPatch, not_through: str) -> None:
    with proxying() as proxy, serving(answering(reply())) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", not_through)
        with transport() as out:
            assert send(out, f"http://localhost:{server.port}") == JOB
    assert proxy.lines == []


def test_asks_once_for_each_address_which_proxy_leads_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying() as proxy, serving(answering(reply(), reply())) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with transport() as out:
            assert send(out, f"http://cos.example:{server.port}") == JOB
            monkeypatch.setenv("NO_PROXY", "*")
            assert send(out, f"http://cos.example:{server.port}") == JOB


def test_goes_straight_to_a_stand_in_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying() as proxy, serving(answering(reply())) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with transport() as out:
            assert send(out, server.endpoint) == JOB
    assert proxy.lines == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_trusts_the_roots_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, trusted: ssl.SSLContext, variable: str
) -> None:
    monkeypatch.setenv(variable, str(CERTIFICATE))
    with serving(answering(reply()), tls=trusted) as server, transport() as out:
        assert send(out, server.tls_endpoint) == JOB


def test_names_the_variable_whose_roots_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/roots.pem")
    with pytest.raises(ConfigurationError) as caught:
        environment_session()
    assert [problem.pointer for problem in caught.value.problems] == ["/REQUESTS_CA_BUNDLE"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "holds no certificates in PEM"),
        ("photos-1250000000,1.jpg\n", "holds no certificates in PEM"),
        ("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", "holds no certificates in PEM"),
        (None, "names a folder without certificates"),
    ],
)
def test_says_that_the_roots_hold_no_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, told: str
) -> None:
    path = tmp_path / "roots.pem"
    path.mkdir() if content is None else path.write_text(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(ConfigurationError) as caught:
        environment_session()
    (problem,) = caught.value.problems
    assert problem.pointer == "/REQUESTS_CA_BUNDLE" and told in problem.message
    assert "certificates in PEM" in str(caught.value.fields["Hint"])


def test_takes_a_folder_of_roots_by_their_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "0a775a30.0").touch()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert environment_session().verify == str(tmp_path)


def failure(endpoint: str) -> CosbatchError:
    with transport() as out, pytest.raises(CosbatchError) as caught:
        send(out, endpoint)
    assert PASSWORD not in str(caught.value)
    return caught.value


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.mark.parametrize("endpoint", ["https://cos.example", "http://cos.example"])
def test_names_the_proxy_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    address = f"127.0.0.1:{unused_port()}"
    monkeypatch.setenv("ALL_PROXY", f"http://somebody:{PASSWORD}@{address}/")
    error = failure(endpoint)
    assert (error.code, getattr(error, "may_have_acted", None)) == ("UpstreamUnreachable", False)
    assert f"through the proxy {address}," in error.message


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"])
def test_names_the_proxy_that_lets_nothing_through(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    with proxying(status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = failure("https://cos.example")
    assert (error.code, getattr(error, "may_have_acted", None)) == ("UpstreamUnreachable", False)
    assert f"through the proxy 127.0.0.1:{proxy.port}," in error.message


def test_says_what_to_do_where_the_proxy_shows_a_certificate_of_its_own(
    monkeypatch: pytest.MonkeyPatch, trusted: ssl.SSLContext
) -> None:
    with proxying() as proxy, serving(answering(reply()), tls=trusted) as server:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = failure(server.tls_endpoint)
        assert server.requests == []
    assert (error.code, getattr(error, "may_have_acted", None)) == ("UpstreamTLS", False)
    assert "REQUESTS_CA_BUNDLE" in error.message


def test_says_that_the_work_may_be_done_where_the_proxy_breaks_off(
    monkeypatch: pytest.MonkeyPatch, trusted: ssl.SSLContext
) -> None:
    def says_nothing(visit: Visit) -> None:
        visit.read()

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with proxying() as proxy, serving(says_nothing, tls=trusted) as server:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = failure(server.tls_endpoint)
    assert isinstance(error, ServiceSideError)
    assert (error.code, error.may_have_acted) == ("UpstreamUnreachable", True)


def test_takes_a_fault_of_tls_after_the_request_for_perhaps_done(
    monkeypatch: pytest.MonkeyPatch, trusted: ssl.SSLContext
) -> None:
    def breaks_tls(visit: Visit) -> None:
        visit.read()
        with socket.socket(fileno=socket.dup(visit.connection.fileno())) as plain:
            plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        visit.hang()

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with proxying() as proxy, serving(breaks_tls, tls=trusted) as server:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = failure(server.tls_endpoint)
    assert isinstance(error, ServiceSideError)
    assert (error.code, error.may_have_acted) == ("UpstreamUnreachable", True)


@pytest.mark.parametrize(
    ("proxy", "named"),
    [
        (f"socks5://somebody:{PASSWORD}@127.0.0.1:9", "socks5://127.0.0.1:9"),
        ("FTP://127.0.0.1:9", "FTP://127.0.0.1:9"),
        ("http://:80", ":80"),
        ("http://[::1", "[::1"),
    ],
)
def test_names_the_variables_where_the_proxy_is_of_no_use(
    monkeypatch: pytest.MonkeyPatch, proxy: str, named: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    error = failure("https://cos.example")
    assert error.code == "ConfigurationError"
    assert f"The proxy {named} cannot be used: only http://host:port" in error.message
    assert "HTTPS_PROXY" in str(error.fields["Hint"])


def test_the_function_goes_straight(monkeypatch: pytest.MonkeyPatch, trusted: ssl.SSLContext) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with proxying() as proxy, serving(answering(reply())) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setitem(os.environ, name, proxy.url)
        assert send(Transport(Clock()), f"http://localhost:{server.port}") == JOB
    with serving(answering(reply()), tls=trusted) as server, pytest.raises(ServiceSideError) as caught:
        send(Transport(Clock()), server.tls_endpoint)
    assert (caught.value.code, proxy.lines) == ("UpstreamTLS", [])
