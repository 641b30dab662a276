"""What people and clients may do to a job that was created: confirm it, cancel it, delete it (spec 3.3 and 3.4).

No page has a row for the moments at which this is allowed. Terraform confirms and deletes right after it has created or
cancelled a job, and waits for nothing: what is allowed must not depend on how far the stand-in has come by then.
"""

from __future__ import annotations

from cosbatch.standin.jobs.job_rows import Job, set_state, update
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.errors import ServiceError

# What UpdateJobStatus may ask for, and the state that this brings.
REQUESTED = {"Ready": "Ready", "Cancelled": "Cancelling"}


def change_status(transaction: Transaction, job: Job, requested: str, reason: str, now: float) -> str:
    """The state that UpdateJobStatus brings, `requested` being one of REQUESTED. Raises ServiceError InvalidRequest.

    Ready confirms, once, a job that awaits it, and nothing else: a paused job goes on by itself. Before the job
    is prepared a confirmation is kept, and acts once it is Suspended.
    """
    following = REQUESTED[requested]
    is_legal = job.awaits_confirmation if requested == "Ready" else job.can_be_cancelled
    if not is_legal:
        raise ServiceError("InvalidRequest", f"A job that is {job.state} cannot be set to {requested}")
    update(transaction, job, reason=reason, confirmed=job.confirmed or requested == "Ready")
    if requested == "Cancelled" or job.state == "Suspended":
        set_state(transaction, job, following, now)
    return following


def delete(transaction: Transaction, job: Job, now: float) -> None:
    """Forget a job that is finished or on its way there, or that awaits confirmation, which is cancelled first.

    Raises ServiceError InvalidRequest for one that runs, or will by itself.
    """
    if job.can_be_cancelled and not job.awaits_confirmation:
        raise ServiceError("InvalidRequest", f"A job that is {job.state} cannot be deleted: cancel it first")
    if job.awaits_confirmation:
        set_state(transaction, job, "Cancelling", now)
    update(transaction, job, deleted=1)
