"""The end of a job: how it ended, what failed by its report, where the report is, and the command that comes next."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cosbatch.cli.job_commands.job_progress import JobProgress, job_progress_of, verdict_of
from cosbatch.cli.manifests import lists, reports
from cosbatch.cli.manifests.failures import failures_told, most_first, report_parts
from cosbatch.cli.terminal.language import N_, _, ngettext
from cosbatch.model.errors import CosbatchError

# Failed tasks that are counted: more would keep a script waiting for what it may not want to know.
_MOST = 1_000_000
# What needs no other try: the object is being restored already, or was never archived.
_NOTHING_TO_DO = {"RestoreAlreadyInProgress", "RestoreNonArchiveObject"}
_LEFT = N_("Tasks that were never worked on, and so are in no report: {count}.")


class End(NamedTuple):
    """How far a job came. `report` is the report's manifest.json as cos://bucket/key, None before the end and where none was
    ordered; `failures` are tasks by error code as far as they could be counted, `problem` says why not further.
    """

    progress: JobProgress
    report: str | None
    failures: Mapping[str, int]
    problem: str = ""

    def as_json(self) -> dict[str, object]:
        """`{Status, Outcome, Succeeded, Failed, Left}`, with `Report` and `Failures` where they are known."""
        known = {N_("Report"): self.report, N_("Failures"): dict(self.failures)}
        told = {N_("Status"): self.progress.status, N_("Outcome"): self.progress.outcome, **self.progress.counts}
        return {**told, **{name: value for name, value in known.items() if value}}


def end_of(job_id: str, job: Mapping[str, Any], options: argparse.Namespace) -> End:
    """The end of a job as it was seen last. Its report is read where the job has ended and tasks have failed."""
    progress, place = job_progress_of(job), reports.place_of(job_id, job)
    if not progress.is_final or place is None:
        return End(progress, None, {})
    name = place.uri
    counts: dict[str, int] = {}
    try:
        if progress.failed:
            _count(name, options, counts)
    except CosbatchError as error:
        problem = _("It could not be read to its end: {code}: {message}")
        return End(progress, name, counts, problem.format(code=error.code, message=error.message))
    return End(progress, name, most_first(counts))


def _count(name: str, options: argparse.Namespace, counts: dict[str, int]) -> None:
    counted = 0
    for part in report_parts(name, options):
        for tasks in part.tasks if part.tells_of_failures else ():
            for code, failed in tasks.failed.items():
                counts[code] = counts.get(code, 0) + len(failed)
                counted += len(failed)
            if counted >= _MOST:
                return


def told_at_end(job_id: str, job: Mapping[str, Any], end: End, language: str, service: str = "") -> Iterator[str]:
    """How the job ended, in words; where it has, also what failed, where the report is, and what comes next, by commands with
    the options of the `service`."""
    yield from verdict_of(job, language)
    if end.progress.is_final:
        yield from _failures_told(job_id, end, service)
        yield from left_told(job)


def left_told(job: Mapping[str, Any]) -> Iterator[str]:
    """What is to be known of tasks that a job which has ended did not come to: no report names them. Nothing where there are none."""
    left = job_progress_of(job).left
    if left:
        yield _(_LEFT).format(count=f"{left:,}")
        again = _("With --again, the command that made the job takes its whole list once more: {place}")
        yield again.format(place=lists.of_job(job) or _("that it does not name"))


def left_warned(job: Mapping[str, Any]) -> dict[str, object]:
    """The same for programs, as `Warnings`."""
    left = job_progress_of(job).left
    told = {N_("Warning"): "TasksLeft", "Left": left, "Message": _LEFT.format(count=left)}
    return {N_("Warnings"): [told]} if left else {}


def needs_another_try(codes: Iterable[str]) -> bool:
    """Whether there is something to do about tasks that failed by these codes."""
    return not {*codes} <= _NOTHING_TO_DO


def _failures_told(job_id: str, end: End, service: str) -> Iterator[str]:
    counted, failed = sum(end.failures.values()), end.progress.failed
    if counted < failed and end.failures:
        first = ngettext("Of the first {count} failed task:", "Of the first {count} failed tasks:", counted)
        yield first.format(count=f"{counted:,}")
    yield from failures_told(end.failures)
    if end.report is not None:
        yield _("Its report: {place}").format(place=end.report)
    if end.problem:
        yield end.problem
    if failed and end.report is None:
        yield _("Nothing says which tasks failed: no report was ordered.")
    elif failed:
        yield _("A list of what failed:")
        # Each job has a list of its own: those of a list that was split are told of one after the other.
        yield f"  cosbatch retry {job_id} --output again-{job_id[:8]}.csv{service}"
        if counted < failed or needs_another_try(end.failures):
            yield _("A new job for it:")
            yield f"  cosbatch retry {job_id} --create{service}"
