"""What is told of an object that was created, and of the calls of the function that stand behind it.

A call says that the function has made it by the session token that an invocation is given, as on the platform. The token counts
the rounds: an upload of a client is of round 0; what the function makes of it, and the jobs that it creates then, are of round
1; what comes of an object that such a job has written is of round 2.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from cosbatch.standin.wire.messages import Request
from cosbatch.standin.wire.signatures import TOKEN

ROUND = re.compile(r"standin-invocation-of-round-([0-9]{1,9})", re.ASCII)


class Cause(NamedTuple):
    """What created an object. `how` is Put, Post, Copy or CompleteMultipartUpload, as events name it.

    `client` and `authorization` are those of the request, and empty for what a job has written. `round` counts how many
    calls of the function, each made by what the one before it led to, stand behind the object.
    """

    how: str
    request_id: str = ""
    client: str = ""
    authorization: str = ""
    round: int = 0


class Created(NamedTuple):
    """One object that was created; `version` is empty where the bucket keeps no versions, `moment` is in Unix seconds."""

    bucket: str
    region: str
    key: str
    version: str
    size: int
    headers: Mapping[str, str]
    metadata: Mapping[str, str]
    moment: float
    cause: Cause


class Watch(Protocol):
    """Whoever is to know of every object that is created."""

    def note(self, connection: sqlite3.Connection, created: Created) -> None:
        """Take note of one object, in the transaction that creates it."""
        ...

    def committed(self) -> None:
        """Go on: a transaction is committed."""
        ...


def session_token(number: int) -> str:
    """The session token of an invocation in a round."""
    return f"standin-invocation-of-round-{number}"


def round_of(request: Request) -> int:
    """The round of a call; 0 for one that no invocation has made."""
    found = ROUND.fullmatch(request.header(TOKEN) or request.parameter(TOKEN) or "")
    return int(found[1]) if found else 0
