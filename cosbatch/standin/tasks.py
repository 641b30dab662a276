"""Running a job's tasks, a batch at a time: objects, counters and report change together or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from .catalog import Bucket, find_bucket
from .copying import Work
from .errors import ServiceError
from .jobs import Job, fail, job_in_state, set_state, update
from .manifests import Row, read_source, rows
from .operations import find_operation
from .reports import Gathering, Outcome
from .service import Service

BATCH = 1000
# A job of more tasks than this fails when more than half of those executed have failed.
RATE_COUNTS_FROM = 1000


class Run:
    """One active job: its rows from where it stopped, and its report."""

    def __init__(self, service: Service, job: Job) -> None:
        self._service = service
        self._number = job.number
        self._every_row = rows(service.database.contents, read_source(job.source))
        self._rows: Iterator[Row] = islice(self._every_row, job.executed, None)
        self._batch: list[Row] = []
        self._gathering = Gathering(service.reports, job)

    def step(self) -> None:
        """Execute the next batch, or leave Active behind when there is none."""
        self._batch = self._batch or list(islice(self._rows, BATCH))
        with self._service.database.writing() as transaction:
            job = job_in_state(transaction.connection, self._number, "Active")
            if job is None:
                return
            work = Work(transaction, self._service.account, self._service.clock)
            if self._batch:
                self._execute(work, job)
            else:
                set_state(transaction, job, "Completing", work.clock.now())
        self._batch = []

    def _execute(self, work: Work, job: Job) -> None:
        succeeded, failed = run_batch(work, job, self._batch)
        update(
            work.transaction,
            job,
            succeeded=job.succeeded + len(succeeded),
            failed=job.failed + len(failed),
            succeeded_bytes=self._gathering.append("succeeded", succeeded),
            failed_bytes=self._gathering.append("failed", failed),
        )
        if fails_too_often(job, len(succeeded), len(failed)):
            reason = "More than half of the tasks that were executed have failed"
            fail(work.transaction, job, "FailureRateExceeded", reason, work.clock.now())

    def close(self) -> None:
        """Leave the job for later."""
        self._every_row.close()
        self._gathering.close()


def run_batch(work: Work, job: Job, batch: Sequence[Row]) -> tuple[list[Outcome], list[Outcome]]:
    """Execute tasks in order; returns those that succeeded and those that failed.

    It ends early with the task at which too many have failed.
    """
    operation, buckets = find_operation(work, job), Buckets(work)
    succeeded: list[Outcome] = []
    failed: list[Outcome] = []
    for row in batch:
        name, key, version = row
        try:
            operation(buckets.find(name), key, version)
        except ServiceError as error:
            failed.append(Outcome(row, error))
        else:
            succeeded.append(Outcome(row))
        if fails_too_often(job, len(succeeded), len(failed)):
            break
    return succeeded, failed


def fails_too_often(job: Job, succeeded: int, failed: int) -> bool:
    """Tell whether a job has to end after so many more tasks (spec 3.6).

    The rate counts from the task on with which more than 1,000 are executed: before that, one early failure
    would be a rate of 100 %.
    """
    executed = job.executed + succeeded + failed
    return executed > RATE_COUNTS_FROM and 2 * (job.failed + failed) > executed


class Buckets:
    """The buckets that the tasks of a batch read from, each looked up once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[str, Bucket] = {}

    def find(self, name: str) -> Bucket:
        """Return a bucket; raises ServiceError AccessDenied or NoSuchBucket."""
        bucket = self._known.get(name)
        if bucket is None:
            if not self._work.account.owns_bucket(name):
                raise ServiceError("AccessDenied")
            bucket = self._known[name] = find_bucket(self._work.transaction.connection, name)
        return bucket
