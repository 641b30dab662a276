"""A direct invocation: the event is the call."""

from __future__ import annotations

from collections.abc import Mapping

from cosbatch.model.errors import InvalidEvent, InvalidRequest, Problem
from cosbatch.model.messages import Call, Outcome, Step, as_result
from cosbatch.schemas.calls import ACTIONS
from cosbatch.schemas.document import ELEMENTS


def matches(event: Mapping[str, object]) -> bool:
    """It names an action, or holds elements of a CreateJob document or the name of a profile."""
    return "Action" in event or any(name in event for name in (*ELEMENTS, "Profile"))


def calls(event: Mapping[str, object]) -> list[Step]:
    return [call_of(event)]


def call_of(fields: object, token: str | None = None) -> Call:
    """The call that an object of fields is. Raises InvalidEvent, InvalidRequest."""
    if not isinstance(fields, Mapping) or not all(isinstance(name, str) for name in fields):
        raise InvalidEvent("A call is an object with Action and the fields of that action.")
    action = fields.get("Action", "CreateJob")
    if action not in ACTIONS:
        problem = Problem("/Action", f"must be one of {', '.join(ACTIONS)}")
        raise InvalidRequest("The call names no action of the API.", [problem])
    own = {name: value for name, value in fields.items() if name != "Action"}
    return Call(str(action), own, token)


def reply(outcomes: list[Outcome]) -> object:
    (outcome,) = outcomes
    return as_result(outcome)
