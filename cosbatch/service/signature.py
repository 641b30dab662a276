"""Signs a request as COS documents it (request signature, 436/7778): one function for each documented step.

Text is signed as UTF-8. Parameters and headers are pairs of decoded name and value; times are Unix seconds.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from requests import PreparedRequest
from requests.auth import AuthBase

from cosbatch.model.credentials import Credentials

Pairs = Iterable[tuple[str, str]]
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
    return _hmac_sha1(secret_key, key_time)


def name_list(pairs: Pairs) -> str:
    """Steps 3 and 4, UrlParamList or HeaderList: encoded names in lower case, sorted, joined by semicolons."""
    return _names(_encoded(pairs))


def value_list(pairs: Pairs) -> str:
    """Steps 3 and 4, HttpParameters or HttpHeaders: `name=value`, encoded and sorted by name, joined by ampersands."""
    return _values(_encoded(pairs))


def http_string(method: str, path: str, parameters: Pairs, headers: Pairs) -> str:
    """Step 5, HttpString; the path is the decoded one."""
    return _http_string(method, path, _encoded(parameters), _encoded(headers))


def string_to_sign(key_time: str, http_string: str) -> str:
    """Step 6, StringToSign."""
    return f"sha1\n{key_time}\n{hashlib.sha1(http_string.encode()).hexdigest()}\n"


def signature(sign_key: str, string_to_sign: str) -> str:
    """Step 7, Signature: HMAC-SHA1 of StringToSign with the hexadecimal text of SignKey, in hexadecimal."""
    return _hmac_sha1(sign_key, string_to_sign)


def authorization(
    secret_id: str, sign_key: str, key_time: str, method: str, path: str, parameters: Pairs, headers: Pairs
) -> str:
    """Step 8, the value of the Authorization header."""
    query, fields = _encoded(parameters), _encoded(headers)
    signed = signature(sign_key, string_to_sign(key_time, _http_string(method, path, query, fields)))
    return (
        f"q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={key_time}&q-key-time={key_time}"
        f"&q-header-list={_names(fields)}&q-url-param-list={_names(query)}&q-signature={signed}"
    )


def sign(credentials: Credentials, now: int, method: str, path: str, parameters: Pairs, headers: Pairs) -> str:
    """All eight steps: the value of the Authorization header for a request sent at `now`."""
    times = key_time(now)
    key = sign_key(credentials.secret_key, times)
    return authorization(credentials.secret_id, key, times, method, path, parameters, headers)


class SignatureAuth(AuthBase):
    """Signs a request of requests at `now`. Path, parameters and headers are the decoded ones, which requests does not keep;
    of the headers, those are signed that the page names.
    """

    def __init__(
        self, credentials: Credentials, now: int, method: str, path: str, parameters: Pairs, headers: Pairs
    ) -> None:
        self._credentials = credentials
        self._now = now
        self._values = method, path, parameters, [(name, value) for name, value in headers if _is_signed(name)]

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        r.headers["Authorization"] = sign(self._credentials, self._now, *self._values)
        return r

    def signed(self) -> tuple[str, str]:
        """StringToSign and FormatString (as the service calls HttpString), to hold against the service's."""
        text = http_string(*self._values)
        return string_to_sign(key_time(self._now), text), text


@lru_cache(maxsize=64)
def _is_signed(name: str) -> bool:
    name = name.lower()
    return name in _SIGNED or name.startswith("x-cos-")


# Pairs as they are signed: names and values encoded, names in lower case, sorted.
_Encoded = list[tuple[str, str]]


def _encoded(pairs: Pairs) -> _Encoded:
    return sorted([(url_encode(name).lower(), url_encode(value)) for name, value in pairs])


def _names(encoded: _Encoded) -> str:
    return ";".join([name for name, _ in encoded])


def _values(encoded: _Encoded) -> str:
    return "&".join([f"{name}={value}" for name, value in encoded])


def _http_string(method: str, path: str, parameters: _Encoded, headers: _Encoded) -> str:
    return f"{method.lower()}\n{path}\n{_values(parameters)}\n{_values(headers)}\n"


def _hmac_sha1(key: str, text: str) -> str:
    return hmac.digest(key.encode(), text.encode(), "sha1").hex()
