"""Judges a LIST and plans its jobs, in the function's own way: as if the list lay in its bucket already. Nothing is sent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cosbatch.cli.job_commands.proposal import Proposal
from cosbatch.cli.manifests.split import divided
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client
from cosbatch.cli.remote.content import Content, Stretch, content_of
from cosbatch.cli.remote.pending import PendingWire, ShownWire, headers_before
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.configuration import caller_policy
from cosbatch.configuration.profiles import Profile, document_of
from cosbatch.jobs import creation
from cosbatch.jobs.perform import Draft, day_of, draft_of
from cosbatch.manifest.inventory import judge_inventory
from cosbatch.model import identity, names
from cosbatch.model.errors import InvalidManifest, Problem
from cosbatch.model.names import Resource
from cosbatch.service.manifest_object import ManifestObject

# Seconds: a list of any size is judged to its end.
PATIENCE = 7 * 86400.0


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
    salt: str = ""
    token: str | None = None

    @property
    def profile(self) -> Profile | None:
        name = self.fields.get("Profile")
        return None if name is None else self.client.configuration.profiles.named(name)

    @property
    def elements(self) -> dict[str, object]:
        return {name: value for name, value in self.fields.items() if name != "Profile"}

    def token_for(self, location: Mapping[str, object]) -> str:
        """The same for the same job of the same list. A content that is uploaded is told by its place alone."""
        return self.token or identity.token_of("list", self.salt, json.dumps([self.fields, location], sort_keys=True))


def check(call: ListCall, source_place: Resource | None) -> None:
    """Raises CosbatchError, WrongUsage where the job cannot be made, whatever the list holds: before it is read."""
    client, profile = call.client, call.profile
    place = source_place or call.folder._replace(key=f"{call.folder.key}{'0' * 32}.csv")
    taking = client.configuration.profiles.taking(place.bucket, place.key or "")
    if source_place is None and taking is not None:
        raise WrongUsage(
            f"what is uploaded to cos://{call.folder.bucket}/{call.folder.key} is taken by profile {taking.name}, whose "
            "function makes a job of it: name another place with --upload-to"
        )
    elements = {**call.elements, "Manifest": f"cos://{place.bucket}/{place.key}"}
    document = document_of(elements, profile, client.settings.account.region, day_of(client.clock.now()))
    caller_policy.check(document, profile, client.configuration.profiles, client.settings)


def proposals(call: ListCall, source: str | Resource, rows: int | None) -> list[Proposal]:
    """The jobs of the list: one, or one for each so many `rows` of the file. Raises CosbatchError, WrongUsage."""
    if isinstance(source, Resource):
        return [_in_place(call, source)]
    stretches = [Stretch(source, 0, os.stat(source).st_size)]
    if rows is not None:
        stretches = [Stretch(source, part.start, part.size) for part in divided(source, rows, call.client.clock)]
    size = sum(stretch.size for stretch in stretches)
    with bytes_shown("Reading", size, call.client.clock) as show:
        contents = [content_of(stretch, on_read=show) for stretch in stretches]
    with bytes_shown("Judging", size, call.client.clock) as show:
        return [_pending(call, content, show) for content in contents]


def manifest_at(client: Client, place: Resource) -> ManifestObject:
    """The object, looked at: its ETag, size and version. Raises ServiceSideError."""
    arn = names.object_arn(place.bucket, place.key or "", place.region or client.settings.account.region)
    manifest = ManifestObject({"ETag": None, "ObjectArn": arn}, client.settings.account, client.exchange())
    manifest.head()
    return manifest


def pending(client: Client, place: Resource, content: Content, headers: Mapping[str, str]) -> Client:
    """A client for which the content is the object at the place."""
    host = names.bucket_host(place.bucket, client.settings.account.region)
    return replace(client, wire=PendingWire(client.wire, host, place.key or "", content, headers))


def _in_place(call: ListCall, place: Resource) -> Proposal:
    client = call.client
    manifest = manifest_at(client, place)
    with bytes_shown("Judging", _size(client, place, manifest), client.clock) as show:
        watching = replace(client, wire=ShownWire(client.wire, show))
        token = call.token_for(manifest.location)
        draft = _drafted(call, watching, manifest.location, token, manifest.last_modified)
    return _proposal(call, place, None, draft, manifest.last_modified)


def _size(client: Client, place: Resource, manifest: ManifestObject) -> int:
    """How many bytes will be read: with an inventory, its data files."""
    if not names.is_inventory(place.key or ""):
        return manifest.size or 0
    return sum(file.size for file in judge_inventory([objects.read(client, place)]).files)


def _pending(call: ListCall, content: Content, show: Any) -> Proposal:
    place = call.folder._replace(key=f"{call.folder.key}{content.sha256[:32]}.csv")
    client = pending(call.client, place, content, headers_before(content, call.client.clock.now()))
    location = {"ObjectArn": f"cos://{place.bucket}/{place.key}"}
    draft = _drafted(call, replace(client, wire=ShownWire(client.wire, show)), location, call.token_for(location), None)
    return _proposal(call, place, content, draft, None)


def _drafted(call: ListCall, client: Client, location: Mapping[str, object], token: str, moment: float | None) -> Draft:
    """The job as the function would make it of the list, which is judged in full."""
    settings = client.settings._replace(manifest_check="full")
    full = replace(client, configuration=client.configuration._replace(settings=settings))
    elements = {**call.elements, "Manifest": {"Location": location}, "ClientRequestToken": token}
    day = day_of(client.clock.now() if moment is None else moment)
    try:
        return draft_of(elements, call.profile, day, None, None, full.context(PATIENCE, moment))
    except InvalidManifest as error:
        limit = call.profile.limits.get("max_objects") if call.profile else None
        if limit is not None and "Verdict" not in error.fields:
            error.problems = (*error.problems, Problem("/Manifest", f"or on the way: add --split {limit}"))
        raise


def _proposal(call: ListCall, place: Resource, content: Content | None, draft: Draft, moment: float | None) -> Proposal:
    token: dict[str, object] = {"ClientRequestToken": draft.order.token}
    if call.profile is not None or "Description" in call.fields:
        return Proposal(place, content, draft, {**call.fields, **token}, moment)
    inspection = draft.inspection
    count = "all" if inspection.rows is None else f"{inspection.rows:,}"
    text = identity.shortened(f"{call.command} {count} objects of {', '.join(inspection.buckets)}", 200)
    document = {**draft.order.document, "Description": text}
    described = Draft(creation.order_of(document, draft.order.token), inspection)
    return Proposal(place, content, described, {**call.fields, **token, "Description": text}, moment)
