"""Who may ask for what: the account's bounds, the policy, a profile's limits, and who may confirm."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cosbatch.configuration import caller_policy
from cosbatch.configuration.places import Match
from cosbatch.configuration.profiles import Profile, Profiles
from cosbatch.model.errors import Forbidden, InvalidManifest
from cosbatch.model.identity import caller_of, described, marker_of
from cosbatch.schemas.document import load_document
from tests.stage import APPID, BUCKET, DOCUMENT, REGION, ROLE, UIN, configuration

Json = dict[str, Any]
SETTINGS = configuration().settings
COPY = {"TargetResource": f"cos://target-{APPID}"}
OBJECT = "/Manifest/Location/ObjectArn"
TARGET = "/Operation/COSPutObjectCopy/TargetResource"


def document(**changes: Any) -> Json:
    whole = copy.deepcopy({**DOCUMENT, **changes})
    if "object" in changes:
        whole["Manifest"]["Location"]["ObjectArn"] = whole.pop("object")
    return load_document(whole, REGION)


def pointers(asked: Json, rules: Json | None = None, profile: Profile | None = None) -> list[str]:
    """Where the document asks for more than is allowed."""
    try:
        caller_policy.check(asked, profile, Profiles((), rules or {}), SETTINGS)
    except Forbidden as error:
        return [problem.pointer for problem in error.problems]
    return []


def profile(**limits: Any) -> Profile:
    return Profile("restore", None, {}, limits=limits)


ROLE_OF_ANOTHER = "qcs::cam::uin/100000000002:roleName/COSBatch_QcsRole"
# What a function that acts with its own account's rights must not be talked into.
CONFUSED_DEPUTY: list[tuple[Json, str]] = [
    ({"RoleArn": ROLE_OF_ANOTHER}, "/RoleArn"),
    ({"RoleArn": f"qcs::cam::uin/{UIN}0:roleName/COSBatch_QcsRole"}, "/RoleArn"),
    ({"RoleArn": f"qcs::cam::uin/0{UIN}:roleName/COSBatch_QcsRole"}, "/RoleArn"),
    ({"object": "cos://manifest-1250000001/list.csv"}, OBJECT),
    ({"object": f"cos://{BUCKET}0/list.csv"}, OBJECT),
    ({"object": f"cos://manifest-{APPID}-1250000001/list.csv"}, OBJECT),
    ({"object": f"qcs::cos:{REGION}:uid/1250000001:manifest-1250000001/list.csv"}, OBJECT),
    ({"object": f"https://manifest-1250000001.cos.{REGION}.myqcloud.com/list.csv"}, OBJECT),
    ({"object": f"qcs::cos:ap-guangzhou::{BUCKET}/list.csv"}, OBJECT),
    ({"object": f"https://{BUCKET}.cos.ap-guangzhou.myqcloud.com/list.csv"}, OBJECT),
    ({"Report": {"Bucket": "cos://report-1250000001", "Enabled": True}}, "/Report/Bucket"),
    ({"Report": {"Bucket": "cos://report-1250000001", "Enabled": False}}, "/Report/Bucket"),
    ({"Operation": {"COSPutObjectCopy": {"TargetResource": "cos://target-1250000001"}}}, TARGET),
    ({"Operation": {"COSPutObjectCopy": {"TargetResource": f"cos://target-{APPID}-1250000001"}}}, TARGET),
]


@pytest.mark.parametrize(("changes", "pointer"), CONFUSED_DEPUTY)
def test_refuses_what_belongs_to_another_account_or_region(changes: Json, pointer: str) -> None:
    assert pointers(document(**changes)) == [pointer]


@pytest.mark.parametrize(("changes", "pointer"), CONFUSED_DEPUTY)
def test_refuses_it_even_where_the_policy_names_it(changes: Json, pointer: str) -> None:
    everything = {
        "roles": [ROLE, ROLE_OF_ANOTHER],
        "manifest_buckets": [BUCKET, "manifest-1250000001"],
        "target_buckets": [f"target-{APPID}", "target-1250000001"],
        "report_buckets": [f"report-{APPID}", "report-1250000001"],
    }
    assert pointer in pointers(document(**changes), everything, profile(target_buckets=["target-1250000001"]))


def test_says_all_that_is_not_allowed_at_once() -> None:
    asked = document(
        RoleArn=ROLE_OF_ANOTHER,
        object="cos://manifest-1250000001/list.csv",
        Report={"Bucket": "cos://report-1250000001", "Enabled": True},
        Operation={"COSPutObjectCopy": {"TargetResource": "cos://target-1250000001"}},
    )
    assert pointers(asked) == ["/RoleArn", OBJECT, "/Report/Bucket", TARGET]
    with pytest.raises(Forbidden, match="nothing was sent"):
        caller_policy.check(asked, None, Profiles(), SETTINGS)


def test_allows_the_accounts_own_without_a_policy() -> None:
    assert pointers(document()) == []
    assert pointers(document(Operation={"COSPutObjectCopy": COPY})) == []
    assert pointers(document(Operation={"COSDeleteObject": {}}), profile=profile()) == []


def test_lets_reports_and_copies_go_to_other_regions_of_the_account() -> None:
    asked = document(
        Report={"Bucket": f"qcs::cos:ap-guangzhou::report-{APPID}", "Enabled": True},
        Operation={"COSPutObjectCopy": {"TargetResource": f"qcs::cos:ap-guangzhou::target-{APPID}"}},
    )
    assert pointers(asked) == []


# One row a rule of the policy: the rule, what it lets pass, what it does not, and where it says so.
POLICY: list[tuple[Json, Json, Json, str]] = [
    ({"roles": [ROLE]}, {}, {"RoleArn": f"{ROLE}2"}, "/RoleArn"),
    ({"roles": []}, {}, {}, "/RoleArn"),
    ({"manifest_buckets": [BUCKET]}, {}, {"object": f"cos://other-{APPID}/list.csv"}, OBJECT),
    (
        {"report_buckets": [f"report-{APPID}"]},
        {},
        {"Report": {"Bucket": f"cos://x-{APPID}", "Enabled": True}},
        "/Report/Bucket",
    ),
    (
        {"target_buckets": [f"target-{APPID}"]},
        {"Operation": {"COSPutObjectCopy": COPY}},
        {"Operation": {"COSPutObjectCopy": {"TargetResource": f"cos://x-{APPID}"}}},
        TARGET,
    ),
    (
        {"operations": ["COSInitiateRestoreObject"]},
        {},
        {"Operation": {"COSDeleteObject": {}}},
        "/Operation/COSDeleteObject",
    ),
    ({"max_priority": 5}, {"Priority": 5}, {"Priority": 6}, "/Priority"),
    ({"max_priority": 0}, {"Priority": 0}, {"Priority": 1}, "/Priority"),
]


@pytest.mark.parametrize(("rules", "good", "bad", "pointer"), POLICY)
def test_binds_every_caller_to_the_policy(rules: Json, good: Json, bad: Json, pointer: str) -> None:
    assert pointers(document(**good), rules) == ([] if rules != {"roles": []} else ["/RoleArn"])
    assert pointers(document(**bad), rules) == [pointer]
    assert pointers(document(**bad), rules, profile()) == [pointer]


def test_takes_no_documents_of_the_callers_own_where_the_policy_says_so() -> None:
    assert pointers(document(), {"free_documents": False}) == ["/Profile"]
    assert pointers(document(), {"free_documents": False}, profile()) == []
    assert pointers(document(), {"free_documents": True}) == []


@pytest.mark.parametrize(
    ("limits", "bad", "pointer"),
    [
        (
            {"operations": ["COSInitiateRestoreObject"]},
            {"Operation": {"COSDeleteObject": {}}},
            "/Operation/COSDeleteObject",
        ),
        ({"operations": []}, {}, "/Operation/COSInitiateRestoreObject"),
        ({"max_priority": 9}, {"Priority": 10}, "/Priority"),
        ({"target_buckets": []}, {"Operation": {"COSPutObjectCopy": COPY}}, TARGET),
        ({"target_buckets": [f"x-{APPID}"]}, {"Operation": {"COSPutObjectCopy": COPY}}, TARGET),
    ],
)
def test_keeps_a_job_within_the_limits_of_its_profile(limits: Json, bad: Json, pointer: str) -> None:
    assert pointers(document(**bad), profile=profile(**limits)) == [pointer]
    assert pointers(document(**bad)) == []


def test_limits_no_targets_of_an_operation_that_has_none() -> None:
    assert pointers(document(), {"target_buckets": []}, profile(target_buckets=[])) == []


@pytest.mark.parametrize(
    ("rows", "limit", "refused"),
    [(10, 10, False), (11, 10, True), (None, 10, False), (10**9, None, False)],
)
def test_counts_the_rows_of_the_manifest(rows: int | None, limit: int | None, refused: bool) -> None:
    limits = {} if limit is None else {"max_objects": limit}
    if not refused:
        caller_policy.check_size(rows, profile(**limits), True)
        caller_policy.check_size(rows, None, True)
        return
    how = "split it, as cosbatch split LIST --rows 10 does"
    for is_all, told in ((True, "11"), (False, "at least 11")):
        with pytest.raises(InvalidManifest) as error:
            caller_policy.check_size(rows, profile(**limits), is_all)
        assert error.value.problems[0].message == f"has {told} rows; profile restore allows 10: {how}"


ANYONE = {"Identifier": "qcs::cam::anyone:anyone", "TypeIdentifier": "ID"}
SOMEONE = {"Identifier": f"qcs::cam::uin/{UIN}:uin/{UIN}", "TypeIdentifier": "ID"}


def grants(*grantees: Json) -> Json:
    return {
        "COSPutObjectCopy": {**COPY, "AccessControlGrants": [{"Grantee": g, "Permission": "READ"} for g in grantees]}
    }


ANOTHER = {"Identifier": "qcs::cam::uin/666:uin/666", "TypeIdentifier": "ID"}
GRANTEE = "/Operation/COSPutObjectCopy/AccessControlGrants/1/Grantee/Identifier"


def test_grants_nothing_to_another_account_that_the_policy_does_not_name() -> None:
    asked = document(Operation=grants(SOMEONE, ANOTHER))
    assert pointers(asked) == [GRANTEE]
    assert pointers(asked, {"grantees": ["qcs::cam::uin/777:uin/777"]}) == [GRANTEE]
    assert pointers(asked, {"grantees": [ANOTHER["Identifier"]]}) == []


@pytest.mark.parametrize(
    "identifier",
    [
        f"qcs::cam::uin/{UIN}:uin/{UIN}, id=qcs::cam::uin/666:uin/666",
        f"qcs::cam::uin/{UIN}0:uin/1",
        "100000000002anyone",
        "qcs::cam::anyone:uin/666",
        "AllUsers of 666",
    ],
)
def test_takes_no_other_account_for_the_own_one_or_for_everybody(identifier: str) -> None:
    assert pointers(document(Operation=grants(SOMEONE, {**ANYONE, "Identifier": identifier}))) == [GRANTEE]


def test_leaves_grants_to_everybody_to_the_person_who_confirms() -> None:
    assert pointers(document(Operation=grants(ANYONE, SOMEONE))) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"Report": {"Bucket": f"cos://{BUCKET}", "Enabled": True, "Prefix": "lists/r"}}, "/Report/Prefix"),
        ({"Operation": {"COSPutObjectCopy": {"TargetResource": f"cos://{BUCKET}"}}}, TARGET),
    ],
)
def test_refuses_a_document_whose_output_could_start_a_job(changes: Json, pointer: str) -> None:
    profiles = Profiles((Profile("restore", Match(BUCKET, "lists/", ".csv"), {}),))
    with pytest.raises(Forbidden) as caught:
        caller_policy.check(document(**changes), None, profiles, SETTINGS)
    assert [problem.pointer for problem in caught.value.problems] == [pointer]


@pytest.mark.parametrize(
    ("operation", "waits"),
    [
        ({"COSDeleteObject": {}}, True),
        ({"COSPutObjectCopy": {**COPY, "CannedAccessControlList": "public-read"}}, True),
        (grants(ANYONE), True),
        (grants(SOMEONE, ANYONE), True),
        (grants({**ANYONE, "Identifier": "qcs::cam::Anyone:Anyone"}), True),
        (grants({**ANYONE, "Identifier": "http://cam.qcloud.com/groups/global/AllUsers"}), True),
        (grants({**ANYONE, "Identifier": "http://cam.qcloud.com/groups/global/AuthenticatedUsers"}), True),
        (grants({**ANYONE, "Identifier": "qcs::cam::*:*"}), True),
        (grants(SOMEONE), False),
        ({"COSPutObjectCopy": {**COPY, "CannedAccessControlList": "private"}}, False),
        ({"COSPutObjectCopy": COPY}, False),
        (DOCUMENT["Operation"], False),
    ],
)
def test_has_deleting_and_publishing_jobs_wait_for_a_person(operation: Json, waits: bool) -> None:
    asked = document(Operation=operation)
    assert caller_policy.needs_confirmation(asked, None) is waits
    assert caller_policy.needs_confirmation(asked, profile()) is waits
    assert caller_policy.needs_confirmation(asked, Profile("x", None, {}, unattended=True)) is False


def test_keeps_a_new_priority_within_the_policy() -> None:
    caller_policy.check_priority(6, Profiles())
    caller_policy.check_priority(5, Profiles((), {"max_priority": 5}))
    with pytest.raises(Forbidden) as refused:
        caller_policy.check_priority(6, Profiles((), {"max_priority": 5}))
    assert refused.value.problems[0].message == "is over 5, the highest that the policy allows"


MINE, YOURS = caller_of("0" * 64), caller_of("1" * 64)
MADE_BY_ME = described("restore", marker_of("token", "sha256:" + "0" * 64, MINE))


def test_does_not_let_the_token_that_created_a_job_confirm_it() -> None:
    with pytest.raises(Forbidden, match="The token that created a job may not confirm it"):
        caller_policy.check_confirmation(MADE_BY_ME, MINE, Profiles())


@pytest.mark.parametrize(
    ("description", "caller", "rules"),
    [
        (MADE_BY_ME, YOURS, {}),
        (MADE_BY_ME, MINE, {"self_confirmation": True}),
        (described("restore", marker_of("token", "sha256:" + "0" * 64)), MINE, {}),
        ("made by hand", MINE, {}),
        (None, MINE, {}),
    ],
)
def test_lets_others_confirm_and_the_same_where_the_policy_says_so(
    description: object, caller: str, rules: Json
) -> None:
    caller_policy.check_confirmation(description, caller, Profiles((), rules))
