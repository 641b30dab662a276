"""The values that walk the line: what an event asks for, what crosses the socket, and the outcome."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from cosbatch.model.errors import CosbatchError

# In bytes.
ANSWER_LIMIT = 64 * 1024
LISTING_LIMIT = 8 * 1024 * 1024


class Request(NamedTuple):
    """One HTTP request to COS, before it is signed."""

    method: str
    host: str
    path: str  # decoded, as it is signed
    query: tuple[tuple[str, str], ...] = ()  # decoded
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    limit: int = ANSWER_LIMIT  # of the answer, in bytes

    def __repr__(self) -> str:
        """Without headers and body: some hold secrets."""
        return f"Request({self.method} {self.host}{self.path})"


class Response(NamedTuple):
    """What COS answered."""

    status: int
    headers: Mapping[str, str]  # their names in lower case
    body: bytes = b""
    signed: tuple[str, ...] | None = None  # of a refusal (403): our StringToSign and FormatString, no secrets
    clock_off: float | None = None  # seconds from when a refusal (403) was signed to the answer's Date
    secrets: tuple[str, ...] = ()  # of the request, which the body may quote in another encoding

    def __repr__(self) -> str:
        return f"Response({self.status}, {self.request_id})"

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-cos-request-id")

    @property
    def is_page(self) -> bool:
        """Whether a gateway on the way answered with a page of its own, which a HEAD does not show."""
        return self.request_id is None and self.headers.get("content-type", "").startswith("text/html")

    def without(self, secret: str) -> Response:
        """The response with *** wherever it holds the text."""
        return self._replace(
            headers={name: value.replace(secret, "***") for name, value in self.headers.items()},
            body=self.body.replace(secret.encode(), b"***"),
            signed=self.signed and tuple(text.replace(secret, "***") for text in self.signed),
        )

    def told(self, text: str) -> str:
        """A text out of the body with *** for the secrets in it, whether their escapes are in capitals or not."""
        for secret in self.secrets:
            text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
        return text


def may_have_acted(status: int) -> bool:
    """Whether an answer that is not in the service's words leaves open, by its HTTP status, if the request was acted on.

    A 4xx or a redirect is a refusal; but 303 sends on after the work, and with 408 and 429 something on the way speaks.
    """
    return status < 300 or status in (303, 408, 429) or status >= 500


class Upload(NamedTuple):
    """An object creation that a COS event tells of."""

    bucket: str
    key: str
    arn: str  # of the object
    # What else the event says may be missing or of an earlier state: which list it is decides the object as found.
    etag: str | None = None  # with its quotes
    size: int | None = None  # in bytes
    time: float | None = None  # in Unix seconds
    version: str | None = None


class Call(NamedTuple):
    """What a caller asks for: an action of the API and its fields, as they came."""

    action: str
    fields: Mapping[str, object]
    token: str | None = None  # the identity that the trigger gives the call
    upload: Upload | None = None  # the object that it is for
    caller: str | None = None  # the trace of the bearer token that it came with over HTTP

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
