"""The Batch API for Python programs: the same validation and the same exactly-once as the function's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests

from cosbatch.configuration import read_without_profiles
from cosbatch.jobs.creation import all_jobs
from cosbatch.jobs.perform import CallContext, perform
from cosbatch.model.deadline import Clock, Deadline
from cosbatch.model.errors import ConfigurationError, Problem
from cosbatch.model.messages import Call
from cosbatch.schemas.calls import FINAL_STATES, load_call
from cosbatch.service.exchange import Budget, Exchange, Wire
from cosbatch.service.transport import Transport, direct_session

Job = Mapping[str, Any]

# Seconds: for one call with all of its attempts, for a listing, and between two looks at a job.
PATIENCE = 60.0
LISTING_PATIENCE = 300.0
INTERVAL = 5.0
# 31 years: a clock cannot be asked to sleep for any time.
_LONGEST = 10**9


class BatchClient:
    """Jobs of one account in one region.

    What is not given is taken from the environment: TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY,
    TENCENTCLOUD_SESSIONTOKEN, COSBATCH_UIN, COSBATCH_APPID, COSBATCH_REGION, COSBATCH_ENDPOINT, COSBATCH_TIMEOUT (seconds for
    one attempt). Raises ConfigurationError with all that is wrong or missing; every method raises CosbatchError, whose
    `code`, `message` and `problems` say what happened. A `session` of requests brings proxies or an adapter of one's own.
    A `with` block closes the connections at its end, but for those of a session that was given.
    """

    def __init__(
        self,
        secret_id: str | None = None,
        secret_key: str | None = None,
        session_token: str | None = None,
        *,
        uin: str | None = None,
        appid: str | None = None,
        region: str | None = None,
        endpoint: str | None = None,
        session: requests.Session | None = None,
        clock: Clock | None = None,
    ) -> None:
        given = {
            "TENCENTCLOUD_SECRETID": secret_id,
            "TENCENTCLOUD_SECRETKEY": secret_key,
            "TENCENTCLOUD_SESSIONTOKEN": session_token,
            "COSBATCH_UIN": uin,
            "COSBATCH_APPID": appid,
            "COSBATCH_REGION": region,
            "COSBATCH_ENDPOINT": endpoint,
        }
        said = {name: value for name, value in given.items() if value is not None}
        problems = [Problem(f"/{name}", "must be a str") for name, value in said.items() if not isinstance(value, str)]
        if problems:
            raise ConfigurationError("The arguments are not right; nothing was sent.", problems)
        self._configuration = read_without_profiles({**os.environ, **said})
        settings = self._configuration.settings
        self._clock = clock or Clock()
        self._own_session = direct_session() if session is None else None
        transport = Transport(self._clock, session or self._own_session)
        self._wire: Wire = transport.connect(settings.credentials, settings.endpoint)
        self._budget = Budget()

    def __enter__(self) -> BatchClient:
        return self

    def __exit__(self, *error: object) -> None:
        if self._own_session is not None:
            self._own_session.close()

    def create_job(self, document: Mapping[str, object], token: str | None = None) -> dict[str, Any]:
        """Create the job of a CreateJob document (436/38608), in JSON with the page's element names, exactly once.

        `{"JobId", "Outcome": "created" | "recovered", "ClientRequestToken", "RequestId"}`. With the same `token` (1 to 64
        bytes, a UUID is advised) a repeated call gives the same job; without one, the error's `fields` hold the one that
        was made, to be used for the next try. `"DryRun": true` sends nothing and returns the plan.
        """
        if not isinstance(document, Mapping):
            raise TypeError(f"document must be a mapping, not {type(document).__name__}")
        own = {} if token is None else {"ClientRequestToken": token}
        return self._call("CreateJob", {**document, **own})

    def describe_job(self, job_id: str) -> dict[str, Any]:
        """The job as the service describes it (436/38609): Status, ProgressSummary, Manifest, Operation and more."""
        job: dict[str, Any] = self._call("DescribeJob", {"JobId": job_id})["Job"]
        return job

    def list_jobs(self, status: str | None = None) -> Iterator[Job]:
        """Every job of the last 90 days, in the service's order, from as many pages as there are (436/38611)."""
        load_call("ListJobs", {} if status is None else {"JobStatuses": status})
        return all_jobs({"jobStatuses": status}, self._exchange(LISTING_PATIENCE))

    def update_job_priority(self, job_id: str, priority: int) -> dict[str, Any]:
        """Give a job another priority, from 0 to 2,147,483,647 (436/38612): `{"JobId", "Priority"}`."""
        return self._call("UpdateJobPriority", {"JobId": job_id, "Priority": priority})

    def update_job_status(self, job_id: str, status: str, reason: str | None = None) -> dict[str, Any]:
        """Confirm (`Ready`) or cancel (`Cancelled`) a job (436/38613): `{"JobId", "Status", "StatusUpdateReason"}`."""
        why = {} if reason is None else {"StatusUpdateReason": reason}
        return self._call("UpdateJobStatus", {"JobId": job_id, "RequestedJobStatus": status, **why})

    def delete_job(self, job_id: str) -> dict[str, Any]:
        """Take a job out of the listing; known from the vendor's Go SDK only. `{"JobId"}`."""
        return self._call("DeleteJob", {"JobId": job_id})

    def wait(
        self,
        job_id: str,
        timeout: float | None = None,
        on_progress: Callable[[Job], object] | None = None,
        interval: float = INTERVAL,
    ) -> dict[str, Any]:
        """The job at its end: Complete, Failed or Cancelled. `on_progress` gets each state that is seen, every `interval`
        seconds. Raises TimeoutError after `timeout` seconds, and ValueError where they are none that can be waited for.
        """
        if not (timeout is None or (isinstance(timeout, int | float) and 0 <= timeout <= _LONGEST)):
            raise ValueError(f"timeout must be a number of seconds from 0 to {_LONGEST}, or None; it is {timeout!r}")
        if not (isinstance(interval, int | float) and 0 < interval <= _LONGEST):
            raise ValueError(f"interval must be a number of seconds above 0, up to {_LONGEST}; it is {interval!r}")
        until = self._clock.monotonic() + timeout if timeout is not None else float("inf")
        while True:
            job = self.describe_job(job_id)
            if on_progress is not None:
                on_progress(job)
            if job.get("Status") in FINAL_STATES:
                return job
            left = until - self._clock.monotonic()
            if left <= 0:
                raise TimeoutError(f"Job {job_id} is {job.get('Status')} after {timeout} seconds.")
            self._clock.sleep(min(interval, left))

    def _call(self, action: str, fields: Mapping[str, object]) -> dict[str, Any]:
        context = CallContext(self._configuration, self._exchange(PATIENCE), os.urandom)
        return perform(Call(action, fields), context)

    def _exchange(self, patience: float) -> Exchange:
        deadline = Deadline(self._clock, self._clock.monotonic() + patience)
        settings = self._configuration.settings
        return Exchange(self._wire, settings.account, deadline, self._budget, settings.timeout)
