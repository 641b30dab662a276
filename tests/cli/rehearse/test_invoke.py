"""`invoke`: a recorded event, handed to the function."""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.rehearse.invoke import exit_code_of_reply, tell_how_jobs_ended
from cosbatch.cli.rehearse.rehearsal import begin, put_example_manifest
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.cli.remote.function_files import function_file
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Account, Standin
from tests.cli.running import Run, Said

OTHER_ACCOUNT = {
    "Records": [
        {
            "cos": {
                "cosBucket": {"region": "gz", "name": "testpic", "appid": "1253970026"},
                "cosObject": {
                    "url": "http://testpic-1253970026.cos.ap-guangzhou.myqcloud.com/lists/a.csv",
                    "meta": {"x-cos-request-id": "NWMxOWY4MGFf"},
                    "size": 1029,
                    "key": "/1253970026/testpic/lists/a.csv",
                },
            },
            "event": {"eventName": "cos:ObjectCreated:Put", "eventTime": 1545205770},
        }
    ]
}
SPEC = {"Format": "COSBatchOperations_CSV_V1", "Fields": ["Bucket", "Key"]}
CALL = {
    "Profile": "restore",
    "Manifest": {"Location": {"ObjectArn": "cos://manifest-1250000000/restore/a.csv"}, "Spec": SPEC},
}
DOCUMENT = {
    "Manifest": {"Location": {"ObjectArn": "cos://manifest-1250000000/restore/a.csv"}, "Spec": SPEC},
    "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 1, "JobTier": "Bulk"}},
    "Priority": 1,
    "Report": {"Bucket": "cos://report-1250000000", "Enabled": False},
    "RoleArn": "qcs::cam::uin/100000000001:roleName/Any",
}


@pytest.fixture
def recorded(tmp_path: Path) -> Any:
    def write(event: Any) -> str:
        path = tmp_path / "event.json"
        path.write_text(json.dumps(event))
        return str(path)

    return write


def test_replays_a_call_against_a_stand_in(run: Run, recorded: Any) -> None:
    before = dict(os.environ)
    said = run("invoke", recorded(CALL), "--local")
    assert (said.code, said.json["Outcome"]) == (0, "created")
    assert said.json["JobId"] in said.err
    assert dict(os.environ) == before


def test_replays_an_upload_of_another_account_in_that_account(run: Run, recorded: Any) -> None:
    said = run("invoke", recorded(OTHER_ACCOUNT), "--local", "--profile", "restore")
    assert said.code == 0, said.err
    (result,) = said.json["Results"]
    assert (result["Outcome"], result["Profile"]) == ("created", "restore")
    assert "Superseded" not in said.out
    assert result["Manifest"] == "qcs::cos:ap-guangzhou::testpic-1253970026/lists/a.csv"


def test_says_so_where_no_profile_takes_the_upload(run: Run, recorded: Any) -> None:
    said = run("invoke", recorded(OTHER_ACCOUNT), "--local")
    assert (said.code, said.json["Results"][0]["Outcome"]) == (0, "skipped")
    assert "No job was made." in said.err


def test_replays_with_a_manifest_of_one_s_own(run: Run, recorded: Any, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(b"")
    said = run(
        "invoke", recorded(OTHER_ACCOUNT), "--local", "--profile", "restore", "--manifest", str(tmp_path / "list.csv")
    )
    assert (said.code, said.json["Results"][0]["Code"]) == (1, "InvalidManifest")


def test_replays_an_http_call_without_authentication(run: Run, recorded: Any) -> None:
    said = run("invoke", recorded({"httpMethod": "POST", "path": "/jobs", "body": json.dumps(CALL)}), "--local")
    assert (said.code, said.json["statusCode"]) == (0, 201)


def test_replays_an_http_call_as_the_function_is_set(run: Run, recorded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_HTTP_AUTH", "bearer")
    monkeypatch.setenv("COSBATCH_HTTP_TOKENS", "0" * 64)
    said = run("invoke", recorded({"httpMethod": "GET", "path": "/jobs"}), "--local")
    assert (said.code, said.json["statusCode"]) == (1, 401)


def test_keeps_no_credentials_of_the_environment(run: Run, recorded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SESSIONTOKEN", "no token, for it has blanks")
    assert run("invoke", recorded(CALL), "--local").code == 0


def test_takes_the_account_of_a_document_s_own_role(run: Run, recorded: Any) -> None:
    document = {
        "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 1, "JobTier": "Bulk"}},
        "Priority": 1,
        "Report": {"Bucket": "cos://report-1253970026", "Enabled": False},
        "RoleArn": "qcs::cam::uin/100000000777:roleName/Own",
        "Manifest": {"Location": {"ObjectArn": "cos://lists-1253970026/a.csv"}, "Spec": SPEC},
    }
    said = run("invoke", recorded(document), "--local", "--region", "ap-nanjing")
    assert (said.code, said.json["Outcome"]) == (0, "created")


def test_shows_the_function_s_log_when_asked(run: Run, recorded: Any) -> None:
    assert '"message": "CreateJob done"' in run("invoke", recorded(CALL), "--local", "--verbose").err


@pytest.mark.parametrize("event", [[], {}, "text", {"Records": []}, {"Records": [{"s3": {}}]}, {"Type": "Timer"}])
def test_shows_the_reply_of_the_function_to_odd_events(run: Run, recorded: Any, event: Any) -> None:
    said = run("invoke", recorded(event), "--local")
    assert said.code in (0, 1)
    assert "InternalError" not in said.out


def test_tells_of_profiles_that_the_function_would_refuse(
    run: Run, recorded: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "profiles.json").write_text('{"profiles": 1}')
    monkeypatch.setenv("COSBATCH_PROFILES", str(tmp_path / "profiles.json"))
    said = run("invoke", recorded(CALL), "--local", "--profile", "restore")
    assert (said.code, said.json["Code"]) == (1, "ConfigurationError")


def test_rehearses_by_no_example_where_the_folder_s_own_profiles_are_wrong(
    run: Run, recorded: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "profiles.json").write_text('{"profiles": 1}')
    monkeypatch.chdir(tmp_path)
    said = run("invoke", recorded(CALL), "--local")
    assert (said.code, said.json["Code"]) == (1, "ConfigurationError")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which holds a list and no profiles; a stand-in holds the list too."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def upload_event(key: str) -> dict[str, Any]:
    url = f"http://manifest-1250000000.cos.ap-chengdu.myqcloud.com/{key}"
    uploaded = {"key": f"/1250000000/manifest/{key}", "url": url, "meta": {}, "size": 27}
    bucket = {"region": "cd", "name": "manifest", "appid": "1250000000"}
    happened = {"eventName": "cos:ObjectCreated:Put", "eventTime": 1795442400}
    return {"Records": [{"cos": {"cosBucket": bucket, "cosObject": uploaded}, "event": happened}]}


def own_profiles(name: str) -> str:
    """One profile of this name, which takes what is uploaded below own/; the example that is shipped takes nothing there."""
    (example, *_) = json.loads(function_file("profiles.json").read_text())["profiles"]
    match = {"bucket": "manifest-1250000000", "prefix": "own/", "suffix": ".csv"}
    return json.dumps({"profiles": [{**example, "name": name, "match": match}]})


def put_list(key: str) -> None:
    place = Resource("manifest-1250000000", key, None)
    objects.write(client_of(os.environ, Clock()), place, b"examplebucket-1250000000,a\n")


@pytest.mark.parametrize("variable", ["", "other.json"])
def test_takes_the_upload_by_the_profiles_of_the_folder_or_of_the_variable(
    run: Run, standin: Standin, recorded: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    (folder / "profiles.json").write_text(own_profiles("of-the-folder"))
    (folder / "other.json").write_text(own_profiles("of-the-variable"))
    monkeypatch.setenv("COSBATCH_PROFILES", variable)
    put_list("own/a.csv")
    said = run("invoke", recorded(upload_event("own/a.csv")))
    (result,) = said.json["Results"]
    wanted = "of-the-variable" if variable else "of-the-folder"
    assert (said.code, result["Outcome"], result["Profile"]) == (0, "created", wanted)


@pytest.mark.parametrize(
    "event", [upload_event("restore/a.csv"), CALL, {"httpMethod": "POST", "body": json.dumps(CALL)}]
)
def test_makes_no_job_of_the_example_that_is_shipped(
    run: Run, standin: Standin, recorded: Any, folder: Path, event: Any
) -> None:
    put_list("restore/a.csv")
    said = run("invoke", recorded(event))
    assert (said.code, "there is no profiles.json in this folder; cosbatch init writes it" in said.err) == (2, True)
    assert standin.jobs() == []


def test_carries_out_a_call_without_a_profile_in_any_folder(
    run: Run, standin: Standin, recorded: Any, folder: Path
) -> None:
    put_list("restore/a.csv")
    said = run("invoke", recorded(DOCUMENT))
    assert (said.code, said.json["Outcome"]) == (0, "created")


@pytest.mark.parametrize("event", [upload_event("own/a.csv"), {"Action": "ListJobs"}])
@pytest.mark.parametrize("variable", ["", "missing.json"])
def test_stops_where_the_profiles_are_wrong(
    run: Run, recorded: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, event: Any
) -> None:
    (folder / "profiles.json").write_text('{"profiles": 1}')
    monkeypatch.setenv("COSBATCH_PROFILES", variable)
    said = run("invoke", recorded(event))
    assert (said.code, said.json["Code"]) == (1, "ConfigurationError")


def test_goes_to_the_account_of_the_environment_otherwise(run: Run, standin: Standin, recorded: Any) -> None:
    said = run("invoke", recorded({"Action": "ListJobs"}))
    assert (said.code, said.json["Jobs"]) == (0, [])
    standin.order({"action": "DescribeJob", "fault": "TooManyJobs"})
    timer = {"Type": "Timer", "Time": "t", "TriggerName": "n", "Message": '{"Action": "DescribeJob", "JobId": "1"}'}
    said = run("invoke", recorded(timer))
    assert (said.code, said.json["Code"]) == (1, "TooManyJobs")
    assert "would deliver the event again" in said.err


def test_goes_to_the_endpoint_of_the_options(
    run: Run, standin: Standin, recorded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COSBATCH_ENDPOINT")
    assert run("invoke", recorded({"Action": "ListJobs"}), "--endpoint", standin.endpoint).code == 0


def ended(said: Said, status: str, succeeded: int, failed: int) -> bool:
    """Whether the table of the rehearsal's jobs has one that ended so, of three tasks."""
    return bool(re.search(rf"\b{status} .* {succeeded} +{failed} +3\b", said.err))


@pytest.mark.parametrize(
    ("profile", "status", "succeeded"),
    [("restore", "Complete", 3), ("archive", "Complete", 3), ("clean-up", "Suspended", 0)],
)
def test_lets_the_job_of_a_rehearsal_come_to_its_end(
    run: Run, recorded: Any, monkeypatch: pytest.MonkeyPatch, profile: str, status: str, succeeded: int
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    said = run("invoke", recorded(upload_event("own/a.csv")), "--local", "--profile", profile)
    assert said.code == 0
    assert ended(said, status, succeeded, 0), said.err


def test_tells_what_failed_in_a_rehearsal_and_why_objects_are_missing(
    run: Run, recorded: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "own.csv").write_bytes(b"examplebucket-1250000000,mine\n" * 3)
    elsewhere = ("--endpoint", "http://127.0.0.1:9")
    said = run("invoke", recorded(CALL), "--local", "--manifest", str(tmp_path / "own.csv"), *elsewhere)
    assert (said.code, said.json["Outcome"]) == (0, "created")
    assert ended(said, "Complete", 0, 3), said.err
    assert "  3 NoSuchBucket: " in said.err
    assert "says nothing of your buckets" in said.err


def test_tells_how_far_jobs_are_that_do_not_end(capsys: pytest.CaptureFixture[str]) -> None:
    options = argparse.Namespace(clock=Clock())
    with begin(Account(), Clock(), {}) as local, local.standin.runner.at_rest():
        put_example_manifest(local.client, Resource("manifest-1250000000", "restore/a.csv", None))
        local.client.call(DOCUMENT)
        tell_how_jobs_ended(local, options, patience=0.01)
    told = capsys.readouterr().err
    assert "After 0.01 seconds, not all has ended yet." in told
    assert "New" in told


def test_shows_jobs_at_a_terminal_as_their_own_commands_do(run: Run, standin: Standin, recorded: Any) -> None:
    put_list("restore/a.csv")
    job = str(client_of(os.environ, Clock()).call(DOCUMENT)["JobId"])
    standin.wait()
    listed, described = run("jobs", "--table").out, run("describe", job, "--table").out
    assert run("invoke", recorded({"Action": "ListJobs"}), "--table").out.startswith(listed)
    assert run("invoke", recorded({"Action": "DescribeJob", "JobId": job}), "--table").out.startswith(described)


@pytest.mark.parametrize(
    ("event", "told"),
    [({"Records": []}, "The event holds no record"), ({"Action": "ListJobs"}, "There is no such job.")],
)
def test_says_in_words_at_a_terminal_that_there_is_nothing(
    run: Run, standin: Standin, recorded: Any, event: Any, told: str
) -> None:
    assert run("invoke", recorded(event), "--table").out.startswith(told)


def test_leaves_the_names_of_a_reply_as_the_api_has_them(
    run: Run, recorded: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh")
    (tmp_path / "list.csv").write_bytes(b"")
    options = ("--local", "--profile", "restore", "--manifest", str(tmp_path / "list.csv"), "--table")
    said = run("invoke", recorded(OTHER_ACCOUNT), *options)
    assert re.search(r"^Results\[0\]\.Status +422$", said.out, re.MULTILINE)
    assert re.search(r"^Results\[0\]\.Verdict\.Complete +true$", said.out, re.MULTILINE)


@pytest.mark.parametrize("option", ["--manifest", "--profile"])
def test_says_wrong_usage_for_local_options_without_local(run: Run, recorded: Any, option: str) -> None:
    said = run("invoke", recorded(CALL), option, "x")
    assert (said.code, "go with --local" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ({"JobId": "1"}, 0),
        ({"Code": "NoSuchJob"}, 1),
        ({"Code": "UpstreamUnreachable"}, 5),
        ({"Results": [{"Outcome": "created"}, {"Outcome": "skipped"}]}, 0),
        ({"Results": [{"Outcome": "created"}, {"Outcome": "failed"}]}, 1),
        ({"Results": [{"Outcome": "failed", "Code": "UpstreamTimeout"}, {"Outcome": "failed", "Code": "X"}]}, 5),
        ({"statusCode": 201}, 0),
        ({"statusCode": 404}, 1),
        (None, 0),
    ],
)
def test_knows_a_failure_in_every_kind_of_reply(reply: Any, code: int) -> None:
    assert exit_code_of_reply(reply) == code
