"""What every call and every job works on: the account, the database, the clock; and a call: what a request is about."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cosbatch.standin.store.catalog import (
    Attributes,
    Bucket,
    Version,
    add_version,
    ensure_bucket,
    find_bucket,
    find_object,
)
from cosbatch.standin.store.contents import Stored
from cosbatch.standin.store.creations import Cause, round_of
from cosbatch.standin.store.database import Database, Transaction
from cosbatch.standin.wire.addresses import BUCKET_NAME, Account, Target
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request

DAY = 86400.0
KEY_LIMIT = 850


@dataclass(frozen=True)
class Clock:
    """At speed N a duration of the service (a restore, a retention) passes N times as fast.

    `now` is in Unix seconds and never scaled: clients compare the service's timestamps with their own clocks.
    """

    speed: float = 1.0
    now: Callable[[], float] = time.time

    def earlier(self, seconds: float) -> float:
        """The Unix time since which `seconds` of the service's time have passed."""
        return self.now() - seconds / self.speed


@dataclass(frozen=True)
class Service:
    """The parts of one running stand-in that calls and jobs need.

    `reports` is the folder in which reports grow; `wake` tells the runner that there may be something to do.
    `form_token` is what a form of the page for people has to bring back. Who lists a bucket holds `listing`: SQLite lets other
    threads go on at each row, so that pages that are listed at once take twice the time of the same pages one by one.
    """

    account: Account
    database: Database
    clock: Clock
    reports: Path
    wake: Callable[[], None]
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    listing: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass(frozen=True)
class Call:
    """One request, and what it is about.

    `newest_listed` is the moment (Unix seconds) up to which jobs show in lists: a fault may let the list lag.
    """

    service: Service
    request: Request
    target: Target
    newest_listed: float = math.inf
    request_id: str = ""

    def check_writable(self) -> None:
        """Raises ServiceError for a key that is too long, and for a bucket that cannot be."""
        if not BUCKET_NAME.fullmatch(self.target.bucket):
            raise ServiceError("InvalidBucketName")
        if len(self.target.key.encode()) > KEY_LIMIT:
            raise ServiceError("KeyTooLong")

    def create(self, transaction: Transaction, stored: Stored, attributes: Attributes, now: float, how: str) -> str:
        """Write the object that the request is about; the id of its version, empty where the bucket has none.

        The bucket comes into being with its first object.
        """
        request = self.request
        cause = Cause(how, self.request_id, request.client, request.header("authorization"), round_of(request))
        bucket = ensure_bucket(transaction, self.target.bucket, self.target.region, now)
        version = add_version(transaction, bucket, self.target.key, stored, attributes, now, cause)
        return version if bucket.was_versioned else ""

    def find_bucket(self) -> Bucket:
        """The bucket that the request is about. Raises ServiceError NoSuchBucket."""
        with self.service.database.reading() as connection:
            return find_bucket(connection, self.target.bucket)

    def find_object(self) -> tuple[Bucket, Version]:
        """The bucket and the version that the request names. Raises ServiceError, with 404."""
        with self.service.database.reading() as connection:
            bucket = find_bucket(connection, self.target.bucket)
            return bucket, find_object(connection, bucket, self.target.key, self.request.version_id())

    def set_bucket(self, column: str, value: str) -> None:
        """Set a column of the bucket; the column's name comes from the code, never from a request."""
        with self.service.database.writing() as transaction:
            bucket = find_bucket(transaction.connection, self.target.bucket)
            transaction.execute(f"UPDATE buckets SET {column} = ? WHERE id = ?", (value, bucket.id))  # noqa: S608

    def set_object(self, column: str, value: str) -> None:
        """Set a column of the version that the request names; the column's name comes from the code."""
        with self.service.database.writing() as transaction:
            bucket = find_bucket(transaction.connection, self.target.bucket)
            wanted = self.request.version_id()
            version = find_object(transaction.connection, bucket, self.target.key, wanted)
            transaction.execute(f"UPDATE versions SET {column} = ? WHERE id = ?", (value, version.id))  # noqa: S608
