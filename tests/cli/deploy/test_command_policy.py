"""`policy --commands`: the rights of a person at the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cosbatch.cli.deploy import command_policy
from cosbatch.cli.main import GROUPS
from cosbatch.configuration import Configuration
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.configuration.settings import read_settings
from tests.cli.conftest import ACCOUNT
from tests.cli.running import Run, Said

ARN = "qcs::cos:ap-chengdu:uid/1250000000"
ROLE = "qcs::cam::uin/100000000001:roleName/Jobs"
JOBS = ("CreateJob", "DeleteJob", "DescribeJob", "ListJobs", "UpdateJobPriority", "UpdateJobStatus")
UPLOAD = {
    *("PutObject", "InitiateMultipartUpload", "ListMultipartUploads", "ListParts", "UploadPart"),
    *("CompleteMultipartUpload", "AbortMultipartUpload"),
}
RESTORE = {
    "name": "restore",
    "match": {"bucket": "lists-1250000000", "prefix": "restore/", "suffix": ".csv"},
    "job": {
        "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
        "Priority": 10,
        "Report": {"Bucket": "cos://report-1250000000", "Enabled": True, "Prefix": "reports/{date}"},
        "RoleArn": ROLE,
    },
    "limits": {"source_buckets": ["photos-1250000000"]},
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder without profiles."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def granted(said: Said) -> dict[str, list[str]]:
    """What each action is granted for."""
    assert said.code == 0
    statements = said.json["CommandLine"]["Policy"]["statement"]
    return {action: statement["resource"] for statement in statements for action in statement["action"]}


def cos(rights: dict[str, list[str]], *actions: str) -> list[list[str]]:
    """What these actions are granted for, each thing once."""
    found = [rights.get(f"name/cos:{action}", []) for action in actions]
    return [one for at, one in enumerate(found) if one not in found[:at]]


def test_lets_a_person_do_all_with_jobs_and_nothing_else_where_nothing_is_named(run: Run) -> None:
    said = run("policy", "--commands")
    assert granted(said) == {f"name/cos:{action}": ["*"] for action in JOBS}
    assert "--source names it" in said.err
    assert "COSBATCH_ROLE names it" in said.err
    assert "COSBATCH_REPORT names it" in said.err
    assert "example" not in said.err


def test_grants_what_a_profile_s_lists_reports_and_objects_need(run: Run, folder: Path) -> None:
    (folder / "profiles.json").write_text(json.dumps({"profiles": [RESTORE]}))
    said = run("policy", "--commands")
    rights = granted(said)
    lists = [f"{ARN}:{bucket}-1250000000/cosbatch-lists/*" for bucket in ("lists", "report")]
    assert cos(rights, *UPLOAD) == [lists]
    read = sorted([*lists, f"{ARN}:lists-1250000000/restore/*", f"{ARN}:report-1250000000/reports/*"])
    assert cos(rights, "GetObject", "HeadObject") == [read]
    assert cos(rights, "GetBucket", "GetBucketObjectVersions") == [[f"{ARN}:photos-1250000000/*"]]
    assert rights["cam:PassRole"] == [ROLE]
    assert {action.removeprefix("name/cos:") for action in rights} == {
        *(*JOBS, *UPLOAD, "GetObject", "HeadObject", "GetBucket", "GetBucketObjectVersions", "cam:PassRole"),
    }
    assert said.err == ""


def test_grants_the_receipts_that_invoke_writes(run: Run, folder: Path) -> None:
    profile = {**RESTORE, "receipts": "cos://receipts-1250000000/done/"}
    (folder / "profiles.json").write_text(json.dumps({"profiles": [profile]}))
    rights = granted(run("policy", "--commands"))
    receipts = f"{ARN}:receipts-1250000000/done/*"
    assert receipts in rights["name/cos:PutObject"]
    assert receipts not in rights["name/cos:UploadPart"] + rights["name/cos:GetObject"]


def test_refuses_a_role_that_is_none_and_does_not_tell_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_ROLE", "bad role!")
    said = run("policy", "--commands")
    told = "cosbatch: COSBATCH_ROLE names no role: write its name, or qcs::cam::uin/<uin>:roleName/<name>\n"
    assert (said.code, said.out, said.err) == (2, "", told)


@pytest.mark.parametrize("key", ["a*b", "a?"])
def test_refuses_a_place_that_a_policy_would_take_for_a_pattern(run: Run, key: str) -> None:
    said = run("policy", "--commands", "--lists", f"cos://in-1250000000/{key}")
    assert (said.code, said.out) == (2, "")
    assert f"cos://in-1250000000/{key} holds * or ?, which in a policy stand for anything" in said.err


def test_grants_what_variables_and_options_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_ROLE", "Jobs")
    monkeypatch.setenv("COSBATCH_REPORT", "cos://report-1250000000/mine/")
    monkeypatch.setenv("COSBATCH_UPLOAD_TO", "cos://in-1250000000/by-hand")
    said = run("policy", "--commands", "--source", "a-1250000000", "--lists", "cos://inventory-1250000000/all/")
    rights = granted(said)
    assert cos(rights, *UPLOAD) == [[f"{ARN}:in-1250000000/by-hand/*"]]
    read = ["in-1250000000/by-hand/*", "inventory-1250000000/all/*", "report-1250000000/mine/*"]
    assert cos(rights, "GetObject", "HeadObject") == [[f"{ARN}:{place}" for place in read]]
    assert cos(rights, "GetBucket") == [[f"{ARN}:a-1250000000/*"]]
    assert rights["cam:PassRole"] == [ROLE]
    assert said.err == ""


def test_is_what_the_page_says_command_by_command(run: Run, folder: Path) -> None:
    (folder / "profiles.json").write_text(json.dumps({"profiles": [RESTORE]}))
    page = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|.*$", page.partition("## Rights")[2].partition("## In a pipe")[0], re.MULTILINE)
    told = {*re.findall(r"`([^`]+)`", "".join(rows))}
    assert {action.removeprefix("name/cos:") for action in granted(run("policy", "--commands"))} <= told
    assert {name for _title, names in GROUPS for name in names} - {"retry"} <= told


def test_grants_no_list_anywhere_for_a_profile_whose_lists_may_lie_anywhere() -> None:
    of_callers = {name: value for name, value in RESTORE.items() if name != "match"}
    profiles, problems = parse_profiles(json.dumps({"profiles": [of_callers]}))
    assert problems == ()
    places = command_policy.places_of(Configuration(read_settings(ACCOUNT)[0], profiles), {}, (), ())
    assert places.manifests == frozenset()
    assert places.uploads == {f"{ARN}:report-1250000000/cosbatch-lists/*"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lists", "cos://in-1250000000/"), "--lists does nothing without --commands"),
        (("--commands", "--lists", "in"), "--lists names no bucket: not a resource name; write cos://bucket-appid"),
        (("--commands", "--manage"), "not allowed with argument --commands"),
    ],
)
def test_says_what_does_not_go_together(run: Run, arguments: tuple[str, ...], words: str) -> None:
    said = run("policy", *arguments)
    assert said.code == 2
    assert words in said.err
