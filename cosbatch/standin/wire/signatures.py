"""Verifying a q-sign-algorithm=sha1 signature (spec section 7), one function for each documented step."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from cosbatch.standin.wire.addresses import Account
from cosbatch.standin.wire.documents import read_http_date
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request

SKEW_LIMIT = 900
WINDOW = re.compile(r"(\d{1,15});(\d{1,15})", re.ASCII)
TOKEN = "x-cos-security-token"  # noqa: S105 - the name of a header, no secret
FIELDS = (
    "q-sign-algorithm",
    "q-ak",
    "q-sign-time",
    "q-key-time",
    "q-header-list",
    "q-url-param-list",
    "q-signature",
)


@dataclass(frozen=True)
class Claim:
    """What the client says it has signed, and with which key."""

    access_key: str
    sign_time: str
    key_time: str
    header_list: tuple[str, ...]
    param_list: tuple[str, ...]
    signature: str


def url_encode(text: str) -> str:
    """Percent-encoded as the signature page says: UTF-8, upper-case hex, only A-Z a-z 0-9 - _ . ~ stay."""
    return quote(text, safe="-_.~", errors="surrogateescape")


def sign_key(secret_key: str, key_time: str) -> str:
    """Step 2, SignKey: lower-case hex text."""
    return hmac.new(secret_key.encode(), key_time.encode(), hashlib.sha1).hexdigest()


def http_string(method: str, path: str, parameters: str, headers: str) -> str:
    """Step 5, HttpString, which real answers call FormatString."""
    return f"{method.lower()}\n{path}\n{parameters}\n{headers}\n"


def string_to_sign(sign_time: str, http_text: str) -> str:
    """Step 6, StringToSign."""
    digest = hashlib.sha1(http_text.encode(errors="surrogateescape")).hexdigest()
    return f"sha1\n{sign_time}\n{digest}\n"


def signature(key: str, text: str) -> str:
    """Step 7, Signature; the key is the hex text itself."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()


def signed_pairs(pairs: Iterable[tuple[str, str]], listed: tuple[str, ...]) -> str:
    """Steps 3 and 4: the listed parameters or headers, as they are signed.

    A listed name may be percent-encoded or not: SDKs differ.
    """
    chosen = [
        (encoded, url_encode(value))
        for name, value in pairs
        if (encoded := url_encode(name).lower()) in listed or name.lower() in listed
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(chosen))


def read_claim(request: Request) -> Claim | None:
    """What the Authorization header or the query claims; None for an unsigned request.

    Raises ServiceError AccessDenied when a claim is there but cannot be read.
    """
    header = request.header("authorization")
    if header:
        fields = dict(part.partition("=")[::2] for part in header.strip().split("&"))
        return _claim({name: unquote(value) for name, value in fields.items()})
    if request.parameter("q-signature") is not None:
        return _claim(dict(request.parameters))
    return None


def _claim(fields: dict[str, str]) -> Claim:
    missing = [name for name in FIELDS if name not in fields]
    if missing or fields["q-sign-algorithm"] != "sha1":
        raise ServiceError("AccessDenied", f"The authorization is not in the form of q-sign: {missing or 'not sha1'}")
    return Claim(
        access_key=fields["q-ak"],
        sign_time=fields["q-sign-time"],
        key_time=fields["q-key-time"],
        header_list=_names(fields["q-header-list"]),
        param_list=_names(fields["q-url-param-list"]),
        signature=fields["q-signature"],
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.lower() for name in text.split(";") if name)


def verify(request: Request, account: Account, now: float, clock_moved: bool = False) -> None:
    """Check a request's signature at `now` (Unix seconds). Raises ServiceError with status 403.

    `clock_moved` says that a fault has moved the server's clock: then a window that does not hold `now` tells
    of skew, where otherwise it would have expired.
    """
    claim = read_claim(request)
    if claim is None:
        raise ServiceError("AccessDenied")
    if not hmac.compare_digest(claim.access_key.encode(errors="surrogateescape"), account.secret_id.encode()):
        raise ServiceError("InvalidAccessKeyId")
    _check_windows(request, claim, now, clock_moved)
    _check_signature(request, claim, account.secret_key)


def _check_windows(request: Request, claim: Claim, now: float, clock_moved: bool) -> None:
    starts, ends = zip(*(_window(text) for text in (claim.sign_time, claim.key_time)), strict=True)
    start, end = max(starts), min(ends)
    sent = read_http_date(request.header("date"))
    is_skewed = start - now > SKEW_LIMIT or (sent is not None and abs(now - sent) > SKEW_LIMIT)
    _check_time(now, end, is_skewed or (clock_moved and now - start > SKEW_LIMIT))


def check_window(text: str, now: float) -> None:
    """Check a window of its own, such as that of a form. Raises ServiceError with status 403."""
    start, end = _window(text)
    _check_time(now, end, start - now > SKEW_LIMIT)


def _check_time(now: float, end: int, is_skewed: bool) -> None:
    if is_skewed:
        raise ServiceError("RequestTimeTooSkewed")
    if now > end:
        raise ServiceError("Request has expired")


def _window(text: str) -> tuple[int, int]:
    match = WINDOW.fullmatch(text)
    if not match or int(match[1]) >= int(match[2]):
        raise ServiceError("AccessDenied", "q-sign-time and q-key-time are start;end in Unix seconds")
    return int(match[1]), int(match[2])


def _check_signature(request: Request, claim: Claim, secret_key: str) -> None:
    key = sign_key(secret_key, claim.key_time)
    parameters = signed_pairs(request.parameters, claim.param_list)
    texts = [
        http_string(request.method, request.path, parameters, headers) for headers in _header_texts(request, claim)
    ]
    signatures = [signature(key, string_to_sign(claim.sign_time, text)) for text in texts]
    if not any(
        hmac.compare_digest(each.encode(), claim.signature.encode(errors="surrogateescape")) for each in signatures
    ):
        raise ServiceError("SignatureDoesNotMatch", details=_explanation(request, claim, texts[0]))


def _header_texts(request: Request, claim: Claim) -> list[str]:
    """SDKs sign the host with or without its port, and some behind a proxy sign the request line's."""
    others = [(name, value) for name, value in request.headers.items() if name != "host"]
    names = [form for host in request.hosts for form in (host, host.partition(":")[0], host.lower())]
    hosts = list(dict.fromkeys(names)) or [""]
    return [signed_pairs([*others, ("host", host)], claim.header_list) for host in hosts]


def _explanation(request: Request, claim: Claim, http_text: str) -> tuple[tuple[str, str], ...]:
    token = request.header(TOKEN) or request.parameter(TOKEN)
    shown = http_text.replace(url_encode(token), "***") if token else http_text
    return ("StringToSign", string_to_sign(claim.sign_time, http_text)), ("FormatString", shown)
