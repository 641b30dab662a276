"""The stand-in's own routes, and starting one inside a test."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cosbatch.standin import Account, Standin, running
from cosbatch.standin.control import Parts, answer_control
from cosbatch.standin.wire.messages import Request
from tests.standin.client import CONTROL_HOST, Client, client_of
from tests.standin.documents import SOURCE, TAGGING, document, operation
from tests.standin.rehearsal import Rehearsal
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
    parts = Parts(standin.service, standin.faults, standin.runner, "127.0.0.1")
    assert answer_control(parts, request).status == 403
    assert answer_control(replace(parts, host="0.0.0.0"), request).status == 200


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8930", None, 200),
        ("localhost", "http://localhost", 200),
        ("192.168.1.5:9000", "https://192.168.1.5:9000", 200),
        ("[::1]:8930", None, 200),
        ("rebound.example", None, 403),
        ("rebound.example:8930", "http://rebound.example:8930", 403),
        ("localhost:8930", "http://localhost:3000", 403),
        ("localhost:8930", "null", 403),
    ],
)
@pytest.mark.parametrize("path", ["/", "/_standin/jobs", "/_standin/health"])
def test_answers_at_its_own_address_and_no_page_of_another_origin(
    shared: Client, path: str, host: str, origin: str | None, status: int
) -> None:
    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    assert shared.send("GET", path, headers).status == status


def test_says_that_it_is_up(shared: Client) -> None:
    assert json.loads(shared.control("GET", "/_standin/health").body) == {"Status": "ok"}


def test_begins_anew(client: Client, standin: Standin, rehearsal: Rehearsal, tmp_path: Path) -> None:
    for key in "abcd":
        rehearsal.put(key)
    finished = rehearsal.run(Manifest=rehearsal.keys("abcd"), Operation=operation(TAGGING))
    waiting = rehearsal.create(ConfirmationRequired="<ConfirmationRequired>true</ConfirmationRequired>")
    standin.order({"action": "*", "fault": "LostReply"})
    standin.order({"action": "*", "fault": "LostReply"})
    assert client.control("POST", "/_standin/reset").status == 200
    assert standin.jobs() == standin.faults.waiting() == []
    for job_id in (finished.text("Job/JobId"), waiting):
        assert rehearsal.describe(job_id).code == "NoSuchJob"
    assert client.cos("GET", SOURCE, "a").code == "NoSuchBucket"
    assert not [path for path in (tmp_path / "data" / "contents").rglob("*") if path.is_file()]
    rehearsal.put("a")
    assert rehearsal.counts(rehearsal.run(Manifest=rehearsal.keys("a"), Operation=operation(TAGGING)))[2] == 1


def test_begins_anew_in_the_middle_of_a_job(tmp_path: Path) -> None:
    with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.put("a")
        rehearsal.create(Manifest=rehearsal.keys(["a"] * 1500), Operation=operation(TAGGING))
        for _ in range(5):
            standin.runner.tick()
        assert list((tmp_path / "reports").iterdir()) != []
        standin.reset()
        assert not standin.runner.tick()
        assert list((tmp_path / "reports").iterdir()) == []


def test_starts_with_other_keys_and_numbers(tmp_path: Path) -> None:
    account = Account("1", "2", "ap-beijing", "AKIDother", "planted-secret")
    with running(str(tmp_path), account=account) as standin, client_of(standin) as client:
        assert standin.environ["COSBATCH_REGION"] == "ap-beijing"
        assert client.cos("PUT", "a-2", "k", body=b"x").status == 200
        assert client.cos("PUT", "a-1250000000", "k", body=b"x").status == 403
        assert "planted-secret" not in repr(standin.service)


def test_starts_with_an_appid_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path, uin="7", appid="1257654321", region="ap-beijing") as standin, client_of(standin) as client:
        assert client.cos("PUT", "mybucket-1257654321", "k", body=b"x").status == 200
        assert standin.account == Account("7", "1257654321", "ap-beijing")


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
