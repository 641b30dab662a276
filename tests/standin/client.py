"""A raw client for the tests: http.client and the documented signature, written out once more."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element, fromstring

from cosbatch.standin import Account, Standin

Pairs = Sequence[tuple[str, str]]
CONTROL_HOST = "100000000001.cos-control.ap-chengdu.myqcloud.com"


def encode(text: str) -> str:
    """Percent-encode all but letters, digits and - _ . ~"""
    return quote(text, safe="-_.~")


def listed(pairs: Pairs) -> tuple[str, str]:
    """The names and the text to be signed of parameters or headers."""
    encoded = sorted((encode(name).lower(), encode(value)) for name, value in pairs)
    return ";".join(name for name, _ in encoded), "&".join(f"{name}={value}" for name, value in encoded)


def authorization(
    account: Account, method: str, path: str, parameters: Pairs, headers: Pairs, window: tuple[int, int]
) -> str:
    """The value of Authorization for a request that signs all these parameters and headers."""
    key_time = f"{window[0]};{window[1]}"
    header_list, header_text = listed(headers)
    param_list, param_text = listed(parameters)
    http_string = f"{method.lower()}\n{path}\n{param_text}\n{header_text}\n"
    string_to_sign = f"sha1\n{key_time}\n{hashlib.sha1(http_string.encode()).hexdigest()}\n"
    sign_key = hmac.new(account.secret_key.encode(), key_time.encode(), hashlib.sha1).hexdigest()
    signature = hmac.new(sign_key.encode(), string_to_sign.encode(), hashlib.sha1).hexdigest()
    return (
        f"q-sign-algorithm=sha1&q-ak={account.secret_id}&q-sign-time={key_time}&q-key-time={key_time}"
        f"&q-header-list={header_list}&q-url-param-list={param_list}&q-signature={signature}"
    )


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def xml(self) -> Element:
        """The document in the body."""
        return fromstring(self.body)  # the stand-in's own answers

    def text(self, path: str) -> str:
        """The text of an element of the document."""
        return self.xml().findtext(path) or ""

    @property
    def code(self) -> str:
        """The Code of an Error document."""
        return self.text("Code")


@dataclass
class Client:
    """Sends signed requests over one connection that is kept alive."""

    endpoint: str
    account: Account = field(default_factory=Account)
    timeout: float = 30.0

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(self.endpoint).netloc, timeout=self.timeout)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send a request as it is, unsigned; `target` is what stands in the request line."""
        self._connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            self._connection.putheader(name, value.encode())
        self._connection.endheaders(body)
        try:
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def call(
        self,
        method: str,
        host: str,
        path: str,
        parameters: Pairs = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send a signed request, with every header in its signature."""
        own = dict(headers or {})
        if body is not None or method in ("PUT", "POST"):
            own["Content-Length"] = str(len(body or b""))
        target, sent = self.signed(method, host, path, parameters, own)
        return self.send(method, target, sent, body)

    def signed(
        self,
        method: str,
        host: str,
        path: str,
        parameters: Pairs = (),
        headers: Mapping[str, str] | None = None,
    ) -> tuple[str, dict[str, str]]:
        """What stands in the request line, and the headers with their signature."""
        sent = {"Host": host, **(headers or {})}
        now = int(time.time())
        window = (now - 60, now + 600)
        sent["Authorization"] = authorization(self.account, method, path, parameters, list(sent.items()), window)
        query = "&".join(f"{encode(name)}={encode(value)}" for name, value in parameters)
        return quote(path, safe="/-_.~") + (f"?{query}" if query else ""), sent

    def batch(
        self,
        method: str,
        path: str,
        parameters: Pairs = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send a call of the Batch API."""
        own = {"x-cos-appid": self.account.appid, **(headers or {})}
        return self.call(method, CONTROL_HOST, path, parameters, own, body)

    def create(self, document: str) -> Reply:
        """Send a CreateJob."""
        return self.batch("POST", "/jobs", headers={"Content-Type": "application/xml"}, body=document.encode())

    def cos(
        self,
        method: str,
        bucket: str,
        key: str = "",
        parameters: Pairs = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send a call on a bucket or an object."""
        return self.call(method, f"{bucket}.cos.ap-chengdu.myqcloud.com", f"/{key}", parameters, headers, body)

    def control(self, method: str, path: str, value: object = None) -> Reply:
        """Send a call to one of the stand-in's own routes."""
        body = None if value is None else json.dumps(value).encode()
        return self.send(method, path, {"Host": "127.0.0.1", "Content-Length": str(len(body or b""))}, body)


def until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.002)


def client_of(standin: Standin, timeout: float = 30.0) -> Client:
    """A client with the keys of a running stand-in."""
    return Client(standin.endpoint, standin.account, timeout)
