"""The command `retry`: a manifest of the tasks that failed by a job's report, grouped by their error code, or a job over it."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from cosbatch.cli.job_commands.after_job import left_told, left_warned, needs_another_try
from cosbatch.cli.job_commands.from_list import make_jobs
from cosbatch.cli.job_commands.job_progress import job_progress_of
from cosbatch.cli.job_commands.list_options import add_end, add_way, check_end
from cosbatch.cli.manifests import reports
from cosbatch.cli.manifests.failed_lists import gathered, write_list, written_lists
from cosbatch.cli.manifests.failed_tasks import FailedTasks
from cosbatch.cli.manifests.failures import failures_told
from cosbatch.cli.manifests.key_form import FORMS
from cosbatch.cli.remote.client import connect, connect_without_profiles
from cosbatch.cli.terminal import exit_codes, files, output
from cosbatch.cli.terminal.asking import add_yes, check_terminal
from cosbatch.cli.terminal.files import WrongUsage, folder_path, output_path
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import printable, table
from cosbatch.cli.terminal.typed import option_typed, service_typed
from cosbatch.model import names

Job = Mapping[str, Any]

# What a job over what failed has from the first one.
_SAME = ("ConfirmationRequired", "Operation", "Priority", "Report", "RoleArn")

_EXAMPLES = N_("""\
  A list of what failed in a job; its report is found by itself:
    cosbatch retry 53dc6228-c50b-46f7-8ad7-65e7159f1aae --output again.csv

  A job over what failed, with the operation, role, report and priority of the first, after a look at it:
    cosbatch retry 53dc6228-c50b-46f7-8ad7-65e7159f1aae --create --dry-run
    cosbatch retry 53dc6228-c50b-46f7-8ad7-65e7159f1aae --create --wait

  All that failed, into one manifest; tasks of one error code stand together:
    cosbatch retry report.csv --output again.csv

  The whole report, from the bucket that it lies in, into one manifest for each error code:
    cosbatch retry cos://report-1250000000/reports/restore/job-53dc6228/manifest.json --by-code again/

  Only what was refused for lack of rights, now that the role has them:
    cosbatch retry report.csv --code AccessDenied --output again.csv

Keys are written as they stand in the report, or percent-encoded where it has plain ones. Where it may be either, say so:
    cosbatch retry report.csv --keys plain --output again.csv
""")


def add(commands: Commands) -> None:
    parser = command(commands, "retry", _("Make a manifest of the tasks that failed."), _(_EXAMPLES), retry)
    which = _("the job; or a report, a CSV file or its manifest.json, as a file or cos://bucket/key")
    parser.add_argument("report", metavar="JOBID", help=which)
    parser.add_argument("--code", action="append", metavar="CODE", help=_("only tasks that failed so; repeatable"))
    how = _("how the report writes keys: plain or percent-encoded (default: as all of them show)")
    parser.add_argument("--keys", choices=FORMS, help=how)
    where = parser.add_mutually_exclusive_group()
    written = _("the manifest (default: stdout; a reader who has enough, as head has, is no failure)")
    where.add_argument("--output", metavar="FILE", type=output_path, help=written)
    of_each = _("a manifest for each error code, in this folder")
    where.add_argument("--by-code", metavar="FOLDER", type=folder_path, help=of_each)
    create = _("make the job over what failed, once, and upload its list")
    where.add_argument("--create", action="store_true", help=create)
    add_way(parser)
    add_end(parser)
    add_yes(parser)
    add_service(parser)
    parser.set_defaults(profile=None, from_class=None)


def retry(options: argparse.Namespace) -> int:
    _check(options)
    options.holds_rows = options.output is None and options.by_code is None and not options.create
    job: Job | None = None
    if _is_job(options.report):
        # Where a job is to be made, profiles that are not right are told before the work.
        client = connect(options) if options.create else connect_without_profiles(options)
        job = client.job(options.report)
    name = options.report if job is None else _report_of(options.report, job)
    with contextlib.closing(FailedTasks()) as failed:
        form = gathered(failed, name, options)
        if failed.counts and failed.keys.changes(form):
            output.say(_("Keys of the report are not percent-encoded; in the manifest they are."))
        if job is not None and options.create and failed.counts:
            _say_what_failed(failed, job)
            return _create(failed, form, job, options)
        written = list(written_lists(failed, form, options))
    if not options.holds_rows:
        output.show({"Manifests": written, **left_warned(job or {})}, options, lambda: _table(written))
    _say_what_was_there(options.by_code, written)
    _say_what_failed(failed, job, _next_told(failed, job, options) if written else ())
    return exit_codes.DONE


def _check(options: argparse.Namespace) -> None:
    """Raises WrongUsage where options do not go together, or nobody could be asked behind all the work."""
    if options.create and not _is_job(options.report):
        message = _("--create makes a job like another one: name that by its JobId, not {name}")
        raise WrongUsage(message.format(name=options.report))
    if options.create and not options.dry_run:
        check_terminal(options)
    for name in ("dry_run", "document", "wait", "yes", "upload_to", "split", "plan_digest", "token", "again"):
        if getattr(options, name) and not options.create:
            raise WrongUsage(_("{option} is for --create").format(option=option_typed(name)))
    if options.output is not None:
        files.check_apart(options.output, options.report)
    check_end(options)


def _is_job(name: str) -> bool:
    """Whether a job is meant: every JobId that was ever shown is a UUID, so that one with a dot is a file's name."""
    return names.is_job_id(name) and "." not in name and not os.path.exists(name)


def _report_of(job_id: str, job: Job) -> str:
    """The manifest.json of the job's report. Raises WrongUsage where there is none."""
    place = reports.place_of(job_id, job)
    if place is None:
        raise WrongUsage(_("job {job} has no report: nothing says which tasks failed").format(job=job_id))
    if not job_progress_of(job).is_final:
        message = _("job {job} has not ended ({state}), and its report is written at the end: cosbatch wait {job}")
        raise WrongUsage(message.format(job=job_id, state=job.get("Status")))
    return place.uri


def _say_what_was_there(folder: str | None, written: Sequence[Mapping[str, Any]]) -> None:
    """Name other lists of the folder: a person may take them for lists of this report."""
    ours = {os.path.basename(str(each["Manifest"])) for each in written}
    others = sorted({name for name in os.listdir(folder) if name.endswith(".csv")} - ours) if folder else []
    if others:
        told = _("Note: {names} in {folder} is not of this report.")
        output.say(printable(told.format(names=", ".join(others), folder=folder)))


def _table(written: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [[each["Manifest"], each["Rows"], ", ".join(each["Codes"])] for each in written]
    return table((_("Manifest"), _("Rows"), _("Codes")), rows) if rows else []


def _say_what_failed(failed: FailedTasks, job: Job | None, next_told: Iterable[str] = ()) -> None:
    """Say what failed by which code, what comes next, and what the job did not come to."""
    nothing = () if failed.counts else (_("No task failed: there is nothing to try again."),)
    for line in chain(failures_told(failed.counts), nothing, next_told, left_told(job or {})):
        output.say(printable(line))


def _next_told(failed: FailedTasks, job: Job | None, options: argparse.Namespace) -> Iterator[str]:
    """How to make a job of the lists that were written, where that is needed."""
    if job is None:
        yield _(
            "A job of such a list: cosbatch restore, copy, tag or delete-objects LIST, or create --profile NAME LIST"
        )
    elif needs_another_try(failed.counts):
        yield _("A new job for it:")
        command = ["cosbatch", "retry", options.report, "--create"]
        command += [word for code in options.code or () for word in ("--code", code)]
        command += ["--keys", options.keys] if options.keys else []
        yield f"  {shlex.join(command)}{service_typed(options)}"


def _create(failed: FailedTasks, form: str | None, job: Job, options: argparse.Namespace) -> int:
    """Make the job over all that failed, as the first one was. Raises WrongUsage, CosbatchError."""
    fields = {name: _without_blanks(job.get(name)) for name in _SAME}
    description = f"what failed in job {options.report}"
    with tempfile.TemporaryDirectory(prefix="cosbatch-") as folder:
        path = os.path.join(folder, f"{options.report}.csv")
        write_list(failed.counts, path, failed, form)
        asked = {**fields, "Description": description}
        return make_jobs(connect(options), options, path, "retry", asked, asks=True, more=left_warned(job))


def _without_blanks(value: Any) -> Any:
    """A described element as CreateJob takes it: what the service left empty is left out."""
    if isinstance(value, Mapping):
        return {name: _without_blanks(below) for name, below in value.items() if below not in (None, "", [])}
    return value
