"""The command `invoke`: hands a recorded event to the function's handler, against COS or against a stand-in of it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cosbatch.cli.rehearse import local_profiles, local_stage
from cosbatch.cli.rehearse.events import account_of, for_rehearsal, manifests_of, role_of
from cosbatch.cli.remote.client import PROFILES, environ_of
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import table

if TYPE_CHECKING:
    from cosbatch.standin import Account

_KEPT = (
    "COSBATCH_HTTP_AUTH",
    "COSBATCH_HTTP_ORIGINS",
    "COSBATCH_HTTP_TOKENS",
    "COSBATCH_LANG",
    "COSBATCH_LOG_LEVEL",
    "COSBATCH_MANIFEST_CHECK",
    "COSBATCH_PROFILES",
    "COSBATCH_TIMEOUT",
)

_EXAMPLES = """\
  What would have come of an event, rehearsed on this machine; the manifest that it names is put there as an example:
    python -m cosbatch invoke event.json --local

  The same with the real manifest, and through a profile of your choice:
    python -m cosbatch invoke event.json --local --manifest 2026-11.csv --profile restore

  For real, with the account of the environment: an event that got lost, delivered again (it makes no second job):
    python -m cosbatch invoke event.json

With --local the account is the event's own: profiles.json is read as if its buckets lay there. ETags and versions of the
recorded objects are left out, and HTTP events come in without authentication unless COSBATCH_HTTP_AUTH is set.
"""


def add(commands: Commands) -> None:
    parser = command(commands, "invoke", "Hand a recorded event to the function.", _EXAMPLES, invoke)
    parser.add_argument(
        "event", metavar="EVENT.json", help="an upload, an HTTP call, a timer or a direct call; - for stdin"
    )
    parser.add_argument("--local", action="store_true", help="against a stand-in of COS on this machine")
    parser.add_argument(
        "--manifest", metavar="FILE", help="with --local: the content of the manifest that the event names"
    )
    parser.add_argument(
        "--profile", metavar="NAME", help="with --local: the profile that takes the upload, whatever its match"
    )
    add_service(parser)


def invoke(options: argparse.Namespace) -> int:
    if not options.local and (options.manifest or options.profile):
        raise WrongUsage("--manifest and --profile go with --local")
    event = files.read_json(options.event)
    answer, is_delivered_again = _locally(event, options) if options.local else _for_real(event, options)
    output.show(answer, options)
    if is_delivered_again:
        output.say("Another try can fix this: the platform would deliver the event again.")
    return 1 if is_delivered_again or is_failure(answer) else 0


def is_failure(answer: Any) -> bool:
    """Whether something in the handler's answer has failed."""
    if not isinstance(answer, Mapping):
        return False
    failed = any(result.get("Outcome") == "failed" for result in answer.get("Results", ()))
    return failed or "Code" in answer or answer.get("statusCode", 200) >= 400


def _for_real(event: object, options: argparse.Namespace) -> tuple[Any, bool]:
    with local_stage.environment(environ_of(options)):
        return local_stage.deliver(event, options.verbose)


def _locally(event: object, options: argparse.Namespace) -> tuple[Any, bool]:
    content = files.read_bytes(options.manifest) if options.manifest is not None else None
    fields: Mapping[str, object] = event if isinstance(event, Mapping) else {}
    profiles = local_profiles.read(os.environ.get("COSBATCH_PROFILES") or PROFILES)
    account = _account(fields, profiles, options)
    manifests = manifests_of(fields, account.appid, account.region)
    if profiles is not None:
        profiles = local_profiles.moved(profiles, account.appid)
    if profiles is not None and options.profile is not None:
        profiles = local_profiles.taking(profiles, options.profile, manifests)
    with local_stage.stage(account, options.clock, _kept(), profiles) as stage:
        for manifest in manifests:
            local_stage.put_example_in_place(stage.client, manifest, content)
        answer = local_stage.deliver(for_rehearsal(event) if isinstance(event, Mapping) else event, options.verbose)
        _tell(stage.standin.jobs())
    return answer


def _account(event: Mapping[str, object], profiles: Any, options: argparse.Namespace) -> Account:
    """The event's own account; what it does not say is the profiles', or the stand-in's usual one."""
    from cosbatch.standin import Account

    usual = Account()
    appid, region = account_of(event)
    uin = role_of(event) or (local_profiles.uin_of(profiles) if profiles else None) or usual.uin
    return Account(uin, appid or usual.appid, options.region or region or usual.region)


def _kept() -> dict[str, str]:
    """The variables that a rehearsal goes by as the function would. A recorded event has no secrets to come in with."""
    kept = {name: os.environ[name] for name in _KEPT if os.environ.get(name)}
    return {"COSBATCH_HTTP_AUTH": "none", **kept}


def _tell(jobs: list[dict[str, Any]]) -> None:
    rows = [(job["JobId"], job["Status"], job["Priority"], job["Description"]) for job in jobs]
    lines = table(("JobId", "Status", "Priority", "Description"), rows) if rows else ["No job was made."]
    output.say("\n".join(["The stand-in's jobs:", *(f"  {line}" for line in lines)]))
