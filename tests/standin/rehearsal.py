"""A rehearsal for the tests: objects and manifests put in place, jobs waited for, reports read."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from tests.standin.client import Client, Reply, until
from tests.standin.documents import REPORTS, SOURCE, document, fields, manifest

FINISHED = ("Complete", "Failed", "Cancelled")


@dataclass(frozen=True)
class Task:
    """One line of a report."""

    key: str
    version: str
    status: str
    code: str
    http_status: int


@dataclass
class Rehearsal:
    """What a test does with a stand-in, in its own words."""

    client: Client

    def put(
        self, key: str, body: bytes = b"x", headers: Mapping[str, str] | None = None, bucket: str = SOURCE
    ) -> Reply:
        """Upload an object."""
        reply = self.client.cos("PUT", bucket, key, headers=headers, body=body)
        assert reply.status == 200, reply
        return reply

    def archive(self, *keys: str, storage_class: str = "ARCHIVE") -> None:
        """Upload archived objects."""
        for key in keys:
            self.put(key, headers={"x-cos-storage-class": storage_class})

    def manifest(self, text: str | bytes, *names: str) -> str:
        """Upload a CSV manifest; the element that names it."""
        body = text if isinstance(text, bytes) else text.encode()
        spec = fields(*(names or ("Bucket", "Key"))) + "<Format>COSBatchOperations_CSV_V1</Format>"
        return manifest(etag=self.put("manifest.csv", body).headers["etag"], spec=spec)

    def inventory(self, values: object, files: Mapping[str, str]) -> str:
        """Upload an inventory; the element that names it."""
        for key, text in files.items():
            self.put(key, gzip.compress(text.encode()))
        etag = self.put("manifest.json", json.dumps(values).encode()).headers["etag"]
        arn = f"qcs::cos:ap-chengdu::{SOURCE}/manifest.json"
        return manifest(arn, etag, "<Format>COSInventoryReport_CSV_V1</Format>")

    def keys(self, keys: Iterable[str]) -> str:
        """Upload a manifest of these keys."""
        return self.manifest("".join(f"{SOURCE},{key}\n" for key in keys))

    def create(self, **elements: str) -> str:
        """Create a job; its id."""
        reply = self.client.create(document(**elements))
        assert reply.status == 200, reply
        return reply.text("JobId")

    def describe(self, job_id: str) -> Reply:
        """The answer of DescribeJob."""
        return self.client.batch("GET", f"/jobs/{job_id}")

    def status(self, job_id: str) -> str:
        """A job's state."""
        return self.describe(job_id).text("Job/Status")

    def set_status(self, job_id: str, status: str, reason: str = "") -> Reply:
        """Send an UpdateJobStatus."""
        parameters = [("requestedJobStatus", status), *([("statusUpdateReason", reason)] if reason else [])]
        return self.client.batch("POST", f"/jobs/{job_id}/status", parameters)

    def reaches(self, job_id: str, *states: str) -> Reply:
        """Wait until a job is in one of these states."""
        until(lambda: self.status(job_id) in states)
        return self.describe(job_id)

    def run(self, **elements: str) -> Reply:
        """Create a job and wait for its end."""
        return self.reaches(self.create(**elements), *FINISHED)

    def counts(self, described: Reply) -> tuple[str, int, int, int]:
        """State, all tasks, and those that succeeded and failed."""
        summary = "Job/ProgressSummary/"
        numbers = ("TotalNumberOfTasks", "NumberOfTasksSucceeded", "NumberOfTasksFailed")
        total, succeeded, failed = (int(described.text(summary + name)) for name in numbers)
        return described.text("Job/Status"), total, succeeded, failed

    def report(self, described: Reply) -> list[Task]:
        """The lines of a finished job's report, sorted by key."""
        base = f"results/job-{described.text('Job/JobId')}/"
        listed = json.loads(self.client.cos("GET", REPORTS, f"{base}manifest.json").body)
        lines: list[Sequence[str]] = []
        for result in listed["Results"]:
            body = self.client.cos("GET", REPORTS, result["Key"]).body
            lines.extend(csv.reader(body.decode().splitlines()))
        tasks = [Task(unquote(line[1]), line[2], line[3], line[4], int(line[5])) for line in lines]
        return sorted(tasks, key=lambda task: (task.key, task.version))

    def codes(self, described: Reply) -> dict[str, str]:
        """The error code of each task by its key; it is empty where the task succeeded."""
        return {task.key: task.code for task in self.report(described)}
