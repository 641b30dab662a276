"""The command `demo`: everything from an upload to the report of its job, against a stand-in on this machine."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from typing import Any

from cosbatch.cli.job_commands.job_progress import exit_code_of, job_progress_of, verdict_of
from cosbatch.cli.job_commands.wait import follow
from cosbatch.cli.manifests import reports
from cosbatch.cli.rehearse import rehearsal
from cosbatch.cli.rehearse.events import upload_event
from cosbatch.cli.rehearse.rehearsal import Rehearsal
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.options import Commands, command, whole_number
from cosbatch.cli.terminal.tables import indented, printable, record, table
from cosbatch.configuration.settings import LANG
from cosbatch.model import names
from cosbatch.model.errors import InternalError
from cosbatch.model.names import Resource
from cosbatch.service import actions

_KEY = "restore/demo.csv"
_INTERVAL = 0.1
_PATIENCE = 60.0
_INDENT = 4

_EXAMPLES = """\
  Watch an upload become a job, and the job run; needs no account and no network:
    python -m cosbatch demo

  Only the outcome:
    python -m cosbatch demo 2> /dev/null | jq .Outcome
"""

Json = dict[str, Any]


def add(commands: Commands) -> None:
    summary = "Rehearse everything on this machine, from the upload to the report."
    parser = command(commands, "demo", summary, _EXAMPLES, demo)
    parser.add_argument(
        "--objects",
        type=whole_number(1, 100_000),
        default=300,
        metavar="N",
        help="how many the list has (default: 300)",
    )


def demo(options: argparse.Namespace) -> int:
    from cosbatch.standin import Account

    language = {LANG: os.environ.get(LANG, "")}
    with rehearsal.begin(Account(), options.clock, language) as local:
        result = _rehearsed(local, options)
    output.say("\nThe stand-in has stopped, and all that it kept is removed.")
    output.show(result, options, list)
    return exit_code_of(job_progress_of(result["Job"]))


def _rehearsed(local: Rehearsal, options: argparse.Namespace) -> Json:
    """The values of each step, which is also told on stderr as it is done."""
    client = local.client
    _tell("A stand-in of COS listens here, with its files in a temporary folder.", [local.standin.endpoint])
    manifest = Resource(f"manifest-{client.settings.account.appid}", _KEY, None)
    event = _uploaded(client, manifest, options.objects)
    profile = client.configuration.profiles.taking(manifest.bucket, _KEY)
    name = profile.name if profile else None
    _tell(
        "Of profiles.json, this profile takes the upload.",
        record({"name": name, **(profile.job if profile else {})}, _INDENT),
    )
    results = _delivered_twice(event, options)
    request = _request(client, manifest, name)
    job = follow(client, results[0]["JobId"], _INTERVAL, _PATIENCE)
    _tell("The job has ended. As it is stored:", record(job, _INDENT))
    _tell("Its result:", list(verdict_of(job, client.settings.language)))
    report = _report(client, job)
    return {
        "Event": event,
        "Profile": name,
        "Request": request,
        "Results": results,
        "Job": job,
        "Outcome": job_progress_of(job).outcome,
        "Report": report,
    }


def _uploaded(client: Client, manifest: Resource, count: int) -> Json:
    """The event that the platform sends for a list; the list and its objects are uploaded."""
    settings = client.settings
    for place in rehearsal.example_objects(settings.account.appid, count):
        objects.write(client, place, b"a photo", "ARCHIVE")
    rows = rehearsal.example_rows(settings.account.appid, count)
    response = objects.write(client, manifest, rows)
    first = [*rows.decode().splitlines()[:2], "..."]
    _tell(f"Somebody uploads a list of {count} archived objects to {manifest.bucket}/{manifest.key}.", first)
    event = upload_event(manifest, settings.account.region, response.request_id or "", int(client.clock.now()))
    _tell("The platform tells the function, with this event.", json.dumps(event, indent=1).splitlines())
    return event


def _delivered_twice(event: Json, options: argparse.Namespace) -> list[Json]:
    """The handler's result for the event, and for the same event once more."""
    results = []
    for title in (
        "The function replies: one job was created.",
        "The platform delivers the same event again. No second job: the function finds the first.",
    ):
        reply, _ = rehearsal.deliver(event, options.verbose)
        result = reply["Results"][0]
        if "JobId" not in result:
            raise InternalError(f"The event made no job: {result.get('Code')}: {result.get('Message')}")
        _tell(title, record(result, _INDENT))
        results.append(result)
    return results


def _request(client: Client, manifest: Resource, profile: str | None) -> Json:
    """The request for the same job, with a token of its own and without a signature, as a plan shows it."""
    place = {"ObjectArn": names.object_arn(manifest.bucket, manifest.key or "", client.settings.account.region)}
    call = {"Profile": profile, "Manifest": {"Location": place}, "DryRun": True}
    plan: Any = client.call(call)["Plan"]
    headers = [f"{name}: {value}" for name, value in plan["Headers"].items()]
    _tell(
        "A plan shows what such a call sends; only its signature is left out, and its token is another.",
        [f"{plan['Method']} {plan['Path']} HTTP/1.1", *headers, "", *indented(plan["Body"])],
    )
    return dict(plan)


def _report(client: Client, job: Mapping[str, Any]) -> Json:
    """Where the job's report is, and how many tasks it says succeeded and failed."""
    report = job["Report"]
    bucket = names.parse_resource(report["Bucket"]).bucket
    place = Resource(bucket, f"{report['Prefix']}/job-{job['JobId']}/manifest.json", None)
    contents = reports.contents_of(objects.read(client, place), str(place.key))
    tasks: list[reports.Task] = []
    for _, key in contents.files:
        content = objects.read(client, Resource(bucket, key, None))
        tasks += reports.tasks([content], contents.columns, key)
    rows = [(task.key, task.status, task.code) for task in tasks]
    _tell(
        f"Its report is in cos://{bucket}/{place.key}.", [*table(("Key", "Status", "Code"), rows[:3], _INDENT), "..."]
    )
    first = rehearsal.example_objects(client.settings.account.appid, 1)[0]
    head = client.ask(actions.object_request("HEAD", first, client.settings.account), actions.checked)
    _tell(f"One of its objects, {first.key}:", [f"x-cos-restore: {head.headers.get('x-cos-restore')}"])
    succeeded = sum(task.succeeded for task in tasks)
    return {"Manifest": f"cos://{bucket}/{place.key}", "Succeeded": succeeded, "Failed": len(tasks) - succeeded}


def _tell(title: str, lines: list[str]) -> None:
    output.say("\n".join(["", title, *(f"{' ' * _INDENT}{printable(line)}".rstrip() for line in lines)]))
