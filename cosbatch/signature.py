"""Signs a request as COS documents it (request signature, 436/7778): one function for each documented step.

Text is signed as UTF-8. Parameters and headers are pairs of decoded name and value; times are Unix seconds.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import quote

from cosbatch.nouns import dataclass, field

Pairs = Iterable[tuple[str, str]]
LIFETIME = 900
# The service refuses a start that lies in its future: leave room for a clock that runs a little fast.
EARLY = 60


@dataclass(frozen=True)
class Credentials:
    """A key of the account; `token` comes with temporary keys. Nothing of it but the public id shows in repr."""

    secret_id: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def url_encode(text: str) -> str:
    """Percent-encode all but letters, digits and - _ . ~, with upper-case hexadecimal digits."""
    return quote(text, safe="-_.~")


def key_time(now: int) -> str:
    """Step 1, KeyTime: from when to when the signature holds, `start;end`."""
    start = now - EARLY
    return f"{start};{start + LIFETIME}"


def sign_key(secret_key: str, key_time: str) -> str:
    """Step 2, SignKey: HMAC-SHA1 of KeyTime with the SecretKey, in hexadecimal."""
    return _hmac_sha1(secret_key, key_time)


def name_list(pairs: Pairs) -> str:
    """Steps 3 and 4, UrlParamList or HeaderList: encoded names in lower case, sorted, joined by semicolons."""
    return ";".join(name for name, _ in _sorted(pairs))


def value_list(pairs: Pairs) -> str:
    """Steps 3 and 4, HttpParameters or HttpHeaders: `name=value`, encoded and sorted by name, joined by ampersands."""
    return "&".join(f"{name}={value}" for name, value in _sorted(pairs))


def http_string(method: str, path: str, parameters: Pairs, headers: Pairs) -> str:
    """Step 5, HttpString; the path is the decoded one."""
    return f"{method.lower()}\n{path}\n{value_list(parameters)}\n{value_list(headers)}\n"


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
    parameters, headers = tuple(parameters), tuple(headers)
    signed = signature(sign_key, string_to_sign(key_time, http_string(method, path, parameters, headers)))
    return (
        f"q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={key_time}&q-key-time={key_time}"
        f"&q-header-list={name_list(headers)}&q-url-param-list={name_list(parameters)}&q-signature={signed}"
    )


def sign(credentials: Credentials, now: int, method: str, path: str, parameters: Pairs, headers: Pairs) -> str:
    """All eight steps: the value of the Authorization header for a request sent at `now`."""
    times = key_time(now)
    key = sign_key(credentials.secret_key, times)
    return authorization(credentials.secret_id, key, times, method, path, parameters, headers)


def _sorted(pairs: Pairs) -> list[tuple[str, str]]:
    return sorted((url_encode(name).lower(), url_encode(value)) for name, value in pairs)


def _hmac_sha1(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
