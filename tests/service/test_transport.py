"""What goes over the wire and what comes back: signed bytes out, a Response or one of our errors in."""

from __future__ import annotations

import gzip
import http.client
import inspect
import ssl
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from itertools import chain, repeat
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
import requests
import urllib3.exceptions
from requests.adapters import BaseAdapter

from cosbatch.model.credentials import Credentials
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import (
    ConfigurationError,
    CosbatchError,
    InvalidRequest,
    ServiceSideError,
    UnexpectedResponse,
)
from cosbatch.model.messages import Request
from cosbatch.service.deadline_adapter import NotConnected
from cosbatch.service.transport import Connection, Transport
from cosbatch.standin import Account
from tests.mocked_service import responses
from tests.raw_server import Visit, answering, numbered, reply, serving
from tests.standin.client import authorization

HOST = "manifest-1250000000.cos.ap-chengdu.myqcloud.com"
KEYS = Credentials("AKIDtest", "s3cret-key-of-the-tests", "s3cret+token/==")
GET = Request("GET", HOST, "/list.csv")
NOW = 1_795_521_600.5
ENOUGH = 10.0


@pytest.fixture
def transport() -> Transport:
    return Transport(Clock(now=lambda: NOW))


def to(transport: Transport, endpoint: str | None, credentials: Credentials = KEYS) -> Connection:
    return transport.connect(credentials, endpoint)


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def signed(self) -> Mapping[str, str]:
        """The fields of Authorization."""
        return dict(field.split("=", 1) for field in self.headers["authorization"].split("&"))


def seen(raw: bytes) -> Seen:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    assert version == "HTTP/1.1"
    pairs = [line.split(": ", 1) for line in lines]
    assert len({name.lower() for name, _ in pairs}) == len(pairs)
    return Seen(method, target, {name.lower(): value for name, value in pairs}, body)


def sent(transport: Transport, request: Request, credentials: Credentials = KEYS) -> Seen:
    with serving(answering(reply())) as server:
        to(transport, server.endpoint, credentials).send(request, ENOUGH)
        return seen(server.requests[0])


def expected_authorization(request: Seen, credentials: Credentials = KEYS) -> str:
    """What a verifier makes of the request as it came, by the documented steps written out once more."""
    account = Account(secret_id=credentials.secret_id, secret_key=credentials.secret_key)
    path, _, query = request.target.partition("?")
    headers = [(name, request.headers[name]) for name in request.signed["q-header-list"].split(";")]
    start, end = request.signed["q-sign-time"].split(";")
    pairs = parse_qsl(query, keep_blank_values=True)
    return authorization(account, request.method, unquote(path), pairs, headers, (int(start), int(end)))


# The key of an object, and how it goes over the wire.
KEYS_ON_THE_WIRE = {
    "list.csv": "/list.csv",
    "/a": "/%2Fa",
    "//a": "/%2F/a",
    "a//b": "/a//b",
    "../x": "/../x",
    "./x/..": "/./x/..",
    "a%20b": "/a%2520b",
    "a b+c": "/a%20b%2Bc",
    "a?b=c&d": "/a%3Fb%3Dc%26d",
    "a#b": "/a%23b",
    "a;b=c:d@e": "/a%3Bb%3Dc%3Ad%40e",
    "~-_.": "/~-_.",
    "恢复/é.csv": "/%E6%81%A2%E5%A4%8D/%C3%A9.csv",
    "a\tb\nc\r": "/a%09b%0Ac%0D",
    "a\\b\x00": "/a%5Cb%00",
    "http://elsewhere.example/": "/http%3A//elsewhere.example/",
    "@elsewhere.example/": "/%40elsewhere.example/",
}


@pytest.mark.parametrize("key", KEYS_ON_THE_WIRE)
def test_sends_every_key_as_it_is_signed(transport: Transport, key: str) -> None:
    request = sent(transport, Request("GET", HOST, f"/{key}"))
    assert request.target == KEYS_ON_THE_WIRE[key]
    assert request.headers["authorization"] == expected_authorization(request)
    assert unquote(request.target) == f"/{key}"


@pytest.mark.parametrize("value", ["", "a b", "to+do", "a&b=c", "é", "100%", "a/b?c#d"])
def test_sends_every_parameter_as_it_is_signed(transport: Transport, value: str) -> None:
    query = (("requestedJobStatus", "Cancelled"), ("statusUpdateReason", value))
    request = sent(transport, Request("POST", HOST, "/jobs/1/status", query))
    assert tuple(parse_qsl(request.target.partition("?")[2], keep_blank_values=True)) == query
    assert request.headers["authorization"] == expected_authorization(request)


def test_sends_the_headers_of_the_contract_and_signs_what_has_to_be_signed(transport: Transport) -> None:
    headers = (("x-cos-appid", "1250000000"), ("Content-Type", "application/xml"), ("Content-MD5", "abc=="))
    request = sent(transport, Request("POST", HOST, "/jobs", headers=headers, body=b"<a/>"))
    assert request.body == b"<a/>"
    assert {name: value for name, value in request.headers.items() if name != "authorization"} == {
        "host": HOST,
        "x-cos-appid": "1250000000",
        "content-type": "application/xml",
        "content-length": "4",
        "content-md5": "abc==",
        "x-cos-security-token": KEYS.token,
        "accept-encoding": "identity",
        "accept": "*/*",
        "user-agent": "cosbatch",
    }
    assert request.signed["q-header-list"] == (
        "content-length;content-md5;content-type;host;x-cos-appid;x-cos-security-token"
    )
    assert request.headers["authorization"] == expected_authorization(request)


def test_sends_no_token_with_permanent_keys(transport: Transport) -> None:
    assert "x-cos-security-token" not in sent(transport, GET, Credentials("AKIDtest", "key")).headers


@pytest.mark.parametrize(("method", "length"), [("POST", "0"), ("GET", None), ("HEAD", None), ("DELETE", None)])
def test_announces_a_length_where_the_pages_ask_for_it(transport: Transport, method: str, length: str | None) -> None:
    request = sent(transport, Request(method, HOST, "/jobs"))
    assert (request.headers.get("content-length"), "content-type" in request.headers) == (length, False)


def test_goes_to_the_real_host_over_https_without_an_endpoint(transport: Transport) -> None:
    with responses as service:
        service.get(f"https://{HOST}/list.csv", body=b"a,b\n")
        assert to(transport, None).send(GET, ENOUGH).body == b"a,b\n"


def test_signs_each_try_anew_with_the_same_bytes() -> None:
    times = iter([NOW, NOW + 7])
    transport = Transport(Clock(now=lambda: next(times)))
    request = Request("POST", HOST, "/jobs", body=b"<a/>")
    with serving(answering(numbered(), numbered())) as server:
        connection = to(transport, server.endpoint)
        connection.send(request, ENOUGH)
        connection.send(request, ENOUGH)
        one, other = seen(server.requests[0]), seen(server.requests[1])
    assert (one.target, one.body) == (other.target, other.body)
    starts = [int(each.signed["q-sign-time"].split(";")[0]) for each in (one, other)]
    assert starts == [int(NOW) - 60, int(NOW) - 53]
    assert [each.headers["authorization"] for each in (one, other)] == [*map(expected_authorization, (one, other))]


@pytest.mark.parametrize("value", ["a\r\nx-cos-acl: public-read", "a\n b", "a\x00", "é", "恢复", "\x7f", "a\tb"])
def test_sends_nothing_where_a_header_could_not_carry_its_value(transport: Transport, value: str) -> None:
    with pytest.raises(InvalidRequest, match="If-Match"):
        to(transport, "http://127.0.0.1:9").send(Request("GET", HOST, "/a", headers=(("If-Match", value),)), ENOUGH)


def test_sends_headers_without_outer_blanks(transport: Transport) -> None:
    request = sent(transport, Request("GET", HOST, "/a", headers=(("x-cos-appid", " 1250000000 "),)))
    assert request.headers["x-cos-appid"] == "1250000000"
    assert request.headers["authorization"] == expected_authorization(request)


@pytest.mark.parametrize(
    "request_", [Request("GET", HOST, "/\ud800"), Request("GET", HOST, "/", (("nextToken", "\ud800"),))]
)
def test_sends_nothing_that_is_no_text(transport: Transport, request_: Request) -> None:
    with pytest.raises(InvalidRequest, match="surrogates"):
        to(transport, "http://127.0.0.1:9").send(request_, ENOUGH)


def test_takes_nothing_from_the_environment(
    transport: Transport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a proxy, nor somebody's password, nor other certificates."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password s3cret\n")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/nowhere")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert sent(transport, GET).headers["authorization"].startswith("q-sign-algorithm=sha1&")


def test_gives_status_headers_and_body(transport: Transport) -> None:
    with serving(answering(reply(b"no", "404 Not Found", "X-Cos-Request-Id: abc", 'ETag: "1"'))) as server:
        response = to(transport, server.endpoint).send(GET, ENOUGH)
    headers = {"content-length": "2", "x-cos-request-id": "abc", "etag": '"1"'}
    assert (response.status, dict(response.headers), response.body) == (404, headers, b"no")
    assert response.request_id == "abc"


def test_gives_a_packed_body_as_it_came(transport: Transport) -> None:
    """An object may be stored so; it is for the reader to say what is wrong with it."""
    packed = gzip.compress(b" " * 10_000_000)
    with serving(answering(reply(packed, "200 OK", "Content-Encoding: gzip"))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).body == packed


def test_reads_no_body_after_a_head(transport: Transport) -> None:
    head = b'HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\nContent-Encoding: gzip\r\nETag: "%d"\r\n\r\n'
    with serving(answering(head % 1, head % 2)) as server:
        connection = to(transport, server.endpoint)
        for _ in range(2):
            assert connection.send(Request("HEAD", HOST, "/a"), ENOUGH).headers["content-length"] == "5000000000"
        assert server.visits == 1


@pytest.mark.parametrize(("size", "fits"), [(0, True), (999, True), (1000, True), (1001, False), (500_000, False)])
def test_reads_so_many_bytes_and_no_more(transport: Transport, size: int, fits: bool) -> None:
    request = Request("GET", HOST, "/a", limit=1000)
    with serving(answering(reply(b" " * size))) as server:
        if fits:
            assert len(to(transport, server.endpoint).send(request, ENOUGH).body) == size
        else:
            with pytest.raises(UnexpectedResponse, match="longer than 1000 bytes"):
                to(transport, server.endpoint).send(request, ENOUGH)


@pytest.mark.parametrize(
    ("status", "may_have_acted"),
    [("200 OK", True), ("404 Not Found", False), ("307 Temporary Redirect", False), ("502 Bad Gateway", True)],
)
def test_says_of_an_endless_answer_whether_the_work_may_be_done(
    transport: Transport, status: str, may_have_acted: bool
) -> None:
    with serving(answering(reply(b" " * 2000, status))) as server, pytest.raises(UnexpectedResponse) as caught:
        to(transport, server.endpoint).send(Request("GET", HOST, "/a", limit=1000), ENOUGH)
    assert caught.value.may_have_acted is may_have_acted


def test_does_not_follow_a_redirect_nor_read_what_is_behind_it(transport: Transport) -> None:
    """With its body unpacked, a redirect could be a bomb."""
    bomb = gzip.compress(b" " * 50_000_000)
    with serving(answering(reply())) as elsewhere:
        location = f"Location: {elsewhere.endpoint}/stolen"
        with serving(answering(reply(bomb, "307 Temporary Redirect", location, "Content-Encoding: gzip"))) as server:
            response = to(transport, server.endpoint).send(GET, ENOUGH)
        assert (response.status, response.body, elsewhere.visits) == (307, bomb, 0)


@pytest.mark.parametrize("location", ["http://[::1", "//", "http://\udcff/", ""])
def test_bears_a_redirect_to_nowhere(transport: Transport, location: str) -> None:
    raw = f"Location: {location}".encode("utf-8", "surrogateescape").decode("latin-1")
    answer = reply(b"", "302 Found", "X: y").replace(b"X: y", raw.encode("latin-1"))
    with serving(answering(answer)) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).status == 302


@pytest.mark.parametrize("status", ["101 Switching Protocols", "103 Early Hints"])
def test_takes_an_interim_answer_for_no_end_and_gives_the_connection_up(transport: Transport, status: str) -> None:
    """The real answer may follow; it must not be taken for that to the next request."""

    def script(visit: Visit) -> None:
        visit.read()
        visit.send(f"HTTP/1.1 {status}\r\n\r\n".encode() + reply(b"the first one's"))
        visit.hang()

    with serving(script) as server:
        with pytest.raises(UnexpectedResponse) as caught:
            to(transport, server.endpoint).send(GET, ENOUGH)
        assert caught.value.may_have_acted
    with serving(answering(reply(b"the second one's"))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).body == b"the second one's"


def hides(visit: Visit) -> None:
    """Quotes everything that came, in an Error document."""
    raw = visit.read()
    visit.send(reply(b"<Error><Code>Odd</Code><Message>" + raw + b"</Message></Error>", "403 Forbidden"))


def test_hides_the_secrets_of_a_request_that_an_error_quotes(transport: Transport) -> None:
    with serving(hides) as server:
        body = to(transport, server.endpoint).send(GET, ENOUGH).body
        request = seen(server.requests[0])
    assert b"s3cret" not in body
    assert request.signed["q-signature"].encode() not in body
    assert b"AKIDtest" in body


def test_hides_the_secrets_that_the_headers_of_an_error_quote(transport: Transport) -> None:
    answer = reply(b"<Error/>", "403 Forbidden").replace(b"\r\n", b"\r\nx-cos-request-id: s3cret+token/==\r\n", 1)
    with serving(answering(answer)) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).request_id == "***"


def test_keeps_what_was_signed_where_the_service_refuses_it(transport: Transport) -> None:
    with serving(answering(reply(b"<Error/>", "403 Forbidden"), reply(b"<Error/>", "404 Not Found"))) as server:
        refused = to(transport, server.endpoint).send(GET, ENOUGH)
        assert to(transport, server.endpoint).send(GET, ENOUGH).signed is None
    assert refused.signed is not None
    string_to_sign, format_string = refused.signed
    assert string_to_sign.startswith("sha1\n1795521540;1795522440\n")
    assert format_string == f"get\n/list.csv\n\nhost={HOST}&x-cos-security-token=***\n"


def test_takes_secrets_out_of_an_answer_that_is_no_error_too(transport: Transport) -> None:
    with serving(answering(reply(b"<Job>" + KEYS.secret_key.encode() + b"</Job>"))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).body == b"<Job>***</Job>"


@pytest.mark.parametrize("placeholder", ["x", "e", "Error"])
def test_leaves_an_answer_whole_where_a_placeholder_for_a_secret_is_a_word_of_it(
    transport: Transport, placeholder: str
) -> None:
    body = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    with serving(answering(reply(body, "403 Forbidden"))) as server:
        credentials = Credentials("AKIDtest", placeholder, placeholder)
        assert to(transport, server.endpoint, credentials).send(GET, ENOUGH).body == body


def test_hides_nothing_where_there_is_no_token(transport: Transport) -> None:
    with serving(answering(reply(b"<Error/>", "400 Bad Request"))) as server:
        credentials = Credentials("AKIDtest", "key")
        assert to(transport, server.endpoint, credentials).send(GET, ENOUGH).body == b"<Error/>"


def refused_at(date: str | None) -> bytes:
    return reply(b"<Error/>", "403 Forbidden", *([] if date is None else [f"Date: {date}"]))


@pytest.mark.parametrize("seconds", [-3600, 0, 3600])
def test_goes_by_the_clock_of_the_service_that_has_refused_a_request(transport: Transport, seconds: int) -> None:
    with serving(answering(refused_at(formatdate(NOW + seconds, usegmt=True)))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).clock_off == abs(seconds)
    assert transport.now() == int(NOW) + seconds


@pytest.mark.parametrize("date", [None, "yesterday", "Thu, 99 Aug 2019 09:15:29 GMT", "1795521600"])
def test_keeps_its_own_clock_where_the_service_names_no_time(transport: Transport, date: str | None) -> None:
    with serving(answering(refused_at(date))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).clock_off is None
    assert transport.now() == NOW


def test_keeps_its_own_clock_where_something_on_the_way_refuses(transport: Transport) -> None:
    date = f"Date: {formatdate(NOW - 86_400, usegmt=True)}"
    with serving(answering(reply(b"<html/>", "403 Forbidden", date, "Content-Type: text/html"))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).clock_off is None
    assert transport.now() == NOW


def test_keeps_its_own_clock_where_the_service_takes_a_request(transport: Transport) -> None:
    with serving(answering(reply(b"", "200 OK", f"Date: {formatdate(NOW + 3600, usegmt=True)}"))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).clock_off is None
    assert transport.now() == NOW


def test_compares_the_date_with_what_was_signed_and_not_with_the_clock_when_the_answer_comes() -> None:
    """An instance that was frozen while it signed: its clock is right again by then."""
    moments = chain([NOW - 7200], repeat(NOW))
    transport = Transport(Clock(now=lambda: next(moments)))
    with serving(answering(refused_at(formatdate(NOW, usegmt=True)))) as server:
        assert to(transport, server.endpoint).send(GET, ENOUGH).clock_off == 7200


def test_is_silent_on_what_the_libraries_have_to_say(
    transport: Transport, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """They would quote the answer."""
    strange = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\ns3cret without a colon\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    with serving(answering(strange)) as server:
        to(transport, server.endpoint).send(GET, ENOUGH)
    assert (caplog.text, capfd.readouterr()) == ("", ("", ""))


def exceptions_of(*modules: ModuleType) -> Iterator[type[Exception]]:
    for module in modules:
        for _, value in inspect.getmembers(module, inspect.isclass):
            if issubclass(value, Exception):
                yield value


EVERY_EXCEPTION = sorted(
    {*exceptions_of(requests.exceptions, urllib3.exceptions, http.client), NotConnected, OSError, ValueError},
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)
NO_ADDRESS = ("ConfigurationError", None)
NOT_REACHED = ("UpstreamUnreachable", False)
NOT_REACHED_IN_TIME = ("UpstreamTimeout", False)
NOT_PROVEN = ("UpstreamTLS", False)
TOO_SLOW = ("UpstreamTimeout", True)
BROKEN = ("UpstreamUnreachable", True)
# What each comes to. Whatever is not named here may have come after the request, and counts as a broken answer.
MEANINGS: dict[type[Exception], tuple[str, bool | None]] = {
    requests.exceptions.InvalidURL: NO_ADDRESS,
    requests.exceptions.InvalidProxyURL: NO_ADDRESS,
    requests.exceptions.InvalidSchema: NO_ADDRESS,
    requests.exceptions.MissingSchema: NO_ADDRESS,
    NotConnected: NOT_REACHED,
    TimeoutError: TOO_SLOW,
    requests.exceptions.Timeout: TOO_SLOW,
    requests.exceptions.ConnectTimeout: TOO_SLOW,
    requests.exceptions.ReadTimeout: TOO_SLOW,
}


def made(kind: type[Exception]) -> Exception:
    """An exception of that kind, with a secret in its text; most need more to be made than matters here."""
    exception = kind.__new__(kind)
    exception.args = ("q-signature=s3cret",)
    if isinstance(exception, urllib3.exceptions.MaxRetryError):
        exception.reason = None
    return exception


class Broken(BaseAdapter):
    """An adapter that does nothing but raise."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def send(self, *_: Any, **__: Any) -> requests.Response:
        raise self.error


def broken(error: BaseException) -> Connection:
    session = requests.Session()
    session.mount("https://", Broken(error))
    return to(Transport(Clock(now=lambda: NOW), session), None)


def outcome(error: Exception) -> tuple[str, bool | None]:
    with pytest.raises(CosbatchError) as caught:
        broken(error).send(GET, ENOUGH)
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    assert "s3cret" not in caught.value.message + repr(caught.value) + shown
    return caught.value.code, getattr(caught.value, "may_have_acted", None)


@pytest.mark.parametrize("kind", EVERY_EXCEPTION, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_translates_every_error_of_the_libraries(kind: type[Exception]) -> None:
    assert outcome(made(kind)) == MEANINGS.get(kind, BROKEN)


def test_the_walk_through_the_libraries_is_a_long_one() -> None:
    assert len(EVERY_EXCEPTION) > 70
    assert set(MEANINGS) <= {*EVERY_EXCEPTION, TimeoutError}


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        (ssl.SSLCertVerificationError("not proven"), NOT_PROVEN),
        (ssl.SSLEOFError("cut"), NOT_REACHED),
        (ssl.SSLZeroReturnError("closed"), NOT_REACHED),
        (ssl.SSLError("wrong version number"), NOT_PROVEN),
        (TimeoutError(), NOT_REACHED_IN_TIME),
        (ConnectionRefusedError(), NOT_REACHED),
        (UnicodeError("no name"), NO_ADDRESS),
    ],
    ids=repr,
)
def test_says_why_no_connection_was_made(reason: Exception, meaning: tuple[str, bool | None]) -> None:
    assert outcome(NotConnected(reason)) == meaning


def test_takes_a_fault_of_the_encryption_after_the_connection_was_made_for_perhaps_done() -> None:
    assert outcome(ssl.SSLError("bad record")) == BROKEN


def test_says_whom_it_could_not_talk_to() -> None:
    with pytest.raises(ServiceSideError, match=HOST):
        broken(requests.ReadTimeout()).send(GET, ENOUGH)
    with pytest.raises(ConfigurationError, match="COSBATCH_ENDPOINT"):
        broken(requests.exceptions.InvalidURL()).send(GET, ENOUGH)


@pytest.mark.parametrize("kill", [KeyboardInterrupt, SystemExit])
def test_lets_through_what_stops_the_process(kill: type[BaseException]) -> None:
    with pytest.raises(kill):
        broken(kill()).send(GET, ENOUGH)


def test_names_the_endpoint_too_where_it_takes_no_connection(transport: Transport) -> None:
    with pytest.raises(CosbatchError) as raised:
        to(transport, "http://127.0.0.1:1").send(GET, ENOUGH)
    assert raised.value.message == f"No connection to {HOST} at http://127.0.0.1:1 could be made."
