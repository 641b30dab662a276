"""Events: the one that an upload makes, and what a recorded one says of its account and its manifests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cosbatch.model import names, strict_json
from cosbatch.model.credentials import Account
from cosbatch.model.errors import CosbatchError
from cosbatch.model.names import Resource
from cosbatch.triggers import cos, http, http_event, timer

# Where events tell of a state of the manifest's object, and by which names; the object of a rehearsal has others.
_OF_CALL = (("Manifest", "Location"), ("ETag", "ObjectVersionId"))
_OF_UPLOAD = (
    (("cos", "cosObject", "meta"), ("ETag",)),
    (("cos", "cosObject"), ("vid", "size")),
    (("event",), ("eventTime",)),
)
_HOST_REGION = re.compile(r"\.cos(?:-internal)?(?:\.(?P<region>[a-z0-9-]+)|(?P<short>[a-z]+))\.", re.ASCII)


def account_of(event: Mapping[str, object]) -> tuple[str | None, str | None]:
    """The APPID and the region that the event names; None for what it does not say."""
    if "Records" in event:
        return next((_account_of_record(record) for record in _records(event)), (None, None))
    manifest = _manifest_of(_call_of(event))
    return (manifest.appid, manifest.region) if manifest else (None, None)


def manifests_of(event: Mapping[str, object], appid: str, region: str) -> list[Resource]:
    """The account's objects that the event names as manifests, as far as it can be read."""
    if "Records" in event:
        return [place for record in _records(event) for place in _uploaded(record, Account("", appid, region))]
    manifest = _manifest_of(_call_of(event))
    return [manifest] if manifest and manifest.key else []


def for_rehearsal(event: Mapping[str, object]) -> Mapping[str, object]:
    """The event without ETags, versions, sizes and times of the recorded objects, which those of a rehearsal do not have."""
    records = event.get("Records")
    if isinstance(records, list):
        for path, recorded in _OF_UPLOAD:
            records = [_without(record, path, recorded) for record in records]
        return {**event, "Records": records}
    call = _call_of(event)
    fields = _without(call, *_OF_CALL)
    if fields == call:
        return event
    if http.matches(event):
        return {**event, "body": json.dumps(fields), "isBase64Encoded": False}
    return {**event, "Message": json.dumps(fields)} if timer.matches(event) else fields


def _without(value: Any, path: Sequence[str], recorded: Sequence[str]) -> Any:
    """The value, at the end of the path without the names of what was recorded."""
    if not isinstance(value, Mapping):
        return value
    if not path:
        return {name: below for name, below in value.items() if name not in recorded}
    return {name: _without(below, path[1:], recorded) if name == path[0] else below for name, below in value.items()}


def wants_profile(event: Mapping[str, object]) -> bool:
    """Whether only a profile can make a job of the event: an upload, or a call that names one."""
    return bool(_records(event)) if "Records" in event else "Profile" in _call_of(event)


def role_of(event: Mapping[str, object]) -> str | None:
    """The account (UIN) of the role that the event's own document names."""
    return names.role_uin(str(_call_of(event).get("RoleArn")))


def _records(event: Mapping[str, object]) -> list[Any]:
    try:
        return list(cos.records(event))
    except CosbatchError:
        return []


def _uploaded(record: object, account: Account) -> Iterator[Resource]:
    try:
        upload = cos.upload_of(record, account)
    except CosbatchError:
        return
    yield Resource(upload.bucket, upload.key, account.region)


def _account_of_record(record: Any) -> tuple[str | None, str | None]:
    appid = _at(record, "cos", "cosBucket", "appid")
    region = next((text for text in _regions(record) if isinstance(text, str) and text != "accelerate"), None)
    return (appid if isinstance(appid, str) and appid.isdigit() else None), region


def _regions(record: Any) -> Iterator[object]:
    """The regions that the record names, the url's first: the function compares that one with its own."""
    found = _HOST_REGION.search(str(_at(record, "cos", "cosObject", "url")))
    if found:
        yield found["region"] or names.SHORT_REGIONS.get(found["short"])
    for name in ("cosRegion", "s3Region"):
        yield _at(record, "cos", "cosBucket", name)
    yield names.SHORT_REGIONS.get(str(_at(record, "cos", "cosBucket", "region")))


def _at(value: Any, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _call_of(event: Mapping[str, object]) -> Mapping[str, Any]:
    """The fields of the call that an HTTP, timer or direct event carries; empty where they cannot be read."""
    try:
        if http.matches(event):
            return http_event.json_body(event)
        fields = strict_json.read(str(event.get("Message"))) if timer.matches(event) else event
    except (CosbatchError, ValueError):
        return {}
    return fields if isinstance(fields, Mapping) else {}


def _manifest_of(call: Mapping[str, Any]) -> Resource | None:
    try:
        manifest = call["Manifest"]
        return names.parse_resource(manifest if isinstance(manifest, str) else manifest["Location"]["ObjectArn"])
    except (KeyError, TypeError, ValueError):
        return None
