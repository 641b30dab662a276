"""`policy`: the rights of the function's role and of the jobs' roles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.main import main

ROLE = "qcs::cam::uin/100000000001:roleName/Jobs"
MANIFESTS = "qcs::cos:ap-chengdu:uid/1250000000:lists-1250000000"
EVERYWHERE = "qcs::cos:ap-chengdu:uid/1250000000:*"
REPORT = {"Bucket": "cos://report-1250000000", "Enabled": True, "Prefix": "reports/{date}"}


def profile(operation: dict[str, Any], **fields: Any) -> dict[str, Any]:
    job = {"Operation": operation, "Priority": 1, "Report": REPORT, "RoleArn": ROLE}
    match = {"bucket": "lists-1250000000", "prefix": "in/"}
    return {"name": "one", "match": match, "job": job, "limits": {"source_buckets": ["from-1250000000"]}, **fields}


DELETE: dict[str, Any] = {"COSDeleteObject": {}}


def copy(**fields: Any) -> dict[str, Any]:
    return {"COSPutObjectCopy": {"TargetResource": "cos://to-1250000000", **fields}}


def without_match(profile: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in profile.items() if name != "match"}


class Printer:
    """Runs the command for a profiles file, and reads what it prints."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._path = path
        self._capsys = capsys
        self.notes = ""

    def __call__(self, *profiles: dict[str, Any], options: tuple[str, ...] = (), **policy: Any) -> dict[str, Any]:
        self._path.write_text(json.dumps({"profiles": profiles, "policy": {"free_documents": False, **policy}}))
        assert main(["policy", *options]) == 0
        printed = self._capsys.readouterr()
        self.notes = printed.err
        value: dict[str, Any] = json.loads(printed.out)
        return value


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Printer:
    """Settings without credentials."""
    environ = {
        "UIN": "100000000001",
        "APPID": "1250000000",
        "REGION": "ap-chengdu",
        "PROFILES": str(tmp_path / "p.json"),
    }
    for name, value in environ.items():
        monkeypatch.setenv(f"COSBATCH_{name}", value)
    return Printer(tmp_path / "p.json", capsys)


def granted(role: dict[str, Any]) -> dict[str, list[str]]:
    """What each action of a role's policy is granted for."""
    assert role["Policy"]["version"] == "2.0"
    statements = role["Policy"]["statement"]
    assert {statement["effect"] for statement in statements} == {"allow"}
    rights = {action: statement["resource"] for statement in statements for action in statement["action"]}
    assert len(rights) == sum(len(statement["action"]) for statement in statements), "each action stands once"
    return rights


def test_lets_the_function_create_jobs_find_them_read_manifests_and_hand_over_roles(printed: Printer) -> None:
    assert granted(printed(profile(DELETE))["ExecutionRole"]) == {
        "name/cos:CreateJob": ["*"],
        "name/cos:DescribeJob": ["*"],
        "name/cos:ListJobs": ["*"],
        "name/cos:GetObject": [f"{MANIFESTS}/in/*"],
        "name/cos:HeadObject": [f"{MANIFESTS}/in/*"],
        "cam:PassRole": [ROLE],
    }


def test_lets_the_function_change_jobs_where_it_is_asked_for(printed: Printer) -> None:
    rights = granted(printed(profile(DELETE), options=("--manage",))["ExecutionRole"])
    for action in ("DeleteJob", "UpdateJobPriority", "UpdateJobStatus"):
        assert rights[f"name/cos:{action}"] == ["*"]


SOURCES = ["qcs::cos:ap-chengdu:uid/1250000000:from-1250000000/*"]
COPIES = ["qcs::cos:ap-chengdu:uid/1250000000:to-1250000000/*"]
REPORTS = ["qcs::cos:ap-chengdu:uid/1250000000:report-1250000000/reports/*"]
READ = sorted([f"{MANIFESTS}/in/*", *SOURCES])
GRANT = {"Grantee": {"Identifier": "qcs::cam::uin/1:uin/1", "TypeIdentifier": "ID"}, "Permission": "READ"}
TAGS = [{"Key": "a", "Value": "b"}]

COPYING = {"GetObject": READ, "HeadObject": READ, "PutObject": sorted([*COPIES, *REPORTS])}

RIGHTS_OF_OPERATIONS = {
    "deleting": (DELETE, {"DeleteObject": SOURCES}),
    "restoring": (
        {"COSInitiateRestoreObject": {"ExpirationInDays": 1, "JobTier": "Bulk"}},
        {"PostObjectRestore": SOURCES},
    ),
    "copying": (copy(), COPYING),
    "copying below a prefix": (
        copy(PrefixReplace=True, TargetKeyPrefix="old/"),
        {**COPYING, "PutObject": sorted([COPIES[0].replace("*", "old/*"), *REPORTS])},
    ),
    "copying with tags": (
        copy(TaggingDirective="Copy"),
        {**COPYING, "GetObjectTagging": SOURCES, "PutObjectTagging": COPIES},
    ),
    "copying with new tags": (
        copy(TaggingDirective="Replaced", NewObjectTagging=TAGS),
        {**COPYING, "PutObjectTagging": COPIES},
    ),
    "copying with access control": (
        copy(AccessControlDirective="Copy"),
        {**COPYING, "GetObjectACL": SOURCES, "PutObjectACL": COPIES},
    ),
    "copying with grants": (copy(AccessControlGrants=[GRANT]), {**COPYING, "PutObjectACL": COPIES}),
    "copying to a public place": (copy(CannedAccessControlList="public-read"), {**COPYING, "PutObjectACL": COPIES}),
}


@pytest.mark.parametrize("operation", RIGHTS_OF_OPERATIONS)
def test_lets_a_job_do_what_its_operation_takes(printed: Printer, operation: str) -> None:
    document, wanted = RIGHTS_OF_OPERATIONS[operation]
    (role,) = printed(profile(document))["JobRoles"]
    manifest = {"GetObject": [f"{MANIFESTS}/in/*"], "HeadObject": [f"{MANIFESTS}/in/*"]}
    everything = {**manifest, "PutObject": REPORTS, **wanted}
    assert granted(role) == {f"name/cos:{action}": resources for action, resources in everything.items()}


def test_lets_a_job_tag_objects(printed: Printer) -> None:
    tagging = {"COSPutObjectTagging": {"TaggingDirective": "Replaced", "TagSet": TAGS}}
    (role,) = printed(profile(tagging))["JobRoles"]
    assert granted(role)["name/cos:PutObjectTagging"] == SOURCES


def test_lets_a_job_without_a_report_write_nothing(printed: Printer) -> None:
    silent = profile(DELETE)
    silent["job"] = {**silent["job"], "Report": {**REPORT, "Enabled": False}}
    (role,) = printed(silent)["JobRoles"]
    assert "name/cos:PutObject" not in granted(role)


def test_grants_the_report_where_it_lies_though_it_be_another_region(printed: Printer) -> None:
    abroad = profile(DELETE)
    abroad["job"] = {**abroad["job"], "Report": {**REPORT, "Bucket": "qcs::cos:ap-beijing::report-1250000000"}}
    (role,) = printed(abroad)["JobRoles"]
    assert granted(role)["name/cos:PutObject"] == [REPORTS[0].replace("chengdu", "beijing")]


def test_keeps_the_rights_of_different_roles_apart(printed: Printer) -> None:
    other = profile(copy(), name="two", match={"bucket": "lists-1250000000", "prefix": "other/"})
    other["job"] = {**other["job"], "RoleArn": f"{ROLE}2"}
    value = printed(profile(DELETE), other)
    first, second = value["JobRoles"]
    assert (first["RoleArn"], second["RoleArn"]) == (ROLE, f"{ROLE}2")
    assert "name/cos:DeleteObject" not in granted(second)
    assert "name/cos:DeleteObject" in granted(first)
    assert granted(value["ExecutionRole"])["cam:PassRole"] == [ROLE, f"{ROLE}2"]


def test_trusts_the_platform_with_the_function_s_role_and_cos_with_the_jobs(printed: Printer) -> None:
    value = printed(profile(DELETE))
    (role,) = value["JobRoles"]
    for trust, service in (
        (value["ExecutionRole"]["Trust"], "scf.qcloud.com"),
        (role["Trust"], "cos.cloud.tencent.com"),
    ):
        (statement,) = trust["statement"]
        assert statement == {
            "effect": "allow",
            "action": ["name/sts:AssumeRole"],
            "principal": {"service": [service]},
        }


def test_reads_an_inventory_s_whole_bucket(printed: Printer) -> None:
    match = {"bucket": "lists-1250000000", "prefix": "in/", "suffix": "manifest.json"}
    assert granted(printed(profile(DELETE, match=match))["ExecutionRole"])["name/cos:GetObject"] == [f"{MANIFESTS}/*"]


def test_takes_the_buckets_of_listed_objects_from_an_option(printed: Printer) -> None:
    (role,) = printed(profile(DELETE, limits={}), options=("--source", "from-1250000000"))["JobRoles"]
    assert granted(role)["name/cos:DeleteObject"] == SOURCES
    assert "may list any object" not in printed.notes


def test_says_so_where_the_listed_objects_may_lie_anywhere(printed: Printer) -> None:
    (role,) = printed(profile(DELETE, limits={}))["JobRoles"]
    assert granted(role)["name/cos:DeleteObject"] == [EVERYWHERE]
    assert "one: its manifests may list any object" in printed.notes


def test_names_no_resource_that_another_one_takes_in(printed: Printer) -> None:
    (role,) = printed(profile(copy(), limits={}))["JobRoles"]
    assert granted(role)["name/cos:GetObject"] == [EVERYWHERE]


def for_callers() -> dict[str, Any]:
    return without_match(profile(DELETE, name="two"))


def test_takes_callers_manifests_from_the_policy_s_buckets(printed: Printer) -> None:
    rights = granted(printed(for_callers(), manifest_buckets=["lists-1250000000"])["ExecutionRole"])
    assert rights["name/cos:GetObject"] == [f"{MANIFESTS}/*"]
    assert printed.notes == ""


def test_takes_callers_manifests_from_where_uploads_go(printed: Printer) -> None:
    rights = granted(printed(profile(DELETE), for_callers())["ExecutionRole"])
    assert rights["name/cos:GetObject"] == [f"{MANIFESTS}/*"]
    assert "two: its manifests are taken to lie in lists-1250000000" in printed.notes


def test_takes_callers_manifests_from_anywhere_where_nothing_says_better(printed: Printer) -> None:
    assert granted(printed(for_callers())["ExecutionRole"])["name/cos:GetObject"] == [EVERYWHERE]
    assert "in any bucket" in printed.notes


def test_says_what_callers_may_need_besides(printed: Printer) -> None:
    opened = profile(DELETE, open=["RoleArn", "Operation", "Priority"])
    del opened["job"]["RoleArn"]
    del opened["match"]
    value = printed(opened, free_documents=True)
    assert value["JobRoles"] == []
    assert "one: callers may change Operation, RoleArn; the rights for that are not included" in printed.notes
    assert "Documents without a profile are allowed" in printed.notes


def test_takes_the_region_from_an_option(printed: Printer) -> None:
    rights = granted(printed(profile(DELETE), options=("--region", "ap-beijing"))["ExecutionRole"])
    assert rights["name/cos:GetObject"] == [f"{MANIFESTS}/in/*".replace("chengdu", "beijing")]


def test_says_what_is_wrong_with_the_profiles(
    printed: Printer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "p.json").write_text('{"profiles": [{}]}')
    assert main(["policy"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["Code"] == "ConfigurationError"
    assert "/profiles/0/name" in told.err


def test_says_so_where_the_profiles_are_those_that_are_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["policy"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["JobRoles"][0]["RoleArn"].endswith("COSBatch_QcsRole")
    assert printed.err.startswith("There is no profiles.json in this folder, so the example that is shipped is used")


@pytest.mark.parametrize("name", ["!!", "", "archive", "cos://archive-1250000000"])
def test_refuses_a_source_that_is_no_bucket(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "--source", name]) == 2
    assert "is no bucket with its APPID" in capsys.readouterr().err
