"""What happens to requests and replies on their way: each course says whether a request arrives, and what comes back."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from random import Random

from cosbatch.model.messages import Response
from cosbatch.service.deadline_adapter import NotConnected
from tests.simulation.service import Service

# What a reply becomes; it may raise what the libraries do.
Becomes = Callable[[Service, Response | None], Response]


@dataclass(frozen=True)
class Course:
    """The way of one request. `out` is how long it takes to the service, None where it never gets there; `back` how long
    the reply takes, None where none comes; in seconds. `open`: what comes back does not say whether the service acted.
    """

    name: str
    out: float | None = 0.01
    back: float | None = 0.01
    becomes: Becomes | None = None
    open: bool = False

    def delivered(self, service: Service, response: Response | None) -> Response:
        """What the client gets in the end. Raises the libraries' errors."""
        if self.becomes is not None:
            return self.becomes(service, response)
        assert response is not None
        return response


def _raises(error: Callable[[], Exception]) -> Becomes:
    def becomes(service: Service, response: Response | None) -> Response:
        raise error()

    return becomes


def _fails(status: int, code: str, **headers: str) -> Becomes:
    def becomes(service: Service, response: Response | None) -> Response:
        failure = service.failure(status, code, f"{code} by the weather.")
        return Response(failure.status, {**failure.headers, **headers}, failure.body)

    return becomes


def _says(status: int, body: bytes, **headers: str) -> Becomes:
    return lambda service, response: service.reply(body, status, **headers)


def _shortened(service: Service, response: Response | None) -> Response:
    body = response.body if response else b"<CreateJobResult><JobId>a</JobId></CreateJobResult>"
    return service.reply(body[: len(body) // 2])


def _without_job_id(service: Service, response: Response | None) -> Response:
    return service.reply(b"<CreateJobResult/>")


def read_timeout() -> Exception:
    return TimeoutError("the deadline is over")


_HTML = b"<html><body>Bad Gateway</body></html>"
# After these, the service may have got the request or not: each is met in both ways.
AMBIGUOUS: dict[str, Becomes] = {
    "reset": _raises(lambda: ConnectionResetError(104, "Connection reset by peer")),
    "closed": _raises(lambda: RemoteDisconnected("Remote end closed connection without response")),
    "short body": _raises(lambda: IncompleteRead(b"<Crea", 84)),
    "too many headers": _raises(lambda: HTTPException("got more than 100 headers")),
    "broken TLS": _raises(lambda: ssl.SSLError("bad record mac")),
    "500 InternalError": _fails(500, "InternalError"),
    "500 ServiceUnavailable": _fails(500, "ServiceUnavailable"),
    "503 ServiceUnavailable": _fails(503, "ServiceUnavailable", **{"retry-after": "1"}),
    "502 page": _says(502, _HTML),
    "504 page": _says(504, _HTML),
    "503 empty": _says(503, b""),
    "200 page": _says(200, _HTML),
    "200 empty": _says(200, b""),
    "200 packed": _says(200, b"\x1f\x8b\x08", **{"content-encoding": "gzip"}),
    "half a document": _shortened,
    "no JobId": _without_job_id,
    "408 page": _says(408, _HTML),
}
# These the service, or nobody, says: nothing was done.
NOT_DONE: dict[str, Becomes] = {
    "refused": _raises(lambda: NotConnected(ConnectionRefusedError(111, "Connection refused"))),
    "no connection": _raises(lambda: NotConnected(TimeoutError("timed out"))),
    "SlowDown": _fails(503, "SlowDown"),
    "SlowDown 2 s": _fails(503, "SlowDown", **{"retry-after": "2"}),
    "SlowDown 9 s": _fails(503, "SlowDown", **{"retry-after": "9"}),
    "SlowDown 999 s": _fails(503, "SlowDown", **{"retry-after": "999"}),
}
QUOTA: dict[str, Becomes] = {"TooManyJobs": _fails(500, "TooManyJobs")}
# Refusals that are believed: they come only where no job can be lost by that.
FINAL: dict[str, Becomes] = {
    "AccessDenied": _fails(403, "AccessDenied"),
    "403 page": _says(403, _HTML),
    "redirect": _says(307, b"", location="http://elsewhere.example/"),
}

# Answers of something on the way: a gateway, a portal, a proxy; with a body where the request was no HEAD.
_PAGE = {"content-type": "text/html"}
_SERVED = {**_PAGE, "etag": '"5f3e-1a"', "last-modified": "Tue, 22 Sep 2020 10:00:00 GMT", "content-length": "157"}
STRANGERS: dict[str, Response] = {
    "a stranger's 200": Response(200, _PAGE, _HTML),
    "a stranger's 200 of a file": Response(200, _SERVED, _HTML),
    "a stranger's 200 without a body": Response(200, {}),
    "a stranger's 302": Response(302, {"location": "http://portal.example/"}),
    "a stranger's 302 page": Response(302, {**_PAGE, "location": "http://portal.example/"}, _HTML),
    "a stranger's 403": Response(403, _PAGE, _HTML),
    "a stranger's 403 without a body": Response(403, {}),
    "a stranger's 403 in JSON": Response(403, {"content-type": "application/json"}, b'{"error": "forbidden"}'),
    "a stranger's 404": Response(404, _PAGE, _HTML),
    "a stranger's 404 without a body": Response(404, {}),
    "a stranger's 407": Response(407, _PAGE, _HTML),
    "a stranger's 412 without a body": Response(412, {}),
}


def pick_stranger(chance: Random) -> Course:
    """Some answer that is not the service's; nothing was done."""
    name, response = chance.choice([*STRANGERS.items()])
    return Course(f"{name}, not done", None, 0.01, lambda service, _: response)


def pick(chance: Random, creates: bool, harmless: bool) -> Course:
    """Some fault. `creates`: of a CreateJob; `harmless`: a final refusal can lose nothing here."""
    kind = chance.random()
    if kind < 0.55:
        name, becomes = chance.choice([*AMBIGUOUS.items()])
        out = chance.choice([None, 0.01, 0.01, 1.5])
        return Course(f"{name}, {_whether(out)}", out, chance.choice([0.01, 0.5]), becomes, open=True)
    if kind < 0.75:
        out = chance.choice([None, 0.01, 3.0, 30.0])
        return Course(f"no reply, {_whether(out)}", out, None)
    if kind < 0.85:
        out = chance.choice([0.5, 2.0, 8.0])
        return Course(f"slow, {_whether(out)}", out, chance.choice([0.01, 1.0, 8.0]))
    others = {**NOT_DONE, **(QUOTA if creates else {})}
    name, becomes = chance.choice([*(FINAL if harmless and chance.random() < 0.7 else others).items()])
    return Course(f"{name}, not done", None, 0.01, becomes)


def _whether(out: float | None) -> str:
    return "lost on the way" if out is None else f"arrives after {out} s"
