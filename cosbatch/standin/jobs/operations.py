"""What a job does to objects: restore, tagging and delete here, copy beside it, each as judging and writing.

Judging changes nothing where many tasks are judged together, so that a job can end at exactly the task at
which too many have failed. Tasks of which one could change what another finds (deleting, copying) are taken
one by one, and are written as they are judged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, cast

from cosbatch.standin.cos.restoring import WRITE, restored
from cosbatch.standin.cos.tags import check_tags
from cosbatch.standin.jobs.copying import Copying
from cosbatch.standin.jobs.rules import pairs_of, resource_of
from cosbatch.standin.jobs.work import Task, Values, Verdict, Work
from cosbatch.standin.store.catalog import delete_object, remove_version, texts_from_json, texts_to_json
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.schema import part

TOGETHER = 1000
WANT = "INSERT INTO wanted VALUES (?, ?, ?, ?)"
FIND = """
SELECT versions.* FROM wanted LEFT JOIN versions ON versions.id = (
    SELECT id FROM versions
    WHERE bucket = wanted.bucket AND key = wanted.key AND (wanted.version = '' OR version = wanted.version)
    ORDER BY id DESC LIMIT 1
) ORDER BY place
"""


class Operation(Protocol):
    """One operation of a job, inside one transaction; `statement` writes what the verdicts hold, if it is not empty."""

    together: ClassVar[int]
    statement: ClassVar[str]

    def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """For each of up to `together` tasks, of different keys: what is to be written, or why it fails."""
        ...


def find_operation(work: Work) -> Operation:
    """What a job does, by its document."""
    job = work.job
    parameters = part(part(job.document, "Operation"), job.operation)
    match job.operation:
        case "COSInitiateRestoreObject":
            return Restoring(work, cast(int, parameters["ExpirationInDays"]), str(parameters["JobTier"]))
        case "COSPutObjectTagging":
            return Tagging(work, pairs_of(parameters, "TagSet"), parameters.get("TaggingDirective") == "Add")
        case "COSDeleteObject":
            return Deleting(work)
        case _:
            return Copying(work, parameters, resource_of(parameters, "TargetResource"))


@dataclass(frozen=True)
class Restoring:
    """COSInitiateRestoreObject."""

    together: ClassVar[int] = TOGETHER
    statement: ClassVar[str] = WRITE

    work: Work
    days: int
    tier: str

    def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """From when to when each copy can be read, and of which version."""
        clock = self.work.service.clock
        now = clock.now()

        def judge(row: sqlite3.Row) -> Values:
            return *restored(row, clock, now, self.days, self.tier), row["id"]

        return _judge_each(self.work.transaction, tasks, judge)


@dataclass(frozen=True)
class Tagging:
    """COSPutObjectTagging."""

    together: ClassVar[int] = TOGETHER
    statement: ClassVar[str] = "UPDATE versions SET tags = ? WHERE id = ?"

    work: Work
    tags: Mapping[str, str]
    adds: bool

    def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """The tags that each version has then."""
        replaced = texts_to_json(self.tags)

        def judge(row: sqlite3.Row) -> Values:
            return self._added(row["tags"]) if self.adds else replaced, row["id"]

        return _judge_each(self.work.transaction, tasks, judge)

    def _added(self, column: str) -> str:
        together = {**texts_from_json(column), **self.tags}
        return texts_to_json(check_tags(list(together.items())))


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
        return ServiceError("NoSuchKey")
    try:
        return judge(row)
    except ServiceError as error:
        return error


@dataclass(frozen=True)
class Deleting:
    """COSDeleteObject, one by one."""

    together: ClassVar[int] = 1
    statement: ClassVar[str] = ""

    work: Work

    def judge(self, tasks: Sequence[Task]) -> list[Verdict]:
        """Nothing is left to be written: the object is deleted."""
        ((bucket, key, version),) = tasks
        if version:
            remove_version(self.work.transaction, bucket, key, version)
        else:
            delete_object(self.work.transaction, bucket, key, self.work.service.clock.now())
        return [()]
