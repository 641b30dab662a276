"""Jobs as the database keeps them: created once, and led through their states one step at a time (spec 3.2)."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from cosbatch.standin.cos.service import DAY
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.schema import Document, part

# Which state may follow which.
NEXT_STATES = {
    "New": ("Preparing", "Cancelling"),
    "Preparing": ("Ready", "Suspended", "Failing", "Cancelling"),
    "Suspended": ("Ready", "Cancelling"),
    "Ready": ("Active", "Cancelling"),
    "Active": ("Completing", "Failing", "Pausing", "Cancelling"),
    "Pausing": ("Paused", "Cancelling"),
    "Paused": ("Active", "Cancelling"),
    "Completing": ("Complete", "Failing"),
    "Cancelling": ("Cancelled",),
    "Failing": ("Failed",),
    "Complete": (),
    "Cancelled": (),
    "Failed": (),
}
STATES = tuple(sorted(NEXT_STATES))
FINISHED = tuple(state for state, following in NEXT_STATES.items() if not following)
LISTED_FOR = 90 * DAY
INSERT = """
INSERT INTO jobs (id, region, token, state, priority, operation, description, document, created, round)
VALUES (?, ?, ?, 'New', ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True)
class Job:
    """One job; moments are Unix seconds. `succeeded` and `failed` count tasks.

    `failed_tasks` tells a few that failed, `failure_codes` how many did with each code.
    `round` counts how many calls of the function stand behind it, see store/creations.
    """

    number: int
    id: str
    region: str
    state: str
    priority: int
    operation: str
    description: str
    document: Document
    created: float
    terminated: float | None
    suspended: float | None
    reason: str
    failure_code: str
    failure_reason: str
    total: int
    succeeded: int
    failed: int
    succeeded_bytes: int
    failed_bytes: int
    deleted: bool
    confirmed: bool
    round: int
    source: str
    failed_tasks: tuple[str, ...]
    failure_codes: Mapping[str, int]

    @property
    def token(self) -> str:
        """The ClientRequestToken."""
        return str(self.document["ClientRequestToken"])

    @property
    def executed(self) -> int:
        """How many tasks are done, those that failed included."""
        return self.succeeded + self.failed

    @property
    def awaits_confirmation(self) -> bool:
        """Whether the job will not run before it is confirmed, be it prepared yet or not."""
        required = bool(self.document.get("ConfirmationRequired"))
        return required and not self.confirmed and self.state in ("New", "Preparing", "Suspended")

    @property
    def can_be_cancelled(self) -> bool:
        """Whether the job neither has come to its end nor is on its way there."""
        return "Cancelling" in NEXT_STATES[self.state]

    @property
    def is_finished(self) -> bool:
        """Whether the job has reached a state that it will not leave."""
        return self.state in FINISHED


def read_job(row: sqlite3.Row) -> Job:
    """A row of `jobs` as a value."""
    values = {name: row[name] for name in row.keys() if name != "token"}  # noqa: SIM118 - a Row iterates over values
    flags = {name: bool(row[name]) for name in ("deleted", "confirmed")}
    parsed = {name: json.loads(row[name]) for name in ("document", "failure_codes")}
    return Job(**{**values, **flags, **parsed, "failed_tasks": tuple(json.loads(row["failed_tasks"]))})


def add_job(transaction: Transaction, document: Document, region: str, now: float, in_round: int) -> str:
    """The id of a new job, which is kept. Raises ServiceError InvalidRequest when the token was used before."""
    job_id = str(uuid.uuid4())
    token, description = str(document["ClientRequestToken"]), str(document.get("Description", ""))
    operation = next(iter(part(document, "Operation")))
    values = (document["Priority"], operation, description, json.dumps(document), now, in_round)
    try:
        number = transaction.execute(INSERT, (job_id, region, token, *values)).lastrowid
    except sqlite3.IntegrityError:
        raise ServiceError("InvalidRequest", "The ClientRequestToken parameter already exists") from None
    _note_state(transaction, cast(int, number), "New", now)
    return job_id


def find_job(connection: sqlite3.Connection, job_id: str, region: str) -> Job:
    """A job that was not deleted. Raises ServiceError NoSuchJob."""
    query = "SELECT * FROM jobs WHERE id = ? AND region = ? AND NOT deleted"
    row = connection.execute(query, (job_id, region)).fetchone()
    if row is None:
        raise ServiceError("NoSuchJob")
    return read_job(row)


def list_jobs(
    connection: sqlite3.Connection,
    region: str,
    state: str,
    token: str,
    between: tuple[float, float],
    size: int,
) -> list[Job]:
    """At most `size` jobs behind the job with the id `token`, the oldest first.

    `state` is empty for all; `between` bounds the moment of creation. Raises ServiceError InvalidArgument for
    a token that is no job's id.
    """
    query = """
    SELECT * FROM jobs WHERE region = ? AND number > ? AND NOT deleted AND (? = '' OR state = ?)
    AND created BETWEEN ? AND ? ORDER BY number LIMIT ?
    """
    values = (region, _number_of(connection, token, region), state, state, *between, size)
    return [read_job(row) for row in connection.execute(query, values)]


def _number_of(connection: sqlite3.Connection, token: str, region: str) -> int:
    if not token:
        return 0
    row = connection.execute("SELECT number FROM jobs WHERE id = ? AND region = ?", (token, region)).fetchone()
    if row is None:
        raise ServiceError("InvalidArgument", "nextToken is not one that ListJobs has returned")
    return int(row[0])


def set_state(transaction: Transaction, job: Job, state: str, now: float) -> None:
    """Take one step of a job's life. Raises AssertionError for one that is not in the table."""
    assert state in NEXT_STATES[job.state], f"a job cannot go from {job.state} to {state}"
    update(transaction, job, state=state, **({"terminated": now} if state in FINISHED else {}))
    _note_state(transaction, job.number, state, now)


def fail(transaction: Transaction, job: Job, code: str, reason: str, now: float) -> None:
    """Let a job fail, for a reason that DescribeJob gives."""
    update(transaction, job, failure_code=code, failure_reason=reason.encode()[:256].decode(errors="ignore"))
    set_state(transaction, job, "Failing", now)


def rest(transaction: Transaction, job: Job, state: str, now: float) -> None:
    """Take the last step of a job, and release the contents that were kept for it."""
    set_state(transaction, job, state, now)
    if not job.reason:
        update(transaction, job, reason=f"Job {state.lower()}")
    for row in transaction.execute("SELECT content FROM pins WHERE job = ?", (job.number,)).fetchall():
        transaction.release(row["content"])
    transaction.execute("DELETE FROM pins WHERE job = ?", (job.number,))


def update(transaction: Transaction, job: Job, **columns: object) -> None:
    """Set columns of a job; the names come from the code, never from a request."""
    names = ", ".join(f"{name} = ?" for name in columns)
    transaction.execute(f"UPDATE jobs SET {names} WHERE number = ?", (*columns.values(), job.number))  # noqa: S608


def unfinished(connection: sqlite3.Connection) -> list[tuple[int, str, int]]:
    """Number, state and priority of the jobs that are not at their end, the most urgent first."""
    query = "SELECT number, state, priority FROM jobs WHERE terminated IS NULL ORDER BY priority DESC, number"
    return [(row["number"], row["state"], row["priority"]) for row in connection.execute(query)]


def moving(connection: sqlite3.Connection) -> list[str]:
    """The jobs that go on by themselves, in words: neither at their end nor waiting for a confirmation."""
    query = "SELECT id, state FROM jobs WHERE terminated IS NULL AND state != 'Suspended' ORDER BY number"
    return [f"job {row['id']} ({row['state']})" for row in connection.execute(query)]


def unfinished_ids(connection: sqlite3.Connection) -> set[str]:
    """The ids of the jobs that are not at their end."""
    return {row["id"] for row in connection.execute("SELECT id FROM jobs WHERE terminated IS NULL")}


def job_in_state(connection: sqlite3.Connection, number: int, state: str) -> Job | None:
    """A job if it still is in a state: a client may have changed that."""
    row = connection.execute("SELECT * FROM jobs WHERE number = ? AND state = ?", (number, state)).fetchone()
    return None if row is None else read_job(row)


def _note_state(transaction: Transaction, number: int, state: str, now: float) -> None:
    transaction.execute("INSERT INTO states VALUES (?, ?, ?)", (number, state, now))


def states_of(connection: sqlite3.Connection, job: Job) -> list[tuple[str, float]]:
    """Every state that a job has had, with its moment, in order."""
    query = "SELECT state, at FROM states WHERE job = ? ORDER BY rowid"
    return [(row["state"], row["at"]) for row in connection.execute(query, (job.number,))]


def any_job(connection: sqlite3.Connection, job_id: str) -> Job | None:
    """A job of any region that was not deleted; None for an unknown id."""
    row = connection.execute("SELECT * FROM jobs WHERE id = ? AND NOT deleted", (job_id,)).fetchone()
    return None if row is None else read_job(row)


def newest_jobs(connection: sqlite3.Connection, size: int) -> list[Job]:
    """The jobs that were created last and not deleted, the newest first."""
    query = "SELECT * FROM jobs WHERE NOT deleted ORDER BY number DESC LIMIT ?"
    return [read_job(row) for row in connection.execute(query, (size,))]


def all_jobs(connection: sqlite3.Connection) -> list[Job]:
    """Every job, deleted ones too, in the order of creation."""
    return [read_job(row) for row in connection.execute("SELECT * FROM jobs ORDER BY number")]
