"""Answers of the service and of strangers as bytes, and a function that gets them in turn, over as many connections as it takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from itertools import count

from tests.raw_server import RawServer, Visit, reply, serving
from tests.right_job.function import KEY, Function, event
from tests.stage import NOON

ONE_ID, OTHER_ID = "53dc6228-c50b-46f7-8ad7-65e7159f1aae", "11111111-2222-3333-4444-555555555555"
PAGE = b"<html><body>Forbidden</body></html>"
HTML = "Content-Type: text/html"
_CONNECTIONS = 20
_numbers = count()


def by_the_service() -> str:
    """The header that only the service's own answers have, each with another value."""
    return f"x-cos-request-id: r-{next(_numbers)}"


def found(etag: str = '"v1"', modified: float = NOON, size: int = 22, *headers: str) -> bytes:
    """What HEAD says of an object."""
    date = f"Last-Modified: {formatdate(modified, usegmt=True)}"
    return bodiless("200 OK", f"ETag: {etag}", date, by_the_service(), *headers, size=size)


def bodiless(status: str, *headers: str, size: int = 0) -> bytes:
    """An answer to HEAD; of an object, `size` is that of what GET would bring."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers, "", ""]).encode()


def document(root: str, content: str, status: str = "200 OK", *headers: str) -> bytes:
    return reply(f"<{root}>{content}</{root}>".encode(), status, by_the_service(), *headers)


def refused(code: str, status: str = "400 Bad Request", *headers: str, message: str = "no") -> bytes:
    return document("Error", f"<Code>{code}</Code><Message>{message}</Message>", status, *headers)


def made(job_id: str = ONE_ID, more: str = "") -> bytes:
    return document("CreateJobResult", f"<JobId>{job_id}</JobId>{more}")


def listed(*job_ids: str) -> bytes:
    """A listing of jobs that bear the marker of the list's job."""
    description = _between(_order(), b"<Description>", b"</Description>").decode()
    members = (
        f"<member><JobId>{job_id}</JobId><Description>{description}</Description></member>" for job_id in job_ids
    )
    return document("ListJobsResult", f"<Jobs>{''.join(members)}</Jobs>")


def described(old: bytes = b"", new: bytes = b"", created: str = "") -> bytes:
    """The list's job, with a piece of its document replaced."""
    job = _between(_order(), b"<CreateJobRequest>", b"</CreateJobRequest>")
    job = job.replace(old, new) if old else job
    return document("DescribeJobResult", f"<Job><CreationTime>{created}</CreationTime>{job.decode()}</Job>")


def _order() -> bytes:
    """The body of the CreateJob for the list."""
    with over(found(), made()) as (function, server):
        function.told(event())
        return server.requests[1]


def _between(text: bytes, start: bytes, end: bytes) -> bytes:
    return text.partition(start)[2].partition(end)[0]


@contextmanager
def over(
    *replies: bytes, now: float = NOON, environ: Mapping[str, str] | None = None
) -> Iterator[tuple[Function, RawServer]]:
    """The function, and a server that gives these answers in turn."""
    left = deque(replies)

    def answer(visit: Visit) -> None:
        while left:
            visit.read()
            visit.send(left.popleft())

    with serving(*[answer] * _CONNECTIONS) as server:
        function = Function(server.endpoint, environ or {}, now)
        with function.session:
            yield function, server


def lines(server: RawServer) -> list[str]:
    """The requests that came, as `METHOD /path?query`."""
    return [request.split(b"\r\n")[0].decode().removesuffix(" HTTP/1.1") for request in server.requests]


def signed_for(request: bytes) -> int:
    """The moment from which the request's signature holds, in Unix seconds."""
    return int(_between(request, b"q-sign-time=", b";"))


HEAD = f"HEAD /{KEY}"
