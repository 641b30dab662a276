"""Profiles: which upload becomes which job, and what a call makes of a profile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from itertools import combinations
from types import MappingProxyType
from typing import Any, NamedTuple

from cosbatch.configuration.places import Match, Place, written_by
from cosbatch.model import names, strict_json
from cosbatch.model.errors import Forbidden, InvalidRequest, Problem
from cosbatch.model.identity import DESCRIPTION_LIMIT, shortened
from cosbatch.schemas.document import REQUIRED, load_document
from cosbatch.schemas.elements import load
from cosbatch.schemas.profiles_file import OPENABLE, ProfilesFile

_SCHEMA = ProfilesFile()
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
PLACEHOLDERS = ("{bucket}", "{key}", "{date}")


class Profile(NamedTuple):
    """One rule of the profiles file; `job` is a document without what the upload and the caller bring."""

    name: str
    match: Match | None
    job: Mapping[str, Any]
    open: frozenset[str] = frozenset()
    limits: Mapping[str, Any] = MappingProxyType({})
    unattended: bool = False
    receipts: str | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the profile's jobs and its receipts are written."""
        return tuple(written_by(self.job, self.receipts))


class Profiles(NamedTuple):
    """The profiles, and the policy that binds every caller."""

    profiles: tuple[Profile, ...] = ()
    policy: Mapping[str, Any] = MappingProxyType({})

    def find(self, name: object) -> Profile | None:
        """The profile of that name, if there is one."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def named(self, name: object) -> Profile:
        """Raises InvalidRequest where there is no such profile."""
        if profile := self.find(name):
            return profile
        known = ", ".join(profile.name for profile in self.profiles) or "none"
        problem = Problem("/Profile", f"is not a profile; there are: {known}")
        raise InvalidRequest("The call names an unknown profile.", [problem])

    def taking(self, bucket: str, key: str) -> Profile | None:
        """The profile that takes the upload; no two can."""
        return next((profile for profile in self.profiles if profile.match and profile.match.takes(bucket, key)), None)

    def loops(self, places: Iterable[Place]) -> Iterator[tuple[Place, str]]:
        """The places where what is written may be taken for an upload, and why they may not be."""
        for place in places:
            for profile in self.profiles:
                if profile.match and profile.match.meets(place.keys):
                    where = f"where profile {profile.name} takes uploads"
                    yield place, f"{place.what} could be written {where}: a job would start jobs"

    def output_at(self, bucket: str, key: str) -> tuple[str, str] | None:
        """`reports` or `receipts` and the name of the profile that writes them there: jobs must not start jobs."""
        for profile in self.profiles:
            for place in profile.places:
                if place.what != "copies" and place.prefix and place.keys.takes(bucket, key):
                    return place.what, profile.name
        return None


@lru_cache(maxsize=4)
def parse_profiles(text: str) -> tuple[Profiles, tuple[Problem, ...]]:
    """The profiles of the file's text and everything that is wrong with them; good for use only where nothing is."""
    try:
        loaded = load(_SCHEMA, strict_json.read(text), "")
    except ValueError as error:
        return Profiles(), (Problem("/profiles", f"the profiles file cannot be read: {error}"),)
    except InvalidRequest as error:
        return Profiles(), error.problems
    profiles = Profiles(tuple(_profile(entry) for entry in loaded["profiles"]), loaded["policy"])
    return profiles, tuple(_problems(profiles))


def _profile(entry: dict[str, Any]) -> Profile:
    match = Match(**entry["match"]) if entry["match"] else None
    return Profile(**{**entry, "match": match, "job": _given(entry["job"]), "open": frozenset(entry["open"])})


def _given(element: Mapping[str, Any]) -> dict[str, Any]:
    """The element without what it leaves open, which the document's own defaults fill in."""
    given = {name: _given(value) if isinstance(value, dict) else value for name, value in element.items()}
    return {name: value for name, value in given.items() if value is not None}


def _problems(profiles: Profiles) -> Iterator[Problem]:
    for index, profile in enumerate(profiles.profiles):
        yield from _gaps(f"/profiles/{index}/job", profile)
        yield from _unknown_placeholders(f"/profiles/{index}/job", profile.job)
    for (first, one), (second, other) in combinations(enumerate(profiles.profiles), 2):
        if one.name == other.name:
            yield Problem(f"/profiles/{second}/name", f"{other.name} is the name of /profiles/{first} too")
        if one.match and other.match and one.match.meets(other.match):
            yield Problem(f"/profiles/{second}/match", f"takes uploads that {one.name} takes too; keep them apart")
    for index, profile in enumerate(profiles.profiles):
        for place, why in profiles.loops(profile.places):
            inside = "" if place.what == "receipts" else "/job"
            yield Problem(f"/profiles/{index}{inside}{place.pointer}", f"{why}; keep the two apart by their prefixes")


def _gaps(pointer: str, profile: Profile) -> Iterator[Problem]:
    """What neither the profile nor any caller can say."""
    for name in REQUIRED:
        if name != "Manifest" and name not in profile.job and (profile.match or name not in profile.open):
            yield Problem(f"{pointer}/{name}", "is required; add it")


def _unknown_placeholders(pointer: str, job: Mapping[str, Any]) -> Iterator[Problem]:
    texts = {"Description": job.get("Description"), "Report/Prefix": job.get("Report", {}).get("Prefix")}
    for name, text in texts.items():
        for placeholder in _PLACEHOLDER.findall(text or ""):
            if placeholder not in PLACEHOLDERS:
                message = f"{placeholder} is no placeholder; there are {', '.join(PLACEHOLDERS)}"
                yield Problem(f"{pointer}/{name}", message)


def document_of(call: Mapping[str, Any], profile: Profile | None, region: str, moment: float) -> dict[str, Any]:
    """The document that a CreateJob call asks for, normalised.

    `call` holds elements of a CreateJob document; a Manifest may be its name alone. {date} is the day in UTC of
    `moment`, in Unix seconds. Raises InvalidRequest with all faults, Forbidden for what the profile does not open.
    """
    elements = dict(call)
    if isinstance(elements.get("Manifest"), str):
        elements["Manifest"] = {"Location": {"ObjectArn": elements["Manifest"]}}
    if profile is not None:
        _check_open(elements, profile)
        elements = _overlaid(profile, elements, moment)
    return load_document(elements, region)


def _check_open(elements: Mapping[str, Any], profile: Profile) -> None:
    """Raises Forbidden. More confirmation than the profile asks for is always let through."""
    stricter = {"ConfirmationRequired"} if elements.get("ConfirmationRequired") in (True, "true") else set()
    closed = [name for name in OPENABLE if name in elements and name not in profile.open | stricter]
    if closed:
        opened = ", ".join(sorted(profile.open)) or "nothing"
        message = f"is fixed by profile {profile.name}, which opens {opened}; leave it out"
        raise Forbidden("The profile does not open what the call changes.", [Problem(f"/{n}", message) for n in closed])


def _overlaid(profile: Profile, elements: dict[str, Any], moment: float) -> dict[str, Any]:
    """The elements over the profile's job, its placeholders filled in; Description, which is for people, may be cut."""
    job, manifest = dict(profile.job), elements.get("Manifest")
    if isinstance(manifest, dict) and "Manifest" in job:
        elements["Manifest"] = {**job["Manifest"], **manifest}
    values = _placeholders(elements.get("Manifest", job.get("Manifest")), moment)
    if job.get("Description"):
        job["Description"] = shortened(_expanded(job["Description"], values), DESCRIPTION_LIMIT)
    if "Prefix" in job.get("Report", {}):
        job["Report"] = {**job["Report"], "Prefix": _expanded(job["Report"]["Prefix"], values)}
    return {**job, **elements}


def _placeholders(manifest: object, moment: float) -> dict[str, str]:
    """What the placeholders stand for; a manifest that cannot be read is the schema's to refuse."""
    date = datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%d")
    try:
        resource = names.parse_resource(manifest["Location"]["ObjectArn"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return {"{date}": date}
    return {"{bucket}": resource.bucket, "{key}": resource.key or "", "{date}": date}


def _expanded(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), text)
