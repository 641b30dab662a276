"""The command `demo`: everything from an upload to the report of its job, against a stand-in on this machine."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from cosbatch.cli.job_commands.job_progress import exit_code_of, job_progress_of, verdict_of
from cosbatch.cli.job_commands.wait import follow
from cosbatch.cli.manifests import reports
from cosbatch.cli.rehearse import rehearsal
from cosbatch.cli.rehearse.rehearsal import Rehearsal
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client
from cosbatch.cli.remote.function_files import function_file
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.language import N_, _, ngettext
from cosbatch.cli.terminal.options import Commands, command, whole_number
from cosbatch.cli.terminal.tables import indented, printable, record
from cosbatch.configuration.profiles import Profile
from cosbatch.configuration.settings import LANG, PROFILES, language_of
from cosbatch.jobs.uploaded import receipt_place
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import InternalError
from cosbatch.model.names import Resource
from cosbatch.service import actions
from cosbatch.service.manifest_object import head_request

_KEY = "restore/demo.csv"
_INTERVAL = 0.1
_PATIENCE = 60.0
_INDENT = 4
_REPLIES = (
    N_("The function replies: one job was created."),
    N_("The platform delivers the same event again. No second job: the function finds the first."),
)

_EXAMPLES = N_("""\
  Watch an upload become a job, and the job run; needs no account and no network:
    cosbatch demo

  Only the outcome:
    cosbatch demo 2> /dev/null | jq .Outcome
""")

Json = dict[str, Any]


def add(commands: Commands) -> None:
    summary = _("Rehearse everything on this machine, from the upload to the report.")
    parser = command(commands, "demo", summary, _(_EXAMPLES), demo)
    how_many = _("how many the list has (default: 300)")
    parser.add_argument("--objects", type=whole_number(1, 100_000), default=300, metavar="N", help=how_many)


def demo(options: argparse.Namespace) -> int:
    from cosbatch.standin import Account, Function, Trigger

    account, profiles = Account(), function_file("profiles.json")
    kept = {LANG: language_of(os.environ), PROFILES: str(profiles)}
    log = None if options.verbose else subprocess.DEVNULL
    function = Function("handler.main_handler", [Trigger(f"manifest-{account.appid}")], profiles.parent, log=log)
    with rehearsal.begin(account, options.clock, kept, function=function) as local:
        result = _rehearsed(local, options)
    output.say("\n" + _("The stand-in has stopped, and all that it kept is removed."))
    output.show(result, options, list)
    return exit_code_of(job_progress_of(result["Job"]))


def _rehearsed(local: Rehearsal, options: argparse.Namespace) -> Json:
    """The values of each step, which is also told on stderr as it is done."""
    client = local.client
    _tell(_("A stand-in of COS listens here, with its files in a temporary folder."), [local.standin.endpoint])
    manifest = Resource(f"manifest-{client.settings.account.appid}", _KEY, None)
    _uploaded(local, manifest, options.objects)
    profile = _profile(client, manifest)
    name = profile.name if profile else None
    told = delivered(local.standin.events, options.clock)
    _tell(_("The platform tells the function, with this event."), json.dumps(told["Event"], indent=1).splitlines())
    results = results_of(told)
    for title, result in zip(_REPLIES, results, strict=True):
        _tell(_(title), record(result, _INDENT))
    receipt = _receipt(client, manifest, profile.receipts) if profile and profile.receipts else None
    request = _request(client, manifest, name)
    job = _job(client, results[0]["JobId"])
    made = {"Event": told["Event"], "Profile": name, "Request": request, "Results": results, "Receipt": receipt}
    return {**made, "Job": job, "Outcome": job_progress_of(job).outcome, "Report": _report(client, job)}


def _uploaded(local: Rehearsal, manifest: Resource, count: int) -> None:
    """A list and its objects are uploaded; nothing else is needed for the rest."""
    client, appid = local.client, local.client.settings.account.appid
    rehearsal.put_example_objects(client, count, "ARCHIVE")
    rows = rehearsal.example_rows(appid, count)
    local.standin.order({"action": "Event", "fault": "EventTwice"})
    objects.write(client, manifest, rows)
    first = [*rows.decode().splitlines()[:2], "..."]
    title = ngettext(
        "Somebody uploads a list of {count} archived object to {place}.",
        "Somebody uploads a list of {count} archived objects to {place}.",
        count,
    )
    _tell(title.format(count=count, place=f"{manifest.bucket}/{manifest.key}"), first)


def _profile(client: Client, manifest: Resource) -> Profile | None:
    """The profile that takes the upload."""
    profile = client.configuration.profiles.taking(manifest.bucket, _KEY)
    told = {"name": profile.name, **profile.job} if profile else {}
    _tell(
        _("Of the profiles.json that is shipped as an example, this profile takes the upload."), record(told, _INDENT)
    )
    return profile


def delivered(events: Callable[[], list[Json]], clock: Clock) -> Json:
    """The first event of the stand-in, once it is no longer waiting. Raises InternalError where that takes too long."""
    deadline = clock.monotonic() + _PATIENCE
    while clock.monotonic() < deadline:
        for event in events():
            if event["State"] != "Waiting":
                return event
        clock.sleep(_INTERVAL / 5)
    raise InternalError("The function was not told of the upload in time.")


def results_of(event: Mapping[str, Any]) -> list[Json]:
    """The function's result of each delivery. Raises InternalError where one made no job."""
    results = []
    for delivery in event["Deliveries"]:
        if "Error" in delivery:
            raise InternalError(
                f"The function raised: {delivery['Error']['stackTrace'].strip().rpartition(chr(10))[2]}"
            )
        result = delivery["Reply"]["Results"][0]
        if "JobId" not in result:
            raise InternalError(f"The event made no job: {result.get('Code')}: {result.get('Message')}")
        results.append(result)
    return results


def _receipt(client: Client, manifest: Resource, folder: str) -> Json:
    """What whoever uploaded the list finds in the bucket."""
    place = receipt_place(folder, manifest.bucket, manifest.key or "")
    receipt: Json = json.loads(objects.read(client, place))
    title = _("Whoever uploaded the list finds the last result in {place}.")
    _tell(title.format(place=place.uri), record(receipt, _INDENT))
    return receipt


def _request(client: Client, manifest: Resource, profile: str | None) -> Json:
    """The request for the same job, with a token of its own and without a signature, as a plan shows it."""
    place = {"ObjectArn": manifest.arn(client.settings.account.region)}
    call = {"Profile": profile, "Manifest": {"Location": place}, "DryRun": True}
    plan: Any = client.call(call)["Plan"]
    headers = [f"{name}: {value}" for name, value in plan["Headers"].items()]
    _tell(
        _("A plan shows what such a call sends; only its signature is left out, and its token is another."),
        [f"{plan['Method']} {plan['Path']} HTTP/1.1", *headers, "", *indented(plan["Body"])],
    )
    return dict(plan)


def _job(client: Client, job_id: str) -> Mapping[str, Any]:
    """The job at its end."""
    job = follow(client, job_id, _INTERVAL, _PATIENCE)
    _tell(_("The job has ended. As it is stored:"), record(job, _INDENT))
    _tell(_("Its result:"), list(verdict_of(job, client.settings.language)))
    return job


def _report(client: Client, job: Mapping[str, Any]) -> Json:
    """Where the job's report is, and how many tasks it says succeeded and failed."""
    place = reports.place_of(job["JobId"], job)
    assert place is not None, "the profile orders a report"
    contents = reports.contents_of(objects.read(client, place), str(place.key))
    files = [objects.read(client, Resource(file.bucket, file.key, None)) for file in contents.files]
    tasks = [some for content in files for some in reports.tasks([content], contents.columns, "the report")]
    _tell(
        _("Its report is in {place}.").format(place=place.uri),
        [*files[0].decode().splitlines()[:3], "..."],
    )
    first = rehearsal.example_objects(client.settings.account.appid, 1)[0]
    head = client.ask(head_request(first, client.settings.account), actions.checked)
    _tell(
        _("One of its objects, {key}:").format(key=first.key), [f"x-cos-restore: {head.headers.get('x-cos-restore')}"]
    )
    failed = sum(len(failed) for some in tasks for failed in some.failed.values())
    succeeded = sum(len(some.keys) for some in tasks) - failed
    return {"Manifest": place.uri, "Succeeded": succeeded, "Failed": failed}


def _tell(title: str, lines: list[str]) -> None:
    output.say("\n".join(["", title, *(f"{' ' * _INDENT}{printable(line)}".rstrip() for line in lines)]))
