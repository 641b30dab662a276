"""What a fault does to a reply: pure functions from what would be sent to what is sent."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cosbatch.standin.faults.ordered import Fault
from cosbatch.standin.wire.errors import KNOWN, ServiceError
from cosbatch.standin.wire.messages import Response

MIB = 1024 * 1024
HTML = b"<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
ENTITY_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE bomb [<!ENTITY a0 "bomb">'
    + b"".join(b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10))
    + b"]><CreateJobResult><JobId>&a9;</JobId></CreateJobResult>"
)
DTD = (
    b'<?xml version="1.0"?><!DOCTYPE CreateJobResult [<!ENTITY id "00000000-0000-4000-8000-000000000000">]>'
    b"<CreateJobResult><JobId>&id;</JobId></CreateJobResult>"
)
EXTERNAL_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE CreateJobResult [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    b"<CreateJobResult><JobId>&file;</JobId></CreateJobResult>"
)
XML = (("Content-Type", "application/xml"),)
PAGE = (("Content-Type", "text/html; charset=utf-8"),)


@dataclass(frozen=True)
class Delivery:
    """How a reply goes out. `response` None means that none does.

    `announced` is the Content-Length where it differs from the truth, `sent` the number of bytes of the body
    after which the connection ends, `pause` the seconds between single bytes. `ending` is keep, close, reset
    or hang.
    """

    response: Response | None
    ending: str = "keep"
    announced: int | None = None
    sent: int | None = None
    pause: float = 0.0
    hang: float = 0.0


SILENT: dict[str, Callable[[Fault], Delivery]] = {
    "LostReply": lambda _: Delivery(None, "close"),
    "CloseBeforeReading": lambda _: Delivery(None, "close"),
    "CloseAfterReading": lambda _: Delivery(None, "close"),
    "Reset": lambda _: Delivery(None, "reset"),
    "Hang": lambda fault: Delivery(None, "hang", hang=3600.0 if fault.seconds is None else fault.seconds),
}

INSTEAD: dict[str, Callable[[Fault], Response]] = {
    "EmptyError": lambda fault: Response(fault.status or 502),
    "HtmlError": lambda fault: Response(fault.status or 502, PAGE, HTML),
    "Html": lambda _: Response(200, PAGE, HTML),
    "Empty": lambda _: Response(200),
    "Redirect": lambda fault: Response(fault.status or 307, (("Location", fault.location),)),
    "GzipBomb": lambda fault: Response(200, (*XML, ("Content-Encoding", "gzip")), gzip_bomb(fault.size)),
    "EntityBomb": lambda _: Response(200, XML, ENTITY_BOMB),
    "Dtd": lambda _: Response(200, XML, DTD),
    "ExternalEntity": lambda _: Response(200, XML, EXTERNAL_ENTITY),
}


def _half(response: Response) -> int:
    return response.content_length() // 2


def _gzipped(response: Response) -> Response:
    headers = (*response.headers, ("Content-Encoding", "gzip"))
    return Response(response.status, headers, gzip.compress(_whole(response)))


def _recoded(response: Response) -> Response:
    headers = (*_without_type(response), ("Content-Type", "application/xml; charset=utf-8"))
    return Response(response.status, headers, _whole(response).decode(errors="replace").encode("utf-16"))


def _misdeclared(response: Response) -> Response:
    body = _whole(response)
    document = body.partition(b"?>")[2] if body.startswith(b"<?xml") else body
    return Response(response.status, response.headers, b"<?xml version='1.0' encoding='x-none'?>" + document)


def _without_type(response: Response) -> Iterable[tuple[str, str]]:
    return (header for header in response.headers if header[0].lower() != "content-type")


def _whole(response: Response) -> bytes:
    return b"".join(response.pieces())


DAMAGES: dict[str, Callable[[Fault, Response], Delivery]] = {
    "Drip": lambda fault, response: Delivery(response, pause=0.1 if fault.seconds is None else fault.seconds),
    "ShortBody": lambda _, response: Delivery(response, "close", sent=_half(response)),
    "WrongContentLength": lambda _, response: Delivery(response, "close", announced=_half(response)),
    "Gzip": lambda _, response: Delivery(_gzipped(response)),
    "WrongCharset": lambda _, response: Delivery(_recoded(response)),
    "UnknownCharset": lambda _, response: Delivery(_misdeclared(response)),
}


def reply_instead(fault: Fault, response: Response) -> Response:
    """Return the reply that a fault puts in the place of the service's own; most faults leave that as it is.

    Raises ServiceError for those faults that are errors of the service.
    """
    if fault.fault in INSTEAD:
        return INSTEAD[fault.fault](fault)
    if fault.fault not in KNOWN:
        return response
    seconds = 1 if fault.fault == "SlowDown" and fault.retry_after is None else fault.retry_after
    headers = () if seconds is None else (("Retry-After", str(seconds)),)
    raise ServiceError(fault.fault, status=fault.status, headers=headers)


def deliver(fault: Fault | None, response: Response) -> Delivery:
    """Return how a reply goes out under a fault, or without one."""
    if fault and fault.fault in SILENT:
        return SILENT[fault.fault](fault)
    if fault and fault.fault in DAMAGES:
        return DAMAGES[fault.fault](fault, response)
    return Delivery(response)


def gzip_bomb(mebibytes: int) -> bytes:
    """Return a small gzip file that unpacks to many blanks."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        for _ in range(mebibytes):
            file.write(b" " * MIB)
    return packed.getvalue()
