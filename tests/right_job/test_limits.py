"""A job stays within the limits of its profile, or waits for a person; lists are judged over the stand-in, to the end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest

from cosbatch.standin import Standin
from tests.right_job.function import KEY, Function, Json, brief, event
from tests.right_job.uploader import Uploader
from tests.stage import APPID, BUCKET, DOCUMENT, PROFILE, REGION, UIN

INVENTORY = "restore/inv/manifest.json"
DATA = "restore/inv/data.csv.gz"
# Takes manifests of every kind, and deletes what they list, without asking.
DELETING: Json = {
    "match": {"bucket": BUCKET, "prefix": "restore/"},
    "job": {**{name: value for name, value in PROFILE["job"].items() if name != "Manifest"}, "Operation": {"COSDeleteObject": {}}},
    "limits": {"source_buckets": [f"inv-{APPID}"], "max_objects": 10},
    "unattended": True,
}  # fmt: skip
CHECKS = ("head", "full")


def inventory(size: int, **changes: Any) -> bytes:
    """A manifest.json that names the data file."""
    document = {
        "sourceAppid": APPID,
        "sourceBucket": "inv",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key",
        "filterObjectCount": "1",
        "files": [{"key": DATA, "size": str(size), "md5Checksum": "0" * 32}],
        **changes,
    }
    return json.dumps(document).encode()


def put_inventory(uploader: Uploader, rows: bytes, packed: bytes | None = None, **changes: Any) -> None:
    content = gzip.compress(rows) if packed is None else packed
    if content:
        uploader.put(content, DATA)
    uploader.put(inventory(len(content), **changes), INVENTORY)


def deleted(function: Function, key: str, check: str, **changes: Any) -> Json:
    return function.told(event(key=key), {"COSBATCH_MANIFEST_CHECK": check}, **{**DELETING, **changes})


def documents(standin: Standin) -> list[Json]:
    jobs: list[Any] = standin.jobs()
    return [job["Document"] for job in jobs]


ROW = b'"inv-1250000000","a%d.txt"\n'
ROWS = b"".join(ROW % number for number in range(5))

LYING: dict[str, tuple[bytes, bytes | None, Json]] = {
    "rows of another bucket": (b"secret-1250000000,a%20b\n" * 50, None, {}),
    "a bucket without its appid": (b"secret,a%20b\n" * 50, None, {}),
    "more rows than it counts": (b"".join(ROW % number for number in range(11)), None, {}),
    "one row of another bucket among many": (ROWS + b'"secret-1250000000","a"\n', None, {}),
    "a file that is cut": (b"", gzip.compress(ROWS)[:-9], {}),
    "a plain file": (b"", ROWS, {}),
    "nothing": (b"", b"", {}),
    "an empty gzip file": (b"", None, {}),
    "other columns than it says": (b"inv-1250000000,a,b\n", None, {}),
    "another size": (ROWS, None, {"files": [{"key": DATA, "size": 7, "md5Checksum": "0" * 32}]}),
    "a file that is not there": (ROWS, None, {"files": [{"key": "gone", "size": 7, "md5Checksum": "0" * 32}]}),
    "its columns in another order": (ROWS, None, {"fileSchema": "Key, Bucket"}),
    "another source bucket": (ROWS, None, {"sourceBucket": "secret"}),
}


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("case", LYING)
def test_makes_no_job_of_an_inventory_whose_data_holds(
    standin: Standin, uploader: Uploader, function: Function, case: str, check: str
) -> None:
    rows, packed, changes = LYING[case]
    put_inventory(uploader, rows, packed, **changes)
    result = deleted(function, INVENTORY, check)
    assert (result["Outcome"], result["Code"]) == ("failed", "InvalidManifest"), result
    assert not standin.jobs()


@pytest.mark.parametrize("written", ["CSV", "csv", "Csv"])
def test_makes_the_job_of_an_inventory_however_its_format_is_spelled(
    standin: Standin, uploader: Uploader, function: Function, written: str
) -> None:
    put_inventory(uploader, ROWS, fileFormat=written, filterObjectCount="900")
    assert brief(deleted(function, INVENTORY, "head")) == ("created", [])
    assert [job["ConfirmationRequired"] for job in documents(standin)] == [False]


def test_counts_a_delete_marker_in_an_inventory_as_a_row(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    schema = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker"
    rows = b"".join(b"inv-1250000000,a,v%d,false,true\n" % number for number in range(11))
    put_inventory(uploader, rows, fileSchema=schema)
    refused = deleted(function, INVENTORY, "head")
    assert "has 11 rows" in refused["Errors"][0]["Message"]


# Lists that nobody could read to their end.

LONG = b"".join(b"inv-1250000000,%040d\n" % number for number in range(12_000))


def test_sees_a_row_of_another_bucket_in_the_middle_of_a_long_list(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    middle = LONG.index(b"\n", len(LONG) // 2) + 1
    uploader.put(LONG[:middle] + b"secret-1250000000,a.txt\n" + LONG[middle:])
    assert len(LONG) > 2 * 256 * 1024
    result = deleted(function, KEY, "head", limits={"source_buckets": [f"inv-{APPID}"]})
    assert (result["Code"], standin.jobs()) == ("InvalidManifest", [])
    assert result["Errors"][0]["Message"].startswith("ForeignBucket at line 6002, column 1: ")


@pytest.mark.parametrize("key", [KEY, INVENTORY])
def test_has_a_person_confirm_a_job_whose_limits_are_not_checked(
    standin: Standin, uploader: Uploader, function: Function, key: str
) -> None:
    uploader.put(LONG)
    put_inventory(uploader, ROWS)
    assert brief(deleted(function, key, "off")) == ("created", ["LimitNotChecked"])
    assert [job["ConfirmationRequired"] for job in documents(standin)] == [True]
    assert brief(deleted(function, key, "off", limits={}))[0] == "recovered"


def test_finds_the_job_again_that_waits_for_a_person_though_the_limits_are_checked_by_now(
    standin: Standin, uploader: Uploader, function: Function
) -> None:
    uploader.put(ROWS)
    made, again = deleted(function, KEY, "off"), deleted(function, KEY, "full")
    assert [made["Outcome"], brief(again), again["JobId"]] == ["created", ("recovered", []), made["JobId"]]


# Who may read the copies.

EVERYBODY = "http://cam.qcloud.com/groups/global/AuthenticatedUsers"


def copy(grantee: str, **changes: Any) -> Json:
    grant = {"Grantee": {"Identifier": grantee, "TypeIdentifier": "ID"}, "Permission": "READ"}
    target = {"TargetResource": f"qcs::cos:{REGION}::target-{APPID}", "AccessControlGrants": [grant], **changes}
    return {**DOCUMENT, "Operation": {"COSPutObjectCopy": target}}


def created_with(function: Function, document: Json, standin: Standin, policy: Json | None = None) -> object:
    """Whether the job waits for a person; of one that is refused, the Code and where."""
    result = function(document, policy=policy)
    if "Code" in result:
        return result["Code"], [error["Pointer"] for error in result["Errors"]]
    return documents(standin)[-1]["ConfirmationRequired"]


@pytest.mark.parametrize(
    "grantee",
    [
        EVERYBODY,
        EVERYBODY.upper(),
        EVERYBODY.replace("http", "https"),
        "http://cam.qcloud.com/groups/global/AllUsers",
        "qcs::cam::anyone:anyone",
    ],
)
def test_has_a_person_confirm_what_everybody_may_read(standin: Standin, function: Function, grantee: str) -> None:
    assert created_with(function, copy(grantee), standin) is True


STRANGERS = [
    "qcs::cam::uin/666:uin/666",
    "qcs::cam::uin/666:uin/*",
    "qcs::cam::uin/666:roleName/anyone",
    "QCS::CAM::UIN/666:uin/AllUsers",
    f"qcs::cam::uin/{UIN}0:uin/{UIN}",
    "666",
    f"uin/666,qcs::cam::uin/{UIN}:uin/{UIN}",
]
GRANTEE = "/Operation/COSPutObjectCopy/AccessControlGrants/0/Grantee/Identifier"


@pytest.mark.parametrize("grantee", STRANGERS)
def test_grants_nothing_to_another_account_unless_the_policy_names_it(
    standin: Standin, function: Function, grantee: str
) -> None:
    assert created_with(function, copy(grantee), standin) == ("Forbidden", [GRANTEE])
    assert created_with(function, copy(grantee), standin, {"grantees": ["qcs::cam::uin/777:uin/777"]}) == (
        "Forbidden",
        [GRANTEE],
    )


def test_grants_to_the_own_account_and_to_whom_the_policy_names(standin: Standin, function: Function) -> None:
    own, named = f"qcs::cam::uin/{UIN}:uin/100000000011", "qcs::cam::uin/777:uin/777"
    assert created_with(function, copy(own), standin) is False
    assert created_with(function, {**copy(named), "ClientRequestToken": "2"}, standin, {"grantees": [named]}) is False


# What a job writes starts no job.


def profile(name: str, bucket: str, job: Mapping[str, Any], **more: Any) -> Json:
    return {
        **PROFILE,
        "name": name,
        "match": {"bucket": f"{bucket}-{APPID}", "prefix": "lists/", "suffix": ".csv"},
        "job": {**PROFILE["job"], **job},
        **more,
    }


def into(bucket: str, **changes: Any) -> Json:
    return {"Operation": {"COSPutObjectCopy": {"TargetResource": f"cos://{bucket}-{APPID}", "StorageClass": "ARCHIVE", **changes}}}  # fmt: skip


LOOPS: dict[str, list[Json]] = {
    "in place": [profile("a", "a", into("a"))],
    "into each other": [profile("a", "a", into("b")), profile("b", "b", into("a"))],
    "in a ring": [profile("a", "a", into("b")), profile("b", "b", into("c")), profile("c", "c", into("a"))],
    "into one that only restores": [profile("a", "a", into("b")), profile("b", "b", {})],
    "by a name with its region": [
        profile("a", "a", into("a", TargetResource=f"qcs::cos:{REGION}:uid/{APPID}:a-{APPID}"))
    ],
    "of reports": [profile("a", "a", {}), profile("b", "b", {"Report": {**PROFILE["job"]["Report"], "Bucket": f"cos://a-{APPID}", "Prefix": "list"}})],
    "of receipts": [profile("a", "a", {}), profile("b", "b", {}, receipts=f"cos://a-{APPID}/lists/of/")],
    "of receipts at the root": [profile("a", "a", {}, receipts=f"cos://a-{APPID}/")],
    "with a prefix that begins alike": [profile("a", "a", into("a", PrefixReplace=True, TargetKeyPrefix="li"))],
}  # fmt: skip


@pytest.mark.parametrize("case", LOOPS)
def test_takes_no_uploads_where_its_jobs_could_start_jobs(standin: Standin, function: Function, case: str) -> None:
    (result,) = function({"Records": [event(key="lists/a.csv")]}, *LOOPS[case])["Results"]
    assert result["Code"] == "ConfigurationError"
    assert all("a job would start jobs" in error["Message"] for error in result["Errors"])
    assert not standin.jobs()


def test_makes_no_job_of_a_caller_that_could_start_jobs(standin: Standin, function: Function) -> None:
    listening = [profile("a", "a", {}), profile("manifest", "manifest", {})]
    for document in (
        {**DOCUMENT, **into("a")},
        {**DOCUMENT, **into("manifest")},
        {**DOCUMENT, **into("a", PrefixReplace=True, ResourcesPrefix="x/")},
        {**DOCUMENT, "Report": {**DOCUMENT["Report"], "Bucket": f"cos://a-{APPID}", "Prefix": "lists/x"}},
        {"Profile": "a", "Manifest": f"cos://{BUCKET}/x.csv", **into("a")},
    ):
        opened = [{**each, "open": ["Operation"]} for each in listening]
        assert function(document, *opened)["Code"] == "Forbidden", document
    assert not standin.jobs()


def test_makes_the_jobs_whose_output_is_kept_apart_by_its_prefix(standin: Standin, function: Function) -> None:
    apart = profile(
        "a", "a", into("a", PrefixReplace=True, TargetKeyPrefix="copies/"), receipts=f"cos://a-{APPID}/receipts/"
    )
    assert function({**DOCUMENT, **into("a", PrefixReplace=True, TargetKeyPrefix="x/")}, apart)["Outcome"] == "created"
    assert len(standin.jobs()) == 1


# Lists that are not what they seem.

STRANGE = {
    "a comma in the keys": b"inv-1250000000,x,y.txt\n" * 1 + b"inv-1250000000,x,z.txt\n",
    "None": b"inv-1250000000,x,None\ninv-1250000000,y,None\n",
    "nan": b"inv-1250000000,x,nan\ninv-1250000000,y,nan\n",
}


@pytest.mark.parametrize("check", ["off", "head", "full"])
@pytest.mark.parametrize("case", STRANGE)
def test_takes_no_column_for_version_ids_that_holds_none(
    standin: Standin, uploader: Uploader, function: Function, case: str, check: str
) -> None:
    uploader.put(STRANGE[case])
    result = deleted(function, KEY, check)
    assert (result["Code"], result["Errors"][0]["Pointer"]) == ("InvalidRequest", "/Manifest/Spec/Fields")
    assert not standin.jobs()


@pytest.mark.parametrize("check", ["off", "head"])
def test_refuses_a_long_list_that_is_blank_at_both_ends(
    standin: Standin, uploader: Uploader, function: Function, check: str
) -> None:
    uploader.put(b"\n" * 270_000 + ROWS + b"\n" * 270_000)
    assert deleted(function, KEY, check, limits={})["Outcome"] == "failed"
    assert not standin.jobs()


# null is no value.


def test_refuses_null_for_a_token_however_often_it_is_sent(standin: Standin, function: Function) -> None:
    for _ in range(2):
        refused = function({**DOCUMENT, "ClientRequestToken": None})
        assert (refused["Code"], refused["Errors"][0]["Pointer"]) == ("InvalidRequest", "/ClientRequestToken")
    assert not standin.jobs()
