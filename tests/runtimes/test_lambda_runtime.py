"""The function in AWS's runtime client: one warm process for many events, a context that is an object."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtimes.conftest import Account, process_environ
from tests.runtimes.events import EVENTS, job_id, upload
from tests.runtimes.lambda_api import Answer, LambdaApi

PATIENCE = 120


@contextlib.contextmanager
def lambda_runtime(tools: str, function: Path, variables: dict[str, str]) -> Iterator[LambdaApi]:
    """The runtime client, with the deployed folder first of all on its path."""
    api = LambdaApi(PATIENCE)
    api.start()
    environ = process_environ(
        **variables,
        PYTHONPATH=str(function),
        PYTHONDONTWRITEBYTECODE="x",
        LAMBDA_TASK_ROOT=str(function),
        AWS_LAMBDA_RUNTIME_API=api.address,
        AWS_LAMBDA_FUNCTION_NAME="cosbatch",
        AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE="256",
    )
    command = [tools, "-m", "awslambdaric", "handler.main_handler"]
    process = subprocess.Popen(command, env=environ, cwd=function, stdout=subprocess.DEVNULL)
    watch = threading.Thread(target=lambda: api.take(Answer("ended", {"ExitCode": process.wait()})))
    watch.start()
    try:
        yield api
    finally:
        process.kill()
        watch.join()
        api.stop()


@pytest.fixture
def runtime(tools: str, function: Path, account: Account) -> Iterator[LambdaApi]:
    with lambda_runtime(tools, function, account.environ()) as api:
        yield api


@pytest.mark.parametrize("trigger", EVENTS)
def test_creates_a_job_for(trigger: str, runtime: LambdaApi, account: Account) -> None:
    account.upload_manifest("restore/list.csv")
    answer = runtime.invoke(EVENTS[trigger]("restore/list.csv"))
    assert answer.kind == "response", answer
    assert account.job_ids() == [job_id(trigger, answer.body)]


def test_creates_one_job_for_an_upload_that_is_delivered_twice(runtime: LambdaApi, account: Account) -> None:
    account.upload_manifest("restore/list.csv")
    first, second = (runtime.invoke(upload("restore/list.csv")).body["Results"][0] for _ in range(2))
    assert (first["Outcome"], second["Outcome"]) == ("created", "recovered")
    assert account.job_ids() == [first["JobId"]] == [second["JobId"]]


def test_has_the_platform_deliver_an_upload_again_that_a_later_try_can_fix(
    runtime: LambdaApi, account: Account
) -> None:
    account.upload_manifest("restore/list.csv")
    account.standin.order({"action": "CreateJob", "fault": "ServiceUnavailable", "times": 100})
    answer = runtime.invoke(upload("restore/list.csv"), seconds=5.0)
    assert answer.kind == "error"
    assert answer.body["errorType"] == "RetryableInvocationError"
    assert account.job_ids() == []
