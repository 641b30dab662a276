"""Reports of jobs: lines gathered beside the database while a job runs, and objects made of them at its end.

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

from cosbatch.standin.jobs.copying import Work
from cosbatch.standin.jobs.manifests import Row
from cosbatch.standin.jobs.rows import Job
from cosbatch.standin.jobs.rules import part
from cosbatch.standin.store.catalog import Attributes, add_version, stored
from cosbatch.standin.store.contents import Contents, Received, pieces
from cosbatch.standin.wire.addresses import Resource, parse_resource
from cosbatch.standin.wire.answers import timestamp
from cosbatch.standin.wire.errors import ServiceError

ENCODED = re.compile(r"[^A-Za-z0-9_.~/-]")
SCHEMA = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
CSV_TYPE, JSON_TYPE = {"content-type": "text/csv"}, {"content-type": "application/json"}


def sweep(folder: Path, under_way: Collection[str]) -> None:
    """Remove the files of jobs that have ended: a kill may have come between their end and the removal."""
    for path in folder.glob("*.csv"):
        if path.name.partition(".")[0] not in under_way:
            path.unlink()


class Outcome(NamedTuple):
    """What came of one task; `error` is None for one that succeeded."""

    row: Row
    error: ServiceError | None = None


class Finished(NamedTuple):
    """One object of a report that is written, but in no bucket yet."""

    key: str
    received: Received
    headers: dict[str, str]


def bucket_of(job: Job) -> Resource:
    """Return the bucket that a job's report goes to."""
    resource = parse_resource(str(part(job.document, "Report")["Bucket"]))
    assert resource is not None
    return resource


def _is_wanted(job: Job, status: str) -> bool:
    report = part(job.document, "Report")
    return bool(report["Enabled"]) and (status == "failed" or report["ReportScope"] == "AllTasks")


class Gathering:
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
        """Write the lines of tasks with one status; returns how long the file is then."""
        file = self._files[status]
        if outcomes and _is_wanted(self._job, status):
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
        """Write the report's objects to contents; the manifest that names the others is the last."""
        base = f"{_folder(self._job)}job-{self._job.id}"
        found, results = [], []
        for status, path in self._paths.items():
            if self._length(status):
                received = contents.receive(pieces(path.open("rb"), 0, self._length(status)))
                key = f"{base}/results/{received.etag}.csv"
                found.append(Finished(key, received, CSV_TYPE))
                results.append(_result(self._job, status, key, received))
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


def _folder(job: Job) -> str:
    prefix = str(part(job.document, "Report").get("Prefix", "")).strip("/")
    return f"{prefix}/" if prefix else ""


def _result(job: Job, status: str, key: str, received: Received) -> dict[str, str]:
    return {
        "TaskExecutionStatus": status,
        "Bucket": bucket_of(job).bucket,
        "MD5Checksum": received.etag,
        "Key": key,
    }


def _manifest(results: list[dict[str, str]], now: float) -> bytes:
    values = {
        "Format": "Report_CSV_V1",
        "ReportCreationDate": timestamp(now),
        "Results": results,
        "ReportSchema": SCHEMA,
    }
    return json.dumps(values, indent=1).encode()


def add_objects(work: Work, job: Job, objects: Sequence[Finished]) -> None:
    """Put a report's objects into its bucket."""
    where = bucket_of(job)
    for key, received, headers in objects:
        bucket = work.bucket(where.bucket, where.region)
        add_version(work.transaction, bucket, key, stored(received), Attributes(headers=headers), work.clock.now())
