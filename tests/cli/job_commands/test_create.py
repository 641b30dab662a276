"""`plan` and `create`, against the stand-in."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import Run, Terminal

MANIFEST = "cos://manifest-1250000000/restore/2026-11.csv"


@pytest.fixture
def manifest(standin: Standin) -> Resource:
    place = Resource("manifest-1250000000", "restore/2026-11.csv", None)
    client = client_of(os.environ, Clock())
    objects.write(client, place, b"examplebucket-1250000000,photos/1.jpg\n")
    return place


def call_file(folder: Path, **call: object) -> str:
    path = folder / "call.json"
    path.write_text(json.dumps({"Profile": "restore", "Manifest": MANIFEST, **call}))
    return str(path)


def test_plans_without_sending(run: Run, standin: Standin, manifest: Resource, tmp_path: Path) -> None:
    said = run("plan", call_file(tmp_path))
    assert said.code == 0
    assert said.json["Plan"]["Path"] == "/jobs"
    assert "Authorization" not in said.json["Plan"]["Headers"]
    assert f"--plan-digest {said.json['Plan']['Digest']}" in said.err
    assert standin.jobs() == []


@pytest.mark.parametrize("document", [(), ("--document",)])
def test_shows_a_person_what_a_call_would_do_and_its_document_when_asked(
    run: Run, manifest: Resource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: tuple[str, ...]
) -> None:
    for arguments in (("plan",), ("create", "--dry-run")):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        said = run(*arguments, call_file(tmp_path, Priority=0), *document)
        assert (said.code, said.err.partition(".")[0]) == (0, "Nothing was sent")
        assert terminal.getvalue().startswith("Operation    COSInitiateRestoreObject ExpirationInDays=7 JobTier=Bulk\n")
        assert f"List         {MANIFEST}\n" in terminal.getvalue()
        assert "Warning: the priority is 0" in terminal.getvalue()
        assert ("\n\n<CreateJobRequest>\n  <ClientRequestToken>" in terminal.getvalue()) == bool(document)


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "--profile", "restore", MANIFEST),
        ("plan", "--profile", "restore", MANIFEST),
        ("restore", "--profile", "restore", "--yes", MANIFEST),
        ("create", "call.json"),
        ("plan", "call.json"),
    ],
)
def test_makes_no_job_of_the_profiles_that_are_shipped(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "call.json").write_text(json.dumps({"Profile": "restore", "Manifest": MANIFEST}))
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    why = "there is no profiles.json in this folder; cosbatch init writes it, or COSBATCH_PROFILES names one"
    assert f"profile restore: {why}" in said.err


JOB = "53dc6228-c50b-46f7-8ad7-65e7159f1aae"


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "call.json"),
        ("create", "list.csv", "--profile", "restore"),
        ("restore", "list.csv", "--days", "7"),
        ("copy", "list.csv", "--to", "cos://archive-1250000000"),
        ("tag", "list.csv", "team=ops"),
        ("delete-objects", "list.csv"),
        ("retry", JOB, "--create", "--yes"),
    ],
)
def test_refuses_an_option_without_the_one_that_it_belongs_to(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments, "--document")
    assert (said.code, said.out) == (2, "")
    assert said.err == "cosbatch: --document does nothing without --dry-run: write both, or neither\n"
    said = run(*arguments, "--timeout", "5")
    assert (said.code, "--timeout does nothing without --wait" in said.err) == (2, True)


def test_passes_warnings_on(run: Run, manifest: Resource, tmp_path: Path) -> None:
    said = run("plan", call_file(tmp_path, Priority=0))
    assert "Warning: the priority is 0" in said.err


def test_creates_the_job_that_was_planned(run: Run, standin: Standin, manifest: Resource, tmp_path: Path) -> None:
    call = call_file(tmp_path)
    digest = run("plan", call).json["Plan"]["Digest"]
    said = run("create", call, "--plan-digest", digest)
    assert (said.code, said.json["Outcome"]) == (0, "created")
    assert [job["JobId"] for job in standin.jobs()] == [said.json["JobId"]]
    assert f"cosbatch wait {said.json['JobId']}" in said.err


@pytest.mark.parametrize(("profile", "told"), [("restore", None), ("clean-up", True)])
def test_tells_programs_whether_the_job_waits_to_be_confirmed(
    run: Run, standin: Standin, manifest: Resource, tmp_path: Path, profile: str, told: bool | None
) -> None:
    said = run("create", call_file(tmp_path, Profile=profile))
    assert (said.code, said.json["Outcome"], said.json.get("ConfirmationRequired")) == (0, "created", told)


def test_refuses_to_create_what_is_no_longer_planned(run: Run, standin: Standin, manifest: Resource) -> None:
    said = run("create", MANIFEST, "--profile", "restore", "--plan-digest", "sha256:0")
    assert (said.code, said.json["Code"]) == (1, "IdempotencyMismatch")
    assert standin.jobs() == []


def test_creates_from_a_manifest_and_a_profile_alone(run: Run, standin: Standin, manifest: Resource) -> None:
    said = run("create", "--profile", "restore", MANIFEST)
    assert (said.code, said.json["Outcome"]) == (0, "created")


def test_makes_one_job_of_one_token(run: Run, standin: Standin, manifest: Resource) -> None:
    answers = [run("create", "--profile", "restore", "--token", "once", MANIFEST).json for _ in range(2)]
    assert [answer["Outcome"] for answer in answers] == ["created", "recovered"]
    assert answers[0]["JobId"] == answers[1]["JobId"]
    assert len(standin.jobs()) == 1


def interrupted(seconds: float) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("given", ["", "mine"])
def test_says_how_an_interrupted_call_makes_no_second_job(
    run: Run, standin: Standin, manifest: Resource, tmp_path: Path, given: str
) -> None:
    standin.order({"action": "CreateJob", "fault": "LostReply"})
    call, own = call_file(tmp_path), ("--token", given) if given else ()
    said = run("create", call, *own, clock=Clock(sleep=interrupted))
    assert (said.code, said.out) == (130, "")
    found = re.search(r"The same command(?: with --token (\S+))? goes on, and makes no job twice\.", said.err)
    assert found is not None
    assert (found[1] is None) == bool(given)
    again = run("create", call, "--token", found[1] or given)
    (job,) = standin.jobs()
    assert (again.code, again.json["JobId"], again.json["Outcome"]) == (0, job["JobId"], "recovered")
    assert f"Job {job['JobId']} is there, made by an earlier try: no other is made.\n" in again.err


def test_says_nothing_of_another_try_where_none_can_help(
    run: Run, standin: Standin, manifest: Resource, tmp_path: Path
) -> None:
    standin.order({"action": "CreateJob", "fault": "AccessDenied"})
    said = run("create", call_file(tmp_path))
    assert (said.code, said.json["Code"]) == (1, "AccessDenied")
    assert said.json["Message"].endswith(". That was CreateJob.")
    assert "goes on" not in said.err


def test_tells_the_job_though_it_cannot_be_followed(
    run: Run, standin: Standin, manifest: Resource, tmp_path: Path
) -> None:
    standin.order({"action": "DescribeJob", "fault": "AccessDenied"})
    said = run("create", call_file(tmp_path), "--wait")
    (job,) = standin.jobs()
    assert (said.code, said.json["JobId"], said.json["End"]["Code"]) == (1, job["JobId"], "AccessDenied")
    assert f"Job {job['JobId']} is created.\nAccessDenied: " in said.err
    assert f"Follow it with: cosbatch wait {job['JobId']}\n" in said.err


@pytest.mark.parametrize("what", [("call.json",), ("--profile", "restore", MANIFEST)])
def test_tells_the_job_where_following_it_is_interrupted(
    run: Run,
    standin: Standin,
    manifest: Resource,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: tuple[str, ...],
) -> None:
    call_file(tmp_path)
    profiles = Path("profiles.json").resolve()
    monkeypatch.setenv("COSBATCH_PROFILES", str(profiles))
    monkeypatch.chdir(tmp_path)
    standin.order({"action": "DescribeJob", "fault": "ServiceUnavailable"})
    said = run("create", *what, "--wait", clock=Clock(sleep=interrupted))
    (job,) = standin.jobs()
    assert (said.code, said.json["JobId"]) == (130, job["JobId"])
    assert f"Only this command is stopped, not the job. Follow it with: cosbatch wait {job['JobId']}\n" in said.err


def test_answers_the_plan_of_a_call_that_asks_for_it_itself(
    run: Run, standin: Standin, manifest: Resource, tmp_path: Path
) -> None:
    said = run("create", call_file(tmp_path, DryRun=True))
    assert (said.code, said.err, standin.jobs()) == (0, "", [])
    assert "Plan" in said.json


def test_refuses_a_call_of_another_action(run: Run, standin: Standin, tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text('{"Action": "DeleteJob", "JobId": "1"}')
    said = run("create", str(tmp_path / "call.json"))
    assert (said.code, said.json["Code"]) == (1, "InvalidEvent")


def test_tells_every_fault_of_a_document(run: Run, tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text('{"Priority": -1, "Strange": 1}')
    said = run("create", str(tmp_path / "call.json"))
    assert (said.code, said.json["Code"]) == (1, "InvalidRequest")
    assert {"/Priority", "/Strange", "/Operation"} <= {problem["Pointer"] for problem in said.json["Errors"]}


@pytest.mark.parametrize("name", ["plan", "create"])
def test_says_wrong_usage_for_a_file_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv("COSBATCH_UIN")
    assert run(name, "nowhere.json").code == 2
