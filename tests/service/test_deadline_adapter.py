"""Connections are made, used and given up in time, whatever the other side does."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from cosbatch.cli.deploy.packing import hashed
from cosbatch.model.credentials import Account, Credentials
from cosbatch.model.deadline import Clock, Deadline
from cosbatch.model.errors import CosbatchError, ServiceSideError, UnexpectedResponse
from cosbatch.model.messages import Request
from cosbatch.service.actions import created
from cosbatch.service.deadline_adapter import DeadlineAdapter, NotConnected
from cosbatch.service.exchange import Budget, Exchange
from cosbatch.service.transport import Connection, Transport, ca_folder, direct_session
from tests.raw_server import JOB, PATIENCE, Script, Visit, answering, numbered, reply, serving

HOST = "100000000001.cos-control.ap-chengdu.myqcloud.com"
REQUEST = Request("POST", HOST, "/jobs", body=b"<CreateJobRequest/>")
CERTIFICATE = Path(__file__).parents[1] / "data" / "localhost.pem"
# Long enough for what is right, on a busy machine; what is wrong would last for PATIENCE.
ENOUGH = 10.0
SHORT = 0.2

NOT_REACHED = ("UpstreamUnreachable", False)
NOT_REACHED_IN_TIME = ("UpstreamTimeout", False)
NOT_PROVEN = ("UpstreamTLS", False)
BROKEN = ("UpstreamUnreachable", True)
TOO_SLOW = ("UpstreamTimeout", True)


@pytest.fixture
def transport() -> Transport:
    """It trusts the server's certificate."""
    return Transport(Clock(), direct_session(str(CERTIFICATE)))


@pytest.fixture
def trusted() -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def to(transport: Transport, endpoint: str) -> Connection:
    return transport.connect(Credentials("AKIDtest", "key"), endpoint)


def failure(
    transport: Transport, endpoint: str, seconds: float = ENOUGH, request: Request = REQUEST
) -> tuple[str, bool]:
    """The Code of what a request comes to, and whether the service may have acted on it; long before PATIENCE is over."""
    began = time.monotonic()
    with pytest.raises(ServiceSideError) as caught:
        to(transport, endpoint).send(request, seconds)
    assert time.monotonic() - began < PATIENCE / 2
    return caught.value.code, caught.value.may_have_acted


def test_uses_a_connection_again(transport: Transport) -> None:
    with serving(answering(reply(), reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        assert [connection.send(REQUEST, ENOUGH).body, connection.send(REQUEST, ENOUGH).body] == [JOB, b"second"]
        assert server.visits == 1


def test_makes_a_new_connection_where_the_other_side_closed_the_old_one(transport: Transport) -> None:
    with serving(answering(reply()), answering(reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        connection.send(REQUEST, ENOUGH)
        server.ended.acquire()
        assert connection.send(REQUEST, ENOUGH).body == b"second"


def test_makes_a_new_connection_where_the_old_one_rested_for_long() -> None:
    session = requests.Session()
    session.mount("http://", DeadlineAdapter(longest_rest=0.0))
    with serving(answering(reply(), reply(b"on the old one")), answering(reply(b"on a new one"))) as server:
        connection = to(Transport(Clock(), session), server.endpoint)
        connection.send(REQUEST, ENOUGH)
        assert connection.send(REQUEST, ENOUGH).body == b"on a new one"


@pytest.mark.parametrize("late", [reply(b"late"), b"\r\n", b"x"])
@pytest.mark.parametrize("is_secure", [False, True])
def test_makes_a_new_connection_where_something_came_after_the_answer(
    transport: Transport, trusted: ssl.SSLContext, late: bytes, is_secure: bool
) -> None:
    """It must not be taken for the answer to the next request."""
    may_say, said = threading.Event(), threading.Event()

    def says_more(visit: Visit) -> None:
        visit.read()
        visit.send(reply())
        may_say.wait(PATIENCE)
        visit.send(late)
        said.set()
        visit.read()

    with serving(says_more, answering(reply(b"second")), tls=trusted if is_secure else None) as server:
        connection = to(transport, server.tls_endpoint if is_secure else server.endpoint)
        connection.send(REQUEST, ENOUGH)
        may_say.set()
        said.wait(PATIENCE)
        assert connection.send(REQUEST, ENOUGH).body == b"second"


def test_does_not_take_a_second_answer_for_that_to_the_next_request(transport: Transport) -> None:
    """Both came in one piece."""
    with serving(answering(reply() + reply(b"late"), reply(b"second")), answering(reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        assert [connection.send(REQUEST, ENOUGH).body for _ in range(2)] == [JOB, b"second"]


CALLS = [f"call-{number}" for number in range(60)]


def answers_twice(visit: Visit) -> None:
    """Each reply names the job of its request, and comes again some milliseconds later."""
    while not visit.over.is_set():
        job = visit.read().partition(b"<ClientRequestToken>")[2].partition(b"<")[0]
        answer = numbered(b"<CreateJobResult><JobId>of-" + job + b"</JobId></CreateJobResult>")
        visit.send(answer)
        visit.over.wait(0.003)
        visit.send(answer)


def creating(token: str) -> Request:
    return REQUEST._replace(
        body=f"<CreateJobRequest><ClientRequestToken>{token}</ClientRequestToken></CreateJobRequest>".encode()
    )


@pytest.mark.parametrize("is_secure", [False, True])
def test_takes_no_late_copy_of_an_answer_for_that_to_the_next_request(
    transport: Transport, trusted: ssl.SSLContext, is_secure: bool
) -> None:
    with serving(*[answers_twice] * len(CALLS), tls=trusted if is_secure else None) as server:
        connection = to(transport, server.tls_endpoint if is_secure else server.endpoint)
        for call in CALLS:
            try:
                assert created(connection.send(creating(call), ENOUGH))["JobId"] == f"of-{call}"
            except UnexpectedResponse as error:
                assert (error.may_have_acted, error.retryable) == (True, True)


def test_gives_each_call_its_own_job_where_every_answer_comes_twice(transport: Transport) -> None:
    clock, account = Clock(sleep=lambda seconds: None), Account("100000000001", "1250000000", "ap-chengdu")
    with serving(*[answers_twice] * (2 * len(CALLS))) as server:
        wire = to(transport, server.endpoint)
        for call in CALLS:
            exchange = Exchange(wire, account, Deadline(clock, clock.monotonic() + ENOUGH), Budget(), ENOUGH)
            assert exchange.ask(creating(call), created)["JobId"] == f"of-{call}"


def test_tells_a_late_copy_of_any_of_the_last_answers(transport: Transport) -> None:
    answers = [numbered(b"%d" % number) for number in range(16)]
    with serving(answering(*answers, answers[0])) as server:
        connection = to(transport, server.endpoint)
        assert [int(connection.send(REQUEST, ENOUGH).body) for _ in answers] == [*range(16)]
        assert failure(transport, server.endpoint) == ("UnexpectedResponse", True)


def test_tells_a_late_copy_with_other_headers_by_the_service_s_id(transport: Transport) -> None:
    first = b"HTTP/1.1 200 OK\r\nDate: %s\r\nx-cos-request-id: NjQ\r\nContent-Length: 1\r\n\r\n1"
    with serving(
        answering(first % b"Thu, 26 Nov 2026 09:00:00 GMT", first % b"Thu, 26 Nov 2026 09:00:01 GMT")
    ) as server:
        assert to(transport, server.endpoint).send(REQUEST, ENOUGH).body == b"1"
        assert failure(transport, server.endpoint) == ("UnexpectedResponse", True)


def test_makes_a_new_connection_where_the_other_side_sends_no_more(transport: Transport) -> None:
    """It closed its half only, and would still read."""
    closed = threading.Event()

    def closes_its_half(visit: Visit) -> None:
        visit.read()
        visit.send(reply())
        visit.connection.shutdown(socket.SHUT_WR)
        closed.set()
        visit.read()

    with serving(closes_its_half, answering(reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        connection.send(REQUEST, ENOUGH)
        closed.wait(PATIENCE)
        assert connection.send(REQUEST, ENOUGH).body == b"second"


def test_gives_the_connection_up_where_an_answer_is_not_read_to_its_end(transport: Transport) -> None:
    request = REQUEST._replace(limit=1000)
    with serving(answering(reply(b" " * 20_000_000)), answering(reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        with pytest.raises(CosbatchError, match="longer than 1000 bytes"):
            connection.send(request, ENOUGH)
        assert connection.send(REQUEST, ENOUGH).body == b"second"


def test_gives_the_connection_up_where_the_rest_of_a_long_answer_is_still_to_come(transport: Transport) -> None:
    """It reads one byte more than it may, and does not wait for the others."""
    first = OK + b"Content-Length: 100000\r\n\r\n" + b" " * 1001
    with serving(answering(first, b" " * 98_999), answering(reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        with pytest.raises(CosbatchError, match="longer than 1000 bytes"):
            connection.send(REQUEST._replace(limit=1000), ENOUGH)
        assert connection.send(REQUEST, ENOUGH).body == b"second"


def test_gives_the_connection_up_after_an_answer_that_is_not_the_last(transport: Transport) -> None:
    """What follows it would be taken for the answer to the next request."""
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    with serving(answering(early, reply(b"the first one's")), answering(reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        with pytest.raises(CosbatchError, match="103"):
            connection.send(REQUEST, ENOUGH)
        assert connection.send(REQUEST, ENOUGH).body == b"second"


def test_gives_the_connection_up_at_once_where_an_exchange_fails(transport: Transport) -> None:
    """And not when the error is forgotten."""

    def says_half(visit: Visit) -> None:
        visit.read()
        visit.send(b"HTTP/1.1 200 OK\r\n")
        visit.read()

    with serving(says_half) as server:
        with pytest.raises(ServiceSideError) as caught:
            to(transport, server.endpoint).send(REQUEST, SHORT)
        assert server.ended.acquire(timeout=PATIENCE / 2)
        assert caught.value.may_have_acted


def test_sends_a_long_body_over_a_connection_that_was_kept(transport: Transport) -> None:
    request = REQUEST._replace(body=b" " * 8_000_000)
    with serving(answering(reply(), reply(b"second"))) as server:
        connection = to(transport, server.endpoint)
        connection.send(REQUEST, ENOUGH)
        assert connection.send(request, ENOUGH).body == b"second"
        assert server.visits == 1


def test_keeps_one_connection_for_each_address(transport: Transport) -> None:
    with serving(answering(numbered(), numbered())) as one, serving(answering(numbered(), numbered())) as other:
        for server in (one, other, one, other):
            to(transport, server.endpoint).send(REQUEST, ENOUGH)
        assert (one.visits, other.visits) == (1, 1)


def test_closes_its_connections_with_the_session() -> None:
    session = direct_session(str(CERTIFICATE))
    with serving(closes_after_the_client) as server:
        to(Transport(Clock(), session), server.endpoint).send(REQUEST, ENOUGH)
        session.close()
        assert server.ended.acquire(timeout=PATIENCE / 2)


def closes_after_the_client(visit: Visit) -> None:
    visit.read()
    visit.send(reply())
    visit.read()


def test_is_an_adapter_like_any_other() -> None:
    with serving(answering(reply())) as server, direct_session() as session:
        assert session.post(server.endpoint, b"<a/>", timeout=(ENOUGH, ENOUGH)).content == JOB


def drips_status(visit: Visit) -> None:
    visit.read()
    visit.drip(reply())


def drips_headers(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\n")
    visit.drip(b"X-Header: " + b"x" * 4096)


def drips_body(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n")
    visit.drip(b" " * 4096)


def drips_chunks(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    visit.drip(b"1\r\n \r\n" * 4096)


def drips_answers_that_are_none(visit: Visit) -> None:
    visit.read()
    visit.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 4096)


def says_without_end_that_it_goes_on(visit: Visit) -> None:
    visit.read()
    while not visit.over.is_set():
        visit.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def drips_chunk_sizes(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    visit.drip(b"0" * 4096)


def says_nothing(visit: Visit) -> None:
    visit.read()
    visit.hang()


def reads_nothing(visit: Visit) -> None:
    visit.hang()


@pytest.mark.parametrize(
    "script",
    [
        drips_status,
        drips_headers,
        drips_body,
        drips_chunks,
        drips_chunk_sizes,
        drips_answers_that_are_none,
        says_without_end_that_it_goes_on,
        says_nothing,
        reads_nothing,
    ],
)
def test_gives_up_in_time(transport: Transport, script: Script) -> None:
    with serving(script) as server:
        assert failure(transport, server.endpoint, SHORT) == TOO_SLOW


# More than both sides' buffers take.
LARGE = Request("POST", HOST, "/jobs", body=b" " * 64 * 1024 * 1024)


def reads_slowly(visit: Visit) -> None:
    while not visit.over.wait(0.01):
        visit.connection.recv(65536)


@pytest.mark.parametrize("script", [reads_nothing, reads_slowly])
@pytest.mark.parametrize("is_secure", [False, True])
def test_gives_up_in_time_what_cannot_be_sent(
    transport: Transport, trusted: ssl.SSLContext, script: Script, is_secure: bool
) -> None:
    with serving(script, tls=trusted if is_secure else None) as server:
        began = time.monotonic()
        endpoint = server.tls_endpoint if is_secure else server.endpoint
        assert failure(transport, endpoint, 2 * SHORT, LARGE) == TOO_SLOW
        assert time.monotonic() - began < 4 * SHORT


def test_takes_an_answer_that_comes_before_the_request_was_read_for_perhaps_done(transport: Transport) -> None:
    def answers_at_once(visit: Visit) -> None:
        visit.connection.recv(10)
        visit.send(reply(b"", "503 Service Unavailable"))

    with serving(answers_at_once) as server:
        assert failure(transport, server.endpoint, ENOUGH, LARGE) == BROKEN


def closes_at_once(visit: Visit) -> None:
    """Without a look at the request."""


def closes_after_reading(visit: Visit) -> None:
    visit.read()


def resets(visit: Visit) -> None:
    visit.read()
    visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def closes_in_the_body(visit: Visit) -> None:
    visit.read()
    visit.send(reply()[:-10])


def closes_in_a_chunk(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n<Create")


def says_strange_chunks(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nlong\r\n<CreateJobResult>\r\n0\r\n\r\n")


def speaks_another_protocol(visit: Visit) -> None:
    visit.read()
    visit.send(b"220 mail.example ESMTP\r\n")


def speaks_a_version_that_is_none(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/7.3 200 OK\r\n\r\n")


def says_headers_without_end(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\n" + b"X-Header: x\r\n" * 65_000)


def breaks_off_in_the_headers(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Le")


def says_a_status_that_is_none(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 OK 200\r\n\r\n")


def says_a_line_without_end(visit: Visit) -> None:
    visit.read()
    visit.send(b"HTTP/1.1 200 OK\r\nX-Header: " + b"x" * 100_000)


@pytest.mark.parametrize(
    "script",
    [
        closes_at_once,
        closes_after_reading,
        resets,
        closes_in_the_body,
        closes_in_a_chunk,
        says_strange_chunks,
        speaks_another_protocol,
        speaks_a_version_that_is_none,
        says_headers_without_end,
        breaks_off_in_the_headers,
        says_a_status_that_is_none,
        says_a_line_without_end,
    ],
)
def test_takes_a_broken_answer_for_perhaps_done(transport: Transport, script: Script) -> None:
    with serving(script) as server:
        assert failure(transport, server.endpoint) == BROKEN


OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(JOB)
CHUNKS = b"5\r\n" + JOB[:5] + b"\r\n%x\r\n" % (len(JOB) - 5) + JOB[5:] + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "is_kept"),
    [
        (OK + LENGTH + b"\r\n" + JOB, True),
        (b"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" + OK + LENGTH + b"\r\n" + JOB, True),
        (b"HTTP/1.1 200\n" + LENGTH + b"\n" + JOB, True),
        (OK + b"content-length:" + b"%d\r\n\r\n" % len(JOB) + JOB, True),
        (OK + LENGTH + b"no colon\r\n folded\r\n: no name\r\n\r\n" + JOB, True),
        (OK + LENGTH + LENGTH + b"\r\n" + JOB, True),
        (OK + LENGTH + b"Content-Length: 3\r\n\r\n" + JOB, True),
        (OK + b"Transfer-Encoding: Chunked\r\nContent-Length: 3\r\n\r\n" + CHUNKS, True),
        (OK + b"Connection: close\r\n" + LENGTH + b"\r\n" + JOB, False),
        (OK + b"Content-Length: 5, 6\r\n\r\n" + JOB, False),
        (OK + b"Content-Length: -5\r\n\r\n" + JOB, False),
        (b"HTTP/1.0 200 OK\r\n" + LENGTH + b"\r\n" + JOB, False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + LENGTH + b"\r\n" + JOB, True),
    ],
)
def test_reads_an_answer_and_keeps_the_connection_where_its_end_is_known(
    transport: Transport, answer: bytes, is_kept: bool
) -> None:
    def script(visit: Visit) -> None:
        visit.read()
        visit.send(answer)
        if is_kept:
            visit.read()
            visit.send(reply(b"second"))

    with serving(script, *([] if is_kept else [answering(reply(b"second"))])) as server:
        connection = to(transport, server.endpoint)
        assert [connection.send(REQUEST, ENOUGH).body for _ in range(2)] == [JOB, b"second"]
        assert server.visits == (1 if is_kept else 2)


def test_takes_the_first_of_two_headers_and_names_in_small_letters(transport: Transport) -> None:
    answer = OK + LENGTH + b"X-Cos-Request-Id:  one \r\nx-cos-request-id: two\r\n\r\n" + JOB
    with serving(answering(answer)) as server:
        response = to(transport, server.endpoint).send(REQUEST, ENOUGH)
    assert response.headers == {"content-length": str(len(JOB)), "x-cos-request-id": "one"}


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_expects_no_body_where_a_status_has_none(transport: Transport, status: str) -> None:
    bodiless = f"HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\n".encode()
    with serving(answering(bodiless, reply())) as server:
        connection = to(transport, server.endpoint)
        assert [connection.send(REQUEST, ENOUGH).body for _ in range(2)] == [b"", JOB]


def test_expects_no_body_after_a_head(transport: Transport) -> None:
    head = Request("HEAD", HOST, "/list.csv")
    with serving(answering(OK + b"Content-Length: 5\r\n\r\n", reply())) as server:
        connection = to(transport, server.endpoint)
        assert connection.send(head, ENOUGH).headers == {"content-length": "5"}
        assert connection.send(REQUEST, ENOUGH).body == JOB


def test_reads_what_came_before_the_end_where_no_length_is_announced(transport: Transport) -> None:
    def script(visit: Visit) -> None:
        visit.read()
        visit.send(b"HTTP/1.1 200 OK\r\n\r\n" + JOB)

    with serving(script) as server:
        assert to(transport, server.endpoint).send(REQUEST, ENOUGH).body == JOB


def test_reads_no_more_than_it_may_of_an_answer_without_end(transport: Transport) -> None:
    def says_on_and_on(visit: Visit) -> None:
        visit.read()
        visit.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not visit.over.is_set():
            visit.send(b" " * 1_000_000)

    with serving(says_on_and_on) as server, pytest.raises(CosbatchError, match="longer than"):
        to(transport, server.endpoint).send(REQUEST, ENOUGH)


def test_says_that_nothing_went_out_where_nobody_listens(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        endpoint = f"http://127.0.0.1:{listening.getsockname()[1]}"
    assert failure(transport, endpoint) == NOT_REACHED


def test_says_that_nothing_went_out_where_the_name_is_unknown(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert failure(transport, "http://nowhere.example:80") == NOT_REACHED


def test_does_not_wait_for_a_look_up_that_takes_too_long(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(PATIENCE) and [])
    before = threading.enumerate()
    assert failure(transport, "http://slow.example:80", SHORT) == NOT_REACHED_IN_TIME
    # What is left behind keeps no instance from ending.
    assert [thread.daemon for thread in threading.enumerate() if thread not in before] == [True]
    over.set()


def found(*addresses: str) -> list[object]:
    """What the system's look-up gives."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with three addresses: nobody listens at the first, the server at the second."""
    look_up = socket.getaddrinfo

    def look_up_three(host: str, *rest: Any, **more: Any) -> object:
        both = found("127.0.0.2", "127.0.0.1", "127.0.0.3")
        return both if host == "three.example" else look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_three)


def test_goes_on_to_the_next_address(transport: Transport, three: None) -> None:
    with serving(answering(reply())) as server:
        assert to(transport, f"http://three.example:{server.port}").send(REQUEST, ENOUGH).body == JOB


def test_has_all_the_time_that_is_left_when_it_is_connected(transport: Transport, three: None) -> None:
    """And not the share of one address."""

    def late(visit: Visit) -> None:
        visit.read()
        visit.over.wait(2 * SHORT)
        visit.send(reply())

    with serving(late) as server:
        assert to(transport, f"http://three.example:{server.port}").send(REQUEST, 4 * SHORT).body == JOB


def test_shares_the_time_among_the_addresses(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, float]] = []

    def never(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append((address[0], timeout))
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found("127.0.0.2", "127.0.0.3", "127.0.0.4"))
    monkeypatch.setattr(socket, "create_connection", never)
    assert failure(transport, "http://three.example:80", 3.0) == NOT_REACHED_IN_TIME
    shares = [share for _, share in tried]
    assert [address for address, _ in tried] == ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
    assert shares == pytest.approx([1.0, 1.5, 3.0], abs=0.4)  # by a real clock, beside other work


def test_takes_a_name_without_an_address_for_unreachable(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    assert failure(transport, "http://none.example:80") == NOT_REACHED


@pytest.mark.parametrize("label", ["a" * 64, "xn--\N{DIGIT ZERO}" + "a" * 70])
def test_names_the_settings_where_the_host_can_be_no_address(transport: Transport, label: str) -> None:
    with pytest.raises(CosbatchError, match="COSBATCH_REGION") as caught:
        to(transport, f"http://{label}.example:80").send(REQUEST, ENOUGH)
    assert (caught.value.code, caught.value.retryable) == ("ConfigurationError", False)


def test_speaks_tls_with_who_can_prove_the_name(transport: Transport, trusted: ssl.SSLContext) -> None:
    with serving(answering(reply(), reply(b"second")), tls=trusted) as server:
        connection = to(transport, server.tls_endpoint)
        assert [connection.send(REQUEST, ENOUGH).body, connection.send(REQUEST, ENOUGH).body] == [JOB, b"second"]
        assert server.visits == 1


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """A file of roots that vouches for nobody, and the folder beside it that vouches for the server."""
    file = tmp_path / "cacert.pem"
    file.write_bytes(b"# no roots\n")
    folder = Path(ca_folder(str(file), file.stat().st_size))
    folder.mkdir()
    for name, certificate in hashed(CERTIFICATE.read_bytes()).items():
        (folder / name).write_bytes(certificate)
    return file


def test_looks_roots_up_in_the_folder_of_the_package(trusted: ssl.SSLContext, laid_out: Path) -> None:
    with serving(answering(reply()), tls=trusted) as server:
        transport = Transport(Clock(), direct_session(str(laid_out)))
        assert to(transport, server.tls_endpoint).send(REQUEST, ENOUGH).body == JOB


def test_reads_the_file_of_roots_where_it_was_changed_since_the_folder_was_made(
    trusted: ssl.SSLContext, laid_out: Path
) -> None:
    laid_out.write_bytes(CERTIFICATE.read_bytes())
    with serving(answering(reply()), tls=trusted) as server:
        transport = Transport(Clock(), direct_session(str(laid_out)))
        assert to(transport, server.tls_endpoint).send(REQUEST, ENOUGH).body == JOB


def test_refuses_a_certificate_that_nobody_vouches_for(trusted: ssl.SSLContext) -> None:
    with serving(answering(reply()), tls=trusted) as server:
        assert failure(Transport(Clock()), server.tls_endpoint) == NOT_PROVEN
        server.ended.acquire()
        assert server.requests == []


def test_refuses_a_certificate_of_another_name(transport: Transport, trusted: ssl.SSLContext) -> None:
    with serving(answering(reply()), tls=trusted) as server:
        assert failure(transport, f"https://127.0.0.1:{server.port}") == NOT_PROVEN


def test_refuses_a_server_that_speaks_no_tls(transport: Transport, trusted: ssl.SSLContext) -> None:
    with serving(speaks_another_protocol_at_once) as server:
        assert failure(transport, server.tls_endpoint) == NOT_PROVEN


def breaks_off(visit: Visit) -> None:
    visit.connection.recv(65536)


def test_tries_again_where_the_connection_breaks_before_a_certificate_is_shown(
    transport: Transport, trusted: ssl.SSLContext
) -> None:
    with serving(breaks_off) as server:
        assert failure(transport, server.tls_endpoint) == NOT_REACHED


def speaks_another_protocol_at_once(visit: Visit) -> None:
    visit.send(b"220 mail.example ESMTP\r\n")
    visit.hang()


def test_gives_up_a_handshake_in_time(transport: Transport, trusted: ssl.SSLContext) -> None:
    with serving(reads_nothing) as server:
        assert failure(transport, server.tls_endpoint, SHORT) == NOT_REACHED_IN_TIME


def test_bounds_what_comes_before_the_request_by_itself(trusted: ssl.SSLContext) -> None:
    with serving(reads_nothing) as server, direct_session() as session:
        with pytest.raises(NotConnected) as caught:
            session.post(server.tls_endpoint, timeout=(SHORT, PATIENCE))
        assert isinstance(caught.value.args[0], TimeoutError)


def test_gives_up_a_handshake_that_is_cut(transport: Transport, trusted: ssl.SSLContext) -> None:
    with serving(closes_at_once) as server:
        assert failure(transport, server.tls_endpoint)[1] is False


@pytest.mark.parametrize(("script", "outcome"), [(drips_body, TOO_SLOW), (says_nothing, TOO_SLOW)])
def test_gives_up_in_time_over_tls(
    transport: Transport, trusted: ssl.SSLContext, script: Script, outcome: tuple[str, bool]
) -> None:
    with serving(script, tls=trusted) as server:
        assert failure(transport, server.tls_endpoint, 2 * SHORT) == outcome


def breaks_tls(visit: Visit) -> None:
    """Bytes that are no record of the session, in the place of the answer."""
    visit.read()
    plain = socket.socket(fileno=socket.dup(visit.connection.fileno()))
    with plain:
        plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
    visit.hang()


def test_takes_an_answer_whose_encryption_is_broken_for_perhaps_done(
    transport: Transport, trusted: ssl.SSLContext
) -> None:
    with serving(breaks_tls, tls=trusted) as server:
        assert failure(transport, server.tls_endpoint) == BROKEN
