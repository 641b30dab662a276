"""The life of a job as a table (spec 3.2): which state may follow which."""

from __future__ import annotations

from cosbatch.standin.wire.errors import ServiceError

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

# What UpdateJobStatus may ask for, and the state that this brings.
REQUESTED = {"Ready": "Ready", "Cancelled": "Cancelling"}


def check_step(state: str, following: str) -> None:
    """Raise AssertionError when the service's own work takes a step that is not in the table."""
    assert following in NEXT_STATES[state], f"a job cannot go from {state} to {following}"


def requested_state(state: str, requested: str) -> str:
    """Return the state that UpdateJobStatus brings; raises ServiceError InvalidRequest if it may not.

    Ready confirms and is possible from Suspended alone: a paused job goes on by itself.
    """
    following = REQUESTED[requested]
    if following not in NEXT_STATES[state] or (requested == "Ready" and state != "Suspended"):
        raise ServiceError("InvalidRequest", f"A job that is {state} cannot be set to {requested}")
    return following
