"""Which failures are tried again, how long to wait in between, and when to stop."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from cosbatch.model.errors import (
    InvalidRequest,
    ServiceError,
    ServiceSideError,
    UnexpectedResponse,
    UpstreamTimeout,
    UpstreamTLS,
    UpstreamUnreachable,
)
from cosbatch.model.messages import LISTING_LIMIT, Request, Response
from cosbatch.service import exchange
from cosbatch.service.exchange import Budget
from tests.wire import Bench, Comes

REQUEST = Request("POST", "host", "/jobs", body=b"<a/>")
FINE = Response(200, {}, b"fine")


def service(code: str, status: int, retry_after: float | None = None, off: float | None = None) -> ServiceError:
    error = ServiceError(code, "words", status)
    error.retry_after = retry_after
    error.clock_off = off
    return error


def timed_out() -> ServiceSideError:
    return UpstreamTimeout("slow", may_have_acted=True)


def reset() -> ServiceSideError:
    return UpstreamUnreachable("reset", may_have_acted=True)


class Attempted(NamedTuple):
    """What came of a request: how often it was sent, and its result or the last error."""

    tries: int
    result: bytes | None = None
    error: ServiceSideError | None = None


def attempt(bench: Bench, reserve: float = 0.0) -> Attempted:
    try:
        result = bench.exchange.ask(REQUEST, lambda response: response.body, reserve)
    except ServiceSideError as error:
        return Attempted(len(bench.wire.sent), error=error)
    return Attempted(len(bench.wire.sent), result)


# Every kind of failure, and whether another try follows it.
FAILURES = [
    (reset(), True),
    (UpstreamUnreachable("refused"), True),
    (timed_out(), True),
    (UpstreamTimeout("no connection in time"), True),
    (UpstreamTLS("not proven"), False),
    (UnexpectedResponse("a broken body", may_have_acted=True), True),
    (UnexpectedResponse("a redirect"), False),
    (service("InternalError", 500), True),
    (service("ServiceUnavailable", 500), True),
    (service("ServiceUnavailable", 503), True),
    (service("SlowDown", 503), True),
    (service("SlowDown", 400), True),
    (service("RequestTimeout", 400), True),
    (service("TooManyJobs", 500), False),
    (service("InvalidRequest", 400), False),
    (service("MalformedXML", 400), False),
    (service("AccessDenied", 403), False),
    (service("NoSuchJob", 404), False),
]


@pytest.mark.parametrize(("error", "again"), FAILURES)
def test_tries_again_where_that_can_help(error: ServiceSideError, again: bool) -> None:
    bench = Bench([error, FINE])
    assert attempt(bench) == ((2, b"fine", None) if again else (1, None, error))


def test_sends_the_very_same_request_each_time() -> None:
    bench = Bench([reset(), timed_out(), FINE])
    attempt(bench)
    assert [sent.request for sent in bench.wire.sent] == [REQUEST] * 3


def test_stops_after_five_tries() -> None:
    errors: list[Comes] = [service("InternalError", 500) for _ in range(5)]
    bench = Bench(errors)
    attempts = attempt(bench)
    assert (attempts.tries, attempts.error, bench.exchange.attempts) == (5, errors[-1], 5)


@pytest.mark.parametrize(
    ("chance", "pauses"), [(1.0, [0.2, 0.4, 0.8, 1.6]), (0.5, [0.1, 0.2, 0.4, 0.8]), (0.0, [0.0, 0.0, 0.0, 0.0])]
)
def test_waits_twice_as_long_each_time_with_full_jitter(chance: float, pauses: list[float]) -> None:
    bench = Bench([reset() for _ in range(5)], chance=chance)
    attempt(bench)
    assert bench.time.pauses == pytest.approx(pauses)


def test_waits_no_longer_than_five_seconds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "ATTEMPTS", 9)
    bench = Bench([reset() for _ in range(9)])
    attempt(bench)
    assert bench.time.pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0])


@pytest.mark.parametrize(
    ("asked", "chance", "waited"),
    [(3.0, 1.0, 3.0), (0.0, 1.0, 0.2), (0.1, 1.0, 0.2), (0.1, 0.0, 0.1), (3600.0, 1.0, 20.0)],
)
def test_waits_as_long_as_the_service_asks_but_not_for_ever(asked: float, chance: float, waited: float) -> None:
    bench = Bench([service("SlowDown", 503, retry_after=asked), FINE], chance=chance)
    assert attempt(bench).result == b"fine"
    assert bench.time.pauses == pytest.approx([waited])


def test_gives_each_try_the_time_that_is_left_and_no_more_than_its_own() -> None:
    bench = Bench([(10.0, timed_out()), (10.0, timed_out()), FINE], seconds=25.0, chance=0.0)
    attempt(bench, reserve=2.0)
    assert [sent.seconds for sent in bench.wire.sent] == [10.0, 10.0, 3.0]


@pytest.mark.parametrize(("left", "seconds"), [(20.0, 10.0), (6.0, 5.5), (1.0, 0.8)])
def test_keeps_time_to_read_what_may_be_long(left: float, seconds: float) -> None:
    bench = Bench([FINE], seconds=left)
    bench.exchange.ask(REQUEST._replace(limit=LISTING_LIMIT), lambda response: response.body)
    assert [sent.seconds for sent in bench.wire.sent] == [pytest.approx(seconds)]


def test_begins_nothing_that_could_not_be_over_in_time() -> None:
    bench = Bench([], seconds=1.1)
    attempts = attempt(bench, reserve=1.0)
    assert (attempts.tries, bench.exchange.attempts) == (0, 0)
    assert isinstance(attempts.error, UpstreamTimeout)
    assert not attempts.error.may_have_acted
    assert attempts.error.ambiguous is None
    assert "nothing was sent" in attempts.error.message


@pytest.mark.parametrize(("seconds", "tries"), [(3.19, 1), (3.21, 2)])
def test_does_not_wait_for_a_try_that_there_is_no_time_for(seconds: float, tries: int) -> None:
    bench = Bench([service("SlowDown", 503, retry_after=3.0), FINE], seconds=seconds)
    assert attempt(bench).tries == tries
    assert bench.time.pauses == [3.0] * (tries - 1)


def test_asks_for_a_result_or_raises_the_last_error() -> None:
    bench = Bench([reset(), FINE], seconds=3.0, chance=0.0)
    assert bench.exchange.ask(REQUEST, lambda response: response.status) == 200
    assert [sent.seconds for sent in bench.wire.sent] == [3.0, 3.0]
    refusal = service("AccessDenied", 403)
    with pytest.raises(ServiceError) as caught:
        Bench([reset(), refusal]).exchange.ask(REQUEST, lambda response: response.status)
    assert caught.value is refusal


def test_lets_errors_through_that_no_try_can_fix() -> None:
    bench = Bench([InvalidRequest("no header can carry that"), FINE])
    with pytest.raises(InvalidRequest):
        attempt(bench)
    assert len(bench.wire.sent) == 1


def test_tries_again_what_cannot_be_read() -> None:
    answers = iter([UnexpectedResponse("half a document", may_have_acted=True), None])

    def read(response: Response) -> bytes:
        error = next(answers)
        if error:
            raise error
        return response.body

    bench = Bench([FINE, FINE])
    assert bench.exchange.ask(REQUEST, read) == b"fine"
    assert len(bench.wire.sent) == 2


@pytest.mark.parametrize(("method", "is_told"), [("POST", True), ("DELETE", True), ("GET", False), ("HEAD", False)])
def test_a_refusal_says_that_an_earlier_try_may_have_been_carried_out(method: str, is_told: bool) -> None:
    bench = Bench([reset(), service("InvalidRequest", 400)])
    with pytest.raises(ServiceError) as caught:
        bench.exchange.ask(REQUEST._replace(method=method), lambda response: response.body)
    assert caught.value.message.endswith("An earlier try may have been carried out.") == is_told


def test_the_last_error_names_the_last_ambiguous_one() -> None:
    first, second, last = reset(), service("InternalError", 500), service("TooManyJobs", 500)
    assert attempt(Bench([first, second, last])).error is last
    assert last.ambiguous is second
    refused = service("AccessDenied", 403)
    for script, ambiguous in (
        ([first, refused], first),
        ([service("SlowDown", 503), refused], None),
        ([refused], None),
    ):
        assert attempt(Bench(script)).error is refused
        assert refused.ambiguous is ambiguous


def test_a_budget_lets_so_many_tries_be_made_again() -> None:
    budget = Budget()
    for _ in range(25):
        assert attempt(Bench([reset() for _ in range(5)], budget=budget)).tries == 5
    assert budget.tokens == 0
    bench = Bench([reset(), FINE], budget=budget)
    assert (attempt(bench).tries, bench.time.pauses) == (1, [])


@pytest.mark.parametrize(
    ("script", "tokens"),
    [
        ([FINE], 101),
        ([reset(), FINE], 100),
        ([timed_out(), FINE], 100),
        ([timed_out(), reset(), FINE], 90),
        ([reset(), timed_out(), FINE], 95),
        ([reset(), service("AccessDenied", 403)], 95),
        ([timed_out(), service("AccessDenied", 403)], 90),
        ([service("AccessDenied", 403)], 100),
    ],
)
def test_the_budget_takes_and_gives_back(script: list[Comes], tokens: int) -> None:
    budget = Budget()
    budget.tokens = 100
    attempt(Bench(script, budget=budget))
    assert budget.tokens == tokens


def test_the_budget_never_holds_more_than_it_can() -> None:
    budget = Budget()
    attempt(Bench([FINE], budget=budget))
    assert budget.tokens == Budget.CAPACITY


@pytest.mark.parametrize(
    ("tokens", "error", "tries"), [(4, reset(), 1), (5, reset(), 2), (9, timed_out(), 1), (10, timed_out(), 2)]
)
def test_a_time_out_costs_more(tokens: int, error: ServiceSideError, tries: int) -> None:
    budget = Budget()
    budget.tokens = tokens
    assert attempt(Bench([error, FINE], budget=budget)).tries == tries


def test_mends_a_clock_that_is_off_and_tries_once_more_at_once() -> None:
    bench = Bench([service("RequestTimeTooSkewed", 403, off=3600), FINE])
    assert (attempt(bench).result, bench.time.pauses) == (b"fine", [])


def test_mends_the_clock_once_and_leaves_the_rest_to_a_later_call() -> None:
    errors = [service("RequestTimeTooSkewed", 403, off=hours * 3600) for hours in (1, 2)]
    bench = Bench([*errors, FINE])
    attempts = attempt(bench)
    assert (attempts.tries, attempts.error, errors[1].retryable) == (2, errors[1], True)


def test_goes_on_as_ever_after_the_clock_was_mended() -> None:
    skewed = service("RequestTimeTooSkewed", 403, off=3600)
    assert attempt(Bench([reset(), skewed, reset(), FINE])).result == b"fine"


def test_cannot_mend_the_clock_without_a_date() -> None:
    error = service("RequestTimeTooSkewed", 403)
    bench = Bench([error, FINE])
    assert (attempt(bench).tries, error.retryable) == (1, False)


@pytest.mark.parametrize("code", ["AccessDenied", "Request has expired", "SignatureDoesNotMatch"])
def test_sees_by_the_date_that_a_clock_is_behind_another_refusal(code: str) -> None:
    """A HEAD gets no reason with its 403, and a signature expires when the clock is slow. A clock that jumps meanwhile is
    there to be fixed by the next delivery.
    """
    error = service(code, 403, off=61)
    assert attempt(Bench([error, FINE])).result == b"fine"
    again = service(code, 403, off=61)
    attempts = attempt(Bench([error, again, FINE]))
    assert (attempts.tries, attempts.error, again.retryable) == (2, again, True)


@pytest.mark.parametrize(
    "error",
    [service("AccessDenied", 403, off=59), service("AccessDenied", 403), service("NoSuchJob", 404)],
)
def test_leaves_other_refusals_alone(error: ServiceError) -> None:
    assert (attempt(Bench([error, FINE])).tries, error.retryable) == (1, False)
