"""What came of the parts of an event, and how an answer says it."""

from __future__ import annotations

import json

from cosbatch.model.errors import CosbatchError
from cosbatch.model.messages import Call, Skipped

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
