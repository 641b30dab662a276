"""The values that walk the line: what an event asks for, what crosses the socket, and the outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from cosbatch.model.errors import CosbatchError

# In bytes.
ANSWER_LIMIT = 64 * 1024
LISTING_LIMIT = 8 * 1024 * 1024


class Request(NamedTuple):
    """One HTTP request to COS, before it is signed.

    `path` is the decoded path, as it is signed; `query` the decoded parameters; `limit` the largest
    answer that is read, in bytes. Headers and body do not show in repr: some hold secrets.
    """

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    limit: int = ANSWER_LIMIT

    def __repr__(self) -> str:
        return f"Request({self.method} {self.host}{self.path})"


class Response(NamedTuple):
    """What COS answered: the names of `headers` are lower-case.

    `signed` is what we signed, without secrets, where the answer is a refusal (403): our StringToSign and FormatString.
    `signed_at` is the moment that the request was signed for, in Unix seconds.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    signed: tuple[str, ...] | None = None
    signed_at: float | None = None

    def __repr__(self) -> str:
        return f"Response({self.status}, {self.request_id})"

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-cos-request-id")

    def without(self, secret: str) -> Response:
        """The response with *** wherever it holds the text."""
        return self._replace(
            headers={name: value.replace(secret, "***") for name, value in self.headers.items()},
            body=self.body.replace(secret.encode(), b"***"),
            signed=self.signed and tuple(text.replace(secret, "***") for text in self.signed),
        )


def may_have_acted(status: int) -> bool:
    """Whether an answer that is not in the service's words leaves open, by its HTTP status, if the request was acted on.

    A 4xx or a redirect is a refusal; but 303 sends on after the work, and with 408 and 429 something on the way speaks.
    """
    return status < 300 or status in (303, 408, 429) or status >= 500


class Upload(NamedTuple):
    """An object creation that a COS event tells of; `arn` names the object.

    What the event says of it (`etag` with its quotes, `size` in bytes, `time` in Unix seconds, `version`) may be missing
    or of an earlier state: which list it is decides the object as it is found.
    """

    bucket: str
    key: str
    arn: str
    etag: str | None = None
    size: int | None = None
    time: int | None = None
    version: str | None = None


class Call(NamedTuple):
    """What a caller asks for: an action of the API and its fields, as they came.

    `token` is the identity that the trigger gives the call, `upload` the object that it is for, `caller` the trace of the
    bearer token that it came with over HTTP.
    """

    action: str
    fields: Mapping[str, object]
    token: str | None = None
    upload: Upload | None = None
    caller: str | None = None

    def __repr__(self) -> str:
        return f"Call({self.action})"


class Skipped(NamedTuple):
    """A record of an event that asks for no job, and why."""

    reason: str
    manifest: str | None = None

    def as_json(self) -> dict[str, object]:
        known = {"Manifest": self.manifest} if self.manifest else {}
        return {"Outcome": "skipped", "Reason": self.reason, **known}


# What an event holds for each of its records: something to do, nothing to do, or a fault.
Step = Call | Skipped | CosbatchError
# What came of it: a result of the service, nothing, or a fault.
Outcome = dict[str, object] | Skipped | CosbatchError


def as_result(outcome: Outcome) -> dict[str, object]:
    """The JSON object for one outcome."""
    return outcome if isinstance(outcome, dict) else outcome.as_json()


def as_text(result: object) -> str:
    """The result in JSON, readable for people in any language; a ? stands for what UTF-8 cannot carry."""
    return json.dumps(result, ensure_ascii=False).encode(errors="replace").decode()


def retryable(outcome: Outcome) -> bool:
    """Whether a later try can fix it."""
    return isinstance(outcome, CosbatchError) and outcome.retryable
