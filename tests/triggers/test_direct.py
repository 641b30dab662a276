"""Direct calls: the event is the call."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.model.errors import InvalidEvent, InvalidRequest, UpstreamTimeout
from cosbatch.model.messages import Call
from cosbatch.triggers import direct
from tests.stage import DOCUMENT

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("event", "is_call"),
    [
        (DOCUMENT, True),
        ({"Profile": "restore"}, True),
        ({"Manifest": None}, True),
        ({"Action": "ListJobs"}, True),
        ({"Action": None}, True),
        ({}, False),
        ({"key1": "test value 1"}, False),
        ({"DryRun": True}, False),
        ({"action": "ListJobs"}, False),
    ],
)
def test_knows_its_events(event: Json, is_call: bool) -> None:
    assert direct.matches(event) is is_call


@pytest.mark.parametrize(
    ("event", "call"),
    [
        (DOCUMENT, Call("CreateJob", DOCUMENT)),
        ({"Action": "CreateJob", "Profile": "p"}, Call("CreateJob", {"Profile": "p"})),
        ({"Action": "ListJobs", "MaxResults": 5}, Call("ListJobs", {"MaxResults": 5})),
    ],
)
def test_takes_the_event_for_the_call(event: Json, call: Call) -> None:
    assert direct.calls(event) == [call]


@pytest.mark.parametrize("action", ["listJobs", "", None, 5, [], {"a": 1}, "PutObject"])
def test_refuses_unknown_actions_and_says_which_there_are(action: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        direct.calls({"Action": action})
    (problem,) = refused.value.problems
    assert problem.pointer == "/Action"
    assert problem.message.startswith("must be one of CreateJob, DescribeJob, ListJobs")


@pytest.mark.parametrize("fields", [None, [], "ListJobs", 5, {5: "ListJobs"}])
def test_refuses_what_is_no_call(fields: object) -> None:
    with pytest.raises(InvalidEvent, match="A call is an object with Action"):
        direct.call_of(fields)


def test_answers_with_the_result_or_the_failure() -> None:
    assert direct.reply([{"JobId": "j"}]) == {"JobId": "j"}
    error = UpstreamTimeout("late")
    assert direct.reply([error]) == error.as_json()
