"""Outcomes, and how an answer says them."""

from __future__ import annotations

from cosbatch.model.errors import InvalidRequest, UpstreamTimeout
from cosbatch.model.messages import Skipped
from cosbatch.triggers.outcomes import Outcome, as_result, as_text, retryable


def test_says_each_kind_of_outcome() -> None:
    assert as_result({"JobId": "j"}) == {"JobId": "j"}
    assert as_result(Skipped("why")) == {"Outcome": "skipped", "Reason": "why"}
    assert as_result(InvalidRequest("no")) == InvalidRequest("no").as_json()


def test_knows_what_a_later_try_can_mend() -> None:
    assert retryable(UpstreamTimeout("late"))
    lasting: list[Outcome] = [InvalidRequest("no"), Skipped("why"), {"Retryable": True}]
    assert not any(retryable(outcome) for outcome in lasting)


def test_writes_text_for_people_that_utf8_can_carry() -> None:
    assert as_text({"a": "清单"}) == '{"a": "清单"}'
    assert as_text(["\ud800"]) == '["?"]'
