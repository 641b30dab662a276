"""What a job does to one object: restore, tagging, delete; a task that fails raises the service's error."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import cast

from .catalog import (
    ARCHIVES,
    LATEST,
    NAMED,
    Bucket,
    delete_object,
    remove_version,
    texts_from_json,
    texts_to_json,
)
from .clock import DAY, Clock
from .copying import Work, copy_operation
from .database import Transaction
from .errors import ServiceError
from .jobs import Job
from .rules import Document, part
from .tag_rules import check_tags

Operation = Callable[[Bucket, str, str], None]

HOUR = 3600.0
# The upper ends of what the pages on restoring give for each class and tier.
RESTORE_SECONDS = {
    ("ARCHIVE", "Expedited"): 300.0,
    ("ARCHIVE", "Standard"): 5 * HOUR,
    ("ARCHIVE", "Bulk"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Standard"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Bulk"): 48 * HOUR,
}


def find_operation(work: Work, job: Job) -> Operation:
    """Return what a job does with a bucket, a key and a version id (or an empty text)."""
    parameters = part(part(job.document, "Operation"), job.operation)
    return OPERATIONS[job.operation](work, parameters)


def find_row(connection: sqlite3.Connection, bucket: Bucket, key: str, version: str) -> sqlite3.Row:
    """Return the row of a version that holds an object; raises ServiceError where there is none."""
    if version:
        row = connection.execute(NAMED, (bucket.id, key, version)).fetchone()
    else:
        row = connection.execute(LATEST, (bucket.id, key)).fetchone()
    if row is None:
        raise ServiceError("NoSuchVersion" if version else "NoSuchKey")
    if row["marker"]:
        raise ServiceError("MethodNotAllowed" if version else "NoSuchKey")
    return cast(sqlite3.Row, row)


def _restore(work: Work, parameters: Document) -> Operation:
    days, tier = cast(int, parameters["ExpirationInDays"]), str(parameters["JobTier"])

    def restore(bucket: Bucket, key: str, version: str) -> None:
        row = find_row(work.transaction.connection, bucket, key, version)
        restore_row(work.transaction, work.clock, row, days, tier)

    return restore


def restore_row(transaction: Transaction, clock: Clock, row: sqlite3.Row, days: int, tier: str) -> bool:
    """Begin to restore an archived version, or renew a restored copy; returns whether it was one already."""
    now, begun = clock.now(), row["restored_from"]
    if row["storage_class"] not in ARCHIVES:
        raise ServiceError("RestoreNonArchiveObject")
    if begun is not None and begun > now:
        raise ServiceError("RestoreAlreadyInProgress")
    is_restored = begun is not None and row["restored_until"] > now
    if not is_restored:
        begun = clock.later(RESTORE_SECONDS[row["storage_class"], tier])
    until = clock.later(days * DAY) + max(0.0, begun - now)
    statement = "UPDATE versions SET restored_from = ?, restored_until = ? WHERE id = ?"
    transaction.execute(statement, (begun, until, row["id"]))
    return is_restored


def _tagging(work: Work, parameters: Document) -> Operation:
    tags = {tag["Key"]: tag["Value"] for tag in cast("list[dict[str, str]]", parameters["TagSet"])}
    adds, replaced = parameters.get("TaggingDirective") == "Add", texts_to_json(tags)

    def tag(bucket: Bucket, key: str, version: str) -> None:
        row = find_row(work.transaction.connection, bucket, key, version)
        text = added_tags(row["tags"], tags) if adds else replaced
        work.transaction.execute("UPDATE versions SET tags = ? WHERE id = ?", (text, row["id"]))

    return tag


def added_tags(text: str, tags: dict[str, str]) -> str:
    """Return a column of tags with further ones; raises ServiceError InvalidTag when they become too many."""
    together = {**texts_from_json(text), **tags}
    return texts_to_json(check_tags(list(together.items())))


def _delete(work: Work, parameters: Document) -> Operation:
    del parameters

    def delete(bucket: Bucket, key: str, version: str) -> None:
        if version:
            remove_version(work.transaction, bucket, key, version)
        else:
            delete_object(work.transaction, bucket, key, work.clock.now())

    return delete


OPERATIONS: dict[str, Callable[[Work, Document], Operation]] = {
    "COSInitiateRestoreObject": _restore,
    "COSPutObjectTagging": _tagging,
    "COSDeleteObject": _delete,
    "COSPutObjectCopy": copy_operation,
}
