"""The only socket: sends a signed Request to COS and brings back the Response, or says why there is none."""

from __future__ import annotations

import io
import time
import warnings
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse
from socket import socket
from typing import Any
from urllib.parse import quote, urlencode

with warnings.catch_warnings():
    # The deployed package leaves out what guesses encodings, for nothing asks for a guess; requests would complain.
    warnings.simplefilter("ignore")
    import requests

from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    ReadTimeoutError,
)

from cosbatch import signature
from cosbatch.deadline import Clock
from cosbatch.errors import ServiceSideError, UnexpectedResponse, UpstreamTimeout, UpstreamTLS, UpstreamUnreachable
from cosbatch.messages import Request, Response
from cosbatch.signature import Credentials

_CHUNK = 64 * 1024
_CONNECT_SECONDS = 5.0
_NO_PROXIES: dict[str, str] = {}


class CosAuth(AuthBase):
    """Signs a prepared request at the time that the service's clock shows."""

    def __init__(self, credentials: Credentials, now: float, request: Request) -> None:
        self._credentials = credentials
        self._now = int(now)
        self._request = request

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._credentials.token:
            prepared.headers["x-cos-security-token"] = self._credentials.token
        signed = [(name, str(value)) for name, value in prepared.headers.items() if _is_signed(name.lower())]
        prepared.headers["Authorization"] = signature.sign(
            self._credentials, self._now, self._request.method, self._request.path, self._request.query, signed
        )
        return prepared


def _is_signed(name: str) -> bool:
    return name in ("host", "content-type", "content-length", "content-md5", "if-match", "range") or name.startswith(
        "x-cos-"
    )


class Transport:
    """What stays warm between invocations: the session with its connections, and how far our clock is off."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0.0
        self._session = requests.Session()
        # Neither proxies nor .netrc of the environment may get in between.
        self._session.trust_env = False
        self._session.mount("https://", _DeadlineAdapter())
        self._session.mount("http://", _DeadlineAdapter())

    def connect(self, credentials: Credentials, endpoint: str | None) -> Connection:
        return Connection(self, credentials, endpoint)

    def now(self) -> float:
        """Unix seconds, by the service's clock as far as it is known."""
        return self._clock.now() + self._offset

    def set_clock_by(self, date: str | None) -> bool:
        """Go by the service's Date header from here on; says whether that makes a difference."""
        try:
            theirs = parsedate_to_datetime(date or "").timestamp()
        except (TypeError, ValueError, OverflowError):
            return False
        before, self._offset = self._offset, theirs - self._clock.now()
        return abs(self._offset - before) > 1

    def send(self, prepared: requests.PreparedRequest, seconds: float, limit: int) -> Response:
        """Errors are requests' and urllib3's own."""
        timeout = (min(_CONNECT_SECONDS, seconds), seconds)
        answer = self._session.send(prepared, stream=True, allow_redirects=False, timeout=timeout, proxies=_NO_PROXIES)
        try:
            body = _read(answer, limit)
        except BaseException:
            answer.close()
            raise
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, body)


class Connection:
    """One invocation's way to the service: a transport with the invocation's credentials."""

    def __init__(self, transport: Transport, credentials: Credentials, endpoint: str | None) -> None:
        self._transport = transport
        self._credentials = credentials
        self._endpoint = endpoint

    def set_clock_by(self, date: str | None) -> bool:
        return self._transport.set_clock_by(date)

    def send(self, request: Request, seconds: float) -> Response:
        """Send once, freshly signed; the whole exchange is over in `seconds`.

        Raises UpstreamUnreachable, UpstreamTimeout, UpstreamTLS or UnexpectedResponse; never an error of a library.
        """
        prepared = _prepare(request, self._endpoint or f"https://{request.host}")
        CosAuth(self._credentials, self._transport.now(), request)(prepared)
        try:
            return self._transport.send(prepared, seconds, request.limit)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _translated(error, request.host) from None


def _prepare(request: Request, base: str) -> requests.PreparedRequest:
    """A request as it goes out: requests' own preparation would look into the environment and rewrite odd keys."""
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = base + _encoded(request.path)
    if request.query:
        prepared.url += "?" + urlencode(request.query, quote_via=quote)
    headers = {"Host": request.host, "Accept-Encoding": "identity", "Accept": "*/*", **dict(request.headers)}
    if request.method == "POST":
        headers["Content-Length"] = str(len(request.body))
    prepared.headers = CaseInsensitiveDict(headers)
    prepared.body = request.body or None
    prepared.hooks = {"response": []}
    return prepared


def _encoded(path: str) -> str:
    """The path as it goes over the wire; a second slash at its start would be taken for a host on the way."""
    encoded = quote(path, safe="/-_.~")
    return f"/%2F{encoded[2:]}" if encoded.startswith("//") else encoded


def _read(answer: requests.Response, limit: int) -> bytes:
    """The body as it came, up to `limit` bytes; a longer or a compressed one is not the service's."""
    if answer.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise UnexpectedResponse("The answer is compressed, though that was not asked for.", maybe_done=answer.ok)
    chunks: list[bytes] = []
    size = 0
    while chunk := answer.raw.read(_CHUNK, decode_content=False):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise UnexpectedResponse(f"The answer is longer than {limit} bytes.", maybe_done=answer.ok)
    return b"".join(chunks)


# What the libraries raise, and what it means: our error, and whether the service may have acted on the request.
_MEANINGS: tuple[tuple[tuple[type[Exception], ...], type[ServiceSideError], bool, str], ...] = (
    ((NewConnectionError,), UpstreamUnreachable, False, "No connection to {host} could be made."),
    ((requests.ConnectTimeout, ConnectTimeoutError), UpstreamTimeout, False, "{host} took no connection in time."),
    ((requests.ReadTimeout, ReadTimeoutError, TimeoutError), UpstreamTimeout, True, "{host} did not answer in time."),
    ((requests.exceptions.SSLError,), UpstreamTLS, False, "{host} could not prove who it is (TLS)."),
    ((LocationValueError, ValueError), UpstreamUnreachable, False, "The endpoint for {host} is no address."),
    ((Exception,), UpstreamUnreachable, True, "The connection to {host} broke before the answer was whole."),
)


def _translated(error: Exception, host: str) -> ServiceSideError:
    """Our error for a library's: its text is not carried over, for it may quote headers."""
    inner = error.args[0] if error.args else None
    cause = inner.reason if isinstance(inner, MaxRetryError) and inner.reason is not None else error
    for types, meaning, maybe_done, message in _MEANINGS:
        if isinstance(cause, types) or isinstance(error, types):
            return meaning(message.format(host=host), maybe_done=maybe_done)
    raise AssertionError("the last row takes every exception")


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket for so many seconds altogether, however slowly the bytes drip in."""

    def __init__(self, sock: socket, stream: io.RawIOBase) -> None:
        seconds = sock.gettimeout()
        self._at = time.monotonic() + seconds if seconds is not None else None
        self._socket = sock
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._at is not None:
            remaining = self._at - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("the deadline is over")
            self._socket.settimeout(remaining)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    """An answer whose status line, headers and body together are bounded by the socket's time-out."""

    def __init__(self, sock: socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_UntilDeadline(sock, self.fp.detach()))


class _Connection(HTTPConnection):
    response_class = _DeadlineResponse


class _TLSConnection(HTTPSConnection):
    response_class = _DeadlineResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _DeadlineAdapter(HTTPAdapter):
    """requests' adapter, without retries, on connections that keep to the deadline."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
