"""Reports of jobs: lines gathered beside the database while a job runs, and delivered as objects at its end.

The layout is that of the neighbouring cloud, since none is documented: `<Prefix>/job-<JobId>/manifest.json`,
and one CSV each for the tasks that succeeded and failed, under `results/`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs.csv_rows import Row
from cosbatch.standin.jobs.job_rows import Job, job_in_state, rest
from cosbatch.standin.jobs.rules import resource_of
from cosbatch.standin.jobs.work import Work
from cosbatch.standin.store.catalog import Attributes
from cosbatch.standin.store.contents import Contents, Stored, pieces
from cosbatch.standin.wire.addresses import Resource
from cosbatch.standin.wire.documents import timestamp
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.schema import part

ENCODED = re.compile(r"[^A-Za-z0-9_.~/-]")
SCHEMA = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
CSV_TYPE, JSON_TYPE = {"content-type": "text/csv"}, {"content-type": "application/json"}
ENDINGS = {"Completing": "Complete", "Failing": "Failed", "Cancelling": "Cancelled"}


def sweep(folder: Path, under_way: Collection[str]) -> None:
    """Remove the files of jobs that have ended: a kill may have come between their end and the removal."""
    for path in folder.glob("*.csv"):
        if path.name.partition(".")[0] not in under_way:
            path.unlink()


class Outcome(NamedTuple):
    """How one task ended; `error` is None for one that succeeded."""

    row: Row
    error: ServiceError | None = None


class Finished(NamedTuple):
    """One object of a report that is written, but in no bucket yet."""

    key: str
    stored: Stored
    headers: dict[str, str]


def bucket_of(job: Job) -> Resource:
    """The bucket that a job's report goes to."""
    return resource_of(part(job.document, "Report"), "Bucket")


def base_of(job: Job) -> str:
    """What the keys of a job's report begin with, without the slash behind it."""
    prefix = str(part(job.document, "Report").get("Prefix", "")).strip("/")
    return f"{prefix}/job-{job.id}" if prefix else f"job-{job.id}"


def is_wanted(job: Job) -> bool:
    """Whether a job is to be reported on."""
    return bool(part(job.document, "Report")["Enabled"])


def _lists(job: Job, status: str) -> bool:
    return is_wanted(job) and (status == "failed" or part(job.document, "Report")["ReportScope"] == "AllTasks")


class ReportFiles:
    """The two growing files of one job.

    The database counts how long they are; what a kill has left behind that length is cut off at the opening.
    """

    def __init__(self, folder: Path, job: Job) -> None:
        self._job = job
        self._paths = {status: folder / f"{job.id}.{status}.csv" for status in ("succeeded", "failed")}
        for path in self._paths.values():
            path.touch()
        self._files = {status: path.open("r+b") for status, path in self._paths.items()}
        for status, file in self._files.items():
            file.truncate(self._length(status))
            file.seek(0, io.SEEK_END)

    def _length(self, status: str) -> int:
        return self._job.succeeded_bytes if status == "succeeded" else self._job.failed_bytes

    def append(self, status: str, outcomes: Sequence[Outcome]) -> int:
        """How many bytes long the file is, once the lines of tasks with one status are written."""
        file = self._files[status]
        if outcomes and _lists(self._job, status):
            file.write(_lines(status, outcomes))
            file.flush()
        return file.tell()

    def close(self) -> None:
        """Leave the files for later."""
        for file in self._files.values():
            file.close()

    def remove(self) -> None:
        """Close and remove the files."""
        self.close()
        for path in self._paths.values():
            path.unlink()

    def finished(self, contents: Contents, now: float) -> list[Finished]:
        """The report's objects, written to contents; the manifest that names the others is the last."""
        base, bucket = base_of(self._job), bucket_of(self._job).bucket
        found, results = [], []
        for status, path in self._paths.items():
            if self._length(status):
                stored = contents.receive(pieces(path.open("rb"), 0, self._length(status)))
                key = f"{base}/results/{stored.etag}.csv"
                found.append(Finished(key, stored, CSV_TYPE))
                named = {"TaskExecutionStatus": status, "Bucket": bucket, "MD5Checksum": stored.etag, "Key": key}
                results.append(named)
        manifest = contents.receive([_manifest(results, now)])
        return [*found, Finished(f"{base}/manifest.json", manifest, JSON_TYPE)]


def _lines(status: str, outcomes: Sequence[Outcome]) -> bytes:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows(_line(status, outcome) for outcome in outcomes)
    return lines.getvalue().encode()


def _line(status: str, outcome: Outcome) -> tuple[object, ...]:
    (bucket, key, version), error = outcome
    encoded = quote(key) if ENCODED.search(key) else key
    if error is None:
        return bucket, encoded, version, status, "", 200, "Successful"
    return bucket, encoded, version, status, error.code, error.status, error.message


def _manifest(results: list[dict[str, str]], now: float) -> bytes:
    values = {
        "Format": "Report_CSV_V1",
        "ReportCreationDate": timestamp(now),
        "Results": results,
        "ReportSchema": SCHEMA,
    }
    return json.dumps(values, indent=1).encode()


def end_job(service: Service, number: int, state: str) -> None:
    """Take a job from Completing, Failing or Cancelling to its end; a kill in between changes nothing.

    The report is delivered and the manifest released in one step with the last state.
    """
    with service.database.reading() as connection:
        job = job_in_state(connection, number, state)
    assert job is not None, "nobody else ends jobs"
    now = service.clock.now()
    files = ReportFiles(service.reports, job)
    is_delivered = is_wanted(job) and service.account.owns_bucket(bucket_of(job).bucket)
    objects = files.finished(service.database.contents, now) if is_delivered else []
    with service.database.writing() as transaction:
        work = Work(transaction, service, job)
        for key, stored, headers in objects:
            work.create(bucket_of(job), key, stored, Attributes(headers=headers), "Put")
        rest(transaction, job, ENDINGS[state], now)
    files.remove()
