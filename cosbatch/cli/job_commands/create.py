"""The commands that make a job: `plan` shows what would be sent, `create` sends it."""

from __future__ import annotations

import argparse
import os

from cosbatch.cli.job_commands.from_list import followed, going_on, make_jobs, show_plans, waits
from cosbatch.cli.job_commands.list_options import add_end, add_listing, add_way, check_end
from cosbatch.cli.job_commands.proposal import Proposal
from cosbatch.cli.manifests import lists, reports
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client, connect
from cosbatch.cli.terminal import exit_codes, files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import printable
from cosbatch.cli.terminal.typed import option_typed
from cosbatch.model import identity, names
from cosbatch.model.blocks import BEGINNING
from cosbatch.model.errors import CosbatchError, InvalidEvent

_PLAN_EXAMPLES = N_("""\
  The job of profile restore, for a list that lies in the bucket:
    cosbatch plan --profile restore cos://manifest-1250000000/restore/2026-11.csv

  A call from a file, which holds a CreateJob document or names a profile:
    echo '{"Profile": "restore", "Manifest": "cos://lists-1250000000/1.csv"}' > call.json
    cosbatch plan call.json

  A list on this machine, judged and planned as if it were uploaded:
    cosbatch plan --profile restore 2026-11.csv

  The XML that would go out, too; in a script, that alone:
    cosbatch plan call.json --document
    cosbatch plan call.json | jq -r .Plan.Body
""")
_CREATE_EXAMPLES = N_("""\
  The job of profile restore for a list: judged, uploaded where it is on this machine, and made once:
    cosbatch create --profile restore 2026-11.csv

  The same for all that a prefix holds, a job for each million objects, followed to their ends:
    cosbatch create --profile restore cos://examplebucket-1250000000/photos/ --split 1000000 --wait

  Look at the plan, then create just that job; it is refused if anything has changed since:
    cosbatch plan call.json | jq -r .Plan.Digest
    cosbatch create call.json --plan-digest sha256:3f0c...

  Create a job and wait for its end:
    cosbatch create call.json --wait

  Ask again after a failure, without making a second job: the token is in the result of the first try.
    cosbatch create call.json --token 0e5a7cde-61f1-7e3b-0d7c-5ba9a1f4b2c6
""")


def add(commands: Commands) -> None:
    summary = _("Show what a call would send, and warnings; send nothing.")
    planning = command(commands, "plan", summary, _(_PLAN_EXAMPLES), create)
    planning.set_defaults(dry_run=True)
    creating = command(commands, "create", _("Create a job, exactly once."), _(_CREATE_EXAMPLES), create)
    what = _("a call in a JSON file, - for stdin; or with --profile a LIST: {list}").format(list=_(lists.HELP))
    for parser in (planning, creating):
        parser.add_argument("call", metavar="CALL", help=what)
        parser.add_argument("--profile", metavar="NAME", help=_("the profile of profiles.json that the job is made by"))
        add_way(parser)
        add_listing(parser)
        add_service(parser)
    xml = _("show in the plan the XML that would go out, too")
    planning.add_argument("--document", action="store_true", help=xml)
    add_end(creating)


def create(options: argparse.Namespace) -> int:
    check_end(options)
    if is_list(options.call):
        return _of_list(options)
    call = call_of(options)
    client = connect(options, call.get("Profile"))
    if options.dry_run:
        draft = client.draft(call)
        place = names.parse_resource(draft.order.document["Manifest"]["Location"]["ObjectArn"])
        return show_plans([Proposal(place, None, draft)], client, options)
    result = _called(client, call)
    try:
        return followed(client, [result], options) if "JobId" in result else exit_codes.DONE
    finally:
        output.show(result, options)


def _called(client: Client, call: dict[str, object]) -> dict[str, object]:
    """The result of the call. Where it is not known whether the job was made, says how to go on. Raises CosbatchError."""
    given = call.get("ClientRequestToken")
    token = given or identity.fresh_token(os.urandom)
    try:
        result, draft = client.create({**call, "ClientRequestToken": token})
    except (CosbatchError, KeyboardInterrupt) as error:
        if isinstance(error, KeyboardInterrupt) or error.retryable:
            output.advise(error, going_on("" if given else _(" with --token {token}").format(token=token)))
        raise
    if "JobId" in result:
        told = _("Job {job} is created.")
        if result["Outcome"] == "recovered":
            told = _("Job {job} is there, made by an earlier try: no other is made.")
        output.say(printable(told.format(job=result["JobId"])))
        result |= waits(client, result, draft)
    return result


def is_list(name: str) -> bool:
    """Whether a list is meant and not a call: an object or a folder, or a file that holds no JSON. Raises WrongUsage."""
    if objects.is_object(name) or name == files.STDIN or name.endswith(".json"):
        return objects.is_object(name)
    if not os.path.isfile(name):
        # A pipe can be read but once, by who reads it as a call.
        return False
    return not reports.is_contents(files.read_bytes(name, BEGINNING))


def _of_list(options: argparse.Namespace) -> int:
    if options.profile is None:
        message = _(
            "a list does not say what to do: name a profile with --profile, or see restore, copy, tag, delete-objects"
        )
        raise WrongUsage(message)
    options.list = options.call
    return make_jobs(connect(options), options, options.list, "create", {"Profile": options.profile}, asks=False)


def call_of(options: argparse.Namespace) -> dict[str, object]:
    """The CreateJob call that the options describe. Raises WrongUsage, InvalidEvent."""
    for name in ("split", "again", "upload_to", "from_class"):
        if getattr(options, name):
            message = _("{option} is for lists; {call} is read as a call in JSON")
            raise WrongUsage(message.format(option=option_typed(name), call=options.call))
    fields = files.read_object(options.call)
    if {"fileSchema", "files"} <= fields.keys():
        raise WrongUsage(_(lists.IN_PLACE).format(name=options.call))
    if fields.get("Action", "CreateJob") != "CreateJob":
        raise InvalidEvent(f"{options.call} holds a call of another action than CreateJob.")
    given = {"Profile": options.profile, "ClientRequestToken": options.token, "PlanDigest": options.plan_digest}
    return {**fields, **{name: value for name, value in given.items() if value is not None}}
