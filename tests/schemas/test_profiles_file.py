"""The shape of the profiles file, one row a rule."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cosbatch.model.errors import InvalidRequest
from cosbatch.schemas.elements import load
from cosbatch.schemas.profiles_file import ProfilesFile
from tests.stage import APPID, BUCKET, PROFILE, ROLE

Json = dict[str, Any]
SCHEMA = ProfilesFile()
POLICY: Json = {
    "free_documents": False,
    "operations": ["COSDeleteObject"],
    "roles": [ROLE],
    "manifest_buckets": [BUCKET],
    "target_buckets": [],
    "report_buckets": [f"report-{APPID}"],
    "max_priority": 0,
    "self_confirmation": True,
}
LIMITS: Json = {
    "operations": ["COSInitiateRestoreObject"],
    "source_buckets": [BUCKET],
    "target_buckets": [],
    "max_objects": 1,
    "max_priority": 10,
}


def loaded(profile: Json | None = None, policy: Json | None = None) -> Json:
    profiles = [] if profile is None else [{**PROFILE, **profile}]
    return load(SCHEMA, {"profiles": profiles, **({} if policy is None else {"policy": policy})}, "no")


def test_fills_in_what_a_profile_leaves_out() -> None:
    job = copy.deepcopy(PROFILE["job"])
    least = load(SCHEMA, {"profiles": [{"name": "restore", "job": job}]}, "no")
    (profile,) = least["profiles"]
    assert {name: value for name, value in profile.items() if name != "job"} == {
        "name": "restore", "match": None, "open": [], "limits": {}, "unattended": False, "receipts": None,
    }  # fmt: skip
    assert least["policy"] == {}


def test_takes_every_field() -> None:
    everything = loaded({"limits": LIMITS, "unattended": True, "receipts": "cos://r-1/receipts/"}, POLICY)
    assert everything["profiles"][0]["limits"] == LIMITS
    assert everything["policy"] == POLICY


def test_limits_nothing_that_a_policy_leaves_out() -> None:
    assert loaded(policy={"max_priority": 5})["policy"] == {
        "free_documents": True, "max_priority": 5, "self_confirmation": False,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["x", "x" * 64, "A-1_b.c"])
def test_takes_a_name(name: str) -> None:
    assert loaded({"name": name})["profiles"][0]["name"] == name


@pytest.mark.parametrize(
    ("text", "pointer"),
    [({}, "/profiles"), ({"profiles": [{}]}, "/profiles/0/name"), ({"profiles": [{}]}, "/profiles/0/job")],
)
def test_asks_for_what_is_missing(text: Json, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        load(SCHEMA, text, "no")
    assert pointer in [problem.pointer for problem in refused.value.problems]


def test_matches_any_key_where_prefix_and_suffix_are_left_out() -> None:
    (profile,) = loaded({"match": {"bucket": BUCKET}})["profiles"]
    assert profile["match"] == {"bucket": BUCKET, "prefix": "", "suffix": ""}


BAD: list[tuple[Json, str, str]] = [
    ({"name": ""}, "/profiles/0/name", "must not be empty"),
    ({"name": "re store"}, "/profiles/0/name", "must be letters, digits, dots, dashes and underscores"),
    ({"name": "-x"}, "/profiles/0/name", "must be letters"),
    ({"name": "x" * 65}, "/profiles/0/name", "must have at most 64 bytes"),
    ({"match": {"bucket": "manifest"}}, "/profiles/0/match/bucket", "must be a bucket's full name, <name>-<appid>"),
    ({"match": {"prefix": "a/"}}, "/profiles/0/match/bucket", "is required"),
    ({"match": {"bucket": BUCKET, "Prefix": ""}}, "/profiles/0/match/Prefix", "is not known here"),
    ({"open": ["Manifest"]}, "/profiles/0/open/0", "must be one of ConfirmationRequired, Description, Operation"),
    ({"open": "Priority"}, "/profiles/0/open", "must be a list"),
    ({"limits": {"operations": ["Delete"]}}, "/profiles/0/limits/operations/0", "must be one of COSDeleteObject"),
    ({"limits": {"target_buckets": ["cos://a-1"]}}, "/profiles/0/limits/target_buckets/0", "must be a bucket's full"),
    ({"limits": {"source_buckets": ["a"]}}, "/profiles/0/limits/source_buckets/0", "must be a bucket's full"),
    ({"limits": {"max_objects": 0}}, "/profiles/0/limits/max_objects", "must be a whole number from 1"),
    ({"limits": {"max_priority": -1}}, "/profiles/0/limits/max_priority", "must be a whole number from 0"),
    ({"limits": {"max_object": 1}}, "/profiles/0/limits/max_object", "is not known here"),
    ({"unattended": "yes"}, "/profiles/0/unattended", "must be true or false"),
    ({"job": {"ClientRequestToken": "t"}}, "/profiles/0/job/ClientRequestToken", "is not known here"),
    ({"job": {"Priority": -1}}, "/profiles/0/job/Priority", "must be a whole number"),
    ({"job": {"Operation": {}}}, "/profiles/0/job/Operation", "must hold exactly one of"),
    ({"job": None}, "/profiles/0/job", "must not be null"),
    ({"jobs": {}}, "/profiles/0/jobs", "is not known here"),
]


@pytest.mark.parametrize(("change", "pointer", "message"), BAD)
def test_refuses_a_profile(change: Json, pointer: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        loaded(change)
    (problem,) = refused.value.problems
    assert problem.pointer == pointer
    assert message in problem.message


BAD_POLICIES: list[tuple[Json, str, str]] = [
    ({"free_documents": 0}, "/policy/free_documents", "must be true or false"),
    ({"roles": ["role"]}, "/policy/roles/0", "must be qcs::cam::uin/<uin>:roleName/<name>"),
    ({"manifest_buckets": ["x"]}, "/policy/manifest_buckets/0", "must be a bucket's full name"),
    ({"report_buckets": {}}, "/policy/report_buckets", "must be a list"),
    ({"max_priority": 2147483648}, "/policy/max_priority", "must be a whole number from 0 to 2147483647"),
    ({"freeDocuments": False}, "/policy/freeDocuments", "is not known here"),
]


@pytest.mark.parametrize(("policy", "pointer", "message"), BAD_POLICIES)
def test_refuses_a_policy(policy: Json, pointer: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        loaded(policy=policy)
    (problem,) = refused.value.problems
    assert problem.pointer == pointer
    assert message in problem.message
