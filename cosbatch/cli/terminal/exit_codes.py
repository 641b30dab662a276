"""What a command's exit code says."""

from __future__ import annotations

from cosbatch.model.errors import UpstreamTimeout, UpstreamTLS, UpstreamUnreachable

DONE = 0
FAILED = 1  # refused, or failed
WRONG_USAGE = 2
JOB_FAILED = 3  # the job ended with failed tasks, or was cancelled
TIME_OVER = 4
UNREACHABLE = 5
INTERRUPTED = 130

_NOT_REACHED = (UpstreamUnreachable.code, UpstreamTimeout.code, UpstreamTLS.code)


def of_failure(code: object) -> int:
    """The exit code of a failure that has this Code."""
    return UNREACHABLE if code in _NOT_REACHED else FAILED
