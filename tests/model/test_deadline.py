"""The deadline of an invocation, from whatever context the platform gives."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cosbatch.model.deadline import Clock, Deadline, deadline_of, request_id_of, unix_seconds

CLOCK = Clock(monotonic=lambda: 100.0)


def lambda_context(remaining: object) -> SimpleNamespace:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: remaining, aws_request_id="lambda-1")


@pytest.mark.parametrize(
    ("context", "seconds"),
    [
        ({"time_limit_in_ms": 60_000}, 59.5),
        ({"time_limit_in_ms": 3000}, 2.5),
        ({"time_limit_in_ms": "3000"}, 2.5),
        ({"time_limit_in_ms": 1000.0}, 0.8),
        ({"time_limit_in_ms": 200}, 0.16),
        (lambda_context(30_000), 29.5),
        (lambda_context("30000"), 29.5),
        (lambda_context(1000), 0.8),
        (lambda_context(10), 0.008),
        (lambda_context(0), 0.0),
        (lambda_context(-5), 0.0),
    ],
)
def test_leaves_a_margin_before_the_platform_stops_the_invocation(context: object, seconds: float) -> None:
    assert deadline_of(context, CLOCK).remaining() == pytest.approx(seconds)


@pytest.mark.parametrize(("limit", "seconds"), [(10, 9.5), (1, 0.8), (99, 98.5), (100, 0.08)])
def test_reads_seconds_as_the_local_tool_of_the_platform_writes_them(limit: int, seconds: float) -> None:
    assert deadline_of({"time_limit_in_ms": limit}, CLOCK).remaining() == pytest.approx(seconds)


HUGE = 10**400


@pytest.mark.parametrize("odd", [None, True, "", "soon", "nan", "inf", float("nan"), float("inf"), HUGE, [], {}, 0, -1])
def test_takes_half_a_minute_where_an_scf_context_does_not_say(odd: object) -> None:
    assert deadline_of({"time_limit_in_ms": odd}, CLOCK).remaining() == pytest.approx(29.5)


@pytest.mark.parametrize("odd", [None, True, "", "soon", "nan", float("inf"), "-inf", HUGE, []])
def test_takes_half_a_minute_where_a_lambda_context_does_not_say(odd: object) -> None:
    assert deadline_of(lambda_context(odd), CLOCK).remaining() == pytest.approx(29.5)


@pytest.mark.parametrize("context", [None, {}, [], "context", 5, SimpleNamespace(get_remaining_time_in_millis=5)])
def test_takes_half_a_minute_where_the_context_is_none(context: object) -> None:
    assert deadline_of(context, CLOCK).remaining() == pytest.approx(29.5)


def test_runs_out_as_the_clock_goes_on() -> None:
    times = iter([0.0, 1.0, 9.0])
    deadline = Deadline(Clock(monotonic=lambda: next(times)), 5.0)
    assert [deadline.remaining() for _ in range(3)] == [5.0, 4.0, -4.0]


@pytest.mark.parametrize(
    ("context", "request_id"),
    [
        ({"request_id": "scf-1"}, "scf-1"),
        ({"request_id": 5}, None),
        ({}, None),
        (lambda_context(1), "lambda-1"),
        (SimpleNamespace(aws_request_id=None), None),
        (None, None),
    ],
)
def test_knows_the_invocation_by_its_request_id(context: object, request_id: str | None) -> None:
    assert request_id_of(context) == request_id


def test_has_a_clock_that_really_goes() -> None:
    clock = Clock()
    assert clock.monotonic() <= clock.monotonic()
    assert clock.now() > 1_700_000_000
    assert 0 <= clock.random() < 1
    clock.sleep(0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Tue, 24 Nov 2026 12:00:00 GMT", 1_795_521_600.0),
        ("Tue, 24 Nov 2026 13:00:00 +0100", 1_795_521_600.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("Tue, 99 Nov 2026 12:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -0100", None),
    ],
)
def test_reads_the_date_of_a_header(header: str | None, seconds: float | None) -> None:
    assert unix_seconds(header) == seconds


def test_takes_a_context_that_cannot_tell_its_time_for_one_without_a_limit() -> None:
    def broken() -> int:
        raise RuntimeError("no clock here")

    clock = Clock(lambda: 0.0)
    assert deadline_of(SimpleNamespace(get_remaining_time_in_millis=broken), clock) == deadline_of({}, clock)
