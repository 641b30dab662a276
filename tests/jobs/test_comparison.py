"""Two documents of a job are compared by what they mean, not by how it is written."""

from __future__ import annotations

import pytest

from cosbatch.jobs.comparison import differences
from cosbatch.model.errors import Problem

SAME = [
    ({"Priority": 10}, {"Priority": "10"}),
    ({"Report": {"Enabled": True}}, {"Report": {"Enabled": "true"}}),
    ({"Report": {"Enabled": True}}, {"Report": {"Enabled": "TRUE"}}),
    ({"ConfirmationRequired": False}, {}),
    ({"ConfirmationRequired": False}, {"ConfirmationRequired": "false"}),
    ({"Description": ""}, {}),
    ({"Description": None}, {"Description": ""}),
    ({"Description": " a "}, {"Description": "a"}),
    ({"ETag": '"abc"'}, {"ETag": "abc"}),
    ({"Report": {"Bucket": "qcs::cos:ap-chengdu::b-1"}}, {"Report": {"Bucket": "qcs::cos:ap-chengdu:uid/1:b-1"}}),
    ({"Bucket": "qcs::cos:ap-chengdu::b-1"}, {"Bucket": "qcs::cos:ap-chengdu::b-1/"}),
    ({"ObjectArn": "qcs::cos:ap-chengdu::b-1/a b"}, {"ObjectArn": "qcs::cos:ap-chengdu:uid/1:b-1/a b"}),
    ({"TargetResource": "cos://b-1"}, {"TargetResource": "cos://b-1/"}),
    ({"Operation": {"COSDeleteObject": {}}}, {"Operation": {"COSDeleteObject": {}}}),
    ({"UserMetadata": []}, {}),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME)
def test_finds_no_difference_in_what_means_the_same(ours: dict[str, object], theirs: dict[str, object]) -> None:
    assert differences(ours, theirs, "job 1") == differences(theirs, ours, "job 1") == []


DIFFERENT = [
    ({"Priority": 10}, {"Priority": 11}, "/Priority", "is '10' here, '11' in job 1"),
    ({"Priority": 10}, {}, "/Priority", "is '10' here, missing in job 1"),
    ({}, {"Report": {"Prefix": "a"}}, "/Report/Prefix", "is missing here, 'a' in job 1"),
    ({"Description": "True story"}, {"Description": "true story"}, "/Description", None),
    ({"Fields": ["Bucket", "Key"]}, {"Fields": ["Key", "Bucket"]}, "/Fields/0", "is 'Bucket' here, 'Key' in job 1"),
    ({"ObjectArn": "qcs::cos:ap-chengdu::b-1/a"}, {"ObjectArn": "qcs::cos:ap-beijing::b-1/a"}, "/ObjectArn", None),
    ({"ObjectArn": "no name"}, {"ObjectArn": "noname"}, "/ObjectArn", "is 'no name' here, 'noname' in job 1"),
    (
        {"Bucket": "qcs::cos:ap-chengdu:uid/1:b-1"},
        {"Bucket": "cos://b-2"},
        "/Bucket",
        "is 'qcs::cos:ap-chengdu::b-1' here, 'qcs::cos:::b-2' in job 1",
    ),
    (
        {"ObjectArn": "qcs::cos:ap-chengdu:uid/1:b-1/a"},
        {"ObjectArn": "cos://b-1/a"},
        "/ObjectArn",
        "is 'qcs::cos:ap-chengdu::b-1/a' here, 'qcs::cos:::b-1/a' in job 1",
    ),
    ({"ETag": '"abc"'}, {"ETag": "abd"}, "/ETag", "is 'abc' here, 'abd' in job 1"),
    ({"COSDeleteObject": {}}, {}, "/COSDeleteObject", "is 'present' here, missing in job 1"),
    ({"Prefix": "x" * 101}, {}, "/Prefix", f"is '{'x' * 99}…' here, missing in job 1"),
    ({"Prefix": "x" * 100}, {}, "/Prefix", f"is '{'x' * 100}' here, missing in job 1"),
]


@pytest.mark.parametrize(("ours", "theirs", "pointer", "message"), DIFFERENT)
def test_says_where_two_documents_differ(
    ours: dict[str, object], theirs: dict[str, object], pointer: str, message: str | None
) -> None:
    problem = differences(ours, theirs, "job 1")[0]
    assert problem.pointer == pointer
    assert message in (None, problem.message)


def test_names_every_difference_in_order() -> None:
    ours = {
        "Priority": 1,
        "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7}},
        "Manifest": {"a": [1, 2]},
    }
    theirs = {"Priority": 2, "Operation": {"COSDeleteObject": {}}, "Manifest": {"a": [1, 3]}}
    assert differences(ours, theirs, "job 1") == [
        Problem("/Manifest/a/1", "is '2' here, '3' in job 1"),
        Problem("/Operation/COSDeleteObject", "is missing here, 'present' in job 1"),
        Problem("/Operation/COSInitiateRestoreObject/ExpirationInDays", "is '7' here, missing in job 1"),
        Problem("/Priority", "is '1' here, '2' in job 1"),
    ]
