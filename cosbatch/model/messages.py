"""What crosses the socket, and what an invocation came with: Request, Response, Call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KIB = 1024
ANSWER_LIMIT = 64 * KIB
LISTING_LIMIT = 8 * KIB * KIB


@dataclass(frozen=True)
class Request:
    """One HTTP request to COS, before it is signed.

    `path` is the decoded path, as it is signed; `query` the decoded parameters; `limit` the largest
    answer that is read, in bytes. Headers do not show in repr: temporary keys have one that is a secret.
    """

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    limit: int = ANSWER_LIMIT


@dataclass(frozen=True)
class Response:
    """What COS answered: the names of `headers` are lower-case.

    `signed` is what we signed, without secrets, where the answer is a refusal (403): our StringToSign and FormatString.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    signed: tuple[str, ...] | None = field(default=None, repr=False)

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-cos-request-id")


def may_have_acted(status: int) -> bool:
    """Whether an answer that is not in the service's words leaves open, by its HTTP status, if the request was acted on.

    A 4xx or a redirect is a refusal; but 303 sends on after the work, and with 408 and 429 something on the way speaks.
    """
    return status < 300 or status in (303, 408, 429) or status >= 500


@dataclass(frozen=True)
class Upload:
    """An object creation that a COS event tells of: the manifest, by its own identity.

    `etag` keeps its quotes; `time` is the event's, in Unix seconds; `arn` names the object.
    """

    bucket: str
    key: str
    arn: str
    etag: str | None
    time: int | None
    request_id: str | None


@dataclass(frozen=True)
class Call:
    """What a caller asks for: an action of the API and its fields, as they came.

    `token` is the identity that the trigger gives the call, `profile` the profile that it chose, `caller` the trace of
    the bearer token that it came with over HTTP.
    """

    action: str
    fields: Mapping[str, object] = field(repr=False)
    token: str | None = None
    upload: Upload | None = None
    profile: str | None = None
    caller: str | None = None


@dataclass(frozen=True)
class Skipped:
    """A record of an event that asks for no job, and why."""

    reason: str
    manifest: str | None = None

    def as_json(self) -> dict[str, object]:
        known = {"Manifest": self.manifest} if self.manifest else {}
        return {"Outcome": "skipped", "Reason": self.reason, **known}
