"""The model's bucket: what its objects hold and have held, and what HEAD and GET say of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from math import inf
from typing import NamedTuple

from cosbatch.model.messages import Response

# Midnight of some day; virtual time counts from there, in Unix seconds.
EPOCH = 1_790_000_000.0
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]+)")


class State(NamedTuple):
    """What an upload made of an object: `written` in seconds of the stage, `version` only where the bucket has them."""

    key: str
    content: bytes
    written: float
    version: str | None = None

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'

    @property
    def modified(self) -> int:
        """Last-Modified, in Unix seconds."""
        return int(EPOCH + self.written)


@dataclass
class Bucket:
    """Its objects: every state that there was, and when it was no longer the object's, in seconds of the stage."""

    versioned: bool = False
    states: list[State] = field(default_factory=list)
    gone: dict[State, float] = field(default_factory=dict)

    def put(self, key: str, content: bytes, now: float) -> State:
        self.remove(key, now)
        version = f"version-{len(self.states) + 1}" if self.versioned else None
        self.states.append(State(key, content, now, version))
        return self.states[-1]

    def remove(self, key: str, now: float) -> None:
        """The versions of it stay, where there are any."""
        current = self.current(key)
        if current is not None:
            self.gone[current] = now

    def current(self, key: str) -> State | None:
        return next((state for state in self.states if state.key == key and state not in self.gone), None)

    def version(self, key: str, version: str) -> State | None:
        return next((state for state in self.states if (state.key, state.version) == (key, version)), None)

    def was_current(self, state: State, begin: float, end: float) -> bool:
        """Whether it was the object's state at some moment of these."""
        return state.written <= end and self.gone.get(state, inf) >= begin

    def answer(self, method: str, key: str, version: str | None, headers: Mapping[str, str]) -> Response:
        """What a HEAD or a GET of a part gets; as an Error document where it is refused."""
        state = self.current(key) if version is None else self.version(key, version)
        if state is None:
            return _refusal(404, "NoSuchKey" if version is None else "NoSuchVersion")
        if headers.get("If-Match", state.etag) != state.etag:
            return _refusal(412, "PreconditionFailed")
        known = {"etag": state.etag, "last-modified": formatdate(state.modified, usegmt=True)}
        if state.version is not None:
            known["x-cos-version-id"] = state.version
        part = _RANGE.fullmatch(headers.get("Range", ""))
        if method == "HEAD" or part is None:
            return Response(200, {**known, "content-length": str(len(state.content))})
        body = state.content[int(part[1]) : int(part[2]) + 1]
        known["content-range"] = f"bytes {part[1]}-{int(part[1]) + len(body) - 1}/{len(state.content)}"
        return Response(206, known, body)


def _refusal(status: int, code: str) -> Response:
    return Response(status, {}, f"<Error><Code>{code}</Code><Message>It is refused.</Message></Error>".encode())
