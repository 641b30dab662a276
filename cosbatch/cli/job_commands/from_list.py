"""From a LIST to its jobs: planned, agreed to, uploaded, created once, followed to their end."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from cosbatch.cli.job_commands import list_options, one_object
from cosbatch.cli.job_commands.after_job import end_of, told_at_end
from cosbatch.cli.job_commands.job_progress import exit_code_of
from cosbatch.cli.job_commands.planning import ListCall, check, draft_of_uploaded, proposals
from cosbatch.cli.job_commands.proposal import Proposal, lines_on, objects_told, question, waiting
from cosbatch.cli.job_commands.wait import follow, needs_confirmation, say_how_to_confirm
from cosbatch.cli.job_commands.written_places import left_out
from cosbatch.cli.manifests import lists
from cosbatch.cli.remote.client import LONG_PATIENCE, Client, naming
from cosbatch.cli.remote.uploading import upload
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.asking import check_terminal, is_agreed
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.cli.terminal.tables import fitted, indented, printable, table
from cosbatch.cli.terminal.typed import service_typed
from cosbatch.client.batch_client import INTERVAL
from cosbatch.jobs.perform import Draft, created
from cosbatch.jobs.plan import check_digest, plan_of
from cosbatch.model import identity
from cosbatch.model.errors import CosbatchError, DuplicateUnresolved, IdempotencyMismatch
from cosbatch.model.names import Resource

# What can be restored (batch restore, 436/34075 on the international site).
_ARCHIVED = ("ARCHIVE", "DEEP_ARCHIVE")

Result = dict[str, Any]


def make_jobs(
    client: Client,
    options: argparse.Namespace,
    name: str,
    command: str,
    fields: Mapping[str, object],
    asks: bool,
    more: Mapping[str, object] | None = None,
) -> int:
    """Make the jobs of the LIST `name`; `fields` are of the CreateJob call, `more` stands in what is shown at the end.

    Raises WrongUsage, CosbatchError.
    """
    if asks and not options.dry_run:
        check_terminal(options)
    call = _call(options, client, command, fields)
    with one_object.explained(name, options), _found(name, call, options) as source:
        planned = proposals(call, source, options.split)
        for proposal in planned:
            check_digest(options.plan_digest, proposal.draft.order)
        if options.dry_run:
            return show_plans(planned, client, options, more)
        if asks and not is_agreed(options, lambda: lines_on(planned, client.settings), question(planned)):
            return exit_codes.FAILED
        made = _made(call, planned, options)
    try:
        return followed(client, made, options, _instead(call, options))
    finally:
        _show(made, options, more or {})


def _found(name: str, call: ListCall, options: argparse.Namespace) -> AbstractContextManager[str | Resource]:
    """The LIST, once nothing but its rows can stand in the way of its jobs. Raises WrongUsage, CosbatchError."""
    prefix, as_file = lists.prefix_of(name), options.split is not None
    if options.from_class and not prefix:
        message = _("--from-class is for cos://bucket/prefix/; of {name}, all rows are taken")
        raise WrongUsage(message.format(name=name))
    check(call, lists.left_in_place(name, as_file))
    classes = options.from_class or _only_of(call)
    without = left_out(call, prefix, classes) if prefix else ()
    return lists.found(name, options, classes, as_file, without)


def _call(options: argparse.Namespace, client: Client, command: str, fields: Mapping[str, object]) -> ListCall:
    """The call, as far as it can be made before the list is read. Raises WrongUsage, CosbatchError."""
    profile = client.profile(options.profile)
    report: Any = fields.get("Report") or (profile.job.get("Report") if profile else None) or {}
    folder = list_options.upload_folder(options.upload_to, os.environ, profile, report.get("Bucket"))
    wished = identity.fresh_token(os.urandom) if options.again else options.token
    # Of several jobs, each has a token of its own, which is made of the one that is wished for.
    token, salt = (wished, "") if options.split is None else (None, wished or "")
    return ListCall(client, command, fields, folder, salt, token)


def _only_of(call: ListCall) -> Sequence[str]:
    """The storage classes of what a prefix holds that the job can work on at all; none where that is any."""
    return _ARCHIVED if "COSInitiateRestoreObject" in call.job["Operation"] else ()


def show_plans(
    planned: Sequence[Proposal], client: Client, options: argparse.Namespace, more: Mapping[str, object] | None = None
) -> int:
    """Show what the jobs would be: a program their plans, and `more`, a person the facts, with --document the first's XML."""
    plans = [plan_of(each.draft.order, each.draft.inspection, client.settings.account)["Plan"] for each in planned]
    first: Any = plans[0]
    shown: Result = {"Plan": first} if options.split is None else {"Plans": plans}
    facts = [printable(line) for line in lines_on(planned, client.settings)]
    if output.wants_json(options):
        output.say("\n".join(facts))
    document = ["", *map(printable, indented(first["Body"]))] if options.document else []
    output.show({**shown, **(more or {})}, options, lambda: [*map(fitted, facts), *document])
    told = _("Nothing was sent.")
    if options.split is None:
        told = _("Nothing was sent. To create just this job, add --plan-digest {digest}")
    output.say(told.format(digest=first["Digest"]))
    return exit_codes.DONE


def _made(call: ListCall, planned: Sequence[Proposal], options: argparse.Namespace) -> list[Result]:
    """The result of each job. Raises CosbatchError, for which of them is said as well as how to go on."""
    made: list[Result] = []
    try:
        for proposal in planned:
            made.append(_made_once(call, proposal))
            output.say(printable(_told(made[-1], proposal)))
    except (CosbatchError, WrongUsage, OSError, KeyboardInterrupt) as error:
        if len(planned) > 1:
            told = _("Of {all} jobs, this run has made {made}, or found them made.")
            output.say(told.format(made=f"{len(made):,}", all=f"{len(planned):,}"))
        if made and isinstance(error, CosbatchError):
            error.fields["Jobs"] = made
        elif made:
            _show(made, options, {})
        is_lasting = isinstance(error, CosbatchError) and not error.retryable
        instead = _instead(call, options)
        # A token whose job was deleted never works again: its hint says what does. One of --again is still to be told.
        if isinstance(error, CosbatchError | KeyboardInterrupt) and (
            instead or not isinstance(error, DuplicateUnresolved)
        ):
            output.advise(error, going_on(instead, is_lasting))
        raise
    return made


def _instead(call: ListCall, options: argparse.Namespace) -> str:
    """What the same command needs to go on with the same jobs: --again would make all of them once more."""
    token = call.token or call.salt
    return _(" with --token {token} instead of --again").format(token=token) if options.again else ""


def going_on(how: str, is_lasting: bool = False) -> str:
    """How to make the jobs that are left: by the same command, and `how` otherwise."""
    told = _("The same command{how} goes on, and makes no job twice.")
    if is_lasting:
        told = _("Once that is fixed, the same command{how} goes on, and makes no job twice.")
    return told.format(how=how)


def _made_once(call: ListCall, proposal: Proposal) -> Result:
    client, place, draft = call.client, proposal.place, proposal.draft
    if proposal.content is not None:
        with bytes_shown(_("Uploading"), proposal.content.size, client.clock) as show:
            etag = upload(client, place, proposal.content, show)
        draft = draft_of_uploaded(call, proposal, proposal.content, etag)
        # What was uploaded before is not read again.
        proposal.content.stretch.check()
    try:
        with naming("CreateJob"):
            result = created(draft, client.context(LONG_PATIENCE))
    except IdempotencyMismatch as error:
        error.message += " Where the list is to have one more job, --again makes it."
        raise
    return {**result, "Manifest": place.uri, "Rows": proposal.rows, **waits(client, result, draft)}


def waits(client: Client, result: Result, draft: Draft) -> Result:
    """What the result of a job says besides, that waits until somebody confirms it; one that was found may not wait any more."""
    told = waiting(draft)
    if told and result["Outcome"] != "created":
        with contextlib.suppress(CosbatchError):
            return told if needs_confirmation(client.job(result["JobId"])) else {}
    return told


def _told(result: Result, proposal: Proposal) -> str:
    told = _("Job {job}, of {objects}, is created.")
    if result["Outcome"] == "recovered":
        told = _(
            "Job {job}, of {objects}, is there, made by an earlier try: no other is made (--again makes one more)."
        )
    return told.format(job=result["JobId"], objects=objects_told(proposal.rows))


def followed(client: Client, made: Sequence[Result], options: argparse.Namespace, how: str = "") -> int:
    """Follow the jobs where --wait asks for it, and note in each result how it ended, or that it could not be seen; the exit
    code of the worst end. The same command, and `how` otherwise, follows several once more.
    """
    code, clock, service = exit_codes.DONE, client.clock, service_typed(options)
    until = None if options.timeout is None else clock.monotonic() + options.timeout
    all_go_on = _("Only this command is stopped, not the jobs. The same command{how} follows them all.")
    stopped = all_go_on.format(how=how) if len(made) > 1 else ""
    for result in made:
        if not options.wait:
            _say_what_comes_next(client, result["JobId"], service)
            continue
        left = None if until is None else max(0.0, until - clock.monotonic())
        try:
            job = follow(client, result["JobId"], INTERVAL, left, service, stopped)
        except CosbatchError as error:
            # The jobs are made all the same, and what they are must get out.
            result[N_("End")] = error.as_json()
            output.say_failure(result["End"], options)
            _say_how_to_follow(result["JobId"], service)
            code = max(code, exit_codes.of_failure(error.code))
            if exit_codes.of_failure(error.code) == exit_codes.UNREACHABLE:
                until = clock.monotonic()  # the others are looked at once: an outage was waited for
            continue
        end = end_of(result["JobId"], job, options)
        result["End"] = end.as_json()
        for line in told_at_end(result["JobId"], job, end, client.settings.language, service):
            output.say(printable(line))
        code = max(code, exit_code_of(end.progress))
    return code


def _show(made: Sequence[Result], options: argparse.Namespace, more: Mapping[str, object]) -> None:
    """Show the result, or of a list that was split all of them, to a person as a row for each job."""
    if options.split is None:
        output.show({**made[0], **more}, options)
        return
    rows = [[result["JobId"], result["Rows"], {**result, **result.get("End", {})}["Outcome"]] for result in made]
    output.show({"Jobs": made, **more}, options, lambda: table(("JobId", _("Rows"), _("Outcome")), rows))


def _say_what_comes_next(client: Client, job_id: str, service: str) -> None:
    """How to confirm the job, where it has to be, and how to follow it. A job that cannot be described is made all the same."""
    with contextlib.suppress(CosbatchError):
        if needs_confirmation(client.job(job_id)):
            say_how_to_confirm(job_id, service)
    _say_how_to_follow(job_id, service)


def _say_how_to_follow(job_id: str, service: str) -> None:
    output.say(printable(_("Follow it with: cosbatch wait {job}").format(job=f"{job_id}{service}")))
