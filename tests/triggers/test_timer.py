"""Timers: the Message is a call, and each tick is made once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cosbatch.model.errors import CosbatchError, InvalidEvent, InvalidRequest, RetryableInvocationError, UpstreamTimeout
from cosbatch.model.messages import Call
from cosbatch.triggers import timer as trigger
from tests.stage import DOCUMENT, http, timer, upload

Json = dict[str, Any]


def call(event: Json) -> Call:
    (only,) = trigger.calls(event)
    assert isinstance(only, Call)
    return only


def test_takes_the_message_for_the_call() -> None:
    asked = call(timer(DOCUMENT))
    assert (asked.action, asked.fields) == ("CreateJob", DOCUMENT)
    assert call(timer({"Action": "ListJobs", "MaxResults": 5})).fields == {"MaxResults": 5}


def test_gives_a_tick_the_same_token_however_often_it_is_delivered() -> None:
    assert call(timer(DOCUMENT)).token == call(timer(DOCUMENT)).token
    others = [
        timer(DOCUMENT, Time="2026-11-25T12:00:00Z"),
        timer(DOCUMENT, TriggerName="weekly"),
        timer({**DOCUMENT, "Priority": 2}),
    ]
    assert len({call(event).token for event in [timer(DOCUMENT), *others]}) == 4


def test_keeps_the_token_of_a_tick_for_ever() -> None:
    """A redelivery may meet another version of this program."""
    assert call(timer("{}")).token == "event-9c3e286b-b059-2b43-a856-ea34e44da63e"


@pytest.mark.parametrize(
    ("event", "kind", "message"),
    [
        (timer(""), InvalidEvent, "The timer's Message is empty; it holds a call, in JSON"),
        (timer(" "), InvalidEvent, "Message is empty"),
        (timer("", Message=None), InvalidEvent, "Message is empty"),
        (timer("", Message={"Action": "ListJobs"}), InvalidEvent, "Message is empty"),
        (timer("user define msg body"), InvalidEvent, "The timer's Message cannot be read: not JSON"),
        (timer("[]"), InvalidEvent, "A call is an object"),
        (timer('"ListJobs"'), InvalidEvent, "A call is an object"),
        (timer({"Action": "Tick"}), InvalidRequest, "no action of the API"),
        (timer(DOCUMENT, Time=None), InvalidEvent, "Time or TriggerName is missing"),
        (timer(DOCUMENT, Time=""), InvalidEvent, "Time or TriggerName is missing"),
        (timer(DOCUMENT, Time=5), InvalidEvent, "Time or TriggerName is missing"),
        (timer(DOCUMENT, TriggerName=None), InvalidEvent, "Time or TriggerName is missing"),
    ],
)
def test_refuses(event: Json, kind: type[CosbatchError], message: str) -> None:
    with pytest.raises(kind, match=message):
        trigger.calls(event)


@pytest.mark.parametrize("message", [{"Records": [upload()]}, http("POST", "/jobs", DOCUMENT), timer(DOCUMENT)])
def test_never_reads_the_message_as_another_event(message: Json) -> None:
    assert call(timer(message)).action == "CreateJob"
    assert call(timer(message)).fields == message


def test_answers_with_the_result_or_with_a_failure_that_stays() -> None:
    assert trigger.reply([{"JobId": "j"}]) == {"JobId": "j"}
    error = InvalidRequest("no")
    assert trigger.reply([error]) == error.as_json()


def test_asks_for_another_delivery_where_that_can_mend_it() -> None:
    with pytest.raises(RetryableInvocationError) as raised:
        trigger.reply([UpstreamTimeout("清单 late")])
    assert json.loads(str(raised.value))["Code"] == "UpstreamTimeout"
    assert "清单" in str(raised.value)


@pytest.mark.parametrize(
    ("event", "is_timer"),
    [
        (timer({}), True),
        ({"Type": "Timer"}, True),
        ({"Type": "timer"}, False),
        ({"Type": ["Timer"]}, False),
        ({}, False),
    ],
)
def test_knows_its_events(event: Json, is_timer: bool) -> None:
    assert trigger.matches(event) is is_timer
