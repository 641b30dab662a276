"""The command `wait`: follows a job to its end, and says how it ended."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cosbatch.cli.job_commands.after_job import end_of, told_at_end
from cosbatch.cli.job_commands.job_progress import exit_code_of, job_progress_of
from cosbatch.cli.remote.client import PATIENCE, Client, connect_without_profiles
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.asking import has_terminal
from cosbatch.cli.terminal.language import N_, _, ngettext
from cosbatch.cli.terminal.options import Commands, add_service, command, seconds
from cosbatch.cli.terminal.progress import Progress, Reading
from cosbatch.cli.terminal.tables import printable, record
from cosbatch.cli.terminal.typed import service_typed
from cosbatch.client.batch_client import INTERVAL
from cosbatch.model.errors import CosbatchError

# How many calls in a row may fail, each after its own retries, before the command gives up.
_FAILURES = 10

Job = Mapping[str, Any]

_EXAMPLES = N_("""\
  Follow a job until it has ended:
    cosbatch wait 53dc6228-c50b-46f7-8ad7-65e7159f1aae

  In a script, for an hour at most, looking every 30 seconds:
    cosbatch wait 53dc6228-c50b-46f7-8ad7-65e7159f1aae --timeout 3600 --interval 30 | jq -r .Outcome

At the end it tells what failed by error code, as the job's report says, and how to go on. A cancelled or failed job has done what Succeeded counts; what it left undone, Left counts. In a script, a job that waits for somebody to confirm it is followed no further (4), unless --timeout says how long.
exit code: 0 every task succeeded, 3 some failed or the job did, 4 the time was over
outcomes: complete, complete with failures, nothing done, failed, cancelled; unfinished after the time-out
""")


def add(commands: Commands) -> None:
    parser = command(commands, "wait", _("Follow a job to its end, with a progress bar."), _(_EXAMPLES), wait)
    parser.add_argument("job_id", metavar="JOBID")
    how_long = _("stop waiting after this long (default: never)")
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help=how_long)
    often = _("look so often (default: {number})").format(number=f"{INTERVAL:g}")
    parser.add_argument("--interval", type=seconds, default=INTERVAL, metavar="SECONDS", help=often)
    add_service(parser)


def wait(options: argparse.Namespace) -> int:
    client, service = connect_without_profiles(options), service_typed(options)
    job = follow(client, options.job_id, options.interval, options.timeout, service)
    end = end_of(options.job_id, job, options)
    known = {"JobId": options.job_id, **end.as_json()}
    output.show({**known, "Job": job}, options, lambda: record(known, label=_))
    for line in told_at_end(options.job_id, job, end, client.settings.language, service):
        output.say(printable(line))
    return exit_code_of(end.progress)


def follow(
    client: Client, job_id: str, interval: float, timeout: float | None, service: str = "", stopped: str = ""
) -> Job:
    """The job as it was last seen: at its end, or when the time was over. Raises CosbatchError.

    Without a timeout, where nobody sits at a terminal, also when it waits to be confirmed.
    `service` are options of the commands that are told; `stopped` is what a person who interrupts is told in place of how to
    follow this one job.
    """
    # In a script, nobody would see that somebody has to confirm it.
    may_be_confirmed = timeout is not None or has_terminal()
    job: Job = {}
    is_told = False
    with contextlib.closing(Progress(sys.stderr, client.clock)) as bar:
        try:
            for job in _states(_looks(client, job_id, interval, timeout)):
                progress = job_progress_of(job)
                bar.show(Reading(progress.status, progress.done, progress.total, progress.failed, progress.is_final))
                if progress.is_final:
                    break
                if needs_confirmation(job) and not is_told:
                    say_how_to_confirm(job_id, service)
                    is_told = True
                    if not may_be_confirmed:
                        break
        except KeyboardInterrupt:
            if needs_confirmation(job):
                say_how_to_confirm(job_id, service)
            told = _("Only this command is stopped, not the job. Follow it with: cosbatch wait {job}")
            output.say(printable(stopped or told.format(job=f"{job_id}{service}")))
            raise
    return job


def say_how_to_confirm(job_id: str, service: str) -> None:
    told = _("It waits to be confirmed: cosbatch confirm {job}")
    output.say(printable(told.format(job=f"{job_id}{service}")))


def needs_confirmation(job: Job) -> bool:
    """Whether the job waits to be confirmed, or will as soon as its list is read."""
    is_early = job.get("Status") in ("New", "Preparing") and job.get("ConfirmationRequired") is True
    return is_early or job.get("Status") == "Suspended"


def _states(looks: Iterable[Job | CosbatchError]) -> Iterator[Job]:
    """The job each time it was seen. Of failures in a row, one is told of, and another only where it has another Code.

    Raises CosbatchError where there are too many of them.
    """
    failures: list[str] = []
    for seen in looks:
        if not isinstance(seen, CosbatchError):
            if failures:
                output.say(_("The service answers again."))
            failures = []
            yield seen
            continue
        if len(failures) == _FAILURES:
            seen.message += f" Given up after {_FAILURES + 1} looks in a row."
            raise seen
        if failures[-1:] != [seen.code]:
            left = _FAILURES - len(failures)
            again = ngettext("Looking again, up to {count} time.", "Looking again, up to {count} times.", left)
            output.say(printable(f"{seen.code}: {seen.message} {again.format(count=left)}"))
        failures.append(seen.code)


def _looks(client: Client, job_id: str, interval: float, timeout: float | None) -> Iterator[Job | CosbatchError]:
    """The job, or why it was not seen, every `interval` seconds until the time is over, and once more at the very end of it.

    Raises CosbatchError for what no later look can change.
    """
    clock = client.clock
    until = clock.monotonic() + timeout if timeout is not None else float("inf")
    while True:
        try:
            # At the very end there is time for one try, but not for the pauses that a busy service asks for.
            left = max(until - clock.monotonic(), client.settings.timeout)
            yield client.job(job_id, min(PATIENCE, left))
        except CosbatchError as error:
            if not error.retryable or clock.monotonic() >= until:
                raise
            yield error
        left = until - clock.monotonic()
        if left <= 0:
            return
        clock.sleep(min(interval, left))
