"""What a job works on and with: its tasks, what is judged of them, and one transaction, in which it writes objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs.job_rows import Job
from cosbatch.standin.store.catalog import Attributes, Bucket, add_version, ensure_bucket
from cosbatch.standin.store.contents import Stored
from cosbatch.standin.store.creations import Cause
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.addresses import Resource
from cosbatch.standin.wire.errors import ServiceError


class Task(NamedTuple):
    """One object that a job is to work on; `version` is empty for the newest."""

    bucket: Bucket
    key: str
    version: str


Values = tuple[object, ...]
Verdict = Values | ServiceError


@dataclass(frozen=True)
class Work:
    """A job at work in one transaction; the buckets that it writes to are looked up once."""

    transaction: Transaction
    service: Service
    job: Job
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def create(self, where: Resource, key: str, stored: Stored, attributes: Attributes, how: str) -> None:
        """Write an object in the bucket that `where` names. Raises ServiceError AccessDenied for one of another account."""
        if not self.service.account.owns_bucket(where.bucket):
            raise ServiceError("AccessDenied")
        now = self.service.clock.now()
        if where.bucket not in self._buckets:
            self._buckets[where.bucket] = ensure_bucket(self.transaction, where.bucket, where.region, now)
        cause = Cause(how, f"standin-{self.job.id}", round=self.job.round)
        add_version(self.transaction, self._buckets[where.bucket], key, stored, attributes, now, cause)
