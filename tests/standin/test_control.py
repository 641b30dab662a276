"""The stand-in's own routes, and starting one inside a test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosbatch.standin import Account, Standin, running
from cosbatch.standin.control import answer_control
from cosbatch.standin.wire.messages import Request
from tests.standin.client import CONTROL_HOST, Client, client_of
from tests.standin.documents import document
from tests.standin.wire.test_signatures import NoBody


def test_shows_every_job_as_it_is_stored(client: Client) -> None:
    token = "<ClientRequestToken>my-token</ClientRequestToken>"
    job_id = client.create(document(ClientRequestToken=token)).text("JobId")
    (job,) = json.loads(client.control("GET", "/_standin/jobs").body)["Jobs"]
    assert (job["JobId"], job["ClientRequestToken"], job["Description"]) == (
        job_id,
        "my-token",
        "example job",
    )
    assert job["Document"]["Operation"]["COSInitiateRestoreObject"] == {
        "ExpirationInDays": 3,
        "JobTier": "Bulk",
    }
    assert (job["Priority"], job["Region"], job["Deleted"]) == (10, "ap-chengdu", False)
    assert job["States"][0]["Status"] == "New"
    assert job["States"][0]["At"] == job["Created"]


@pytest.mark.parametrize("route", ["PUT /_standin/faults", "GET /_standin/other", "POST /_standin/jobs", "POST /"])
def test_knows_no_other_routes(client: Client, route: str) -> None:
    reply = client.control(*route.split())
    assert reply.status == 404
    assert "/_standin/faults (POST, GET, DELETE)" in json.loads(reply.body)["Error"]


def test_belongs_to_its_own_host_alone(client: Client) -> None:
    assert client.call("GET", CONTROL_HOST, "/_standin/jobs").status == 400
    assert client.cos("GET", "examplebucket-1250000000", "_standin/jobs").code == "NoSuchBucket"


def test_answers_nobody_from_another_machine(standin: Standin) -> None:
    request = Request("GET", "/_standin/jobs", (), {}, ("127.0.0.1",), NoBody(), client="192.0.2.1")
    assert answer_control(standin.service, standin.faults, request).status == 403


def test_starts_with_other_keys_and_numbers(tmp_path: Path) -> None:
    account = Account("1", "2", "ap-beijing", "AKIDother", "planted-secret")
    with running(str(tmp_path), account=account) as standin, client_of(standin) as client:
        assert standin.environ["COSBATCH_REGION"] == "ap-beijing"
        assert client.cos("PUT", "a-2", "k", body=b"x").status == 200
        assert client.cos("PUT", "a-1250000000", "k", body=b"x").status == 403
        assert "planted-secret" not in repr(standin.service)


def test_keeps_what_is_given_a_folder(tmp_path: Path) -> None:
    for status in (404, 200):
        with running(tmp_path) as standin, client_of(standin) as client:
            assert client.cos("GET", "a-1250000000", "k").status == status
            client.cos("PUT", "a-1250000000", "k", body=b"x")


def test_leaves_nothing_behind_without_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with running() as standin, client_of(standin) as client:
        client.cos("PUT", "a-1250000000", "k", body=b"x")
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_lets_go_of_its_folder_when_the_port_is_taken(tmp_path: Path) -> None:
    with running() as other:
        port = int(other.endpoint.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), running(tmp_path, port=port):
            pass
    with running(tmp_path):
        pass
