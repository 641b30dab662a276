"""The command `policy`: the smallest rights that the profiles need, for the function's execution role and their jobs' roles,
or with --commands for the keys of a person at the command line.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from cosbatch.cli.deploy import command_policy
from cosbatch.cli.deploy.rights import ANY, READ, Rights, below, manifest_buckets, manifests_of, policy_of, written_by
from cosbatch.cli.remote.client import configuration_of, environ_of
from cosbatch.cli.remote.function_files import profiles_in_use
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.files import needs
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, add_region, bucket, command
from cosbatch.configuration import Configuration
from cosbatch.configuration.profiles import Profile
from cosbatch.configuration.settings import PROFILES, SECRET_ID, SECRET_KEY, Settings
from cosbatch.model import names
from cosbatch.schemas.calls import ACTIONS

FUNCTION_SERVICE = "scf.qcloud.com"
JOB_SERVICE = "cos.cloud.tencent.com"

# What the exactly-once guarantee needs: a job is created, found again by its marker, and compared.
_CREATE = ("CreateJob", "DescribeJob", "ListJobs")
_MANAGE = tuple(action for action in ACTIONS if action not in _CREATE)

# What a job does to the objects that its manifest lists.
_ON_SOURCES = {
    "COSPutObjectCopy": READ,
    "COSInitiateRestoreObject": ("PostObjectRestore",),
    "COSDeleteObject": ("DeleteObject",),
    "COSPutObjectTagging": ("PutObjectTagging",),
}
# What a copy needs besides PutObject: for a directive that copies something from the source ...
_CARRIED = {
    "AccessControlDirective": ("GetObjectACL", "PutObjectACL"),
    "TaggingDirective": ("GetObjectTagging", "PutObjectTagging"),
}
# ... and for an element that gives the copy a value of its own.
_GIVEN = {
    "AccessControlGrants": "PutObjectACL",
    "CannedAccessControlList": "PutObjectACL",
    "NewObjectTagging": "PutObjectTagging",
}
# Elements that decide which rights a job needs.
_DECIDING = ("Operation", "Report", "RoleArn")


_EXAMPLES = N_("""\
  The policies of the function's role and of the jobs' roles:
    cosbatch policy > policies.json

  The function changes and cancels jobs too; manifests list objects of this bucket:
    cosbatch policy --manage --source archive-1250000000

  The policy of a person whose keys list a bucket, and read lists that lie in another:
    cosbatch policy --commands --source photos-1250000000 --lists cos://inventory-1250000000/all/
""")


def add(commands: Commands) -> None:
    summary = _("Print the smallest CAM policies and trust policies for the profiles at hand.")
    parser = command(commands, "policy", summary, _(_EXAMPLES), policy)
    add_region(parser)
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--manage", action="store_true", help=_("let the function change, confirm, cancel and delete jobs as well")
    )
    of_person = _(
        "print instead what the keys of a person at the command line need; besides the profiles, {variables} say for what"
    )
    variables = ", ".join(command_policy.VARIABLES)
    whose.add_argument("--commands", action="store_true", help=of_person.format(variables=variables))
    listed = _(
        "a bucket whose objects manifests list, where the profile's limits.source_buckets does not say; repeatable"
    )
    parser.add_argument("--source", type=bucket, metavar="BUCKET", action="append", default=[], help=listed)
    read = _("with --commands: a place in a bucket where lists are read, cos://bucket/prefix; repeatable")
    parser.add_argument("--lists", metavar="PLACE", action="append", default=[], help=read)


def policy(options: argparse.Namespace) -> int:
    # Nothing is sent, so no credentials are needed.
    none = {SECRET_ID[0]: "none", SECRET_KEY[0]: "none"}
    environ = {**environ_of(options), **none}
    if options.commands:
        return _policy_of_commands(options, environ)
    if options.lists:
        raise needs("--lists", "--commands")
    configuration = configuration_of({**environ, PROFILES: profiles_in_use(environ)})
    output.write_json(policies(configuration, options.manage, options.source))
    for note in notes(configuration, options.source):
        output.say(note)
    return exit_codes.DONE


def _policy_of_commands(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """`{CommandLine: {Policy}}`. No command makes a job of the example that is shipped: it says nothing here."""
    places = command_policy.places_of(configuration_of(environ), environ, options.source, options.lists)
    output.write_json({"CommandLine": {"Policy": command_policy.policy(places)}})
    for note in command_policy.notes(places):
        output.say(note)
    return exit_codes.DONE


def policies(configuration: Configuration, manage: bool, sources: Iterable[str]) -> dict[str, Any]:
    """`{ExecutionRole: {Policy, Trust}, JobRoles: [{RoleArn, Policy, Trust}]}`."""
    roles = sorted({profile.job["RoleArn"] for profile in configuration.profiles.profiles if "RoleArn" in profile.job})
    own = {"Policy": execution_policy(configuration, roles, manage), "Trust": trust(FUNCTION_SERVICE)}
    of_jobs = [
        {"RoleArn": role, "Policy": job_policy(role, configuration, sources), "Trust": trust(JOB_SERVICE)}
        for role in roles
    ]
    return {"ExecutionRole": own, "JobRoles": of_jobs}


def trust(service: str) -> dict[str, Any]:
    """The policy of a role that this service may assume."""
    return policy_of([{"effect": "allow", "action": ["name/sts:AssumeRole"], "principal": {"service": [service]}}])


def execution_policy(configuration: Configuration, roles: Collection[str], manage: bool) -> dict[str, Any]:
    """The policy of the function itself: it calls the Batch API, reads manifests, and passes the jobs their roles."""
    rights = Rights()
    rights.grant([*_CREATE, *(_MANAGE if manage else ())], [ANY])
    for profile in configuration.profiles.profiles:
        rights.grant(READ, _manifests(profile, configuration))
        rights.grant(["PutObject"], written_by(profile, "receipts", configuration.settings))
    rights.grant(["PassRole"], roles, service="cam")
    return rights.policy()


def job_policy(role: str, configuration: Configuration, sources: Iterable[str]) -> dict[str, Any]:
    """The policy of the jobs that run in this role."""
    rights = Rights()
    for profile in configuration.profiles.profiles:
        if profile.job.get("RoleArn") == role:
            _grant_for_jobs(rights, profile, configuration, sources)
    return rights.policy()


def _grant_for_jobs(rights: Rights, profile: Profile, configuration: Configuration, sources: Iterable[str]) -> None:
    settings = configuration.settings
    rights.grant(READ, _manifests(profile, configuration))
    rights.grant(["PutObject"], written_by(profile, "reports", settings))
    for operation, fields in profile.job.get("Operation", {}).items():
        objects = _sources(profile, sources, settings)
        rights.grant(_ON_SOURCES[operation], objects)
        if operation == "COSPutObjectCopy":
            _grant_for_copies(rights, fields, objects, settings)


def _grant_for_copies(rights: Rights, copy: Mapping[str, Any], sources: Collection[str], settings: Settings) -> None:
    target = names.parse_resource(copy["TargetResource"])
    copies = [below(target.bucket, copy.get("TargetKeyPrefix", ""), target.region or settings.account.region)]
    rights.grant(["PutObject"], copies)
    for directive, (read, write) in _CARRIED.items():
        if copy.get(directive) in ("Copy", "Add"):
            rights.grant([read], sources)
            rights.grant([write], copies)
    rights.grant([action for element, action in _GIVEN.items() if element in copy], copies)


def _manifests(profile: Profile, configuration: Configuration) -> list[str]:
    """Where the profile's manifests are: of one for callers anywhere, where nothing says better."""
    return manifests_of(profile, configuration) or [_anywhere(configuration.settings)]


def _sources(profile: Profile, given: Iterable[str], settings: Settings) -> list[str]:
    """The objects that the profile's manifests may list."""
    buckets = profile.limits.get("source_buckets") or list(given)
    return [below(bucket, "", settings.account.region) for bucket in buckets] or [_anywhere(settings)]


def _anywhere(settings: Settings) -> str:
    return f"qcs::cos:{settings.account.region}:uid/{settings.account.appid}:*"


def notes(configuration: Configuration, sources: Iterable[str]) -> Iterator[str]:
    """What makes the policies wider than they could be, or smaller than callers may need."""
    profiles = configuration.profiles
    for profile in profiles.profiles:
        if not profile.match and not profiles.policy.get("manifest_buckets"):
            where = ", ".join(manifest_buckets(configuration.profiles)) or _("any bucket")
            note = _("{profile}: its manifests are taken to lie in {where}; policy.manifest_buckets says otherwise.")
            yield note.format(profile=profile.name, where=where)
        if not profile.limits.get("source_buckets") and not list(sources):
            note = _("{profile}: its manifests may list any object; limits.source_buckets or --source names buckets.")
            yield note.format(profile=profile.name)
        opened = [element for element in _DECIDING if element in profile.open]
        if opened:
            note = _("{profile}: callers may change {elements}; the rights for that are not included.")
            yield note.format(profile=profile.name, elements=", ".join(opened))
    if profiles.policy.get("free_documents", True):
        yield _(
            "Documents without a profile are allowed; the rights for them are not included (policy.free_documents)."
        )
