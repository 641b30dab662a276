"""Who may ask for what: the account's own bounds, the policy of the profiles file, and the profile's limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cosbatch.configuration.places import written_by
from cosbatch.configuration.profiles import Profile, Profiles
from cosbatch.configuration.settings import Settings
from cosbatch.model import names
from cosbatch.model.credentials import Account
from cosbatch.model.errors import Forbidden, InvalidManifest, Problem, quoted
from cosbatch.model.identity import read_marker

_OBJECT = "/Manifest/Location/ObjectArn"
_TARGET = "/Operation/COSPutObjectCopy/TargetResource"
_REPORT = "/Report/Bucket"
# Everybody, as grants name it (436/30752): the account `qcs::cam::anyone:anyone`, a group with or without its URI, or any.
_EVERYBODY = re.compile(
    r"(?:qcs::cam::)?(?:anyone|\*)(?::(?:anyone|\*))?|(?:https?://[\w./-]+/)?(?:AllUsers|AuthenticatedUsers)",
    re.ASCII | re.IGNORECASE,
)


def check(document: Mapping[str, Any], profile: Profile | None, profiles: Profiles, settings: Settings) -> None:
    """Raises Forbidden with everything in the document that its caller may not ask for."""
    problems = [
        *_foreign(document, settings.account),
        *_over_policy(document, profile, profiles.policy),
        *_over_bounds(document, profiles.policy, "the policy"),
        *(_over_bounds(document, profile.limits, f"profile {profile.name}") if profile else ()),
        *_foreign_grantees(document, profiles.policy, settings.account.uin),
        *(Problem(place.pointer, why) for place, why in profiles.loops(written_by(document))),
    ]
    if problems:
        raise Forbidden("The job asks for more than the configuration allows; nothing was sent.", problems)


def check_priority(priority: int, profiles: Profiles) -> None:
    """Raises Forbidden where the new priority of a job is over the policy's."""
    problems = [*_over_priority(priority, profiles.policy, "the policy")]
    if problems:
        raise Forbidden("The priority is higher than the configuration allows.", problems)


def check_confirmation(description: object, caller: str, profiles: Profiles) -> None:
    """Raises Forbidden where the job's Description says that the caller who would confirm it is the one who asked for it."""
    marker = read_marker(description)
    if marker and marker.caller == caller and not profiles.policy.get("self_confirmation"):
        how = "have someone else confirm it, with another token or in the console"
        raise Forbidden(f"The token that created a job may not confirm it: {how}.")


def check_size(rows: int | None, profile: Profile | None, is_all: bool) -> None:
    """Raises InvalidManifest where so many rows that were seen, of the manifest or `is_all` of it, are over `max_objects`."""
    if profile is None or rows is None:
        return
    limit = profile.limits.get("max_objects", rows)
    if rows > limit:
        how = f"split it, as cosbatch split LIST --rows {limit} does"
        has = f"{'' if is_all else 'at least '}{rows}"
        problem = Problem("/Manifest", f"has {has} rows; profile {profile.name} allows {limit}: {how}")
        raise InvalidManifest("The manifest lists more objects than its profile allows; no job was created.", [problem])


def needs_confirmation(document: Mapping[str, Any], profile: Profile | None) -> bool:
    """Deleting jobs, and jobs that make objects public, wait for a person, unless their profile runs unattended."""
    if profile is not None and profile.unattended:
        return False
    if "COSDeleteObject" in document["Operation"]:
        return True
    canned = document["Operation"].get("COSPutObjectCopy", {}).get("CannedAccessControlList")
    return canned == "public-read" or any(map(_EVERYBODY.search, _grantees(document)))


def _grantees(document: Mapping[str, Any]) -> list[str]:
    copy = document["Operation"].get("COSPutObjectCopy", {})
    return [grant["Grantee"]["Identifier"] for grant in copy.get("AccessControlGrants", ())]


def _buckets(document: Mapping[str, Any]) -> dict[str, names.Resource]:
    """The buckets that a document names, by where."""
    copy = document["Operation"].get("COSPutObjectCopy")
    arns = {_OBJECT: document["Manifest"]["Location"]["ObjectArn"], _REPORT: document["Report"]["Bucket"]}
    if copy:
        arns[_TARGET] = copy["TargetResource"]
    return {pointer: names.parse_resource(arn) for pointer, arn in arns.items()}


def _foreign(document: Mapping[str, Any], account: Account) -> Iterator[Problem]:
    """A job runs where its objects are (console guide, 2023); the report may lie elsewhere (CreateJob sample, 2020)."""
    if names.role_uin(document["RoleArn"]) != account.uin:
        yield Problem("/RoleArn", f"is a role of another account than the job's, UIN {account.uin}")
    buckets = _buckets(document)
    for pointer, resource in buckets.items():
        if resource.appid != account.appid:
            message = f"{quoted(resource.bucket)} is a bucket of another account than the job's, APPID {account.appid}"
            yield Problem(pointer, message)
    region = buckets[_OBJECT].region or ""
    if region != account.region:
        yield Problem(_OBJECT, f"is in {quoted(region)}; jobs are created in {account.region} only")


def _foreign_grantees(document: Mapping[str, Any], policy: Mapping[str, Any], uin: str) -> Iterator[Problem]:
    """Everybody is no other account: that waits for a person."""
    message = "is of another account than this function's, and not among the grantees of the policy"
    own = rf"qcs::cam::uin/{uin}:(?:root|\w+/[\w+=.@-]+)"
    for index, grantee in enumerate(_grantees(document)):
        is_known = re.fullmatch(own, grantee, re.ASCII) or _EVERYBODY.fullmatch(grantee)
        if not is_known and grantee not in policy.get("grantees", ()):
            yield Problem(f"/Operation/COSPutObjectCopy/AccessControlGrants/{index}/Grantee/Identifier", message)


def _over_policy(document: Mapping[str, Any], profile: Profile | None, policy: Mapping[str, Any]) -> Iterator[Problem]:
    if profile is None and not policy.get("free_documents", True):
        yield Problem("/Profile", "is required: this function takes no documents of the caller's own")
    if document["RoleArn"] not in policy.get("roles", [document["RoleArn"]]):
        yield Problem("/RoleArn", "is not among the roles of the policy")


def _over_bounds(document: Mapping[str, Any], bounds: Mapping[str, Any], whose: str) -> Iterator[Problem]:
    """What the policy or a profile's limits do not allow; limits name of the buckets only the targets."""
    buckets = _buckets(document)
    for pointer, name in ((_OBJECT, "manifest_buckets"), (_TARGET, "target_buckets"), (_REPORT, "report_buckets")):
        if pointer in buckets and buckets[pointer].bucket not in bounds.get(name, [buckets[pointer].bucket]):
            yield Problem(pointer, f"{quoted(buckets[pointer].bucket)} is not among the {name} of {whose}")
    (operation,) = document["Operation"]
    if operation not in bounds.get("operations", [operation]):
        yield Problem(f"/Operation/{operation}", f"is not among the operations of {whose}")
    yield from _over_priority(document["Priority"], bounds, whose)


def _over_priority(priority: int, bounds: Mapping[str, Any], whose: str) -> Iterator[Problem]:
    if priority > bounds.get("max_priority", priority):
        yield Problem("/Priority", f"is over {bounds['max_priority']}, the highest that {whose} allows")
