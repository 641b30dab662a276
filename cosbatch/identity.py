"""Who a job is: the token of its request, and the marker that its Description keeps of it.

The service refuses a repeated ClientRequestToken without saying which job it made (436/38608, error codes), and it
lists no tokens. So a trace of the token and a digest of the job stand at the end of the Description, where a listing
shows them:

    restore 2026-11 [cb:0123456789abcdef0123.0123456789abcdef0123]
                        trace of the token   digest of the job
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_MARKER = re.compile(r"\[cb:([0-9a-f]{20})\.([0-9a-f]{20})\]\s*\Z", re.ASCII)
_SHORT = 20
DESCRIPTION_LIMIT = 256


@dataclass(frozen=True)
class Marker:
    """What a Description keeps of the request that made the job: 80 bits of the token's and of the job's hash."""

    trace: str
    digest: str

    def __str__(self) -> str:
        return f"[cb:{self.trace}.{self.digest}]"


def token_of(*parts: str) -> str:
    """The token for what the parts name: the same for the same parts, in the form of a UUID, 36 bytes."""
    return _as_uuid(hashlib.sha256(json.dumps(parts).encode()).hexdigest())


def fresh_token(random_bytes: Callable[[int], bytes]) -> str:
    """A token that was never used."""
    return _as_uuid(random_bytes(16).hex())


def digest_of(document: Mapping[str, object]) -> str:
    """`sha256:` and the hash of what the job does: the document without its token, whatever the order of its keys."""
    content = {name: value for name, value in document.items() if name != "ClientRequestToken"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def marker_of(token: str, digest: str) -> Marker:
    trace = hashlib.sha256(token.encode()).hexdigest()
    return Marker(trace[:_SHORT], digest.removeprefix("sha256:")[:_SHORT])


def described(description: str | None, marker: Marker) -> str:
    """The Description with the marker at its end, in at most 256 bytes: the text gives way, never the marker."""
    tail = str(marker)
    text = shortened(description or "", DESCRIPTION_LIMIT - len(tail) - 1)
    return f"{text} {tail}" if text else tail


def read_marker(description: object) -> Marker | None:
    """The marker of a Description that a listing shows; None where there is none."""
    found = _MARKER.search(description) if isinstance(description, str) else None
    return Marker(found[1], found[2]) if found else None


def without_marker(description: str) -> str:
    return _MARKER.sub("", description).rstrip()


def shortened(text: str, limit: int) -> str:
    """The text, cut between characters to `limit` bytes of UTF-8; a ? stands for what UTF-8 cannot carry."""
    return text.encode(errors="replace")[:limit].decode(errors="ignore")


def _as_uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"
