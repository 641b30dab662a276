"""`responses` in the place of the adapter that everything is sent through."""

from __future__ import annotations

from responses import RequestsMock

ADAPTER = "cosbatch.service.deadline_adapter.DeadlineAdapter.send"

responses = RequestsMock(assert_all_requests_are_fired=False, target=ADAPTER)
