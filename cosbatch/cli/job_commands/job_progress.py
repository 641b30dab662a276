"""The progress of a job: its state and counts as the service tells them, and its outcome in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cosbatch.cli.terminal import exit_codes
from cosbatch.cli.terminal.language import N_, _, ngettext
from cosbatch.model.hints import hint_for, hints
from cosbatch.schemas.calls import FINAL_STATES

_SAID = {
    "complete": N_("Complete"),
    "complete with failures": N_("Complete with failures"),
    "nothing done": N_("Nothing done"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
    "unfinished": N_("Unfinished"),
}


@dataclass(frozen=True)
class JobProgress:
    """A job's state and its counts of tasks; where the service tells none, they are 0, and `total` is None."""

    status: str
    succeeded: int = 0
    failed: int = 0
    total: int | None = None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATES

    @property
    def done(self) -> int:
        """How many tasks have ended, with success or not."""
        return self.succeeded + self.failed

    @property
    def left(self) -> int | None:
        """How many tasks have not ended; None where the service tells no total."""
        return None if self.total is None else max(0, self.total - self.done)

    @property
    def counts(self) -> dict[str, int | None]:
        """The shape that results have: how many tasks succeeded, failed and are left."""
        return {N_("Succeeded"): self.succeeded, N_("Failed"): self.failed, N_("Left"): self.left}

    @property
    def outcome(self) -> str:
        """`complete`, `complete with failures`, `nothing done`, `failed` or `cancelled`; `unfinished` before the end."""
        if not self.is_final:
            return "unfinished"
        if self.status != "Complete":
            return self.status.lower()
        if self.total is not None and not self.succeeded:
            return "nothing done"
        return "complete with failures" if self.failed else "complete"


def exit_code_of(progress: JobProgress) -> int:
    """The exit code of a command that has followed the job so far."""
    if not progress.is_final:
        return exit_codes.TIME_OVER
    return exit_codes.DONE if progress.outcome == "complete" else exit_codes.JOB_FAILED


def job_progress_of(job: Mapping[str, Any]) -> JobProgress:
    """The progress of a job as DescribeJob or ListJobs shows it; what is missing or of another type counts as unknown."""
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
    """Why a job failed, each reason with its fix where one is known."""
    reasons = job.get("FailureReasons")
    for reason in reasons if isinstance(reasons, list) else []:
        code = str(reason.get("FailureCode") or "") if isinstance(reason, Mapping) else ""
        if code:
            hint = hint_for(code, language) if code in hints() else ""
            yield f"{code}: {reason.get('FailureReason') or ''} {hint}".strip()


def verdict_of(job: Mapping[str, Any], language: str) -> Iterator[str]:
    """The job's outcome in words: one line of figures, and the reasons of a failure."""
    progress = job_progress_of(job)
    yield _("{outcome}: {counts}.").format(outcome=_(_SAID[progress.outcome]), counts=counts_of(progress))
    yield from reasons_of(job, language)


def counts_of(progress: JobProgress) -> str:
    """How many tasks succeeded, failed and are left, and the state."""
    told = ngettext(
        "{succeeded} of {total} task succeeded, {failed} failed; state {state}",
        "{succeeded} of {total} tasks succeeded, {failed} failed; state {state}",
        progress.total or 0,
    )
    if progress.left is None:
        told = _("{succeeded} succeeded and {failed} failed of an unknown number of tasks; state {state}")
    elif progress.left:
        told = ngettext(
            "{succeeded} of {total} task succeeded, {failed} failed, {left} left; state {state}",
            "{succeeded} of {total} tasks succeeded, {failed} failed, {left} left; state {state}",
            progress.total or 0,
        )
    return told.format(
        succeeded=f"{progress.succeeded:,}",
        failed=f"{progress.failed:,}",
        total=f"{progress.total or 0:,}",
        left=f"{progress.left or 0:,}",
        state=progress.status,
    )
