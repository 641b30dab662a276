"""The only socket: sends a signed Request to COS and brings back the Response, or says why there is none."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import ItemsView, Iterator
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote, urlencode

with warnings.catch_warnings():
    # The deployed package leaves out what guesses encodings, for nothing asks for a guess; requests would complain.
    warnings.simplefilter("ignore")
    import requests

from requests import adapters
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, LocationValueError, MaxRetryError, NewConnectionError
from urllib3.exceptions import TimeoutError as NotInTimeError

from cosbatch.model.credentials import Credentials
from cosbatch.model.deadline import Clock, unix_seconds
from cosbatch.model.errors import (
    ConfigurationError,
    CosbatchError,
    InvalidRequest,
    ServiceSideError,
    UnexpectedResponse,
    UpstreamTimeout,
    UpstreamTLS,
    UpstreamUnreachable,
)
from cosbatch.model.messages import Request, Response, may_have_acted
from cosbatch.service import signature
from cosbatch.service.sockets import Answer, HandshakeError, PunctualPool, TLSPool

_CHUNK = 64 * 1024
_SIGNED = frozenset({"host", "content-type", "content-length", "content-md5", "if-match", "range"})
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*", re.ASCII)
# The libraries' own lines quote what the other side sent; what matters of it is in our errors.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class _Headers(CaseInsensitiveDict["str | bytes"]):
    """Headers as requests has them, except that neither making them nor going through them costs 10 us a call."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields
        self._store = {name.lower(): (name, value) for name, value in fields.items()}  # type: ignore[assignment]

    def items(self) -> ItemsView[str, Any]:
        return self._fields.items()


class Prepared(requests.PreparedRequest):
    """A request as it goes out, signed at `now`: requests' own preparation would look into the environment and rewrite
    odd keys.

    `base` is the address without the path, `target` path and query as they go over the wire. Raises InvalidRequest for
    text that no header or path can carry.
    """

    def __init__(self, request: Request, base: str, credentials: Credentials, now: float) -> None:
        super().__init__()
        self.base = base
        self.target = _target(request)
        self.method = request.method
        self.url = base + self.target
        self.body = request.body or None
        self.hooks = {"response": []}
        fields = _fields(request, credentials)
        self._request = request
        self._now = int(now)
        self._signed = [(name, value) for name, value in fields.items() if _is_signed(name)]
        fields["Authorization"] = signature.sign(
            credentials, self._now, request.method, request.path, request.query, self._signed
        )
        self.headers = _Headers(fields)

    def signed(self) -> tuple[str, str]:
        """StringToSign and FormatString (as the service calls HttpString), to hold against the service's."""
        request = self._request
        http_string = signature.http_string(request.method, request.path, request.query, self._signed)
        return signature.string_to_sign(signature.key_time(self._now), http_string), http_string


@lru_cache(maxsize=64)
def _is_signed(name: str) -> bool:
    name = name.lower()
    return name in _SIGNED or name.startswith("x-cos-")


class _Adapter(HTTPAdapter):
    """requests' adapter, asked without a Session, on connections that keep to the deadline.

    A Session would look at each request and answer for cookies, redirects, proxies and .netrc, none of which may get in
    between here: 0.15 ms a call.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pools: dict[str, PunctualPool] = {}

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": PunctualPool, "https": TLSPool}

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> PunctualPool:
        """The pool of the request's address, which requests would parse, and its file of roots look for, each time."""
        pool = self._pools.get(request.base)
        if pool is None or pool.pool is None:
            found = super().get_connection_with_tls_context(request, verify, proxies, cert)
            super().cert_verify(found, request.url, verify, cert)
            assert isinstance(found, PunctualPool)
            open_ones = {base: other for base, other in self._pools.items() if other.pool is not None}
            self._pools = {**open_ones, request.base: (pool := found)}
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: done when the pool was made."""

    def request_url(self, request: Any, proxies: Any) -> str:
        target: str = request.target
        return target

    def build_response(self, req: Any, resp: Any) -> Any:
        """The answer as it is, where it comes from our own pool: what requests would add is for cookies and encodings."""
        return resp if isinstance(resp, Answer) else super().build_response(req, resp)


def ca_folder(bundle: str, size: int) -> str:
    """Where the roots of a bundle lie one by one: only for a bundle of that very size, so that a changed one is read itself."""
    return f"{bundle}.{size}"


class Transport:
    """What stays warm between invocations: the adapter with its connections, and how far our clock is off."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0.0
        self._adapter: HTTPAdapter = _Adapter()

    @cached_property
    def _roots(self) -> str | bool:
        """The folder of roots that the package has beside requests' file of them; True where it is not there. The file
        takes 15 ms of each new connection.
        """
        bundle: str = vars(adapters)["DEFAULT_CA_BUNDLE_PATH"]
        folder = ca_folder(bundle, os.path.getsize(bundle))
        return folder if os.path.isdir(folder) else True

    def connect(self, credentials: Credentials, endpoint: str | None) -> Connection:
        return Connection(self, credentials, endpoint)

    def now(self) -> float:
        """Unix seconds, by the service's clock as far as it is known."""
        return self._clock.now() + self._offset

    def set_clock_by(self, date: str | None) -> bool:
        """Go by the service's Date header from here on; False where it is none."""
        theirs = unix_seconds(date)
        if theirs is None:
            return False
        self._offset = theirs - self._clock.now()
        return True

    def send(self, prepared: requests.PreparedRequest, seconds: float, limit: int) -> Response:
        """Errors are requests' and urllib3's own, and UnexpectedResponse for a body of more than `limit` bytes."""
        answer = self._adapter.send(prepared, stream=True, timeout=seconds, verify=self._roots)
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

        Raises UpstreamUnreachable, UpstreamTimeout, UpstreamTLS or UnexpectedResponse; InvalidRequest for text that no
        header or path can carry, ConfigurationError where the host is no address. Never an error of a library.
        """
        base = self._endpoint or f"https://{request.host}"
        prepared = Prepared(request, base, self._credentials, self._transport.now())
        try:
            response = self._transport.send(prepared, seconds, request.limit)
        except CosbatchError:
            raise
        except _NO_ADDRESS:
            raise ConfigurationError(_NO_ADDRESS_MESSAGE.format(host=request.host)) from None
        except Exception as error:  # noqa: BLE001  # whatever the libraries raise, it is translated here
            raise _translated(error, request.host) from None
        if response.status == 403:
            response = response._replace(signed=prepared.signed())
        return _without_secrets(response, self._credentials, prepared)


def _fields(request: Request, credentials: Credentials) -> dict[str, str]:
    headers = {"Host": request.host, "Accept-Encoding": "identity", "Accept": "*/*", "User-Agent": "cosbatch"}
    headers.update([(name, _header_value(name, value)) for name, value in request.headers])
    if request.method == "POST":
        headers["Content-Length"] = str(len(request.body))
    if credentials.token:
        headers["x-cos-security-token"] = credentials.token
    return headers


def _header_value(name: str, value: str) -> str:
    """The value without outer blanks, which would get lost on the way and break the signature."""
    if not _HEADER_VALUE.fullmatch(value):
        raise InvalidRequest(f"The header {name} would hold characters that no header can carry; nothing was sent.")
    return value.strip()


def _target(request: Request) -> str:
    """Path and query as they go over the wire; a second slash at the start would be taken for a host on the way."""
    try:
        path = quote(request.path, safe="/-_.~")
        query = urlencode(request.query, quote_via=quote) if request.query else ""
    except UnicodeEncodeError:
        raise InvalidRequest("The path or the query has half characters (surrogates); nothing was sent.") from None
    path = f"/%2F{path[2:]}" if path.startswith("//") else path
    return f"{path}?{query}" if query else path


def _read(answer: requests.Response, limit: int) -> bytes:
    """The body as it came, packed or not, up to `limit` bytes."""
    if answer.status_code < 200:
        # The real answer may still follow, and must not be taken for the next request's: the connection is given up.
        raise UnexpectedResponse(f"The answer ends with HTTP {answer.status_code}.", may_have_acted=True)
    chunks: list[bytes] = []
    size = 0
    while chunk := answer.raw.read(_CHUNK, decode_content=False):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise UnexpectedResponse(
                f"The answer (HTTP {answer.status_code}) is longer than {limit} bytes.",
                may_have_acted=may_have_acted(answer.status_code),
            )
    return b"".join(chunks)


def _without_secrets(response: Response, credentials: Credentials, prepared: requests.PreparedRequest) -> Response:
    """The response, even if it quotes our request: a failure's text is carried on, into replies and logs."""
    if response.status < 400:
        return response
    signed = str(prepared.headers["Authorization"]).rpartition("=")[2]
    headers, body, ours = response.headers, response.body, response.signed
    token = credentials.token or ""
    for secret in (token, signature.url_encode(token), credentials.secret_key, signed):
        if secret:
            headers = {name: value.replace(secret, "***") for name, value in headers.items()}
            body = body.replace(secret.encode(), b"***")
            ours = ours and tuple(text.replace(secret, "***") for text in ours)
    return response._replace(headers=headers, body=body, signed=ours)


_NO_ADDRESS = (
    LocationValueError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.URLRequired,
)
_NO_ADDRESS_MESSAGE = (
    "The address for {host} cannot be one; look at COSBATCH_ENDPOINT, COSBATCH_UIN, COSBATCH_REGION. Nothing was sent."
)
# What the libraries raise otherwise, and what it means: our error, and whether the service may have acted on the request.
# The last row takes every exception.
_MEANINGS: tuple[tuple[tuple[type[Exception], ...], type[ServiceSideError], bool, str], ...] = (
    ((HandshakeError,), UpstreamTLS, False, "{host} could not prove who it is (TLS)."),
    ((NewConnectionError,), UpstreamUnreachable, False, "No connection to {host} could be made."),
    ((requests.ConnectTimeout, ConnectTimeoutError), UpstreamTimeout, False, "{host} took no connection in time."),
    ((requests.Timeout, NotInTimeError, TimeoutError), UpstreamTimeout, True, "{host} did not answer in time."),
    ((Exception,), UpstreamUnreachable, True, "The connection to {host} broke before the answer was whole."),
)


def _translated(error: Exception, host: str) -> ServiceSideError:
    """Our error for a library's: its text is not carried over, for it may quote headers."""
    wrapped = tuple(_causes(error))
    rows = (row for row in _MEANINGS if any(isinstance(cause, row[0]) for cause in wrapped))
    _, meaning, may_have_acted, message = next(rows)
    return meaning(message.format(host=host), may_have_acted=may_have_acted)


def _causes(error: object) -> Iterator[Exception]:
    """The error, and the errors that it wraps."""
    while isinstance(error, Exception):
        yield error
        error = error.reason if isinstance(error, MaxRetryError) else next(iter(error.args), None)
