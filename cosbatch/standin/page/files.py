"""The objects that belong to a job: its manifest, its report, and the receipt of the function that created it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

from cosbatch.standin.jobs.job_rows import Job
from cosbatch.standin.jobs.reports import base_of, bucket_of
from cosbatch.standin.jobs.rules import resource_of
from cosbatch.standin.store.catalog import Version, find_bucket, find_object
from cosbatch.standin.store.contents import Contents
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.schema import part

JSON_LIMIT = 256 * 1024
RESULTS = {"succeeded": "Tasks that succeeded", "failed": "Tasks that failed"}
ENDING = "SELECT DISTINCT key FROM versions WHERE bucket = ? AND substr(key, -length(?)) = ? AND NOT marker"


class File(NamedTuple):
    """An object that belongs to a job: what it is, and where it lies."""

    what: str
    bucket: str
    key: str


def files_of(connection: sqlite3.Connection, contents: Contents, job: Job) -> list[File]:
    """What can be shown of a job, and is there."""
    manifest = resource_of(part(part(job.document, "Manifest"), "Location"), "ObjectArn")
    objects = StoredObjects(connection, contents)
    report = bucket_of(job).bucket
    receipts = objects.ending(report, f"{manifest.bucket}/{manifest.key}.json")
    return [
        *([File("Manifest", manifest.bucket, manifest.key)] if objects.has(manifest.bucket, manifest.key) else []),
        *_report(objects, report, f"{base_of(job)}/manifest.json"),
        *(File("Receipt", report, key) for key in receipts if objects.json(report, key).get("JobId") == job.id),
    ]


def _report(objects: StoredObjects, bucket: str, key: str) -> Iterator[File]:
    if objects.has(bucket, key):
        yield File("Report", bucket, key)
        for result in cast("list[dict[str, str]]", objects.json(bucket, key).get("Results", [])):
            yield File(RESULTS[result["TaskExecutionStatus"]], result["Bucket"], result["Key"])


class StoredObjects:
    """What lies in the buckets."""

    def __init__(self, connection: sqlite3.Connection, contents: Contents) -> None:
        self._connection = connection
        self._contents = contents

    def has(self, bucket: str, key: str) -> bool:
        """Whether there is an object."""
        return self._find(bucket, key) is not None

    def ending(self, bucket: str, end: str) -> list[str]:
        """The keys in a bucket that end so."""
        try:
            found = find_bucket(self._connection, bucket)
        except ServiceError:
            return []
        return [row["key"] for row in self._connection.execute(ENDING, (found.id, end, end))]

    def json(self, bucket: str, key: str) -> Mapping[str, object]:
        """What a small object of JSON holds; nothing where it is no such object."""
        version = self._find(bucket, key)
        if version is None or version.stored.size > JSON_LIMIT:
            return {}
        try:
            values = json.loads(self._contents.read(version.stored.content))
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}

    def _find(self, bucket: str, key: str) -> Version | None:
        try:
            return find_object(self._connection, find_bucket(self._connection, bucket), key)
        except ServiceError:
            return None
