"""What a fault does to a response: pure functions from what would be sent to what is sent."""

from __future__ import annotations

import gzip
import io

from cosbatch.standin.faults.ordered import Fault
from cosbatch.standin.wire.documents import XML_TYPE
from cosbatch.standin.wire.errors import KNOWN, ServiceError
from cosbatch.standin.wire.messages import Outgoing, Response

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
XML = (XML_TYPE,)
PAGE = (("Content-Type", "text/html; charset=utf-8"),)


def response_instead(fault: Fault, response: Response) -> Response:
    """The response that a fault puts in the place of the service's own; most faults leave that as it is.

    Raises ServiceError for those faults that are errors of the service.
    """
    match fault.fault:
        case "EmptyError":
            return Response(fault.status or 502)
        case "HtmlError":
            return Response(fault.status or 502, PAGE, HTML)
        case "Html":
            return Response(200, PAGE, HTML)
        case "Empty":
            return Response(200)
        case "Redirect":
            return Response(fault.status or 307, (("Location", fault.location),))
        case code if code in KNOWN:
            seconds = 1 if code == "SlowDown" and fault.retry_after is None else fault.retry_after
            headers = () if seconds is None else (("Retry-After", str(seconds)),)
            raise ServiceError(code, status=fault.status, headers=headers)
        case _:
            return _hostile(fault, response)


def _hostile(fault: Fault, response: Response) -> Response:
    match fault.fault:
        case "GzipBomb":
            return Response(200, (*XML, ("Content-Encoding", "gzip")), _gzip_bomb(fault.size))
        case "EntityBomb":
            return Response(200, XML, ENTITY_BOMB)
        case "Dtd":
            return Response(200, XML, DTD)
        case "ExternalEntity":
            return Response(200, XML, EXTERNAL_ENTITY)
        case _:
            return response


def _gzip_bomb(mebibytes: int) -> bytes:
    """A small gzip file that unpacks to many blanks."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        for _ in range(mebibytes):
            file.write(b" " * MIB)
    return packed.getvalue()


def under_fault(fault: Fault | None, response: Response) -> Outgoing:
    """How a response goes out under a fault, or without one."""
    match fault:
        case Fault(fault="LostReply" | "CloseBeforeReading" | "CloseAfterReading"):
            return Outgoing(None, "close")
        case Fault(fault="Reset"):
            return Outgoing(None, "reset")
        case Fault(fault="Hang"):
            return Outgoing(None, "hang", hang=fault.seconds_or(3600.0))
        case Fault(fault="Delay"):
            return Outgoing(response, delay=fault.seconds_or(0.05))
        case Fault(fault="Drip"):
            return Outgoing(response, pause=fault.seconds_or(0.1))
        case Fault(fault="ShortBody"):
            return Outgoing(response, "close", sent=response.content_length() // 2)
        case Fault(fault="WrongContentLength"):
            return Outgoing(response, "close", announced=response.content_length() // 2)
        case Fault():
            return Outgoing(_recoded(fault, response))
        case _:
            return Outgoing(response)


def _recoded(fault: Fault, response: Response) -> Response:
    match fault.fault:
        case "Gzip":
            return _gzipped(response)
        case "WrongCharset":
            return _in_utf16(response)
        case "UnknownCharset":
            return _misdeclared(response)
        case _:
            return response


def _gzipped(response: Response) -> Response:
    packed = Response(response.status, response.headers, gzip.compress(_whole(response)))
    return packed.with_headers(("Content-Encoding", "gzip"))


def _in_utf16(response: Response) -> Response:
    headers = (header for header in response.headers if header[0].lower() != "content-type")
    typed = (*headers, ("Content-Type", "application/xml; charset=utf-8"))
    return Response(response.status, typed, _whole(response).decode(errors="replace").encode("utf-16"))


def _misdeclared(response: Response) -> Response:
    body = _whole(response)
    document = body.partition(b"?>")[2] if body.startswith(b"<?xml") else body
    return Response(response.status, response.headers, b"<?xml version='1.0' encoding='x-none'?>" + document)


def _whole(response: Response) -> bytes:
    return b"".join(response.pieces())
