"""The commands for jobs that exist: `jobs`, `describe`, `priority`, `confirm`, `cancel`, `delete`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cosbatch.cli.job_commands.job_progress import counts_of, job_progress_of, reasons_of
from cosbatch.cli.manifests import lists
from cosbatch.cli.remote.client import Client, connect, connect_without_profiles, naming
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.asking import add_yes, is_agreed
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, add_service, command, whole_number
from cosbatch.cli.terminal.tables import printable, record, table
from cosbatch.client.batch_client import LISTING_PATIENCE
from cosbatch.jobs.creation import all_jobs
from cosbatch.model.errors import InvalidRequest
from cosbatch.model.identity import without_marker
from cosbatch.schemas.calls import STATES
from cosbatch.schemas.document import PRIORITY_MAXIMUM

_HEADER = (
    *("JobId", N_("Status"), N_("Operation"), N_("Priority")),
    *(N_("Succeeded"), N_("Failed"), N_("Total"), N_("Created"), N_("Description")),
)

_JOBS_EXAMPLES = N_("""\
  The jobs of the last 90 days, the newest first:
    cosbatch jobs

  Those that wait for somebody to confirm them:
    cosbatch jobs --state Suspended

  The ids of the ten newest that are running or waiting for their turn:
    cosbatch jobs --state Active --state Ready --limit 10 | jq -r '.Jobs[].JobId'

  The table that a terminal gets, also in a pipe; here, anew every ten seconds:
    watch -n 10 cosbatch jobs --table
""")
_DESCRIBE_EXAMPLES = N_("""\
  Everything that the service knows about a job:
    cosbatch describe 53dc6228-c50b-46f7-8ad7-65e7159f1aae
""")
_PRIORITY_EXAMPLES = N_("""\
  Let a job go before others; the larger number goes first:
    cosbatch priority 53dc6228-c50b-46f7-8ad7-65e7159f1aae 100
""")
_CONFIRM_EXAMPLES = N_("""\
  Let a job run that waits for confirmation (state Suspended), after a look at what it does:
    cosbatch confirm 53dc6228-c50b-46f7-8ad7-65e7159f1aae

  The same in a script, where nobody can be asked:
    cosbatch confirm 53dc6228-c50b-46f7-8ad7-65e7159f1aae --yes
""")
_CANCEL_EXAMPLES = N_("""\
  Stop a job; what it has done stays done:
    cosbatch cancel 53dc6228-c50b-46f7-8ad7-65e7159f1aae --reason "wrong list"
""")
_DELETE_EXAMPLES = N_("""\
  Take a job out of the listing (only the vendor's Go SDK knows this call; no page describes it):
    cosbatch delete 53dc6228-c50b-46f7-8ad7-65e7159f1aae

Its token stays used: what made the job makes no other one, and finds none (DuplicateUnresolved), but with --again or a new token.
""")


def add(commands: Commands) -> None:
    listing = command(commands, "jobs", _("List jobs, the newest first."), _(_JOBS_EXAMPLES), jobs)
    only = _("only jobs in this state: {states}").format(states=", ".join(STATES))
    listing.add_argument("--state", action="append", choices=STATES, metavar="STATE", help=only)
    listing.add_argument("--limit", type=whole_number(1, 50_000), metavar="N", help=_("the newest N only"))
    add_service(listing)
    _of_one_job(commands, "describe", _("Show all about one job."), _(_DESCRIBE_EXAMPLES), describe)
    raising = _of_one_job(commands, "priority", _("Change a job's priority."), _(_PRIORITY_EXAMPLES), priority)
    raising.add_argument("priority", type=whole_number(0, PRIORITY_MAXIMUM), metavar="N", help=_("0 is the lowest"))
    add_yes(
        _of_one_job(commands, "confirm", _("Confirm a suspended job, so that it runs."), _(_CONFIRM_EXAMPLES), confirm)
    )
    cancelling = _of_one_job(commands, "cancel", _("Cancel a job."), _(_CANCEL_EXAMPLES), cancel)
    cancelling.add_argument("--reason", metavar="TEXT", help=_("why; shown with the job"))
    add_yes(cancelling)
    add_yes(_of_one_job(commands, "delete", _("Delete a job from the listing."), _(_DELETE_EXAMPLES), delete))


def _of_one_job(
    commands: Commands, name: str, summary: str, examples: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = command(commands, name, summary, examples, run)
    parser.add_argument("job_id", metavar="JOBID")
    add_service(parser)
    return parser


def jobs(options: argparse.Namespace) -> int:
    client = connect_without_profiles(options)
    by_id: dict[object, Mapping[str, Any]] = {}  # a job whose state changes meanwhile is listed twice
    for state in dict.fromkeys(options.state or [None]):
        with naming("ListJobs"):
            by_id |= {
                job.get("JobId"): job for job in all_jobs({"jobStatuses": state}, client.exchange(LISTING_PATIENCE))
            }
    found = sorted(by_id.values(), key=lambda job: str(job.get("CreationTime") or ""), reverse=True)[: options.limit]
    output.show({"Jobs": found}, options, lambda: _lines(found, options, client.settings.account.region))
    return exit_codes.DONE


def _lines(found: Sequence[Mapping[str, Any]], options: argparse.Namespace, region: str) -> list[str]:
    if not found:
        told = _("There is no such job in {region}.") if options.state else _("There are no jobs in {region}.")
        return [told.format(region=region)]
    return jobs_table(found)


def jobs_table(found: Sequence[Mapping[str, Any]], indent: int = 0) -> list[str]:
    """A row for each job as ListJobs or DescribeJob tells it; `indent` is that of `table`."""
    return table([_(name) for name in _HEADER], [_row(job) for job in found], indent)


def job_record(job: Mapping[str, Any]) -> list[str]:
    """All about a job as DescribeJob tells it, by the names that the API has for it."""
    return record({**job, "Description": _description(job)})


def _row(job: Mapping[str, Any]) -> list[object]:
    progress = job_progress_of(job)
    counts = [progress.succeeded, progress.failed, progress.total or 0]
    first = [job.get("JobId"), progress.status, job.get("Operation"), job.get("Priority")]
    return [*first, *counts, job.get("CreationTime"), _description(job)]


def _description(job: Mapping[str, Any]) -> str:
    """What people have said about the job: the marker tells them nothing."""
    return without_marker(str(job.get("Description") or ""))


def describe(options: argparse.Namespace) -> int:
    client = connect_without_profiles(options)
    result: Any = client.call({"Action": "DescribeJob", "JobId": options.job_id})
    output.show(result, options, lambda: job_record(result["Job"]))
    for reason in reasons_of(result["Job"], client.settings.language):
        output.say(printable(reason))
    return exit_codes.DONE


def priority(options: argparse.Namespace) -> int:
    call = {"Action": "UpdateJobPriority", "JobId": options.job_id, "Priority": options.priority}
    # The policy of the profiles file says how high a priority may be.
    output.show(connect(options).call(call), options)
    return exit_codes.DONE


def confirm(options: argparse.Namespace) -> int:
    call = {"Action": "UpdateJobStatus", "JobId": options.job_id, "RequestedJobStatus": "Ready"}
    return _do(call, options, _("Confirm it, so that it runs?"))


def cancel(options: argparse.Namespace) -> int:
    why = {} if options.reason is None else {"StatusUpdateReason": options.reason}
    call = {"Action": "UpdateJobStatus", "JobId": options.job_id, "RequestedJobStatus": "Cancelled", **why}
    return _do(call, options, _("Cancel it? What it has done stays done."))


def delete(options: argparse.Namespace) -> int:
    question = _("Take it out of the listing, for good? Its token stays used.")
    return _do({"Action": "DeleteJob", "JobId": options.job_id}, options, question)


def _do(call: Mapping[str, object], options: argparse.Namespace, question: str) -> int:
    """Carry the call out, after somebody has said yes to the question."""
    client = connect_without_profiles(options)
    if not is_agreed(options, lambda: _at_stake(client, call), question):
        return exit_codes.FAILED
    output.show(client.call(call), options)
    return exit_codes.DONE


def _at_stake(client: Client, call: Mapping[str, Any]) -> Iterator[str]:
    """The job that is about to be changed: what it does to which list, and how far it is.

    Raises InvalidRequest behind that where its state does not allow the change: nobody has to be asked then.
    """
    job = client.job(call["JobId"])
    progress = job_progress_of(job)
    operation = job.get("Operation")
    name = next(iter(operation), "") if isinstance(operation, Mapping) else str(operation or "")
    what = _("{operation}, over the list {place}")
    yield what.format(operation=name or _("A job"), place=lists.of_job(job) or _("that it does not name"))
    yield "  " + (_description(job) or _("without a description"))
    yield f"  {counts_of(progress)}"
    if progress.is_final and call["Action"] == "UpdateJobStatus":
        ended = InvalidRequest(f"The job is {progress.status}: it has ended; nothing was changed.")
        ended.fields["Hint"] = output.hint_of(ended.code, call["Action"])
        raise ended
