"""The command `invoke`: the function's own handler on a recorded event, against COS or against a stand-in of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cosbatch.cli.job_commands.after_job import end_of
from cosbatch.cli.job_commands.job_progress import reasons_of
from cosbatch.cli.job_commands.jobs import job_record, jobs_table
from cosbatch.cli.manifests.failures import failures_told
from cosbatch.cli.rehearse import local_profiles, rehearsal
from cosbatch.cli.rehearse.events import account_of, for_rehearsal, manifests_of, role_of, wants_profile
from cosbatch.cli.rehearse.rehearsal import Rehearsal
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import configuration_of, environ_of
from cosbatch.cli.remote.function_files import OWN_PROFILES, has_own_profiles, profiles_in_use, require_profiles
from cosbatch.cli.terminal import exit_codes, files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import printable, record
from cosbatch.client.batch_client import LISTING_PATIENCE
from cosbatch.configuration import settings
from cosbatch.jobs.creation import all_jobs

if TYPE_CHECKING:
    from cosbatch.standin import Account

# Seconds that the jobs of a rehearsal have to end.
_PATIENCE = 60.0
# Why tasks fail whose objects are not on this machine.
_NOT_HERE = {"NoSuchBucket", "NoSuchKey"}

_EXAMPLES = N_("""\
  What would have come of an event, rehearsed on this machine to the end of its job; the manifest that it names is put there as an example, with its objects:
    cosbatch invoke event.json --local

  The same with the real manifest, whose objects are not there, and through a profile of your choice:
    cosbatch invoke event.json --local --manifest 2026-11.csv --profile restore

  For real, with the account of the environment, and by COSBATCH_PROFILES or the profiles.json of this folder: an event that got lost, delivered again (it makes no second job):
    cosbatch invoke event.json

With --local the account is the event's own: profiles.json is read as if its buckets lay there. ETags, versions, sizes and times of the recorded objects are left out, and HTTP events come in without authentication unless COSBATCH_HTTP_AUTH is set.
""")


def add(commands: Commands) -> None:
    parser = command(commands, "invoke", _("Hand a recorded event to the function."), _(_EXAMPLES), invoke)
    recorded = _("an upload, an HTTP call, a timer or a direct call; - for stdin")
    parser.add_argument("event", metavar="EVENT.json", help=recorded)
    parser.add_argument("--local", action="store_true", help=_("against a stand-in of COS on this machine"))
    content = _("with --local: the content of the manifest that the event names")
    parser.add_argument("--manifest", metavar="FILE", help=content)
    taking = _("with --local: the profile that takes the upload, whatever its match")
    parser.add_argument("--profile", metavar="NAME", help=taking)
    add_service(parser)


def invoke(options: argparse.Namespace) -> int:
    if not options.local and (options.manifest or options.profile):
        raise WrongUsage(_("--manifest and --profile go with --local"))
    event = files.read_json(options.event)
    reply, is_delivered_again = _locally(event, options) if options.local else _for_real(event, options)
    output.show(reply, options, lambda: _lines(reply))
    if is_delivered_again:
        output.say(_("Another try can fix this: the platform would deliver the event again."))
    return exit_code_of_reply(reply)


def _lines(reply: Any) -> list[str]:
    """The reply for a person: jobs as the commands `jobs` and `describe` show them, all else by the names that the API has."""
    match reply:
        case {"Jobs": []}:
            return [_("There is no such job.")]
        case {"Jobs": found, **others}:
            return [*jobs_table(found), *record(others)]
        case {"Job": job, **others}:
            return [*job_record(job), *record(others)]
        case {"Results": []}:
            return [_("The event holds no record: there was nothing to do.")]
    return record(reply) or [json.dumps(reply)]


def exit_code_of_reply(reply: Any) -> int:
    """The exit code that the handler's reply comes with."""
    if not isinstance(reply, Mapping):
        return exit_codes.DONE
    results = (reply, *reply.get("Results", ()))
    failed = [result.get("Code") for result in results if "Code" in result or result.get("Outcome") == "failed"]
    if failed:
        return max(exit_codes.of_failure(code) for code in failed)
    return exit_codes.FAILED if reply.get("statusCode", 200) >= 400 else exit_codes.DONE


def _for_real(event: object, options: argparse.Namespace) -> tuple[Any, bool]:
    """By the profiles that all commands make jobs by: the function alone would take the example that lies beside its code."""
    if isinstance(event, Mapping) and wants_profile(event):
        require_profiles(_("only a profile makes a job of this event"))
    variables = environ_of(options)
    configuration_of(variables)
    with contextlib.ExitStack() as ending:
        if not variables.get(settings.PROFILES):
            none = rehearsal.written({"profiles": []})
            path = str(OWN_PROFILES) if has_own_profiles() else ending.enter_context(none)
            variables[settings.PROFILES] = path
        ending.enter_context(rehearsal.environment(variables))
        return rehearsal.deliver(event, options.verbose)


def _locally(event: object, options: argparse.Namespace) -> tuple[Any, bool]:
    content = files.read_bytes(options.manifest) if options.manifest is not None else None
    fields: Mapping[str, object] = event if isinstance(event, Mapping) else {}
    path = profiles_in_use(os.environ)
    profiles = local_profiles.read(path)
    account = _account(fields, profiles, options)
    manifests = manifests_of(fields, account.appid, account.region)
    if profiles is not None:
        profiles = local_profiles.moved(profiles, account.appid)
        if options.profile is not None:
            profiles = local_profiles.taking(profiles, options.profile, manifests)
    with rehearsal.begin(account, options.clock, {**_kept(), settings.PROFILES: path}, profiles) as local:
        for manifest in manifests:
            if content is None:
                rehearsal.put_example_manifest(local.client, manifest)
            else:
                objects.write(local.client, manifest, content)
        # What a job works on is put there once it is known what it does.
        with local.standin.runner.at_rest():
            delivered = rehearsal.deliver(for_rehearsal(fields) if fields else event, options.verbose)
            if content is None:
                _put_objects(local)
        tell_how_jobs_ended(local, options)
    return delivered


def _put_objects(local: Rehearsal) -> None:
    """Write the objects of the example, in a class that the operation of the jobs takes: only what is archived is restored."""
    operations = {job.get("Operation") for job in _jobs(local)}
    if operations:
        is_restored = "COSInitiateRestoreObject" in operations
        rehearsal.put_example_objects(local.client, rehearsal.EXAMPLES, "ARCHIVE" if is_restored else "STANDARD")


def _jobs(local: Rehearsal) -> list[Mapping[str, Any]]:
    return list(all_jobs({}, local.client.exchange(LISTING_PATIENCE)))


def _account(event: Mapping[str, object], profiles: Any, options: argparse.Namespace) -> Account:
    """The event's own account; what it does not say comes from the profiles, or else is the stand-in's default."""
    from cosbatch.standin import Account

    default = Account()
    appid, region = account_of(event)
    uin = role_of(event) or (local_profiles.uin_of(profiles) if profiles else None) or default.uin
    return Account(uin, appid or default.appid, options.region or region or default.region)


def _kept() -> dict[str, str]:
    """The function's variables that hold in a rehearsal too. A recorded event has no token, so HTTP needs none by default."""
    kept = {
        name: os.environ[name] for name in settings.VARIABLES if name.startswith("COSBATCH_") and os.environ.get(name)
    }
    return {settings.HTTP_AUTH: "none", **kept}


def tell_how_jobs_ended(local: Rehearsal, options: argparse.Namespace, patience: float = _PATIENCE) -> None:
    """Say how the stand-in's jobs ended, why, and what failed by code; after so many seconds, how far they are."""
    try:
        local.standin.wait(patience)
    except TimeoutError:
        output.say(_("After {seconds} seconds, not all has ended yet.").format(seconds=f"{patience:g}"))
    jobs = _jobs(local)
    told = jobs_table(jobs, 2) if jobs else [_("No job was made.")]
    told += [line for job in jobs for line in _failures(local, str(job["JobId"]), options)]
    output.say("\n".join([_("The stand-in's jobs:"), *(f"  {printable(line)}" for line in told)]))


def _failures(local: Rehearsal, job_id: str, options: argparse.Namespace) -> Iterator[str]:
    # The variables point at the stand-in; options would come before them.
    here = argparse.Namespace(**{**vars(options), "endpoint": None, "region": None})
    job = local.client.job(job_id)
    failures = end_of(job_id, job, here).failures
    yield from reasons_of(job, local.client.settings.language)
    yield from failures_told(failures)
    if failures.keys() & _NOT_HERE:
        yield _(
            "A rehearsal has a list of your own without its objects: that they are not here says nothing of your buckets."
        )
