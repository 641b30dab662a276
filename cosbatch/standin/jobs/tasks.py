"""Running a job's tasks, a batch at a time: objects, counters and report change together or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs.csv_rows import Row
from cosbatch.standin.jobs.job_rows import Job, fail, job_in_state, set_state, update
from cosbatch.standin.jobs.manifests import read_source, rows
from cosbatch.standin.jobs.operations import Operation, find_operation
from cosbatch.standin.jobs.reports import Outcome, ReportFiles
from cosbatch.standin.jobs.work import Task, Verdict, Work
from cosbatch.standin.store.catalog import Bucket, find_bucket
from cosbatch.standin.wire.errors import ServiceError

# How many tasks share a transaction, during which no client can write.
BATCH = {
    "COSInitiateRestoreObject": 1000,
    "COSPutObjectTagging": 1000,
    "COSPutObjectCopy": 200,
    "COSDeleteObject": 200,
}
# A job of more tasks than this fails when more than half of those executed have failed.
RATE_COUNTS_FROM = 1000
# How many failed tasks are told on the page; the report has them all.
TOLD = 5


class Run:
    """One active job: its rows from where it stopped, and its report."""

    def __init__(self, service: Service, job: Job) -> None:
        self._service = service
        self._number = job.number
        self._every_row = rows(service.database.contents, read_source(job.source))
        self._rows: Iterator[Row] = islice(self._every_row, job.executed, None)
        self._size = BATCH[job.operation]
        self._batch: list[Row] = []
        self._report = ReportFiles(service.reports, job)

    def step(self) -> None:
        """Execute the next batch, or leave Active behind when there is none."""
        self._batch = self._batch or list(islice(self._rows, self._size))
        with self._service.database.writing() as transaction:
            job = job_in_state(transaction.connection, self._number, "Active")
            if job is None:
                return
            work = Work(transaction, self._service, job)
            if self._batch:
                self._execute(work)
            else:
                set_state(transaction, job, "Completing", self._service.clock.now())
        self._batch = []

    def _execute(self, work: Work) -> None:
        job, done = work.job, _run_batch(work, self._batch)
        update(
            work.transaction,
            job,
            succeeded=job.succeeded + len(done.succeeded),
            failed=job.failed + len(done.failed),
            succeeded_bytes=self._report.append("succeeded", done.succeeded),
            failed_bytes=self._report.append("failed", done.failed),
            failure_codes=json.dumps(Counter(job.failure_codes) + Counter(map(_code, done.failed))),
            failed_tasks=json.dumps((*job.failed_tasks, *map(_told, done.failed[:TOLD]))[:TOLD]),
        )
        if done.ends_job:
            reason = "More than half of the tasks that were executed have failed"
            fail(work.transaction, job, "FailureRateExceeded", reason, self._service.clock.now())

    def close(self) -> None:
        """Leave the job for later."""
        self._every_row.close()
        self._report.close()


def _code(outcome: Outcome) -> str:
    assert outcome.error is not None
    return outcome.error.code


def _told(outcome: Outcome) -> str:
    (bucket, key, version), error = outcome
    assert error is not None
    return f"{bucket}/{key}{f' ({version})' if version else ''}: {error.code}"


@dataclass
class Done:
    """How the tasks of a batch ended. `ends_job`: too many have failed, and those that are left are not executed."""

    succeeded: list[Outcome] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    ends_job: bool = False

    def note(self, row: Row, verdict: Verdict) -> None:
        """Take note of one task."""
        if isinstance(verdict, ServiceError):
            self.failed.append(Outcome(row, verdict))
        else:
            self.succeeded.append(Outcome(row))


def _run_batch(work: Work, batch: Sequence[Row]) -> Done:
    """Execute tasks in order, up to the one at which too many have failed."""
    operation, buckets, done = find_operation(work), Buckets(work), Done()
    for group in groups(batch, operation.together):
        verdicts = buckets.judge(operation, group)
        end = _end_of_job(work.job, done, verdicts)
        if operation.statement:
            values = [verdict for verdict in verdicts[:end] if not isinstance(verdict, ServiceError)]
            work.transaction.connection.executemany(operation.statement, values)
        for row, verdict in zip(group[:end], verdicts[:end], strict=True):
            done.note(row, verdict)
        if end is not None:
            done.ends_job = True
            break
    return done


def groups(batch: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Cut a batch into groups of at most `size` rows, none of which names an object twice."""
    start = 0
    seen: set[tuple[str, str]] = set()
    for place, (bucket, key, _) in enumerate(batch):
        if place - start == size or (bucket, key) in seen:
            yield batch[start:place]
            start = place
            seen.clear()
        seen.add((bucket, key))
    yield batch[start:]


def _end_of_job(job: Job, done: Done, verdicts: Sequence[Verdict]) -> int | None:
    """How many of these tasks are left to a job until too many have failed, None for all (spec 3.6).

    The rate counts from the task on with which more than 1,000 are executed: before that, one early failure
    would be a rate of 100 %.
    """
    bad = job.failed + len(done.failed)
    executed = job.succeeded + len(done.succeeded) + bad
    failing = sum(isinstance(verdict, ServiceError) for verdict in verdicts)
    if 2 * (bad + failing) <= executed:
        return None
    for place, verdict in enumerate(verdicts, 1):
        bad += isinstance(verdict, ServiceError)
        if executed + place > RATE_COUNTS_FROM and 2 * bad > executed + place:
            return place
    return None


class Buckets:
    """The buckets that the tasks of a batch read from, each looked up once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[str, Bucket | ServiceError] = {}

    def judge(self, operation: Operation, group: Sequence[Row]) -> list[Verdict]:
        """The verdict on each row; those in a bucket that cannot be used are not shown to the operation."""
        buckets = [self._known.get(name) or self._find(name) for name, _, _ in group]
        tasks = [
            Task(bucket, key, version)
            for bucket, (_, key, version) in zip(buckets, group, strict=True)
            if isinstance(bucket, Bucket)
        ]
        judged = iter(operation.judge(tasks) if tasks else ())
        return [next(judged) if isinstance(bucket, Bucket) else bucket for bucket in buckets]

    def _find(self, name: str) -> Bucket | ServiceError:
        """A bucket, or the error with which every task on it fails."""
        try:
            if not self._work.service.account.owns_bucket(name):
                raise ServiceError("AccessDenied")
            found: Bucket | ServiceError = find_bucket(self._work.transaction.connection, name)
        except ServiceError as error:
            found = error
        self._known[name] = found
        return found
