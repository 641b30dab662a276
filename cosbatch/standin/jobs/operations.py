"""What a job does to objects: restore, tagging, delete and copy, each as judging and writing.

Judging changes nothing where many tasks are judged together, so that a job can end at exactly the task at
which too many have failed. Tasks of which one could change what another finds (deleting, copying) are taken
one by one, and are written as they are judged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from cosbatch.standin.cos.restoring import restored
from cosbatch.standin.cos.tag_rules import check_tags
from cosbatch.standin.jobs.copying import Work, copy_operation
from cosbatch.standin.jobs.rows import Job
from cosbatch.standin.jobs.rules import Document, part
from cosbatch.standin.store.catalog import Bucket, delete_object, remove_version, texts_from_json, texts_to_json
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.errors import ServiceError

TOGETHER = 1000
WANT = "INSERT INTO wanted VALUES (?, ?, ?, ?)"
FIND = """
SELECT versions.* FROM wanted LEFT JOIN versions ON versions.id = (
    SELECT id FROM versions
    WHERE bucket = wanted.bucket AND key = wanted.key AND (wanted.version = '' OR version = wanted.version)
    ORDER BY id DESC LIMIT 1
) ORDER BY place
"""


class Task(NamedTuple):
    """One object that a job is to work on; `version` is empty for the newest."""

    bucket: Bucket
    key: str
    version: str


Values = tuple[object, ...]
Verdict = Values | ServiceError


@dataclass(frozen=True)
class Operation:
    """One operation of a job.

    `judge` takes up to `together` tasks, of different keys, and returns for each what is to be written or the
    error with which it fails; `statement` writes.
    """

    judge: Callable[[Sequence[Task]], list[Verdict]]
    together: int = 1
    statement: str = ""


def find_operation(work: Work, job: Job) -> Operation:
    """Return what a job does."""
    parameters = part(part(job.document, "Operation"), job.operation)
    return OPERATIONS[job.operation](work, parameters)


def _judge_each(
    transaction: Transaction, tasks: Sequence[Task], judge: Callable[[sqlite3.Row], Values]
) -> list[Verdict]:
    """Find the objects of all tasks at once, and judge each by its row."""
    wanted = ((place, task.bucket.id, task.key, task.version) for place, task in enumerate(tasks))
    transaction.connection.executemany(WANT, wanted)
    found = transaction.execute(FIND).fetchall()
    transaction.execute("DELETE FROM wanted")
    return [_verdict(row, task, judge) for row, task in zip(found, tasks, strict=True)]


def _verdict(row: sqlite3.Row, task: Task, judge: Callable[[sqlite3.Row], Values]) -> Verdict:
    if row["id"] is None:
        return ServiceError("NoSuchVersion" if task.version else "NoSuchKey")
    if row["marker"]:
        return ServiceError("MethodNotAllowed" if task.version else "NoSuchKey")
    try:
        return judge(row)
    except ServiceError as error:
        return error


def _restore(work: Work, parameters: Document) -> Operation:
    days, tier = cast(int, parameters["ExpirationInDays"]), str(parameters["JobTier"])

    def judge(tasks: Sequence[Task]) -> list[Verdict]:
        now = work.clock.now()
        return _judge_each(
            work.transaction, tasks, lambda row: (*restored(row, work.clock, now, days, tier), row["id"])
        )

    return Operation(judge, TOGETHER, "UPDATE versions SET restored_from = ?, restored_until = ? WHERE id = ?")


def _tagging(work: Work, parameters: Document) -> Operation:
    tags = {tag["Key"]: tag["Value"] for tag in cast("list[dict[str, str]]", parameters["TagSet"])}
    adds, replaced = parameters.get("TaggingDirective") == "Add", texts_to_json(tags)

    def tagged(row: sqlite3.Row) -> Values:
        return added_tags(row["tags"], tags) if adds else replaced, row["id"]

    def judge(tasks: Sequence[Task]) -> list[Verdict]:
        return _judge_each(work.transaction, tasks, tagged)

    return Operation(judge, TOGETHER, "UPDATE versions SET tags = ? WHERE id = ?")


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

    return _one_by_one(delete)


def _copy(work: Work, parameters: Document) -> Operation:
    return _one_by_one(copy_operation(work, parameters))


def _one_by_one(carry_out: Callable[[Bucket, str, str], None]) -> Operation:
    def judge(tasks: Sequence[Task]) -> list[Verdict]:
        (task,) = tasks
        try:
            carry_out(*task)
        except ServiceError as error:
            return [error]
        return [()]

    return Operation(judge)


OPERATIONS: dict[str, Callable[[Work, Document], Operation]] = {
    "COSInitiateRestoreObject": _restore,
    "COSPutObjectTagging": _tagging,
    "COSDeleteObject": _delete,
    "COSPutObjectCopy": _copy,
}
