"""What is left to do after a job: what failed by its report, where the report is, and the command that comes next."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cosbatch.cli.job_commands.job_progress import job_progress_of
from cosbatch.cli.manifests import reports
from cosbatch.cli.manifests.failures import most_first, parts_of, told
from cosbatch.cli.terminal.language import _, ngettext
from cosbatch.model.errors import CosbatchError

# Failed tasks that are counted: more would keep a script waiting for what it may not want to know.
_MOST = 1_000_000
# What needs no other try: the object is being restored already, or was never archived.
_NOTHING_TO_DO = {"RestoreAlreadyInProgress", "RestoreNonArchiveObject"}


class Aftermath(NamedTuple):
    """The report's manifest.json as cos://bucket/key, None where none was ordered; tasks by error code as far as they could
    be counted, and why not further.
    """

    report: str | None
    failures: Mapping[str, int]
    problem: str = ""

    def as_json(self) -> dict[str, object]:
        counted = {"Failures": dict(self.failures)} if self.failures else {}
        return {"Report": self.report, **counted} if self.report else {}


def aftermath_of(job_id: str, job: Mapping[str, Any], options: argparse.Namespace) -> Aftermath:
    """What the report of a job tells; it is read where the job has ended and tasks have failed."""
    progress, place = job_progress_of(job), reports.place_of(job_id, job)
    if not progress.is_final or place is None:
        return Aftermath(None, {})
    name = place.uri
    counts: dict[str, int] = {}
    try:
        if progress.failed:
            _count(name, options, counts)
    except CosbatchError as error:
        problem = _("It could not be read to its end: {code}: {message}")
        return Aftermath(name, counts, problem.format(code=error.code, message=error.message))
    return Aftermath(name, most_first(counts))


def _count(name: str, options: argparse.Namespace, counts: dict[str, int]) -> None:
    counted = 0
    for part in parts_of(name, options):
        for tasks in part.tasks if part.tells_of_failures else ():
            for code, failed in tasks.failed.items():
                counts[code] = counts.get(code, 0) + len(failed)
                counted += len(failed)
            if counted >= _MOST:
                return


def what_is_left(job_id: str, job: Mapping[str, Any], aftermath: Aftermath) -> Iterator[str]:
    """What failed, where the report is, and what comes next, in words; nothing before the end of the job."""
    progress = job_progress_of(job)
    if not progress.is_final:
        return
    counted = sum(aftermath.failures.values())
    if counted < progress.failed and aftermath.failures:
        first = ngettext("Of the first {count} failed task:", "Of the first {count} failed tasks:", counted)
        yield first.format(count=f"{counted:,}")
    yield from told(aftermath.failures)
    if aftermath.report is not None:
        yield _("Its report: {place}").format(place=aftermath.report)
    if aftermath.problem:
        yield aftermath.problem
    if progress.failed and aftermath.report is None:
        yield _("Nothing says which tasks failed: no report was ordered.")
    elif progress.failed:
        yield _("A list of what failed:")
        yield f"  cosbatch retry {job_id} --output again.csv"
        if counted < progress.failed or aftermath.failures.keys() - _NOTHING_TO_DO:
            yield _("A new job for it:")
            yield f"  cosbatch retry {job_id} --create"
