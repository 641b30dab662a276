"""Tries a request again where that can help: which failures, how long to wait, and for how long at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from cosbatch.model.credentials import Account
from cosbatch.model.deadline import Deadline
from cosbatch.model.errors import ServiceSideError, UpstreamTimeout
from cosbatch.model.messages import ANSWER_LIMIT, Request, Response

T = TypeVar("T")

ATTEMPTS = 5
# Less than this is not worth beginning an attempt with, in seconds.
SHORTEST_ATTEMPT = 0.2
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
# What is kept for reading an answer of megabytes once it is there: this share of the time, at most so many seconds.
_READING_SHARE, _LONGEST_READING = 0.2, 0.5
_LONGEST_RETRY_AFTER = 20.0
# The service takes a clock that is 15 minutes off (error codes, 436/7730); less than a minute is no reason to refuse.
_CLOCK_TOLERANCE = 60.0


class Wire(Protocol):
    """What requests are sent over, `transport.Connection`: one attempt, bounded in seconds; what time can fix is a
    ServiceSideError."""

    def send(self, request: Request, seconds: float) -> Response: ...


class Budget:
    """Retries that a warm instance may still make, so that a sick service is not hammered: a bucket of tokens."""

    # The figures of the AWS SDKs' standard mode.
    CAPACITY = 500
    COST = 5  # of a retry
    TIMEOUT_COST = 10  # of one after a time-out
    REFUND = 1

    def __init__(self) -> None:
        self.tokens = self.CAPACITY

    def take(self, error: ServiceSideError) -> int:
        """What a retry after this error costs; 0 where the budget has not that much left."""
        cost = self.TIMEOUT_COST if isinstance(error, UpstreamTimeout) else self.COST
        if cost > self.tokens:
            return 0
        self.tokens -= cost
        return cost

    def give_back(self, taken: int) -> None:
        """After a success: what its last retry took, or the refund where there was none."""
        self.tokens = min(self.CAPACITY, self.tokens + (taken or self.REFUND))


class Exchange:
    """The way of an invocation to the service: every request within the deadline, tried again where that can help."""

    def __init__(self, wire: Wire, account: Account, deadline: Deadline, budget: Budget, timeout: float) -> None:
        self.wire = wire
        self.account = account
        self.deadline = deadline
        self.budget = budget
        self.timeout = timeout  # of one attempt, in seconds
        self.attempts = 0  # how many there were: 1, and 1 more for each request that was sent again

    def ask(self, request: Request, read: Callable[[Response], T], reserve: float = 0.0) -> T:
        """What `read` makes of the answer, `reserve` seconds before the deadline. Raises the last ServiceSideError."""
        if request.limit > ANSWER_LIMIT:
            reserve += min(self.deadline.remaining() * _READING_SHARE, _LONGEST_READING)
        return Attempts(self, reserve).result(request, read)


class Attempts:
    """The tries of one request."""

    def __init__(self, exchange: Exchange, reserve: float) -> None:
        self._exchange = exchange
        self._reserve = reserve
        self._count = 0
        self._taken = 0
        self._corrected_clock = False

    def result(self, request: Request, read: Callable[[Response], T]) -> T:
        """What `read` makes of the answer; the request is sent until there is one, or nothing is left that helps."""
        error: ServiceSideError = UpstreamTimeout("The time of this invocation is over; nothing was sent.")
        # No try begins that could not be over before the deadline.
        while (left := self._left()) >= SHORTEST_ATTEMPT:
            self._count += 1
            self._exchange.attempts = max(1, self._exchange.attempts + (self._count > 1))
            try:
                result = read(self._exchange.wire.send(request, min(self._exchange.timeout, left)))
            except ServiceSideError as failure:
                failure.ambiguous = failure if failure.may_have_acted else error.ambiguous
                error = failure
                if not self._goes_on_after(error):
                    break
            else:
                self._exchange.budget.give_back(self._taken)
                return result
        if error.ambiguous not in (None, error) and request.method not in ("GET", "HEAD"):
            error.message += " An earlier try may have been carried out."
        raise error

    def _goes_on_after(self, error: ServiceSideError) -> bool:
        """Wait, and say yes, where another try can help, is in time, and is in the budget."""
        # Other refusals can come of a wrong clock too: an expired signature, or a HEAD, whose 403 gives no reason.
        if error.clock_off is not None and (error.code == "RequestTimeTooSkewed" or error.clock_off > _CLOCK_TOLERANCE):
            # One new try by the service's own clock, which later invocations of this instance go by too.
            first, self._corrected_clock, error.retryable = not self._corrected_clock, True, True
            return first
        # An account that has as many jobs as it may has no fewer within seconds.
        if not error.retryable or error.code == "TooManyJobs" or self._count >= ATTEMPTS:
            return False
        pause = self._pause(error)
        if self._left() - pause < SHORTEST_ATTEMPT:
            return False
        self._taken = self._exchange.budget.take(error)
        if self._taken:
            self._exchange.deadline.clock.sleep(pause)
        return bool(self._taken)

    def _pause(self, error: ServiceSideError) -> float:
        """Exponential, with full jitter; no shorter than the service asks for."""
        longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (self._count - 1))
        jitter = longest * self._exchange.deadline.clock.random()
        return max(jitter, min(error.retry_after or 0.0, _LONGEST_RETRY_AFTER))

    def _left(self) -> float:
        return self._exchange.deadline.remaining() - self._reserve
