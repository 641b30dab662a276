"""Objects in buckets, as commands read and write them: whole, or range by range, bound to one ETag."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.model import names
from cosbatch.model.errors import UnexpectedResponse
from cosbatch.model.messages import Request, Response
from cosbatch.model.names import Resource
from cosbatch.service import actions

BLOCK = 8 * 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """An object as HEAD shows it; `etag` has its quotes, `size` is in bytes."""

    place: Resource
    etag: str
    size: int


def place_of(text: str) -> Resource:
    """The object that `cos://bucket-appid/key` or another of its names stands for. Raises WrongUsage."""
    try:
        place = names.parse_resource(text)
    except ValueError as error:
        raise WrongUsage(f"{text} names no object: {error}; write cos://bucket-appid/key") from None
    if place.key is None:
        raise WrongUsage(f"{text} names a bucket; write cos://bucket-appid/key")
    return place


def head(client: Client, place: Resource) -> Stored:
    """Raises ServiceSideError."""
    return client.ask(
        actions.object_request("HEAD", place, client.settings.account), lambda answer: _stored(place, answer)
    )


def _stored(place: Resource, answer: Response) -> Stored:
    headers = actions.checked(answer).headers
    size = headers.get("content-length", "")
    if not headers.get("etag") or not size.isascii() or not size.isdigit():
        raise UnexpectedResponse("The answer to HEAD names no ETag or no Content-Length.")
    return Stored(place, headers["etag"], int(size))


def blocks(client: Client, stored: Stored, size: int = BLOCK) -> Iterator[bytes]:
    """The content, block by block. Raises ServiceSideError, also where the object is written anew in the meantime."""
    for start in range(0, stored.size, size):
        end = min(start + size, stored.size) - 1
        headers = (("Range", f"bytes={start}-{end}"), ("If-Match", stored.etag))
        request = actions.object_request("GET", stored.place, client.settings.account, headers, limit=end - start + 1)
        content = client.ask(request, lambda answer: actions.checked(answer).body)
        if len(content) != end - start + 1:
            raise UnexpectedResponse(f"The answer has {len(content)} bytes; {end - start + 1} were asked for.")
        yield content


def read(client: Client, place: Resource) -> bytes:
    """The whole content. Raises ServiceSideError."""
    return b"".join(blocks(client, head(client, place)))


def write(client: Client, place: Resource, content: bytes, storage_class: str | None = None) -> Response:
    """Put an object in place. Raises ServiceSideError."""
    digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    kind = (("x-cos-storage-class", storage_class),) if storage_class else ()
    headers = (("Content-Length", str(len(content))), ("Content-MD5", digest), *kind)
    host = names.bucket_host(place.bucket, client.settings.account.region)
    return client.ask(Request("PUT", host, f"/{place.key}", (), headers, content), actions.checked)
