"""The way to COS: sends a signed Request and brings back the Response, or says why there is none."""

from __future__ import annotations

import os
import ssl
import warnings
from typing import NamedTuple

with warnings.catch_warnings():
    # The deployed package leaves out what guesses encodings, for nothing asks for a guess; requests would complain.
    warnings.simplefilter("ignore")
    import requests

from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from cosbatch.model import errors
from cosbatch.model.credentials import Credentials
from cosbatch.model.deadline import Clock, unix_seconds
from cosbatch.model.messages import Request, Response, may_have_acted
from cosbatch.service.deadline_adapter import DeadlineAdapter, NotConnected
from cosbatch.service.prepared import LimitedRequest, prepare
from cosbatch.service.signature import url_encode

_CONNECT_SECONDS = 5.0
_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)  # nobody has proven anything, or failed to
_SHORTEST_SECRET = 12  # a key has 32, a token more; a placeholder such as `x` would blot out the words of every answer


def ca_folder(bundle: str, size: int) -> str:
    """Where the roots of a bundle of this size lie one by one; a bundle that was changed has none: it is read."""
    return f"{bundle}.{size}"


def direct_session(bundle: str = DEFAULT_CA_BUNDLE_PATH) -> requests.Session:
    """A session that takes nothing from the environment, and trusts the roots of the bundle."""
    session, adapter = requests.Session(), DeadlineAdapter()
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # The roots that the package has laid out one by one: a first connection takes 15 ms less than with the file of them.
    folder = ca_folder(bundle, os.path.getsize(bundle))
    session.verify = folder if os.path.isdir(folder) else bundle
    return session


class Transport:
    """What stays warm between invocations: a session with its connections, and how far our clock is off."""

    def __init__(self, clock: Clock, session: requests.Session | None = None) -> None:
        self._clock, self._offset = clock, 0.0
        self._session = session or direct_session()

    def connect(self, credentials: Credentials, endpoint: str | None) -> Connection:
        return Connection(self, credentials, endpoint)

    def now(self) -> float:
        """Unix seconds, by the service's clock as far as it is known."""
        return self._clock.now() + self._offset

    def set_clock_by(self, date: str | None, signed_at: float) -> float | None:
        """Go by the service's Date from here on; gives how many seconds what was signed was off it, whatever our clock says now."""
        if (theirs := unix_seconds(date)) is None:
            return None
        self._offset = theirs - self._clock.now()
        return abs(theirs - signed_at)

    def send(self, prepared: LimitedRequest, seconds: float) -> Response:
        """Errors are those of the session's adapter, and UnexpectedResponse for a body that is longer than the limit."""
        url, limit = str(prepared.url), prepared.limit
        options = self._session.merge_environment_settings(url, {}, True, None, None)
        # Session.send would read the body of a redirect, however long it is.
        with self._session.get_adapter(url).send(prepared, timeout=(_CONNECT_SECONDS, seconds), **options) as received:
            status, body = received.status_code, received.raw.read(limit + 1)
        if len(body) > limit:
            message = f"The answer (HTTP {status}) is longer than {limit} bytes."
            raise errors.UnexpectedResponse(message, may_have_acted=may_have_acted(status))
        return Response(status, {name: value.strip() for name, value in received.headers.lower_items()}, body)


class Connection(NamedTuple):
    """One invocation's way to the service: a transport with the invocation's credentials."""

    transport: Transport
    credentials: Credentials
    endpoint: str | None

    def send(self, request: Request, seconds: float) -> Response:
        """Send once, freshly signed; the whole exchange is over in `seconds`.

        Raises UpstreamUnreachable, UpstreamTimeout, UpstreamTLS or UnexpectedResponse; InvalidRequest for text that no
        header or path can carry, ConfigurationError where the host is no address. Never an error of a library.
        """
        now = int(self.transport.now())
        try:
            prepared, auth = prepare(request, self.endpoint or f"https://{request.host}", self.credentials, now)
            response = self.transport.send(prepared, seconds)
        except errors.CosbatchError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever the libraries raise, it is translated here
            raise _translated(error, f"{request.host} at {self.endpoint}" if self.endpoint else request.host) from None
        if response.status == 403:
            off = None if response.is_page else self.transport.set_clock_by(response.headers.get("date"), now)
            response = response._replace(signed=auth.signed(), clock_off=off)
        return _without_secrets(response, self.credentials, prepared.headers["Authorization"])


def _without_secrets(response: Response, credentials: Credentials, authorization: str | bytes) -> Response:
    """The response, even if it quotes our request: its text is carried on, into replies and logs."""
    token, quoted = credentials.token or "", "\n".join([*response.headers.values(), *(response.signed or ())]).encode()
    ours = token, url_encode(token), credentials.secret_key, str(authorization).rpartition("=")[2]
    secrets = tuple([secret for secret in ours if len(secret) >= _SHORTEST_SECRET])
    for secret in secrets:
        if secret.encode() in response.body or secret.encode() in quoted:
            response = response.without(secret)
    return response if response.status < 300 else response._replace(secrets=secrets)


def _translated(error: Exception, host: str) -> errors.CosbatchError:
    """Our error for a library's, and whether the service may have acted: its text may quote headers, and is left out."""
    match error:
        case InvalidURL() | InvalidSchema() | MissingSchema() | NotConnected(args=(UnicodeError(),)):
            settings = "COSBATCH_ENDPOINT, COSBATCH_UIN, COSBATCH_REGION"
            message = f"The address for {host} cannot be one; look at {settings}. Nothing was sent."
            return errors.ConfigurationError(message)
        case NotConnected(args=(ssl.SSLError() as why,)) if not isinstance(why, _BROKEN_OFF):
            return errors.UpstreamTLS(f"{host} could not prove who it is (TLS).")
        case NotConnected(args=(TimeoutError(),)):
            return errors.UpstreamTimeout(f"{host} took no connection in time.")
        case NotConnected():
            return errors.UpstreamUnreachable(f"No connection to {host} could be made.")
        case TimeoutError() | requests.Timeout():
            return errors.UpstreamTimeout(f"{host} did not answer in time.", may_have_acted=True)
    message = f"The connection to {host} broke before the answer was whole."
    return errors.UpstreamUnreachable(message, may_have_acted=True)
