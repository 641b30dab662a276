"""The command `policy`: the smallest rights that the profiles need, for the function's execution role and their jobs' roles.

Actions and how finely they can be granted: CAM's table for COS (598/69901), COS's guide to policies (436/31923).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from cosbatch.cli.remote.client import configuration_of, environ_of
from cosbatch.cli.remote.function_files import profiles_in_use
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.language import _
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
_READ = ("GetObject", "HeadObject")
# CAM grants the calls of jobs as a whole: a statement that names resources would grant nothing.
_ANY = "*"

# What a job does to the objects that its manifest lists.
_ON_SOURCES = {
    "COSPutObjectCopy": _READ,
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


class Rights:
    """Actions and what each is granted for."""

    def __init__(self) -> None:
        self._resources: dict[str, set[str]] = defaultdict(set)

    def grant(self, actions: Iterable[str], resources: Collection[str], service: str = "name/cos") -> None:
        for action in actions if resources else ():
            self._resources[f"{service}:{action}"].update(resources)

    def policy(self) -> dict[str, Any]:
        """A CAM policy: one statement for all actions that are granted for the same resources."""
        actions: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for action, resources in sorted(self._resources.items()):
            actions[tuple(_widest(resources))].append(action)
        return _policy(
            {"effect": "allow", "action": granted, "resource": list(resources)}
            for resources, granted in actions.items()
        )


def _policy(statements: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"version": "2.0", "statement": list(statements)}


def _widest(resources: set[str]) -> list[str]:
    """The resources without those that another one includes."""
    return sorted(one for one in resources if not any(other != one and _includes(other, one) for other in resources))


def _includes(wide: str, narrow: str) -> bool:
    return wide.endswith("*") and narrow.startswith(wide[:-1])


def add(commands: Commands) -> None:
    summary = _("Print the smallest CAM policies and trust policies for the profiles at hand.")
    examples = "  cosbatch policy > policies.json\n  cosbatch policy --manage --source archive-1250000000"
    parser = command(commands, "policy", summary, examples, policy)
    add_region(parser)
    parser.add_argument(
        "--manage", action="store_true", help=_("let the function change, confirm, cancel and delete jobs as well")
    )
    listed = _(
        "a bucket whose objects manifests list, where the profile's limits.source_buckets does not say; repeatable"
    )
    parser.add_argument("--source", type=bucket, metavar="BUCKET", action="append", default=[], help=listed)


def policy(options: argparse.Namespace) -> int:
    # Nothing is sent, so no credentials are needed.
    none = {SECRET_ID[0]: "none", SECRET_KEY[0]: "none"}
    environ = {**environ_of(options), **none}
    configuration = configuration_of({**environ, PROFILES: profiles_in_use(environ)})
    output.write_json(policies(configuration, options.manage, options.source))
    for note in notes(configuration, options.source):
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
    return _policy([{"effect": "allow", "action": ["name/sts:AssumeRole"], "principal": {"service": [service]}}])


def execution_policy(configuration: Configuration, roles: Collection[str], manage: bool) -> dict[str, Any]:
    """The policy of the function itself: it calls the Batch API, reads manifests, and passes the jobs their roles."""
    rights = Rights()
    rights.grant([*_CREATE, *(_MANAGE if manage else ())], [_ANY])
    for profile in configuration.profiles.profiles:
        rights.grant(_READ, _manifests(profile, configuration))
        rights.grant(["PutObject"], _written(profile, "receipts", configuration.settings))
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
    rights.grant(_READ, _manifests(profile, configuration))
    rights.grant(["PutObject"], _written(profile, "reports", settings))
    for operation, fields in profile.job.get("Operation", {}).items():
        objects = _sources(profile, sources, settings)
        rights.grant(_ON_SOURCES[operation], objects)
        if operation == "COSPutObjectCopy":
            _grant_for_copies(rights, fields, objects, settings)


def _written(profile: Profile, what: str, settings: Settings) -> list[str]:
    """The places where the profile's reports or receipts are written."""
    places = [place for place in profile.places if place.what == what]
    return [_below(place.bucket, place.prefix, place.region or settings.account.region) for place in places]


def _grant_for_copies(rights: Rights, copy: Mapping[str, Any], sources: Collection[str], settings: Settings) -> None:
    target = names.parse_resource(copy["TargetResource"])
    copies = [_below(target.bucket, copy.get("TargetKeyPrefix", ""), target.region or settings.account.region)]
    rights.grant(["PutObject"], copies)
    for directive, (read, write) in _CARRIED.items():
        if copy.get(directive) in ("Copy", "Add"):
            rights.grant([read], sources)
            rights.grant([write], copies)
    rights.grant([action for element, action in _GIVEN.items() if element in copy], copies)


def _manifests(profile: Profile, configuration: Configuration) -> list[str]:
    """Where the profile's manifests are; an inventory's data files are beside its manifest.json, below no common prefix."""
    region = configuration.settings.account.region
    if profile.match:
        inventory = profile.match.suffix.endswith(".json")
        return [_below(profile.match.bucket, "" if inventory else profile.match.prefix, region)]
    buckets = _manifest_buckets(configuration)
    return [_below(bucket, "", region) for bucket in buckets] or [_anywhere(configuration.settings)]


def _manifest_buckets(configuration: Configuration) -> list[str]:
    """Where the manifests of profiles for callers may be: as the policy says, or with the other profiles' manifests."""
    profiles = configuration.profiles
    matched = {profile.match.bucket for profile in profiles.profiles if profile.match}
    return sorted(profiles.policy.get("manifest_buckets") or matched)


def _sources(profile: Profile, given: Iterable[str], settings: Settings) -> list[str]:
    """The objects that the profile's manifests may list."""
    buckets = profile.limits.get("source_buckets") or list(given)
    return [_below(bucket, "", settings.account.region) for bucket in buckets] or [_anywhere(settings)]


def _below(bucket: str, prefix: str, region: str) -> str:
    """The objects of a bucket whose keys begin with the prefix."""
    return f"{names.target_arn(bucket, region)}/{prefix}*"


def _anywhere(settings: Settings) -> str:
    return f"qcs::cos:{settings.account.region}:uid/{settings.account.appid}:*"


def notes(configuration: Configuration, sources: Iterable[str]) -> Iterator[str]:
    """What makes the policies wider than they could be, or smaller than callers may need."""
    profiles = configuration.profiles
    for profile in profiles.profiles:
        if not profile.match and not profiles.policy.get("manifest_buckets"):
            where = ", ".join(_manifest_buckets(configuration)) or _("any bucket")
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
