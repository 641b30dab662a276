"""What is told of an object that was created, to whoever watches for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple, Protocol


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
