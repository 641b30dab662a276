"""How a job stands: its state and counts as the service tells them, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cosbatch.hints import HINTS, hint_for

_FINAL = ("Complete", "Failed", "Cancelled")


@dataclass(frozen=True)
class JobProgress:
    """A job's state; counts of tasks are 0 where nothing is told, `total` None."""

    status: str
    succeeded: int = 0
    failed: int = 0
    total: int | None = None

    @property
    def is_final(self) -> bool:
        return self.status in _FINAL

    @property
    def done(self) -> int:
        """The tasks that are over, well or not."""
        return self.succeeded + self.failed

    @property
    def outcome(self) -> str:
        """What a job came to: `complete`, `complete with failures`, `nothing done`, `failed`, `cancelled`; else `unfinished`."""
        if not self.is_final:
            return "unfinished"
        if self.total is not None and not self.succeeded:
            return "nothing done"
        if self.status == "Complete" and self.failed:
            return "complete with failures"
        return self.status.lower()


def job_progress_of(job: Mapping[str, Any]) -> JobProgress:
    """The standing of a job as DescribeJob or ListJobs shows it; what the service leaves out or garbles counts as unknown."""
    summary = job.get("ProgressSummary")
    counts = summary if isinstance(summary, Mapping) else {}
    return JobProgress(
        str(job.get("Status") or "unknown"),
        _count(counts.get("NumberOfTasksSucceeded")) or 0,
        _count(counts.get("NumberOfTasksFailed")) or 0,
        _count(counts.get("TotalNumberOfTasks")),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def reasons_of(job: Mapping[str, Any], language: str) -> Iterator[str]:
    """Why a job failed, each reason with what can be done about it where that is known."""
    reasons = job.get("FailureReasons")
    for reason in reasons if isinstance(reasons, list) else []:
        code = str(reason.get("FailureCode") or "") if isinstance(reason, Mapping) else ""
        if code:
            hint = hint_for(code, language) if code in HINTS else ""
            yield f"{code}: {reason.get('FailureReason') or ''} {hint}".strip()
