"""Everything that can go wrong, and what the answer says of it.

CosbatchError
├── the caller must act:   InvalidEvent  InvalidRequest  InvalidManifest  IdempotencyMismatch
│                          Unauthorized  Forbidden  NotFound  MethodNotAllowed  PayloadTooLarge
│                          UnsupportedMediaType
├── the operator must act: ConfigurationError  InternalError
├── nobody, or time:       DuplicateUnresolved
└── ServiceSideError       no good answer came from COS; `may_have_acted` says whether it may have acted all the same
    ├── ServiceError           it answered with an Error document
    ├── UpstreamUnreachable    UpstreamTimeout    UpstreamTLS
    └── UnexpectedResponse     it answered, but not in the service's words

RetryableInvocationError   raised to the platform, so that it delivers the event again
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


def quoted(text: str, limit: int = 100) -> str:
    """Text of others as a message quotes it: at most `limit` characters, however much came."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


class Problem(NamedTuple):
    """One fault of an input: where it is (a JSON pointer, RFC 6901), and what it is and how to fix it."""

    pointer: str
    message: str

    def as_json(self) -> dict[str, object]:
        return {"Pointer": self.pointer, "Message": self.message}


class CosbatchError(Exception):
    """The root: an error that knows the Code, HTTP status and retry advice of its answer."""

    code: str = "InternalError"
    status: int = 500
    retryable: bool = False

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)
        self.request_id: str | None = None
        self.trace_id: str | None = None
        self.fields: dict[str, object] = {}

    def __str__(self) -> str:
        """The message and three of the problems, of which there can be thousands, in a line: of a log or of a traceback."""
        first = [f"{quoted(problem.pointer)} {quoted(problem.message)}" for problem in self.problems[:3]]
        return f"{self.message.rstrip('.')}: {'; '.join(first)}" if first else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """For `copy` and `pickle`, and so for other processes: made anew without what each class wants to be made of."""
        return type(self).__new__, (type(self), *self.args), self.__dict__

    def __init_subclass__(cls, status: int | None = None, retryable: bool = False) -> None:
        """The class's name is its Code; a `status` that is not given is that of the class above."""
        cls.code = cls.__name__
        cls.status = status or cls.status
        cls.retryable = retryable

    def as_json(self) -> dict[str, object]:
        """The failure object; fields that do not apply are left out."""
        failure: dict[str, object] = {
            "Code": self.code,
            "Message": self.message,
            "Status": self.status,
            "Retryable": self.retryable,
            "RequestId": self.request_id,
            "TraceId": self.trace_id,
            **self.fields,
            "Errors": [problem.as_json() for problem in self.problems],
        }
        return {name: value for name, value in failure.items() if value not in (None, "", [])}


class InvalidEvent(CosbatchError, status=400):
    """The event, its body or a route's input cannot be read."""


class InvalidRequest(CosbatchError, status=400):
    """The document breaks rules of the API page; `problems` lists them all."""


class InvalidManifest(CosbatchError, status=422):
    """The content of the manifest cannot work."""


class IdempotencyMismatch(CosbatchError, status=422):
    """The token belongs to another job, or the plan is no longer what was seen."""


class Unauthorized(CosbatchError, status=401):
    """The HTTP caller did not say who it is, or is not known."""


class Forbidden(CosbatchError, status=403):
    """The caller asks for more than the configuration allows."""


class NotFound(CosbatchError, status=404):
    """There is no such HTTP route."""


class MethodNotAllowed(CosbatchError, status=405):
    """The HTTP route exists, but not for this method; `allowed` names those that it has."""

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class PayloadTooLarge(CosbatchError, status=413):
    """The body is larger than any call can be."""


class UnsupportedMediaType(CosbatchError, status=415):
    """The body is not announced as JSON."""


class ConfigurationError(CosbatchError):
    """Settings or profiles are wrong; `problems` lists them all."""


class InternalError(CosbatchError):
    """A bug of this function."""


class DuplicateUnresolved(CosbatchError, status=409, retryable=True):
    """The service knows the token, but the job that it belongs to was not found, or not one job alone."""


class ServiceSideError(CosbatchError, status=502):
    """No good answer came from the service."""

    def __init__(self, message: str, *, may_have_acted: bool = False) -> None:
        super().__init__(message)
        self.may_have_acted = may_have_acted  # whether it may have acted on the request all the same
        self.retry_after: float | None = None  # in seconds, as the answer's headers say
        self.clock_off: float | None = None  # seconds from when a refusal (403) was signed to the answer's Date
        self.unproven = False  # the answer is a bare status, which something on the way may have given as well
        # The last error of the same request, this one included, after which the service may have acted.
        self.ambiguous: ServiceSideError | None = None


class UpstreamUnreachable(ServiceSideError, retryable=True):
    """No connection could be made, or it broke."""


class UpstreamTimeout(ServiceSideError, status=504, retryable=True):
    """No answer came in time."""


class UpstreamTLS(ServiceSideError):
    """The other side could not prove that it is the service, and will not do so the next time."""


class UnexpectedResponse(ServiceSideError):
    """An answer that is not the service's: no XML, a redirect, a broken body."""

    def __init__(self, message: str, *, may_have_acted: bool = False) -> None:
        super().__init__(message, may_have_acted=may_have_acted)
        # A broken answer may have been a good one; a redirect or the page of a gateway that refuses comes again.
        self.retryable = may_have_acted


class ServiceError(ServiceSideError):
    """The service answered with an Error document: its Code and Message (error page, 436/38610)."""

    def __init__(self, code: str, message: str, http_status: int) -> None:
        server_fault = http_status >= 500
        # TooManyJobs is a 500 too, but it says plainly that nothing was made.
        super().__init__(message, may_have_acted=server_fault and code not in ("SlowDown", "TooManyJobs"))
        self.code = code
        self.status = http_status if 400 <= http_status < 500 else 502
        # RequestTimeout: the request did not arrive whole, so a later one may.
        self.retryable = server_fault or code in ("SlowDown", "RequestTimeout")


class RetryableInvocationError(Exception):
    """Raised to the platform when a later delivery of the event can fix what failed; its text is the reply's JSON."""
