"""Objects in buckets, as commands name, read and write them: whole, or block by block of one state of the object."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _
from cosbatch.model import names
from cosbatch.model.errors import UnexpectedResponse
from cosbatch.model.messages import Response
from cosbatch.model.names import Resource
from cosbatch.service import actions, manifest_object

BLOCK = 8 * 1024 * 1024
# Why a text is no resource, where model/names.py quotes nothing of it: it speaks English.
WHY_NO_RESOURCE = (
    N_("not a resource name"),
    N_("not a resource name: behind its bucket's name stands no APPID"),
    N_("the URL has a % that is no escape (the character itself is %25)"),
    N_("the escapes of the URL are not UTF-8"),
)


@dataclass(frozen=True)
class Stored:
    """An object as HEAD shows it; `etag` has its quotes, `size` is in bytes."""

    place: Resource
    etag: str
    size: int


def is_object(name: str) -> bool:
    """Whether it is the name of an object, not of a file."""
    return name.startswith(("cos://", "qcs::cos:"))


def resource_of(text: str, message: str, **words: str) -> Resource:
    """The bucket or object that the text names. Raises WrongUsage with the message, filled in with {text}, {reason} and the words."""
    try:
        return names.parse_resource(text)
    except ValueError as error:
        raise WrongUsage(message.format(text=text, reason=_(str(error)), **words)) from None


def place_of(text: str) -> Resource:
    """The object that the text names, as `cos://bucket-appid/key` or by its ARN or URL. Raises WrongUsage, also for a prefix."""
    place = resource_of(text, _("{text} names no object: {reason}; write cos://bucket-appid/key"))
    if place.key is None or place.key.endswith("/"):
        message = _(
            "{text} names a prefix or a whole bucket, and no object: write cos://bucket-appid/key, a file, or - for stdin. "
            "The list of what is there is written by cosbatch build --bucket {bucket}{prefix} --output list.csv"
        )
        prefix = f" --prefix {shlex.quote(place.key)}" if place.key else ""
        raise WrongUsage(message.format(text=text, bucket=place.bucket, prefix=prefix))
    return place


def head(client: Client, place: Resource) -> Stored:
    """The object's present state. Raises ServiceSideError."""
    request = manifest_object.head_request(place, client.settings.account)
    return client.ask(request, lambda response: _stored(place, response))


def _stored(place: Resource, response: Response) -> Stored:
    etag, size = actions.checked(response).headers.get("etag"), manifest_object.size_of(response)
    if not etag or size is None:
        raise UnexpectedResponse("The reply to HEAD names no ETag or no Content-Length.")
    return Stored(place, etag, size)


def blocks(client: Client, stored: Stored, size: int = BLOCK) -> Iterator[bytes]:
    """The content in blocks of `size` bytes. Raises ServiceSideError, also where the object was replaced in the meantime."""
    for start in range(0, stored.size, size):
        length = min(size, stored.size - start)
        request = manifest_object.part_request(stored.place, client.settings.account, stored.etag, start, length)
        yield client.ask(request, functools.partial(_block, start=start, length=length))


def _block(response: Response, start: int, length: int) -> bytes:
    content = actions.checked(response).body
    if not manifest_object.is_part(response, start) or len(content) != length:
        raise UnexpectedResponse(f"The reply has {len(content)} bytes; {length} from byte {start} were asked for.")
    return content


def read(client: Client, place: Resource) -> bytes:
    """The whole content. Raises ServiceSideError."""
    return b"".join(blocks(client, head(client, place)))


def write(client: Client, place: Resource, content: bytes, storage_class: str | None = None) -> Response:
    """PUT of an object (436/7749). Raises ServiceSideError."""
    kind = (("x-cos-storage-class", storage_class),) if storage_class else ()
    return client.ask(manifest_object.put_request(place, client.settings.account, content, kind), actions.checked)
