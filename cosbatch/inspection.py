"""Looks at the manifest before the job is created: which object it is, how it is read, whether it can work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cosbatch import actions, names
from cosbatch.errors import InvalidRequest, Problem, UnexpectedResponse
from cosbatch.messages import Response
from cosbatch.nouns import dataclass, field
from cosbatch.retry import Exchange
from cosbatch.settings import Settings


@dataclass(frozen=True)
class Inspection:
    """What is known of the manifest: `size` in bytes, `rows` as counted or estimated; None where it was not looked at."""

    location: Mapping[str, Any]
    spec: Mapping[str, Any]
    size: int | None = None
    rows: int | None = None
    buckets: tuple[str, ...] = ()
    warnings: tuple[dict[str, object], ...] = field(default=())


def inspect(manifest: Mapping[str, Any], settings: Settings, exchange: Exchange) -> Inspection:
    """Fill in what the caller left out. Raises InvalidManifest, InvalidRequest, ServiceSideError."""
    location, size = dict(manifest["Location"]), None
    if location["ETag"] is None:
        location["ETag"], size = _head(location, settings, exchange)
    spec = dict(manifest["Spec"])
    if spec["Format"] is None:
        problem = Problem("/Manifest/Spec/Format", "is required where the manifest is not looked at; add it")
        raise InvalidRequest("The job breaks rules of the CreateJob page; nothing was sent.", [problem])
    return Inspection(location, spec, size)


def _head(location: Mapping[str, Any], settings: Settings, exchange: Exchange) -> tuple[str, int | None]:
    manifest = names.parse_resource(location["ObjectArn"])
    request = actions.object_request("HEAD", manifest, settings, version=location.get("ObjectVersionId"))
    return exchange.ask(request, _etag_and_size)


def _etag_and_size(response: Response) -> tuple[str, int | None]:
    headers = actions.checked(response).headers
    etag = headers.get("etag", "").strip('"')
    if not etag:
        raise UnexpectedResponse("The answer to HEAD names no ETag.")
    size = headers.get("content-length", "")
    return f'"{etag}"', int(size) if size.isascii() and size.isdigit() else None
