"""The command `wait`: follows a job to its end, and says what it came to."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cosbatch.cli.job_commands.job_progress import JobProgress, job_progress_of, reasons_of
from cosbatch.cli.remote.client import Client, connect
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.options import Commands, add_service, command, seconds
from cosbatch.cli.terminal.progress import Progress, Reading
from cosbatch.cli.terminal.tables import printable, record
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import CosbatchError

INTERVAL = 5.0
# How many looks in a row may fail, each after its own retries, before the command gives up.
_FAILURES = 10

Job = Mapping[str, Any]

_EXAMPLES = """\
  Follow a job until it has ended; exit code 0 means that every task succeeded:
    python -m cosbatch wait 53dc6228-c50b-46f7-8ad7-65e7159f1aae

  In a script, for an hour at most, looking every 30 seconds:
    python -m cosbatch wait 53dc6228-c50b-46f7-8ad7-65e7159f1aae --timeout 3600 --interval 30 | jq -r .Outcome

outcomes: complete, complete with failures, nothing done, failed, cancelled; unfinished after the time-out
"""


def add(commands: Commands) -> None:
    parser = command(commands, "wait", "Follow a job to its end, with a progress bar.", _EXAMPLES, wait)
    parser.add_argument("job_id", metavar="JOBID")
    parser.add_argument(
        "--timeout", type=seconds, metavar="SECONDS", help="stop waiting after this long (default: never)"
    )
    parser.add_argument(
        "--interval", type=seconds, default=INTERVAL, metavar="SECONDS", help=f"look so often (default: {INTERVAL:g})"
    )
    add_service(parser)


def wait(options: argparse.Namespace) -> int:
    client = connect(options)
    job = follow(client, options.job_id, options.interval, options.timeout)
    result = {"JobId": options.job_id, "Status": job.get("Status"), "Outcome": job_progress_of(job).outcome, "Job": job}
    output.show(result, options, lambda: record({name: result[name] for name in ("JobId", "Status", "Outcome")}))
    for line in verdict_of(job, client.settings.language):
        output.say(printable(line))
    return 0 if result["Outcome"] == "complete" else 1


def follow(client: Client, job_id: str, interval: float, timeout: float | None) -> Job:
    """The job as it was last seen: ended, or when the time was over. Raises CosbatchError."""
    with contextlib.closing(Progress(sys.stderr, client.clock)) as progress:
        job: Job = {}
        was_suspended = False
        for job in _looks(lambda: _look(client, job_id), client.clock, interval, timeout):
            standing = job_progress_of(job)
            progress.show(Reading(standing.status, standing.done, standing.total, standing.failed))
            if standing.is_final:
                break
            if standing.status == "Suspended" and not was_suspended:
                progress.close()
                output.say(printable(f"It waits to be confirmed: python -m cosbatch confirm {job_id}"))
                was_suspended = True
        return job


def _look(client: Client, job_id: str) -> Job:
    job: Any = client.call({"Action": "DescribeJob", "JobId": job_id})["Job"]
    return dict(job)


def _looks(look: Callable[[], Job], clock: Clock, interval: float, timeout: float | None) -> Iterator[Job]:
    """A look at the job every `interval` seconds, until the time is over; the last one is at its very end."""
    until = clock.monotonic() + timeout if timeout is not None else float("inf")
    failures = 0
    while True:
        try:
            job = look()
            failures = 0
        except CosbatchError as error:
            failures += 1
            if not error.retryable or failures > _FAILURES or clock.monotonic() >= until:
                raise
            output.say(printable(f"{error.code}: {error.message} Looking again."))
        else:
            yield job
        left = until - clock.monotonic()
        if left <= 0:
            return
        clock.sleep(min(interval, left))


def verdict_of(job: Job, language: str) -> Iterator[str]:
    """What the job came to, in words."""
    standing = job_progress_of(job)
    yield f"{standing.outcome.capitalize()}: {_counts(standing)}."
    yield from reasons_of(job, language)
    if standing.is_final and standing.failed:
        yield f"The report says which tasks failed ({_report(job)}); python -m cosbatch retry makes a manifest of them."


def _counts(standing: JobProgress) -> str:
    total = "an unknown number" if standing.total is None else f"{standing.total:,}"
    return f"{standing.succeeded:,} of {total} tasks succeeded, {standing.failed:,} failed; state {standing.status}"


def _report(job: Job) -> str:
    report = job.get("Report")
    if not isinstance(report, Mapping) or report.get("Enabled") is not True:
        return "but none was ordered"
    return f"{report.get('Bucket')}, under {report.get('Prefix') or 'no prefix'}"
