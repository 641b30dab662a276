"""What a profiles file names of another account than the function's: the function would refuse it, upload by upload."""

from __future__ import annotations

from collections.abc import Iterator

from cosbatch.configuration.profiles import Profile, Profiles
from cosbatch.model import names
from cosbatch.model.errors import Problem

# The account of the profiles.json that is shipped, which is the one of the service's own samples.
EXAMPLE_APPID, EXAMPLE_UIN = "1250000000", "100000000001"


def foreign_names(profiles: Profiles, appid: str | None, uin: str | None) -> Iterator[Problem]:
    """Each bucket that is not of `appid`, each role that is not of `uin`; None is compared with nothing.

    Buckets whose objects manifests may list (`source_buckets`) are left out: they may be another account's.
    """
    for pointer, bucket in _buckets(profiles):
        if appid and names.appid_of(bucket) != appid:
            yield Problem(pointer, f"{bucket} is not a bucket of APPID {appid}")
    for pointer, role in _roles(profiles):
        if uin and names.role_uin(role) != uin:
            yield Problem(pointer, f"{role} is not a role of UIN {uin}")


def names_example(profiles: Profiles) -> bool:
    """Whether a bucket or a role is of the account of the shipped example."""
    buckets = {names.appid_of(bucket) for _, bucket in _buckets(profiles)}
    return EXAMPLE_APPID in buckets or EXAMPLE_UIN in {names.role_uin(role) for _, role in _roles(profiles)}


def _buckets(profiles: Profiles) -> Iterator[tuple[str, str]]:
    for index, profile in enumerate(profiles.profiles):
        for pointer, bucket in _buckets_of(profile):
            yield f"/profiles/{index}/{pointer}", bucket
    for name in ("manifest_buckets", "target_buckets", "report_buckets"):
        for index, bucket in enumerate(profiles.policy.get(name, ())):
            yield f"/policy/{name}/{index}", bucket


def _buckets_of(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.match:
        yield "match/bucket", profile.match.bucket
    if "Report" in profile.job:
        yield "job/Report/Bucket", names.parse_resource(profile.job["Report"]["Bucket"]).bucket
    copy = profile.job.get("Operation", {}).get("COSPutObjectCopy")
    if copy:
        yield "job/Operation/COSPutObjectCopy/TargetResource", names.parse_resource(copy["TargetResource"]).bucket
    if profile.receipts:
        yield "receipts", names.parse_resource(profile.receipts).bucket
    for index, bucket in enumerate(profile.limits.get("target_buckets", ())):
        yield f"limits/target_buckets/{index}", bucket


def _roles(profiles: Profiles) -> Iterator[tuple[str, str]]:
    for index, profile in enumerate(profiles.profiles):
        if "RoleArn" in profile.job:
            yield f"/profiles/{index}/job/RoleArn", profile.job["RoleArn"]
    for index, role in enumerate(profiles.policy.get("roles", ())):
        yield f"/policy/roles/{index}", role
