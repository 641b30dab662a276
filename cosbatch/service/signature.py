"""Signs a request as COS documents it (request signature, 436/7778): one function for each documented step.

Text is signed as UTF-8. Parameters and headers are pairs of decoded name and value; times are Unix seconds.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from functools import lru_cache
from urllib.parse import quote

from requests import PreparedRequest
from requests.auth import AuthBase

from cosbatch.model.credentials import Credentials
from cosbatch.model.messages import Request

Pairs = Collection[tuple[str, str]]
LIFETIME = 900
# The service refuses a start that lies in its future: leave room for a clock that runs a little fast.
EARLY = 60
_SIGNED = frozenset({"host", "content-type", "content-length", "content-md5", "if-match", "range"})


@lru_cache(maxsize=128)
def url_encode(text: str) -> str:
    """Percent-encode all but letters, digits and - _ . ~, with upper-case hexadecimal digits."""
    return quote(text, safe="-_.~")


def key_time(now: int) -> str:
    """Step 1, KeyTime: from when to when the signature holds, `start;end`."""
    start = now - EARLY
    return f"{start};{start + LIFETIME}"


@lru_cache(maxsize=1)
def sign_key(secret_key: str, key_time: str) -> str:
    """Step 2, SignKey: HMAC-SHA1 of KeyTime with the SecretKey, in hexadecimal."""
    return hmac.digest(secret_key.encode(), key_time.encode(), "sha1").hex()


def name_list(pairs: Pairs) -> str:
    """Steps 3 and 4, UrlParamList or HeaderList: encoded names in lower case, sorted, joined by semicolons."""
    return ";".join([name for name, _ in _encoded(pairs)])


def value_list(pairs: Pairs) -> str:
    """Steps 3 and 4, HttpParameters or HttpHeaders: `name=value`, encoded and sorted by name, joined by ampersands."""
    return "&".join([f"{name}={value}" for name, value in _encoded(pairs)])


def http_string(method: str, path: str, parameters: Pairs, headers: Pairs) -> str:
    """Step 5, HttpString; the path is the decoded one."""
    return f"{method.lower()}\n{path}\n{value_list(parameters)}\n{value_list(headers)}\n"


def string_to_sign(key_time: str, http_string: str) -> str:
    """Step 6, StringToSign."""
    return f"sha1\n{key_time}\n{hashlib.sha1(http_string.encode()).hexdigest()}\n"


def signature(sign_key: str, string_to_sign: str) -> str:
    """Step 7, Signature: HMAC-SHA1 of StringToSign with the hexadecimal text of SignKey, in hexadecimal."""
    return hmac.digest(sign_key.encode(), string_to_sign.encode(), "sha1").hex()


def authorization(
    secret_id: str, sign_key: str, key_time: str, method: str, path: str, parameters: Pairs, headers: Pairs
) -> str:
    """Step 8, the value of the Authorization header."""
    signed = signature(sign_key, string_to_sign(key_time, http_string(method, path, parameters, headers)))
    return (
        f"q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={key_time}&q-key-time={key_time}"
        f"&q-header-list={name_list(headers)}&q-url-param-list={name_list(parameters)}&q-signature={signed}"
    )


class SignatureAuth(AuthBase):
    """Signs path and parameters of `request`, decoded as requests keeps none, and the headers that the page names."""

    def __init__(self, credentials: Credentials, now: int, request: Request, headers: Mapping[str, str]) -> None:
        self._credentials = credentials
        self._key_time = key_time(now)
        named = [(name.lower(), value) for name, value in headers.items()]
        signed = [(name, value) for name, value in named if name in _SIGNED or name.startswith("x-cos-")]
        self._values = request.method, request.path, request.query, signed

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        key = sign_key(self._credentials.secret_key, self._key_time)
        r.headers["Authorization"] = authorization(self._credentials.secret_id, key, self._key_time, *self._values)
        return r

    def signed(self) -> tuple[str, str]:
        """StringToSign and FormatString (as the service calls HttpString), to hold against the service's."""
        text = http_string(*self._values)
        return string_to_sign(self._key_time, text), text


def _encoded(pairs: Pairs) -> list[tuple[str, str]]:
    """Pairs as they are signed: names and values encoded, names in lower case, sorted."""
    return sorted([(url_encode(name).lower(), url_encode(value)) for name, value in pairs])
