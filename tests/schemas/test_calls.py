"""What calls may hold beside the CreateJob document, one row a rule."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.model.errors import InvalidRequest
from cosbatch.schemas.calls import ACTIONS, CREATE_JOB_OPTIONS, STATES, capitalised, load_call
from cosbatch.schemas.document import load_document
from cosbatch.schemas.elements import load

JOB_ID = "53dc6228-c50b-46f7-8ad7-65e7159f1aae"

GOOD: list[tuple[str, dict[str, object], dict[str, object]]] = [
    ("DescribeJob", {"JobId": JOB_ID}, {"JobId": JOB_ID}),
    ("DescribeJob", {"jobId": "job_1.a~b"}, {"JobId": "job_1.a~b"}),
    ("DeleteJob", {"JobId": "j"}, {"JobId": "j"}),
    ("ListJobs", {}, {}),
    ("ListJobs", {"NextToken": "x" * 64}, {"NextToken": "x" * 64}),
    ("ListJobs", {"NextToken": "x", "MaxResults": 1}, {"NextToken": "x", "MaxResults": 1}),
    (
        "UpdateJobStatus",
        {"JobId": "j" * 64, "RequestedJobStatus": "Ready", "StatusUpdateReason": ""},
        {"JobId": "j" * 64, "RequestedJobStatus": "Ready", "StatusUpdateReason": ""},
    ),
    (
        "ListJobs",
        {"jobStatuses": "Active", "maxResults": "1000", "nextToken": "a/b=="},
        {"JobStatuses": "Active", "MaxResults": 1000, "NextToken": "a/b=="},
    ),
    ("UpdateJobPriority", {"JobId": "j", "Priority": "0"}, {"JobId": "j", "Priority": 0}),
    ("UpdateJobPriority", {"JobId": "j", "priority": 2147483647}, {"JobId": "j", "Priority": 2147483647}),
    (
        "UpdateJobStatus",
        {"JobId": "j", "requestedJobStatus": "Cancelled", "StatusUpdateReason": "清单有误"},
        {"JobId": "j", "RequestedJobStatus": "Cancelled", "StatusUpdateReason": "清单有误"},
    ),
    ("UpdateJobStatus", {"JobId": "j", "RequestedJobStatus": "Ready"}, {"JobId": "j", "RequestedJobStatus": "Ready"}),
]


@pytest.mark.parametrize(("action", "fields", "loaded"), GOOD)
def test_reads_a_call(action: str, fields: dict[str, object], loaded: dict[str, object]) -> None:
    assert load_call(action, fields) == loaded


A_JOB_ID = "must be a JobId: letters, digits"
BAD: list[tuple[str, dict[str, object], str, str]] = [
    ("DescribeJob", {}, "/JobId", "is required; add it"),
    ("DescribeJob", {"JobId": None}, "/JobId", "must not be null"),
    ("DescribeJob", {"JobId": 5}, "/JobId", "must be text"),
    ("DescribeJob", {"JobId": ""}, "/JobId", "must not be empty"),
    ("DescribeJob", {"JobId": "a" * 65}, "/JobId", "must have at most 64 bytes"),
    ("DescribeJob", {"JobId": "j", "Job": "k"}, "/Job", "is not known here; what may stand here: JobId"),
    ("DeleteJob", {"JobId": "*"}, "/JobId", A_JOB_ID),
    ("ListJobs", {"JobStatuses": "Active,New"}, "/JobStatuses", "must be one of Active, Cancelled"),
    ("ListJobs", {"JobStatuses": ["Active"]}, "/JobStatuses", "must be text"),
    ("ListJobs", {"MaxResults": 0}, "/MaxResults", "must be a whole number from 1 to 1000"),
    ("ListJobs", {"MaxResults": 1001}, "/MaxResults", "must be a whole number from 1 to 1000"),
    ("ListJobs", {"MaxResults": True}, "/MaxResults", "must be a whole number"),
    ("ListJobs", {"NextToken": ""}, "/NextToken", "must not be empty"),
    ("ListJobs", {"NextToken": "x" * 65}, "/NextToken", "must have at most 64 bytes"),
    ("ListJobs", {"NextToken": "a\tb"}, "/NextToken", "must be printable"),
    ("UpdateJobPriority", {"JobId": "j"}, "/Priority", "is required"),
    ("UpdateJobPriority", {"JobId": "j", "Priority": -1}, "/Priority", "from 0 to 2147483647"),
    ("UpdateJobPriority", {"JobId": "j", "Priority": "1.0"}, "/Priority", "must be a whole number"),
    ("UpdateJobStatus", {"JobId": "j"}, "/RequestedJobStatus", "is required"),
    (
        "UpdateJobStatus",
        {"JobId": "j", "RequestedJobStatus": "Active"},
        "/RequestedJobStatus",
        "one of Ready, Cancelled",
    ),
    (
        "UpdateJobStatus",
        {"JobId": "j", "RequestedJobStatus": "Ready", "StatusUpdateReason": "清" * 86},
        "/StatusUpdateReason",
        "must have at most 256 bytes in UTF-8; it has 258",
    ),
    (
        "ListJobs",
        {"nextToken": "a", "NextToken": "a", "MaxResults": 1, "jobStatuses": "New", "_x": 1, "清": 1},
        "/NextToken",
        "is given twice, with a small first letter too",
    ),
]


NO_JOB_IDS = (".", "..", "../jobs", "a/b", "a%2Fb", "a b", "a?b", "a#b", "a\n", "\\", "清", "a;b", "-", "~")
BAD += [("DescribeJob", {"JobId": text}, "/JobId", A_JOB_ID) for text in NO_JOB_IDS]


@pytest.mark.parametrize(("action", "fields", "pointer", "message"), BAD)
def test_refuses(action: str, fields: dict[str, object], pointer: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        load_call(action, fields)
    (problem,) = refused.value.problems
    assert problem.pointer == pointer
    assert message in problem.message
    assert "nothing was sent" in refused.value.message


def test_says_all_faults_of_a_call_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        load_call("UpdateJobStatus", {"JobId": "/", "RequestedJobStatus": "Go", "Why": 1})
    assert [problem.pointer for problem in refused.value.problems] == ["/JobId", "/RequestedJobStatus", "/Why"]


def test_writes_names_with_a_capital() -> None:
    assert capitalised({"jobId": 1, "Priority": 2, "": 3}) == {"JobId": 1, "Priority": 2, "": 3}


OPTIONS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"DryRun": False}),
    ({"DryRun": "true"}, {"DryRun": True}),
    ({"Profile": "x", "PlanDigest": "y"}, {"Profile": "x", "PlanDigest": "y", "DryRun": False}),
    ({"Profile": "x" * 64, "PlanDigest": "y" * 128}, {"Profile": "x" * 64, "PlanDigest": "y" * 128, "DryRun": False}),
    (
        {"Profile": "restore", "PlanDigest": "sha256:0"},
        {"Profile": "restore", "PlanDigest": "sha256:0", "DryRun": False},
    ),
]


@pytest.mark.parametrize(("given", "loaded"), OPTIONS)
def test_reads_the_options_of_create_job(given: dict[str, Any], loaded: dict[str, Any]) -> None:
    assert load(CREATE_JOB_OPTIONS, given, "no") == loaded


def test_names_the_options_of_create_job_where_a_name_is_not_known() -> None:
    with pytest.raises(InvalidRequest) as caught:
        load_document({"Manifst": ""}, "ap-chengdu")
    (told,) = [problem.message for problem in caught.value.problems if problem.pointer == "/Manifst"]
    assert told.endswith(f", RoleArn, {', '.join(CREATE_JOB_OPTIONS.fields)}")


@pytest.mark.parametrize(
    "given",
    [
        {"DryRun": "yes"},
        {"DryRun": 1},
        {"DryRun": None},
        {"Profile": ""},
        {"Profile": []},
        {"Profile": "x" * 65},
        {"PlanDigest": ""},
    ],
)
def test_refuses_loose_options_of_create_job(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="no"):
        load(CREATE_JOB_OPTIONS, given, "no")


def test_knows_the_six_actions_and_thirteen_states() -> None:
    assert set(ACTIONS) == {
        "CreateJob", "DescribeJob", "ListJobs", "UpdateJobPriority", "UpdateJobStatus", "DeleteJob",
    }  # fmt: skip
    assert len(STATES) == len(set(STATES)) == 13
