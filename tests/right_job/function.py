"""The whole function as the platform keeps it warm, over a real socket; its time goes by only when a test says so."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from cosbatch.dispatch import Runtime, dispatch
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import RetryableInvocationError
from cosbatch.service.exchange import Budget
from cosbatch.service.transport import Transport, direct_session
from tests.stage import ENVIRON, PROFILE, profiles_text, upload

Json = dict[str, Any]

KEY = "restore/list.csv"
SECONDS = 60


class Function:
    """A warm instance; `log` keeps its lines."""

    def __init__(self, endpoint: str, environ: Mapping[str, str], now: float) -> None:
        self.now = now
        self.log: list[Json] = []
        self.session = direct_session()
        self._clock = Clock(time.monotonic, lambda: self.now, lambda seconds: None, lambda: 0.5)
        self._environ = {**ENVIRON, **environ, "COSBATCH_ENDPOINT": endpoint}
        self._transport = Transport(self._clock, self.session)

    def __call__(
        self, event: object, *profiles: Json, policy: Json | None = None, environ: Mapping[str, str] | None = None
    ) -> Any:
        """The reply; of what is raised for the platform, its text."""
        runtime = Runtime(
            transport=self._transport,
            budget=Budget(),
            clock=self._clock,
            environ={**self._environ, **(environ or {})},
            profiles_path="profiles.json",
            read_file=lambda _: profiles_text(*(profiles or [PROFILE]), policy=policy),
            write=lambda line: self.log.append(json.loads(line)),
            random_bytes=lambda size: bytes(size),
        )
        try:
            return dispatch(event, {"time_limit_in_ms": SECONDS * 1000}, runtime)
        except RetryableInvocationError as error:
            return {"Raised": True, **json.loads(str(error))}

    def told(self, record: Json, environ: Mapping[str, str] | None = None, **changes: Any) -> Json:
        """The result of one record; `Raised` where it was raised for the platform. `changes` are of the profile."""
        answer = self({"Records": [record]}, {**PROFILE, **changes}, environ=environ)
        return {"Raised": answer.get("Raised", False), **answer["Results"][0]}


def event(size: int | None = None, key: str = KEY, **changes: Any) -> Json:
    """An upload as COS tells of it: without an ETag; at a time behind all that is written here."""
    record = upload(key, **{"size": size, "meta": {}, **changes})
    record["event"]["eventTime"] = 4_000_000_000
    return record


def brief(result: Json) -> tuple[str, list[str]]:
    """The outcome, and the names of the warnings."""
    return result["Outcome"], [warning["Warning"] for warning in result.get("Warnings", [])]
