"""Takes the secrets out of a recorded event, wherever they are nested: rather one value too many than one too few.

A secret is told by the name that it stands under (Authorization, ...Token, ...Key, Cookie, ...), or by how it looks (keys of the
account, bearer and signed tokens, private keys, names and passwords in URLs). JSON inside text, text in base64, query strings, form
bodies and header lines are looked into. Names that this function works by (key, ClientRequestToken, NextToken) are left alone.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, unquote

from cosbatch import strict_json

MARK = "[redacted]"

_PARTS = re.compile(
    r"authorization|signature|secret|passw|cookie|credential|token|jwt|certificate"
    r"|(?:access|account|api|auth|client|customer|encryption|functions?|master|private|service|session|shared|sign|signing|ssh"
    r"|storage|subscription)keys?(?:id)?\Z"
)
_WHOLE = frozenset({"ak", "auth", "pwd", "qak", "sessionid", "sid", "sig", "sign", "sk"})
# Names that look like a secret's, and are what a job is made of.
_HARMLESS = frozenset({"clientrequesttoken", "continuationtoken", "nextcontinuationtoken", "nexttoken"})

_LOOKS = re.compile(
    r"AKID[A-Za-z0-9]{13,}|A[KS]IA[0-9A-Z]{16}"
    r"|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^/\s@]{1,256}:[^/\s@]{1,256}(?=@)"
    r"|(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{6,}",
    re.DOTALL,
)
_PAIR = re.compile(r"(?<![\w.%-])([\w.%-]+)=([^&;,\s\"'<>]+)")
_HEADER_LINE = re.compile(r"^([ \t]*([\w-]+)[ \t]*:[ \t]*)(\S[^\r\n]*)", re.MULTILINE)
_JSON_PAIR = re.compile(r'("([^"\\]+)"\s*:\s*")((?:[^"\\]|\\.)+)')
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
# How deep text is looked into that holds text that holds text.
_DEEPEST = 8
# A shorter value stands in an event by chance.
_SHORTEST_KNOWN = 6


def redact(event: object, known: Sequence[str] = ()) -> tuple[object, list[str]]:
    """A copy without secrets, and the JSON pointers to where they were; `known` are secrets to be found by their value."""
    redactor = _Redactor([secret for secret in known if len(secret) >= _SHORTEST_KNOWN])
    return redactor.copy(event, ""), redactor.pointers


class _Redactor:
    """One walk over an event, and what it has found."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known
        self.pointers: list[str] = []

    def copy(self, value: object, pointer: str, is_secret: bool = False) -> object:
        if isinstance(value, dict):
            return dict(self._members(value, pointer, is_secret))
        if isinstance(value, list):
            return list(self._items(value, pointer, is_secret))
        if value in ("", None) or isinstance(value, bool):
            return value
        if is_secret:
            self.pointers.append(pointer)
            return MARK
        return self._text(value, pointer) if isinstance(value, str) else value

    def _members(self, value: Mapping[str, object], pointer: str, is_secret: bool) -> Iterator[tuple[str, object]]:
        names_secret = _is_pair(value)
        for name, below in value.items():
            step = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            hidden = is_secret or is_secret_name(name) or (names_secret and name.lower() in ("value", "values"))
            yield name, self.copy(below, step, hidden)

    def _items(self, value: list[object], pointer: str, is_secret: bool) -> Iterator[object]:
        """The items; one that follows the name of a secret is the secret, as in lists of raw headers."""
        before: object = None
        for index, below in enumerate(value):
            hidden = is_secret or (isinstance(below, str) and isinstance(before, str) and is_secret_name(before))
            yield self.copy(below, f"{pointer}/{index}", hidden)
            before = below

    def _text(self, text: str, pointer: str) -> str:
        clean = text_without(text, self._known)
        if clean != text:
            self.pointers.append(pointer)
        return clean


def is_secret_name(name: str) -> bool:
    """Whether what stands under the name is a secret."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in _HARMLESS:
        return False
    return plain in _WHOLE or bool(_PARTS.search(plain))


def _is_pair(value: Mapping[str, object]) -> bool:
    """Whether it is a header or parameter written as an object: its name in one member, its value in another."""
    named = [below for name, below in value.items() if name.lower() in ("name", "key", "header", "field")]
    return any(isinstance(name, str) and is_secret_name(name) for name in named)


def text_without(text: str, known: Sequence[str], deepest: int = _DEEPEST) -> str:
    """The text without the secrets in it, in the form that it had."""
    if deepest == 0:
        return MARK
    for inside in (_json_without, _base64_without):
        clean = inside(text, known, deepest - 1)
        if clean is not None:
            return clean
    for secret in known:
        text = text.replace(secret, MARK)
    text = _LOOKS.sub(MARK, text)
    text = _HEADER_LINE.sub(lambda found: found[1] + MARK if is_secret_name(found[2]) else found[0], text)
    text = _JSON_PAIR.sub(lambda found: found[1] + MARK if is_secret_name(found[2]) else found[0], text)
    return _PAIR.sub(lambda found: f"{found[1]}={_parameter(found[1], found[2], known, deepest - 1)}", text)


def _parameter(name: str, value: str, known: Sequence[str], deepest: int) -> str:
    if is_secret_name(unquote(name)):
        return MARK
    inner = unquote(value)
    if inner == value:
        return value
    clean = text_without(inner, known, deepest)
    return value if clean == inner else quote(clean, safe="")


def _json_without(text: str, known: Sequence[str], deepest: int) -> str | None:
    """The JSON in the text, without secrets; None where the text is no JSON."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        value = strict_json.read(text)
    except ValueError:
        return None
    if isinstance(value, str):
        return json.dumps(text_without(value, known, deepest), ensure_ascii=False)
    clean, pointers = redact(value, known)
    return json.dumps(clean, ensure_ascii=False) if pointers else text


def _base64_without(text: str, known: Sequence[str], deepest: int) -> str | None:
    """The text in the base64, without secrets; None where it is no base64, or has none."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return None
    try:
        inner = base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    clean = text_without(inner, known, deepest)
    return None if clean == inner else base64.b64encode(clean.encode()).decode()
