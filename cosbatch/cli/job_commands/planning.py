"""Judges a LIST and plans its jobs, in the function's own way: as if the list lay in its bucket already. Nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cosbatch.cli.job_commands.proposal import Proposal
from cosbatch.cli.manifests.cutting import Part
from cosbatch.cli.manifests.split import divided
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import LONG_PATIENCE, Client
from cosbatch.cli.remote.content import Content, content_of, whole_file
from cosbatch.cli.remote.pending import PendingWire, ShownWire, headers_before
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.configuration import caller_policy
from cosbatch.configuration.profiles import Profile, document_of
from cosbatch.jobs import creation
from cosbatch.jobs.inspection import OBJECT_ARN, Sources
from cosbatch.jobs.perform import Draft, draft_of
from cosbatch.manifest.inventory import judge_inventory
from cosbatch.model import identity, names
from cosbatch.model.errors import Forbidden, IdempotencyMismatch, InvalidManifest, Problem, ServiceError
from cosbatch.model.messages import Call
from cosbatch.model.names import Resource
from cosbatch.service.manifest_object import ManifestObject

_DAY = 86400


@dataclass(frozen=True)
class ListCall:
    """What is asked for: the `fields` of a CreateJob call but for its manifest and token, for each part of a list.

    `folder` is where lists are uploaded. Tokens are made of the list, the fields and the `salt`; a `token` stands for that
    of the only part. `command` names what is done, for the Description where the fields have none and no profile.
    """

    client: Client
    command: str
    fields: Mapping[str, object]
    folder: Resource
    salt: str
    token: str | None

    @property
    def profile(self) -> Profile | None:
        return self.client.profile(self.fields.get("Profile"))

    @property
    def elements(self) -> dict[str, object]:
        return {name: value for name, value in self.fields.items() if name != "Profile"}

    @property
    def job(self) -> dict[str, Any]:
        """The elements of the job, of the profile and of the call."""
        return {**(self.profile.job if self.profile else {}), **self.elements}

    def token_for(self, location: Mapping[str, object]) -> str:
        """The same for the same job of the same list. A content that is uploaded is told by its place alone."""
        return self.token or identity.token_of("list", self.salt, json.dumps([self.fields, location], sort_keys=True))


def check(call: ListCall, source_place: Resource | None) -> None:
    """Raises CosbatchError, WrongUsage where the job cannot be made, whatever the list holds: before it is read."""
    client, profile = call.client, call.profile
    place = source_place or call.folder._replace(key=f"{call.folder.key}{'0' * 32}.csv")
    taking = client.configuration.profiles.taking(place.bucket, place.key or "")
    if source_place is None and taking is not None:
        message = _(
            "what is uploaded to {place} is taken by profile {profile}, whose function makes a job of it: name another "
            "place with --upload-to"
        )
        raise WrongUsage(message.format(place=call.folder.uri, profile=taking.name))
    elements = {**call.elements, "Manifest": place.uri}
    document = document_of(elements, profile, client.settings.account.region, client.clock.now())
    try:
        caller_policy.check(document, profile, client.configuration.profiles, client.settings)
    except Forbidden as error:
        if source_place is None:
            others = [problem for problem in error.problems if problem.pointer != OBJECT_ARN]
            if not others:
                message = _("lists cannot go to {place}: {reason}; name another place with --upload-to")
                reason = error.problems[0].message
                raise WrongUsage(message.format(place=call.folder.uri, reason=reason)) from None
            # Where the list goes follows from where the report does.
            told = {problem.message for problem in others}
            error.problems = tuple(
                each for each in error.problems if each.pointer != OBJECT_ARN or each.message not in told
            )
        raise


def proposals(call: ListCall, source: str | Resource, rows: int | None) -> list[Proposal]:
    """The jobs of the list: one, or one for each so many `rows` of the file. Raises CosbatchError, WrongUsage."""
    if isinstance(source, Resource):
        return [_of_object(call, source)]
    whole, clock = whole_file(source), call.client.clock
    parts = [Part(0, whole.size, 0, 0)]
    if rows is not None:
        sources = Sources(call.profile.limits if call.profile else {}, call.client.settings.account.appid)
        fields = call.job.get("Manifest", {}).get("Spec", {}).get("Fields")
        parts = divided(whole, rows, clock, fields, sources)
    with bytes_shown(_("Reading"), whole.size, clock) as show:
        contents = [content_of(replace(whole, start=part.start, size=part.size), on_read=show) for part in parts]
    with bytes_shown(_("Judging"), whole.size, clock) as show:
        planned = [_of_content(call, content, show) for content in contents]
    whole_lines = [_as_of_whole(proposal, part.lines) for proposal, part in zip(planned, parts, strict=True)]
    # Parts of the same rows go to the same place: they are one list, of one job.
    return list({proposal.place: proposal for proposal in reversed(whole_lines)}.values())[::-1]


def _as_of_whole(proposal: Proposal, lines: int) -> Proposal:
    """The proposal whose list warns of lines as they are counted in the whole list, so many of which stand before it."""
    inspection = proposal.draft.inspection
    warnings = tuple(each._replace(line=each.line + lines) for each in inspection.warnings)
    return replace(proposal, draft=proposal.draft._replace(inspection=inspection._replace(warnings=warnings)))


def draft_of_uploaded(call: ListCall, proposal: Proposal, content: Content, etag: str) -> Draft:
    """The job of a list that is in its bucket by now: the planned one, unless the object has a version or is of another day.

    `etag` is that of the content. Raises CosbatchError, also where another content has taken its place.
    """
    manifest = _manifest_at(call.client, proposal.place)
    if str(manifest.location["ETag"]).strip('"') != etag.strip('"'):
        told = f"The list that was uploaded to {proposal.place.uri} was overwritten; no job was made of it."
        raise IdempotencyMismatch(told)
    is_planned = proposal.draft.inspection.location == manifest.location
    if is_planned and _written(call.client, manifest.last_modified) // _DAY == proposal.planned_at // _DAY:
        return proposal.draft
    client = _pending(call.client, proposal.place, content, {"etag": manifest.location["ETag"]})
    with bytes_shown(_("Judging"), content.size, client.clock) as show:
        watching = replace(client, wire=ShownWire(client.wire, show))
        return _drafted(call, watching, manifest.location, proposal.draft.order.token, manifest.last_modified)


def _manifest_at(client: Client, place: Resource) -> ManifestObject:
    """The object, looked at: its ETag, size and version. Raises ServiceSideError."""
    arn = place.arn(place.region or client.settings.account.region)
    manifest = ManifestObject({"ETag": None, "ObjectArn": arn}, client.exchange())
    manifest.head()
    return manifest


def _pending(client: Client, place: Resource, content: Content, headers: Mapping[str, str]) -> Client:
    """A client for which the content is the object at the place."""
    host = names.bucket_host(place.bucket, client.settings.account.region)
    return replace(client, wire=PendingWire(client.wire, host, place.key or "", content, headers))


def _of_object(call: ListCall, place: Resource) -> Proposal:
    client = call.client
    try:
        manifest = _manifest_at(client, place)
    except ServiceError as error:
        if error.code == "NoSuchKey":
            error.message += " To take all objects under a prefix, end it with a slash."
        raise
    with bytes_shown(_("Judging"), _size(client, place, manifest), client.clock) as show:
        watching = replace(client, wire=ShownWire(client.wire, show))
        token = call.token_for(manifest.location)
        return Proposal(place, None, _drafted(call, watching, manifest.location, token, manifest.last_modified))


def _size(client: Client, place: Resource, manifest: ManifestObject) -> int:
    """How many bytes will be read: with an inventory, its data files."""
    if not names.is_inventory(place.key or ""):
        return manifest.size or 0
    return sum(file.size for file in judge_inventory([objects.read(client, place)]).files)


def _of_content(call: ListCall, content: Content, show: Callable[[int], None]) -> Proposal:
    place = call.folder._replace(key=f"{call.folder.key}{content.sha256[:32]}.csv")
    now, location = call.client.clock.now(), {"ObjectArn": place.uri}
    client = _pending(call.client, place, content, headers_before(content, now))
    watching = replace(client, wire=ShownWire(client.wire, show))
    return Proposal(place, content, _drafted(call, watching, location, call.token_for(location), now), now)


def _drafted(call: ListCall, client: Client, location: Mapping[str, object], token: str, moment: float | None) -> Draft:
    """The job as the function would make it of the list, which is judged in full."""
    settings = client.settings._replace(manifest_check="full")
    full = replace(client, configuration=client.configuration._replace(settings=settings))
    elements = {**call.elements, "Manifest": {"Location": location}, "ClientRequestToken": token}
    try:
        draft = draft_of(
            Call("CreateJob", elements), call.profile, _written(client, moment), full.context(LONG_PATIENCE)
        )
    except InvalidManifest as error:
        limit = call.profile.limits.get("max_objects") if call.profile else None
        if limit is not None and "Verdict" not in error.fields:
            error.problems = (*error.problems, Problem("/Manifest", f"or on the way: add --split {limit}"))
        raise
    return draft if call.profile is not None or "Description" in call.fields else _described(call, draft)


def _written(client: Client, moment: float | None) -> float:
    """When the list was written, where it was: {date} in a profile stands for that day."""
    return client.clock.now() if moment is None else moment


def _described(call: ListCall, draft: Draft) -> Draft:
    """The draft with a Description that says what is done to how many objects."""
    inspection = draft.inspection
    count = "all" if inspection.rows is None else f"{inspection.rows:,}"
    what = "object" if inspection.rows == 1 else "objects"
    text = identity.shortened(f"{call.command} {count} {what} of {', '.join(inspection.buckets)}", 200)
    return Draft(creation.order_of({**draft.order.document, "Description": text}, draft.order.token), inspection)
