"""A timer: its Message is a call, in JSON."""

from __future__ import annotations

from collections.abc import Mapping

from cosbatch.model import strict_json
from cosbatch.model.errors import InvalidEvent, RetryableInvocationError
from cosbatch.model.identity import event_token
from cosbatch.model.messages import Outcome, Step, as_result, as_text, retryable
from cosbatch.triggers.direct import call_of


def matches(event: Mapping[str, object]) -> bool:
    return event.get("Type") == "Timer"


def calls(event: Mapping[str, object]) -> list[Step]:
    """The token is the tick's own, so that a second delivery of the same tick makes no second job."""
    message, time, name = event.get("Message"), event.get("Time"), event.get("TriggerName")
    if not isinstance(message, str) or not message.strip():
        raise InvalidEvent("The timer's Message is empty; it holds a call, in JSON.")
    if not isinstance(time, str) or not time or not isinstance(name, str):
        raise InvalidEvent(
            "The timer's Time or TriggerName is missing; without them a second delivery could not be told from a new tick."
        )
    try:
        fields = strict_json.read(message)
    except ValueError as error:
        raise InvalidEvent(f"The timer's Message cannot be read: {error}.") from None
    return [call_of(fields, event_token("timer", name, time, message))]


def reply(outcomes: list[Outcome]) -> object:
    """Raises RetryableInvocationError where a later delivery can fix what failed: the platform keeps no return value."""
    (outcome,) = outcomes
    result = as_result(outcome)
    if retryable(outcome):
        raise RetryableInvocationError(as_text(result))
    return result
