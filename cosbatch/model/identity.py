"""Who a job is: the token of its request, and the marker that its Description keeps of it.

The service refuses a repeated ClientRequestToken without saying which job it made (436/38608, error codes), and it
lists no tokens. So a trace of the token and a digest of the job stand at the end of the Description, where a listing
shows them:

    restore 2026-11 [cb:0123456789abcdef0123.0123456789abcdef0123]
                        trace of the token   digest of the job

A third part, of 8 digits, stands there for a job that was asked for over HTTP with a bearer token: the trace of who did.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import UUID

_MARKER = re.compile(r"\[cb:([0-9a-f]{20})\.([0-9a-f]{20})(?:\.([0-9a-f]{8}))?\]\s*\Z", re.ASCII)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_SHORT = 20
_CALLER_SHORT = 8
DESCRIPTION_LIMIT = 256
# How the tokens of uploads and timers begin: no caller may bring such a one, or the event's job could not be made.
OF_EVENTS = "event-"
_GIVEN = f"{OF_EVENTS}given-"


class Marker(NamedTuple):
    """What a Description keeps of the request that made the job."""

    trace: str  # 80 bits of the token's hash
    digest: str  # 80 bits of the job's
    caller: str | None = None  # the trace of the bearer token that asked for it; it does not say which job it is

    def __str__(self) -> str:
        caller = f".{self.caller}" if self.caller else ""
        return f"[cb:{self.trace}.{self.digest}{caller}]"


def event_token(*parts: str) -> str:
    """The token of what the platform's event asks for: the same for the same parts, 42 bytes."""
    return OF_EVENTS + token_of(*parts)


def token_of(*parts: str) -> str:
    """A token that is the same for the same parts, 36 bytes."""
    return _as_uuid(hashlib.sha256(json.dumps(parts).encode()).digest())


def token_given_to_event(token: str) -> str:
    """What stands for the token that the message of a timer brings: a caller who brings the same cannot take it first."""
    return _GIVEN + _as_uuid(hashlib.sha256(token.encode()).digest())


def says_what_it_is_of(token: str) -> bool:
    """Whether it is made of the upload or the timer's tick that it is of: no other job was ever asked for with it."""
    return token.startswith(OF_EVENTS) and not token.startswith(_GIVEN)


def fresh_token(random_bytes: Callable[[int], bytes]) -> str:
    """A token that was never used."""
    return _as_uuid(random_bytes(16))


def digest_of(document: Mapping[str, object]) -> str:
    """`sha256:` and the hash of what the job does: the document without its token, whatever the order of its keys."""
    content = {name: value for name, value in document.items() if name != "ClientRequestToken"}
    return f"sha256:{hashlib.sha256(_CANONICAL.encode(content).encode()).hexdigest()}"


def marker_of(token: str, digest: str, caller: str | None = None) -> Marker:
    trace = hashlib.sha256(token.encode()).hexdigest()
    return Marker(trace[:_SHORT], digest.removeprefix("sha256:")[:_SHORT], caller)


def caller_of(token_digest: str) -> str:
    """The trace of a bearer token, from its digest: enough to know it again, too little to find it out."""
    return hashlib.sha256(f"caller {token_digest}".encode()).hexdigest()[:_CALLER_SHORT]


def described(description: str | None, marker: Marker) -> str:
    """The Description with the marker at its end, in at most 256 bytes: the text gives way, never the marker."""
    tail = str(marker)
    text = shortened(description or "", DESCRIPTION_LIMIT - len(tail) - 1)
    return f"{text} {tail}" if text else tail


def read_marker(description: object) -> Marker | None:
    """The marker of a Description that a listing shows; None where there is none."""
    found = _MARKER.search(description) if isinstance(description, str) else None
    return Marker(found[1], found[2], found[3]) if found else None


def without_marker(description: str) -> str:
    return _MARKER.sub("", description).rstrip()


def shortened(text: str, limit: int) -> str:
    """The text, cut between characters to `limit` bytes of UTF-8; a ? stands for what UTF-8 cannot carry."""
    return text.encode(errors="replace")[:limit].decode(errors="ignore")


def _as_uuid(content: bytes) -> str:
    return str(UUID(bytes=content[:16]))
