"""The rights that the keys of a person at the command line need: for jobs, and for the places that profiles, variables and
options name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cosbatch.cli.deploy.rights import ANY, READ, Rights, below, manifests_of, written_by
from cosbatch.cli.job_commands.list_options import REPORT, ROLE, UPLOAD_TO, place_given, role_given, upload_folder
from cosbatch.cli.terminal.language import _
from cosbatch.configuration import Configuration
from cosbatch.configuration.profiles import Profile
from cosbatch.model.names import Resource
from cosbatch.schemas.calls import ACTIONS

VARIABLES = (ROLE, REPORT, UPLOAD_TO)

# How `build` and cos://bucket/prefix/ list a bucket, and how a list is uploaded: whole, or in parts.
_LIST = ("GetBucket", "GetBucketObjectVersions")
_UPLOAD = (
    *("PutObject", "InitiateMultipartUpload", "ListMultipartUploads", "ListParts", "UploadPart"),
    *("CompleteMultipartUpload", "AbortMultipartUpload"),
)


class Places(NamedTuple):
    """What the commands work on, as resources of CAM."""

    roles: frozenset[str]  # that jobs are given
    listed: frozenset[str]  # whose objects are listed
    uploads: frozenset[str]  # where lists are uploaded, and read again
    reports: frozenset[str]
    receipts: frozenset[str]  # that `invoke` writes
    manifests: frozenset[str]  # other lists that are read


def places_of(
    configuration: Configuration, environ: Mapping[str, str], sources: Iterable[str], lists: Iterable[str]
) -> Places:
    """What the profiles, the variables, and the options --source and --lists name. Raises WrongUsage."""
    settings, profiles = configuration.settings, configuration.profiles.profiles
    region = settings.account.region
    own = place_given(environ[REPORT], REPORT) if environ.get(REPORT) else None
    roles = {profile.job["RoleArn"] for profile in profiles if "RoleArn" in profile.job}
    roles |= {role_given(environ[ROLE], settings.account.uin, ROLE)} if environ.get(ROLE) else set()
    buckets = {*sources}.union(*(profile.limits.get("source_buckets", ()) for profile in profiles))
    reports = {place for profile in profiles for place in written_by(profile, "reports", settings)}
    reports |= {below(own.bucket, _folder(own), region)} if own else set()
    given = [place_given(text, "--lists") for text in lists]
    return Places(
        frozenset(roles),
        frozenset(below(bucket, "", region) for bucket in buckets),
        frozenset(below(place.bucket, place.key or "", region) for place in _uploads(profiles, own, environ)),
        frozenset(reports),
        frozenset(place for profile in profiles for place in written_by(profile, "receipts", settings)),
        frozenset(place for profile in profiles for place in manifests_of(profile, configuration))
        | {below(place.bucket, place.key or "", place.region or region) for place in given},
    )


def _folder(report: Resource) -> str:
    """How the keys of reports begin, each in a folder of its job."""
    prefix = (report.key or "").rstrip("/")
    return f"{prefix}/" if prefix else ""


def _uploads(profiles: Iterable[Profile], own: Resource | None, environ: Mapping[str, str]) -> Iterator[Resource]:
    """Where lists are uploaded: for jobs by a profile, and without one for those whose report is known, as for `retry`."""
    reports = {place.bucket for profile in profiles for place in profile.places if place.what == "reports"}
    reports |= {own.bucket} if own else set()
    yield from (upload_folder(None, environ, None, f"cos://{bucket}") for bucket in reports)
    yield from (upload_folder(None, environ, profile, None) for profile in profiles if profile.match)


def policy(places: Places) -> dict[str, Any]:
    """The policy of the keys' owner."""
    rights = Rights()
    rights.grant(ACTIONS, [ANY])
    rights.grant(["PassRole"], places.roles, service="cam")
    rights.grant(_LIST, places.listed)
    rights.grant(_UPLOAD, places.uploads)
    rights.grant(["PutObject"], places.receipts)
    rights.grant(READ, places.uploads | places.reports | places.manifests)
    return rights.policy()


def notes(places: Places) -> Iterator[str]:
    """What is not included, since nothing names it."""
    if not places.listed:
        yield _("No bucket is named whose objects are listed, by build or as cos://bucket/prefix/; --source names it.")
    if not places.roles:
        yield _("No role is named that jobs are given: {variable} names it.").format(variable=ROLE)
    if not places.reports:
        told = _("No place is named where reports lie and lists are uploaded: {variable} names it.")
        yield told.format(variable=REPORT)
