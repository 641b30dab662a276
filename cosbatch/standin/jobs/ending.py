"""The end of a job: its report is delivered and its manifest let go, in one step with its last state."""

from __future__ import annotations

from cosbatch.standin.jobs.copying import Work
from cosbatch.standin.jobs.reports import Gathering, add_objects, bucket_of
from cosbatch.standin.jobs.rows import Job, job_in_state, set_state, update
from cosbatch.standin.jobs.rules import part
from cosbatch.standin.service import Service
from cosbatch.standin.store.database import Transaction

ENDINGS = {"Completing": "Complete", "Failing": "Failed", "Cancelling": "Cancelled"}


def end_job(service: Service, number: int, state: str) -> None:
    """Take a job from Completing, Failing or Cancelling to its end; a kill in between changes nothing."""
    with service.database.reading() as connection:
        job = job_in_state(connection, number, state)
    assert job is not None, "nobody else ends jobs"
    now = service.clock.now()
    gathering = Gathering(service.reports, job)
    objects = gathering.finished(service.database.contents, now) if _is_wanted(service, job) else []
    with service.database.writing() as transaction:
        add_objects(Work(transaction, service.account, service.clock), job, objects)
        come_to_rest(transaction, job, ENDINGS[state], now)
    gathering.remove()


def _is_wanted(service: Service, job: Job) -> bool:
    return bool(part(job.document, "Report")["Enabled"]) and service.account.owns_bucket(bucket_of(job).bucket)


def come_to_rest(transaction: Transaction, job: Job, state: str, now: float) -> None:
    """Take the last step of a job, and let go of the contents that were kept for it."""
    set_state(transaction, job, state, now)
    if not job.reason:
        update(transaction, job, reason=f"Job {state.lower()}")
    for row in transaction.execute("SELECT content FROM pins WHERE job = ?", (job.number,)).fetchall():
        transaction.release(row["content"])
    transaction.execute("DELETE FROM pins WHERE job = ?", (job.number,))
