"""The commands that make a job: `plan` shows what would be sent, `create` sends it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from cosbatch.cli.remote.client import connect
from cosbatch.cli.remote.objects import is_object
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import indented, printable, record
from cosbatch.model.errors import InvalidEvent

_PLAN_EXAMPLES = """\
  The job of profile restore, for a list that lies in the bucket:
    python -m cosbatch plan --profile restore cos://manifest-1250000000/restore/2026-11.csv

  A call from a file, which holds a CreateJob document or names a profile:
    echo '{"Profile": "restore", "Manifest": "cos://manifest-1250000000/restore/2026-11.csv"}' > call.json
    python -m cosbatch plan call.json

  Only the XML that would go out:
    python -m cosbatch plan call.json | jq -r .Plan.Body
"""
_CREATE_EXAMPLES = """\
  Look at the plan, then create just that job; it is refused if anything has changed since:
    python -m cosbatch plan call.json | jq -r .Plan.Digest
    python -m cosbatch create call.json --plan-digest sha256:3f0c...

  Create a job and wait for its end:
    python -m cosbatch wait $(python -m cosbatch create call.json | jq -r .JobId)

  Ask again after a failure, without making a second job: the token is in the result of the first try.
    python -m cosbatch create call.json --token 0e5a7cde-61f1-7e3b-0d7c-5ba9a1f4b2c6
"""


def add(commands: Commands) -> None:
    planning = command(
        commands, "plan", "Show what a call would send, and warnings; send nothing.", _PLAN_EXAMPLES, plan
    )
    creating = command(commands, "create", "Create a job, exactly once.", _CREATE_EXAMPLES, create)
    creating.add_argument("--plan-digest", metavar="DIGEST", help="create the job only if it is still the planned one")
    for parser in (planning, creating):
        parser.add_argument(
            "call", metavar="CALL", help="a JSON file, - for stdin, or the manifest as cos://bucket/key"
        )
        parser.add_argument("--profile", metavar="NAME", help="the profile of profiles.json that the job is made by")
        parser.add_argument("--token", metavar="TOKEN", help="the ClientRequestToken (default: a new one)")
        add_service(parser)


def plan(options: argparse.Namespace) -> int:
    call = {**call_of(options), "DryRun": True}
    result: Any = connect(options).call(call)
    output.show(result, options, lambda: _lines(result["Plan"]))
    for warning in result["Plan"]["Warnings"]:
        output.say(printable(f"Warning: {warning.get('Pointer', '')} {warning['Message']}"))
    output.say(f"Nothing was sent. To create just this job, add --plan-digest {result['Plan']['Digest']}")
    return 0


def _lines(plan: Mapping[str, Any]) -> Iterator[str]:
    yield from record({name: value for name, value in plan.items() if name != "Body"})
    yield "Body"
    yield from (printable(f"  {line}") for line in indented(plan["Body"]))


def create(options: argparse.Namespace) -> int:
    call = call_of(options)
    result = connect(options).call(call)
    output.show(result, options)
    if "JobId" in result:
        output.say(printable(f"Follow it with: python -m cosbatch wait {result['JobId']}"))
    return 0


def call_of(options: argparse.Namespace) -> dict[str, object]:
    """The CreateJob call that the options describe. Raises WrongUsage, InvalidEvent."""
    is_manifest = is_object(options.call)
    fields: dict[str, object] = {"Manifest": options.call} if is_manifest else files.read_object(options.call)
    if fields.get("Action", "CreateJob") != "CreateJob":
        raise InvalidEvent(f"{options.call} holds a call of another action than CreateJob.")
    given = {
        "Profile": options.profile,
        "ClientRequestToken": options.token,
        "PlanDigest": getattr(options, "plan_digest", None),
    }
    return {**fields, **{name: value for name, value in given.items() if value is not None}}
