"""The client for Python programs, against the stand-in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import cosbatch
from cosbatch import BatchClient, CosbatchError
from cosbatch.model.errors import ConfigurationError, IdempotencyMismatch, InvalidRequest, ServiceError
from cosbatch.standin import Standin, running
from tests.pages import ROOT, blocks, names, page
from tests.standin.client import client_of

DOCUMENT: dict[str, Any] = {
    "Manifest": {
        "Location": {"ObjectArn": "cos://manifest-1250000000/list.csv"},
        "Spec": {"Format": "COSBatchOperations_CSV_V1", "Fields": ["Bucket", "Key"]},
    },
    "Operation": {"COSPutObjectTagging": {"TaggingDirective": "Add", "TagSet": [{"Key": "team", "Value": "ops"}]}},
    "Priority": 1,
    "Report": {"Bucket": "cos://report-1250000000", "Enabled": False},
    "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
}


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    with running(tmp_path_factory.mktemp("data")) as standin:
        with client_of(standin) as objects:
            objects.cos("PUT", "manifest-1250000000", "list.csv", body=b"data-1250000000,a.txt\n")
            objects.cos("PUT", "data-1250000000", "a.txt", body=b"a")
        yield standin


@pytest.fixture
def client(standin: Standin) -> BatchClient:
    account = standin.account
    return BatchClient(
        account.secret_id,
        account.secret_key,
        uin=account.uin,
        appid=account.appid,
        region=account.region,
        endpoint=standin.endpoint,
    )


def test_creates_a_job_once_however_often_it_is_asked_for(client: BatchClient) -> None:
    first = client.create_job(DOCUMENT, token="once")
    again = client.create_job(DOCUMENT, token="once")
    assert (first["Outcome"], again["Outcome"]) == ("created", "recovered")
    assert first["JobId"] == again["JobId"]
    with pytest.raises(IdempotencyMismatch):
        client.create_job({**DOCUMENT, "Priority": 2}, token="once")


def test_refuses_a_document_before_anything_is_sent(client: BatchClient) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client.create_job({**DOCUMENT, "Priority": -1})
    assert [problem.pointer for problem in caught.value.problems] == ["/Priority"]
    assert ": /Priority " in str(caught.value)
    assert isinstance(caught.value, CosbatchError)


def test_lists_no_state_that_a_job_cannot_have(client: BatchClient) -> None:
    with pytest.raises(CosbatchError) as caught:
        client.list_jobs("Nope")
    assert [problem.pointer for problem in caught.value.problems] == ["/JobStatuses"]


def test_closes_the_connections_of_its_own_session_alone(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[requests.Session] = []
    monkeypatch.setattr(requests.Session, "close", lambda session: closed.append(session))
    for name, value in standin.environ.items():
        monkeypatch.setenv(name, value)
    with BatchClient(session=requests.Session()) as client:
        assert list(client.list_jobs("New")) == []
    assert closed == []
    with BatchClient() as client:
        assert (list(client.list_jobs("New")), closed) == ([], [])
    assert len(closed) == 1


def test_offers_nothing_else() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Client'"):
        cosbatch.Client  # noqa: B018


def test_follows_a_job_from_its_confirmation_to_its_end(client: BatchClient) -> None:
    job_id = client.create_job({**DOCUMENT, "ConfirmationRequired": True})["JobId"]
    assert client.update_job_priority(job_id, 7)["Priority"] == 7
    seen: list[object] = []
    with pytest.raises(TimeoutError, match="is Suspended after"):
        client.wait(job_id, timeout=0.5, interval=0.05)
    assert client.update_job_status(job_id, "Ready", "looked at")["JobId"] == job_id
    job = client.wait(job_id, timeout=30, on_progress=lambda job: seen.append(job["Status"]), interval=0.02)
    assert (job["Status"], seen[-1]) == ("Complete", "Complete")
    assert job["ProgressSummary"]["NumberOfTasksSucceeded"] == 1


def test_lists_jobs_by_their_state_and_deletes_them(client: BatchClient) -> None:
    job_id = client.create_job(DOCUMENT)["JobId"]
    client.wait(job_id, timeout=30, interval=0.02)
    assert job_id in {job["JobId"] for job in client.list_jobs("Complete")}
    assert client.delete_job(job_id)["JobId"] == job_id
    with pytest.raises(ServiceError) as caught:
        client.describe_job(job_id)
    assert caught.value.code == "NoSuchJob"


def test_takes_what_it_is_not_given_from_the_environment(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in standin.environ.items():
        monkeypatch.setenv(name, value)
    assert list(BatchClient().list_jobs("New")) == []


def test_says_all_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TENCENTCLOUD_SECRETID",
        "TENCENTCLOUD_SECRETKEY",
        "COSBATCH_UIN",
        "COSBATCH_APPID",
        "COSBATCH_REGION",
    ):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigurationError) as caught:
        BatchClient(region="ap-chengdu")
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize("value", [100000000001, b"100000000001", ["100000000001"]])
def test_says_which_arguments_are_no_text(standin: Standin, monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    for name, said in standin.environ.items():
        monkeypatch.setenv(name, said)
    with pytest.raises(ConfigurationError) as caught:
        BatchClient(value, uin=value, endpoint=value)
    pointers = [problem.pointer for problem in caught.value.problems]
    assert pointers == ["/TENCENTCLOUD_SECRETID", "/COSBATCH_UIN", "/COSBATCH_ENDPOINT"]
    assert "100000000001" not in str(caught.value)


@pytest.mark.parametrize(
    "seconds",
    [
        *({"interval": -1}, {"interval": 0}, {"interval": None}, {"interval": 1e300}, {"interval": 10**400}),
        *({"timeout": float("nan")}, {"timeout": "x"}, {"timeout": -1}, {"timeout": 10**400}),
        {"timeout": 1e300, "interval": 1e18},
    ],
)
def test_refuses_seconds_that_cannot_be_waited_for(client: BatchClient, seconds: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(seconds))} must be a number of seconds"):
        client.wait("1", **seconds)


@pytest.mark.parametrize("document", [None, "x", [1]])
def test_refuses_what_is_no_document(client: BatchClient, document: Any) -> None:
    with pytest.raises(TypeError, match="document must be a mapping, not "):
        client.create_job(document)


def test_refuses_a_token_of_blanks_before_anything_is_sent(client: BatchClient) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client.create_job(DOCUMENT, token=" ")
    assert [problem.pointer for problem in caught.value.problems] == ["/ClientRequestToken"]


def test_does_what_its_page_shows(standin: Standin, tmp_path: Path) -> None:
    program, in_tests = blocks(page("docs/client.md"), "python")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **standin.environ}
    program = program.replace("timeout=3600", "interval=0.02, timeout=3600")
    ran = subprocess.run([sys.executable, "-c", program], env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "1 tasks succeeded"), ran.stderr
    defined: dict[str, Any] = {}
    exec(in_tests, defined)
    with running(tmp_path / "data") as empty:
        defined["test_has_no_jobs_at_the_beginning"](empty)


def test_names_every_method_on_its_page() -> None:
    methods = {name for name, value in vars(BatchClient).items() if callable(value) and not name.startswith("_")}
    assert {name.partition("(")[0] for name in names(page("docs/client.md"), "method")} == methods


@pytest.mark.slow
def test_costs_those_nothing_who_do_not_ask_for_it() -> None:
    program = "import sys, cosbatch; assert 'requests' not in sys.modules; cosbatch.BatchClient; assert 'requests' in sys.modules"
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True)
