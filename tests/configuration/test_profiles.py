"""Profiles: which upload becomes which job, what a call may make of a profile, and what cannot be right in the file."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from cosbatch.configuration.places import Match
from cosbatch.configuration.profiles import Profile, Profiles, document_of, parse_profiles
from cosbatch.model.errors import Forbidden, InvalidRequest, Problem
from tests.stage import APPID, BUCKET, NOON, PROFILE, REGION, REPORT, RESTORE, ROLE, SPEC, profiles_text

Json = dict[str, Any]
REPORTS = f"report-{APPID}"
MANIFEST = f"cos://{BUCKET}/restore/清单 1.csv"


def profile_with(name: str = "restore", job: Json | None = None, **changes: Any) -> Json:
    """The profile of the stage, changed; what is None is taken out of it and of its `job`."""
    whole = {**copy.deepcopy(PROFILE["job"]), **(job or {})}
    kept = {field: value for field, value in whole.items() if value is not None}
    profile = {**PROFILE, "name": name, "job": kept, **changes}
    return {field: value for field, value in profile.items() if value is not None}


def profiles_of(*profiles: Json, policy: Json | None = None) -> Profiles:
    parsed, problems = parse_profiles(profiles_text(*profiles, policy=policy))
    assert problems == ()
    return parsed


def problems_of(*profiles: Json) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.message) for problem in parse_profiles(profiles_text(*profiles))[1]]


def profile_of(**changes: Any) -> Profile:
    (profile,) = profiles_of(profile_with(**changes)).profiles
    return profile


# Which upload becomes which job.

ARCHIVE = profile_with("archive", match={"bucket": BUCKET, "prefix": "archive/", "suffix": ".csv"})
BOTH = profiles_of(PROFILE, ARCHIVE)


@pytest.mark.parametrize(
    ("bucket", "key", "name"),
    [
        (BUCKET, "restore/a.csv", "restore"),
        (BUCKET, "archive/a.csv", "archive"),
        (BUCKET, "archive/restore/a.csv", "archive"),
        (BUCKET, "restore/a.CSV", None),
        (BUCKET, "restore.csv", None),
        (BUCKET, "/restore/a.csv", None),
        (f"other-{APPID}", "restore/a.csv", None),
    ],
)
def test_takes_uploads_by_bucket_prefix_and_suffix(bucket: str, key: str, name: str | None) -> None:
    taken = BOTH.taking(bucket, key)
    assert (taken and taken.name) == name


def test_takes_no_upload_by_a_profile_that_is_for_calls_only() -> None:
    assert profiles_of(profile_with(match=None)).taking(BUCKET, "restore/a.csv") is None


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Match("a-1", "x/"), Match("a-1", "x/y/"), True),
        (Match("a-1", "x/"), Match("a-1", "y/"), False),
        (Match("a-1", "x/"), Match("b-1", "x/"), False),
        (Match("a-1", "", ".csv"), Match("a-1", "", ".json"), False),
        (Match("a-1", "", ".csv"), Match("a-1", "x/", "v"), True),
        (Match("a-1", "", "sv"), Match("a-1", "", "xv"), False),
        (Match("a-1"), Match("a-1", "x/", ".csv"), True),
    ],
)
def test_knows_when_two_matches_can_take_the_same_upload(one: Match, other: Match, meet: bool) -> None:
    assert one.meets(other) is meet
    assert other.meets(one) is meet


@pytest.mark.parametrize(
    ("report", "key", "name"),
    [
        ({}, "reports/restore/job-1/results.csv", "restore"),
        ({}, "reports/archive/job-1/results.csv", None),
        ({"Prefix": "reports/{date}"}, "reports/2026-11-24/job-1.csv", "restore"),
        ({"Prefix": ""}, "job-1/results.csv", None),
        ({"Enabled": False}, "reports/restore/job-1/results.csv", None),
    ],
)
def test_knows_where_reports_lie(report: Json, key: str, name: str | None) -> None:
    profiles = profiles_of(profile_with(job={"Report": {**REPORT, **report}}))
    assert profiles.output_at(REPORTS, key) == (name and ("reports", name))
    assert profiles.output_at(BUCKET, key) is None


def test_knows_no_report_of_a_profile_whose_callers_bring_it() -> None:
    assert profiles_of(profile_with(job={"Report": None}, match=None, open=["Report"])).output_at(REPORTS, "x") is None


def test_knows_where_receipts_lie() -> None:
    profiles = profiles_of({**PROFILE, "receipts": f"cos://{REPORTS}/receipts/"})
    assert profiles.output_at(REPORTS, f"receipts/{BUCKET}/a.csv.json") == ("receipts", "restore")


@pytest.mark.parametrize("folder", ["receipts/", f"cos://{REPORTS}/receipts", f"cos://{REPORTS}", 5, ""])
def test_refuses_receipts_that_name_no_folder(folder: object) -> None:
    assert [pointer for pointer, _ in problems_of({**PROFILE, "receipts": folder})] == ["/profiles/0/receipts"]


def test_finds_a_profile_by_its_name() -> None:
    assert BOTH.named("archive").name == "archive"


@pytest.mark.parametrize("name", ["", "Restore", None, 5, ["restore"]])
def test_refuses_an_unknown_name_and_says_which_there_are(name: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        BOTH.named(name)
    message = "is not a profile; there are: restore, archive"
    assert refused.value.problems == (Problem("/Profile", message),)


def test_says_that_there_are_no_profiles() -> None:
    with pytest.raises(InvalidRequest) as refused:
        Profiles().named("restore")
    assert refused.value.problems[0].message.endswith("there are: none")


# What a call makes of a profile.


def test_makes_the_document_of_profile_and_manifest() -> None:
    assert document_of({"Manifest": MANIFEST}, profile_of(), REGION, NOON) == {
        "ClientRequestToken": None,
        "ConfirmationRequired": False,
        "Description": "restore restore/清单 1.csv",
        "Manifest": {
            "Location": {"ETag": None, "ObjectArn": f"qcs::cos:{REGION}::{BUCKET}/restore/清单 1.csv"},
            "Spec": SPEC,
        },
        "Operation": RESTORE,
        "Priority": 10,
        "Report": {
            "Bucket": f"qcs::cos:{REGION}::{REPORTS}",
            "Enabled": True,
            "Format": "Report_CSV_V1",
            "Prefix": "reports/restore",
            "ReportScope": "AllTasks",
        },
        "RoleArn": ROLE,
    }


def test_lets_a_call_change_what_the_profile_opens() -> None:
    call = {"Manifest": MANIFEST, "Priority": "3", "Description": "{key} stays", "ClientRequestToken": "t"}
    document = document_of(call, profile_of(), REGION, 0)
    assert (document["Priority"], document["Description"], document["ClientRequestToken"]) == (3, "{key} stays", "t")


def test_refuses_all_that_the_profile_does_not_open() -> None:
    call = {"Manifest": MANIFEST, "RoleArn": ROLE, "Operation": None, "Priority": 1, "ConfirmationRequired": False}
    with pytest.raises(Forbidden) as refused:
        document_of(call, profile_of(), REGION, 0)
    message = "is fixed by profile restore, which opens Description, Priority; leave it out"
    assert refused.value.problems == (
        Problem("/ConfirmationRequired", message),
        Problem("/Operation", message),
        Problem("/RoleArn", message),
    )


def test_says_that_a_profile_opens_nothing() -> None:
    with pytest.raises(Forbidden) as refused:
        document_of({"Manifest": MANIFEST, "Priority": 1}, profile_of(open=[]), REGION, 0)
    assert "which opens nothing" in refused.value.problems[0].message


@pytest.mark.parametrize("yes", [True, "true"])
def test_always_lets_a_call_ask_for_confirmation(yes: object) -> None:
    document = document_of({"Manifest": MANIFEST, "ConfirmationRequired": yes}, profile_of(), REGION, 0)
    assert document["ConfirmationRequired"] is True


def test_takes_what_only_the_call_brings() -> None:
    profile = profile_of(job={"Report": None, "Priority": None}, match=None, open=["Report", "Priority"])
    document = document_of({"Manifest": MANIFEST, "Report": REPORT, "Priority": 1}, profile, REGION, 0)
    assert document["Priority"] == 1
    with pytest.raises(InvalidRequest) as refused:
        document_of({"Manifest": MANIFEST}, profile, REGION, 0)
    assert [problem.pointer for problem in refused.value.problems] == ["/Priority", "/Report"]


@pytest.mark.parametrize(
    ("manifest", "spec"),
    [
        ({"Location": {"ObjectArn": MANIFEST}}, SPEC),
        ({"Location": {"ObjectArn": MANIFEST}, "Spec": {"Format": "COSInventoryReport_CSV_V1"}}, None),
    ],
)
def test_reads_the_manifest_as_the_profile_says_unless_the_call_says(manifest: Json, spec: Json | None) -> None:
    document = document_of({"Manifest": manifest}, profile_of(), REGION, 0)
    assert document["Manifest"]["Spec"] == (spec or {"Fields": None, "Format": "COSInventoryReport_CSV_V1"})


def test_leaves_open_how_a_manifest_is_read_that_neither_profile_nor_call_describe() -> None:
    profile = profile_of(job={"Manifest": None})
    document = document_of({"Manifest": {"Location": {"ObjectArn": MANIFEST}}}, profile, REGION, 0)
    assert document["Manifest"]["Spec"] == {"Fields": None, "Format": None}


def test_takes_the_name_of_a_manifest_without_a_profile_too() -> None:
    job = {name: value for name, value in PROFILE["job"].items() if name != "Manifest"}
    document = document_of({**job, "Manifest": MANIFEST}, None, REGION, 0)
    assert document["Manifest"]["Location"]["ObjectArn"].endswith("/restore/清单 1.csv")
    assert document["Description"] == "restore {key}"


@pytest.mark.parametrize("manifest", [None, 5, [], {}, {"Location": None}, {"Location": {"ObjectArn": 5}}, "list.csv"])
def test_leaves_a_manifest_that_cannot_be_read_to_the_rules_of_the_page(manifest: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        document_of({"Manifest": manifest}, profile_of(), REGION, 0)
    assert all(problem.pointer.startswith("/Manifest") for problem in refused.value.problems)


PLACEHOLDERS = [
    ("{bucket} {key} {date}", f"{BUCKET} restore/清单 1.csv 2026-11-24"),
    ("plain", "plain"),
    ("{date}{date}", "2026-11-242026-11-24"),
]


@pytest.mark.parametrize(("text", "filled"), PLACEHOLDERS)
def test_fills_in_placeholders(text: str, filled: str) -> None:
    profile = profile_of(job={"Description": text, "Report": {**REPORT, "Prefix": f"reports/{text}"}})
    document = document_of({"Manifest": MANIFEST}, profile, REGION, NOON)
    assert (document["Description"], document["Report"]["Prefix"]) == (filled, f"reports/{filled}")


def test_fills_in_the_manifest_that_the_profile_itself_names() -> None:
    profile = profile_of(job={"Manifest": {"Location": {"ObjectArn": MANIFEST}}, "Description": "{bucket} {key}"})
    assert document_of({}, profile, REGION, NOON)["Description"] == f"{BUCKET} restore/清单 1.csv"


def test_fills_in_a_key_only_once_whatever_it_looks_like() -> None:
    document = document_of({"Manifest": f"cos://{BUCKET}/{{bucket}}{{key}}"}, profile_of(), REGION, 0)
    assert document["Description"] == "restore {bucket}{key}"


def test_shortens_the_description_for_a_long_key_but_not_where_the_reports_go() -> None:
    key = "清" * 100
    document = document_of({"Manifest": f"cos://{BUCKET}/{key}"}, profile_of(), REGION, 0)
    assert document["Description"] == "restore " + "清" * 82
    profile = profile_of(job={"Report": {**REPORT, "Prefix": "reports/{key}"}})
    with pytest.raises(InvalidRequest) as refused:
        document_of({"Manifest": f"cos://{BUCKET}/{key}"}, profile, REGION, 0)
    assert refused.value.problems[0].pointer == "/Report/Prefix"


def test_needs_neither_description_nor_prefix() -> None:
    report = {"Bucket": REPORT["Bucket"], "Enabled": False}
    profile = profile_of(job={"Description": None, "Report": report})
    document = document_of({"Manifest": MANIFEST}, profile, REGION, 0)
    assert document["Description"] is None
    assert "Prefix" not in document["Report"]


# What cannot be right in the file.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the profiles file cannot be read: not JSON"),
        ('{"profiles": [], "profiles": []}', "the name 'profiles' stands twice"),
    ],
)
def test_says_why_the_file_cannot_be_read(text: str, message: str) -> None:
    profiles, (problem,) = parse_profiles(text)
    assert profiles == Profiles()
    assert problem.pointer == "/profiles"
    assert message in problem.message


def test_says_all_that_breaks_the_rules_of_the_file() -> None:
    text = json.dumps({"profiles": [{"name": ""}, {**PROFILE, "x": 1}], "policy": {"y": 1}})
    profiles, problems = parse_profiles(text)
    assert profiles == Profiles()
    assert {problem.pointer for problem in problems} == {
        "/profiles/0/name",
        "/profiles/0/job",
        "/profiles/1/x",
        "/policy/y",
    }


@pytest.mark.parametrize("text", ["[]", "null", "{}", "5"])
def test_refuses_a_file_of_another_shape(text: str) -> None:
    assert len(parse_profiles(text)[1]) == 1


def test_refuses_two_profiles_of_one_name() -> None:
    assert problems_of(PROFILE, profile_with(match=None)) == [
        ("/profiles/1/name", "restore is the name of /profiles/0 too")
    ]


def test_refuses_two_profiles_that_take_the_same_upload() -> None:
    again = profile_with("again", match={"bucket": BUCKET, "prefix": "restore/2026/", "suffix": ""})
    assert problems_of(PROFILE, ARCHIVE, again) == [
        ("/profiles/2/match", "takes uploads that restore takes too; keep them apart")
    ]


@pytest.mark.parametrize("name", ["Operation", "Priority", "Report", "RoleArn"])
def test_refuses_a_gap_that_nobody_can_fill(name: str) -> None:
    gap = (f"/profiles/0/job/{name}", "is required; add it")
    assert problems_of(profile_with(job={name: None}, open=[name])) == [gap]
    assert problems_of(profile_with(job={name: None}, match=None, open=[])) == [gap]
    assert problems_of(profile_with(job={name: None}, match=None, open=[name])) == []


def test_refuses_placeholders_that_mean_nothing() -> None:
    job = {"Description": "{name}", "Report": {**REPORT, "Prefix": "reports/{Key}{}"}}
    assert [pointer for pointer, _ in problems_of(profile_with(job=job))] == [
        "/profiles/0/job/Description",
        "/profiles/0/job/Report/Prefix",
        "/profiles/0/job/Report/Prefix",
    ]


COPY = {"TargetResource": f"cos://{BUCKET}"}
# What a job writes where uploads are taken would start a job.
LOOPS: dict[str, tuple[Json, str]] = {
    "reports at the root": ({"Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Prefix": ""}}, "/Report/Prefix"),
    "reports at the prefix": (
        {"Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Prefix": "restore/"}},
        "/Report/Prefix",
    ),
    "reports before it": ({"Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Prefix": "re"}}, "/Report/Prefix"),
    "reports in it": (
        {"Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Prefix": "restore/{date}"}},
        "/Report/Prefix",
    ),
    "reports by day": ({"Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Prefix": "{date}/r"}}, "/Report/Prefix"),
    "copies": ({"Operation": {"COSPutObjectCopy": COPY}}, "/Operation/COSPutObjectCopy/TargetResource"),
    "copies with a prefix": (
        {"Operation": {"COSPutObjectCopy": {**COPY, "PrefixReplace": True, "TargetKeyPrefix": "restore/old/"}}},
        "/Operation/COSPutObjectCopy/TargetKeyPrefix",
    ),
    "copies whose prefix is taken off": (
        {"Operation": {"COSPutObjectCopy": {**COPY, "PrefixReplace": True, "ResourcesPrefix": "a/"}}},
        "/Operation/COSPutObjectCopy/TargetResource",
    ),
}


@pytest.mark.parametrize("case", LOOPS)
def test_refuses_a_job_whose_output_could_start_a_job(case: str) -> None:
    job, pointer = LOOPS[case]
    ((at, message),) = problems_of(profile_with(job=job))
    assert at == f"/profiles/0/job{pointer}"
    assert "a job would start jobs" in message


def test_refuses_receipts_that_could_start_a_job() -> None:
    ((pointer, _),) = problems_of({**PROFILE, "receipts": f"cos://{BUCKET}/restore/receipts/"})
    assert pointer == "/profiles/0/receipts"


def test_refuses_two_profiles_that_copy_into_each_others_triggers() -> None:
    there = profile_with("there", job={"Operation": {"COSPutObjectCopy": {"TargetResource": f"cos://b-{APPID}"}}})
    match = {"bucket": f"b-{APPID}", "prefix": "lists/"}
    back = profile_with("back", match=match, job={"Operation": {"COSPutObjectCopy": COPY}})
    assert [pointer for pointer, _ in problems_of(there, back)] == [
        "/profiles/0/job/Operation/COSPutObjectCopy/TargetResource",
        "/profiles/1/job/Operation/COSPutObjectCopy/TargetResource",
    ]


APART: list[Json] = [
    {"Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Prefix": "reports/"}},
    {"Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Enabled": False}},
    {"Operation": {"COSPutObjectCopy": {**COPY, "PrefixReplace": True, "TargetKeyPrefix": "copies/"}}},
]


@pytest.mark.parametrize("job", APART)
def test_takes_a_job_whose_output_is_apart_by_its_prefix(job: Json) -> None:
    assert problems_of({**profile_with(job=job), "receipts": f"cos://{BUCKET}/receipts/"}) == []


def test_reads_the_example_of_this_repository() -> None:
    profiles, problems = parse_profiles(Path(__file__).parents[2].joinpath("profiles.json").read_text())
    assert problems == ()
    assert [profile.name for profile in profiles.profiles] == ["restore", "archive", "clean-up"]
