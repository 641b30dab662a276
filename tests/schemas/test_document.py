"""The CreateJob page's rules, one row a rule, and its samples, element by element."""

from __future__ import annotations

import copy
import json
import random
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from cosbatch.errors import InvalidRequest, Problem
from cosbatch.parse import parse
from cosbatch.render import render
from cosbatch.schemas.document import load_document, with_arns

Json = dict[str, Any]
REGION = "ap-chengdu"
DATA = Path(__file__).parent.parent / "data" / "documents"
TAG = {"Key": "k", "Value": "v"}
GRANT = {"Grantee": {"Identifier": "qcs::cam::uin/1:uin/1", "TypeIdentifier": "ID"}, "Permission": "READ"}
JOB: Json = {
    "Manifest": {
        "Location": {"ObjectArn": "qcs::cos:ap-chengdu::manifest-1250000000/list.csv"},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
    },
    "Operation": {"COSDeleteObject": {}},
    "Priority": 10,
    "Report": {"Bucket": "qcs::cos:ap-chengdu::report-1250000000", "Enabled": True},
    "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
}
OPERATIONS: Json = {
    "COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"},
    "COSPutObjectCopy": {"TargetResource": "qcs::cos:ap-chengdu::target-1250000000"},
    "COSPutObjectTagging": {"TaggingDirective": "Replaced", "TagSet": [TAG]},
}
LEFT_OUT = object()

LOCATION = "/Manifest/Location"
SPEC = "/Manifest/Spec"
RESTORE = "/Operation/COSInitiateRestoreObject"
COPY = "/Operation/COSPutObjectCopy"
METADATA = f"{COPY}/NewObjectMetadata"
TAGGING = "/Operation/COSPutObjectTagging"


def job(*changes: tuple[str, object]) -> Json:
    """A good job with other values at the given pointers; its operation is the one that the first pointer names."""
    document = copy.deepcopy(JOB)
    for name, operation in OPERATIONS.items():
        if any(pointer.startswith(f"/Operation/{name}") for pointer, _ in changes):
            document["Operation"] = {name: copy.deepcopy(operation)}
    for pointer, value in changes:
        _put(document, pointer.split("/")[1:], value)
    return document


def _put(document: Json, path: list[str], value: object) -> None:
    *above, last = path
    for name in above:
        document = document.setdefault(name, {})
    if value is LEFT_OUT:
        document.pop(last, None)
    else:
        document[last] = value


def at(document: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        document = document[name]
    return document


def problems(document: object) -> list[Problem]:
    with pytest.raises(InvalidRequest, match="nothing was sent") as caught:
        load_document(document, REGION)
    return list(caught.value.problems)


# ---------------------------------------------------------------------------------------------- what is taken
DISPLAY = "取消 😀"
TAKEN: list[tuple[str, object]] = [
    ("/ClientRequestToken", "t"),
    ("/ClientRequestToken", "t" * 64),
    ("/ClientRequestToken", "清" * 21 + "t"),
    ("/ConfirmationRequired", True),
    ("/Description", ""),
    ("/Description", "d" * 256),
    ("/Description", "é" * 128),
    ("/Description", "two\nlines\t<&>"),
    ("/Priority", 0),
    ("/Priority", 2_147_483_647),
    (f"{LOCATION}/ETag", '"' + "e" * 1022 + '"'),
    (f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu:uid/1250000000:manifest-1250000000/a/清单.csv"),
    (f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu::m-1/" + "k" * 999),
    (f"{LOCATION}/ObjectVersionId", "v"),
    (f"{LOCATION}/ObjectVersionId", "é" * 512),
    (f"{SPEC}/Fields", ["Key", "Bucket"]),
    (f"{SPEC}/Fields", ["Ignore", "Bucket", "Ignore", "Key", "VersionId", "Ignore"]),
    (f"{RESTORE}/ExpirationInDays", 1),
    (f"{RESTORE}/ExpirationInDays", 365),
    (f"{RESTORE}/JobTier", "Standard"),
    (f"{COPY}/AccessControlDirective", "Copy"),
    (f"{COPY}/AccessControlDirective", "Replaced"),
    (f"{COPY}/AccessControlDirective", "Add"),
    (f"{COPY}/AccessControlGrants", [GRANT] * 2),
    (f"{COPY}/AccessControlGrants", [{**GRANT, "Permission": "WRITE"}, {**GRANT, "Permission": "FULL_CONTROL"}]),
    (f"{COPY}/AccessControlGrants", [{**GRANT, "Grantee": {"DisplayName": DISPLAY, **GRANT["Grantee"]}}]),  # type: ignore[dict-item]
    (f"{COPY}/CannedAccessControlList", "private"),
    (f"{COPY}/CannedAccessControlList", "public-read"),
    (f"{COPY}/PrefixReplace", False),
    (f"{COPY}/ResourcesPrefix", ""),
    (f"{COPY}/TargetKeyPrefix", ""),
    (f"{COPY}/MetadataDirective", "Copy"),
    (f"{COPY}/MetadataDirective", "Replaced"),
    (f"{COPY}/MetadataDirective", "Add"),
    (f"{COPY}/ModifiedSinceConstraint", 0),
    (f"{COPY}/ModifiedSinceConstraint", 2**63 - 1),
    (f"{COPY}/UnModifiedSinceConstraint", 1_577_000_000),
    (f"{METADATA}/CacheControl", "no-cache"),
    (f"{METADATA}/ContentDisposition", "attachment; filename=清单"),
    (f"{METADATA}/ContentEncoding", "gzip"),
    (f"{METADATA}/ContentType", "text/plain"),
    (f"{METADATA}/HttpExpiresDate", "Thu, 19 Dec 2019 18:00:29 GMT"),
    (f"{METADATA}/SSEAlgorithm", "AES256"),
    (f"{METADATA}/UserMetadata", []),
    (f"{METADATA}/UserMetadata", [{"Key": "k", "Value": ""}] * 3),
    (f"{COPY}/TaggingDirective", "Copy"),
    (f"{COPY}/NewObjectTagging", [TAG]),
    (f"{COPY}/NewObjectTagging", [{"Key": "é" * 64, "Value": "é" * 128}] * 10),
    (f"{COPY}/NewObjectTagging", [{"Key": "k", "Value": ""}]),
    (f"{COPY}/StorageClass", "STANDARD"),
    (f"{COPY}/StorageClass", "STANDARD_IA"),
    (f"{COPY}/StorageClass", "ARCHIVE"),
    (f"{COPY}/StorageClass", "DEEP_ARCHIVE"),
    (f"{COPY}/TargetResource", "qcs::cos:ap-chengdu:uid/1250000000:target-1250000000"),
    (f"{TAGGING}/TaggingDirective", "Add"),
    (f"{TAGGING}/TagSet", [TAG] * 10),
    ("/Report/Bucket", "qcs::cos:ap-beijing:uid/1250000000:report-1250000000"),
    ("/Report/Enabled", False),
    ("/Report/Prefix", ""),
    ("/Report/Prefix", "清" * 85 + "p"),
    ("/Report/ReportScope", "FailedTasksOnly"),
    ("/RoleArn", "qcs::cam::uin/1:roleName/" + "r" * 999),
]


@pytest.mark.parametrize(("pointer", "value"), TAKEN)
def test_takes_what_the_page_allows_as_it_is(pointer: str, value: object) -> None:
    assert at(load_document(job((pointer, value)), REGION), pointer) == value


ARN = "qcs::cos:ap-chengdu::m-1/a b"
MENDED: list[tuple[str, object, object]] = [
    ("/ConfirmationRequired", "true", True),
    ("/Priority", "10", 10),
    (f"{LOCATION}/ETag", "15150651828fa9cd", '"15150651828fa9cd"'),
    (f"{LOCATION}/ETag", '"15150651828fa9cd"', '"15150651828fa9cd"'),
    (f"{LOCATION}/ETag", "e" * 1022, '"' + "e" * 1022 + '"'),
    (f"{LOCATION}/ObjectArn", "cos://m-1/a b", ARN),
    (f"{LOCATION}/ObjectArn", "cos://m-1/%20", "qcs::cos:ap-chengdu::m-1/%20"),
    (f"{LOCATION}/ObjectArn", "https://m-1.cos.ap-chengdu.myqcloud.com/a%20b", ARN),
    (f"{LOCATION}/ObjectArn", "https://m-1.cos.ap-beijing.tencentcos.cn/%0D%0A", "qcs::cos:ap-beijing::m-1/\r\n"),
    (f"{LOCATION}/ObjectArn", "cos://m-1/" + "k" * 999, "qcs::cos:ap-chengdu::m-1/" + "k" * 999),
    (f"{RESTORE}/ExpirationInDays", "365", 365),
    (f"{COPY}/PrefixReplace", "false", False),
    (f"{COPY}/ModifiedSinceConstraint", "1576000000", 1_576_000_000),
    (f"{COPY}/TaggingDirective", "Copy", "Copy"),
    (f"{COPY}/TargetResource", "cos://t-1", "qcs::cos:ap-chengdu:uid/1:t-1"),
    (f"{COPY}/TargetResource", "https://t-1.cos.ap-beijing.myqcloud.com/", "qcs::cos:ap-beijing:uid/1:t-1"),
    (f"{COPY}/TargetResource", "qcs::cos:ap-chengdu::t-1/", "qcs::cos:ap-chengdu::t-1"),
    (f"{TAGGING}/TaggingDirective", "Replace", "Replaced"),
    ("/Report/Bucket", "cos://r-1/", "qcs::cos:ap-chengdu::r-1"),
    ("/Report/Bucket", "http://r-1.cos.ap-beijing.myqcloud.com", "qcs::cos:ap-beijing::r-1"),
    ("/Report/Enabled", "false", False),
    ("/ClientRequestToken", None, None),
    ("/ClientRequestToken", LEFT_OUT, None),
    ("/ConfirmationRequired", LEFT_OUT, False),
    ("/Description", None, None),
    ("/Description", LEFT_OUT, None),
    (f"{LOCATION}/ETag", None, None),
    (f"{LOCATION}/ETag", LEFT_OUT, None),
    (SPEC, LEFT_OUT, {"Fields": None, "Format": None}),
    (SPEC, {}, {"Fields": None, "Format": None}),
    (SPEC, {"Fields": None, "Format": None}, {"Fields": None, "Format": None}),
    (SPEC, {"Format": "COSInventoryReport_CSV_V1"}, {"Fields": None, "Format": "COSInventoryReport_CSV_V1"}),
    ("/Operation/COSDeleteObject", None, {}),
    ("/Report/Format", LEFT_OUT, "Report_CSV_V1"),
    ("/Report/ReportScope", LEFT_OUT, "AllTasks"),
]


@pytest.mark.parametrize(("pointer", "written", "sent"), MENDED)
def test_takes_other_readings_and_sends_the_page_s(pointer: str, written: object, sent: object) -> None:
    assert at(load_document(job((pointer, written)), REGION), pointer) == sent


TOGETHER: list[list[tuple[str, object]]] = [
    [(f"{COPY}/PrefixReplace", True), (f"{COPY}/ResourcesPrefix", "é" * 512)],
    [(f"{COPY}/PrefixReplace", "true"), (f"{COPY}/TargetKeyPrefix", "t" * 1024)],
    [(f"{COPY}/PrefixReplace", True), (f"{COPY}/ResourcesPrefix", "a/"), (f"{COPY}/TargetKeyPrefix", "")],
    [(f"{COPY}/PrefixReplace", False), (f"{COPY}/ResourcesPrefix", ""), (f"{COPY}/TargetKeyPrefix", "")],
    [(f"{COPY}/TaggingDirective", "Replaced"), (f"{COPY}/NewObjectTagging", [TAG])],
    [(f"{COPY}/TaggingDirective", "Replace"), (f"{COPY}/NewObjectTagging", [TAG])],
    [(f"{COPY}/TaggingDirective", "Add"), (f"{COPY}/NewObjectTagging", [TAG])],
    [(f"{COPY}/CannedAccessControlList", "private"), (f"{COPY}/AccessControlGrants", [GRANT])],
    [(f"{SPEC}/Format", "COSInventoryReport_CSV_V1"), (f"{SPEC}/Fields", ["Bucket", "Key"])],
    # The oldest sample reads a manifest.json as rows; no page ties the name to the format.
    [(f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu::m-1/manifest.json")],
]


@pytest.mark.parametrize("changes", TOGETHER)
def test_takes_elements_that_go_together(changes: list[tuple[str, object]]) -> None:
    assert load_document(job(*changes), REGION)


# --------------------------------------------------------------------------------------------- what is refused
REQUIRED = "is required; add it"
NOT_NULL = "must not be null; give a value or leave it out"
NO_NAME = "not a resource name; write qcs::cos:<region>::<bucket-appid>, "
NO_OBJECT = "names a bucket; the manifest is an object: add /<key>"
NO_BUCKET = "names an object; give the bucket alone"
NO_ROLE = "must be qcs::cam::uin/<uin>:roleName/<name>"
NO_ETAG = 'must be an ETag such as "15150651828fa9cdcb8356b6d1c7638b"'
NO_PRIORITY = "must be a whole number from 0 to 2147483647"
NO_DAYS = "must be a whole number from 1 to 365"
NO_SECONDS = "must be a whole number from 0 to 9223372036854775807"
ONE_OPERATION = (
    "must hold exactly one of COSDeleteObject, COSInitiateRestoreObject, COSPutObjectCopy, COSPutObjectTagging"
)


def too_long(limit: int, size: int) -> str:
    return f"must have at most {limit} bytes in UTF-8; it has {size}: shorten it"


REFUSED: list[tuple[str, object, str]] = [
    ("/ClientRequestToken", "", "must not be empty"),
    ("/ClientRequestToken", "t" * 65, too_long(64, 65)),
    ("/ClientRequestToken", "清" * 22, too_long(64, 66)),
    ("/ClientRequestToken", "t\n", "must be printable; a UUID is advised"),
    ("/ClientRequestToken", 5, "must be text"),
    ("/ConfirmationRequired", "no", "must be true or false"),
    ("/ConfirmationRequired", None, NOT_NULL),
    ("/Description", "d" * 257, too_long(256, 257)),
    ("/Description", "é" * 129, too_long(256, 258)),
    ("/Description", "a\x1bb", "character U+001B at position 2 cannot stand in XML 1.0; take it out"),
    ("/Manifest", LEFT_OUT, REQUIRED),
    ("/Manifest", "cos://m-1/k", "must be an object"),
    (LOCATION, LEFT_OUT, REQUIRED),
    (f"{LOCATION}/ETag", "", "must not be empty"),
    (f"{LOCATION}/ETag", '""', NO_ETAG),
    (f"{LOCATION}/ETag", '"', NO_ETAG),
    (f"{LOCATION}/ETag", '"a', NO_ETAG),
    (f"{LOCATION}/ETag", 'W/"a"', NO_ETAG),
    (f"{LOCATION}/ETag", "a\n", NO_ETAG),
    (f"{LOCATION}/ETag", "e" * 1023, too_long(1024, 1025)),
    (f"{LOCATION}/ETag", "é" * 512, too_long(1024, 1026)),
    (f"{LOCATION}/ETag", '"' + "e" * 1023 + '"', too_long(1024, 1025)),
    (f"{LOCATION}/ObjectArn", LEFT_OUT, REQUIRED),
    (f"{LOCATION}/ObjectArn", "", "must not be empty"),
    (f"{LOCATION}/ObjectArn", "list.csv", NO_NAME),
    (f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu::m/k", NO_NAME),
    (f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu:uid/2:m-1/k", "uid/2 is not the APPID at the end of bucket m-1; "),
    (f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu::m-1", NO_OBJECT),
    (f"{LOCATION}/ObjectArn", "cos://m-1/", NO_OBJECT),
    (f"{LOCATION}/ObjectArn", "https://m-1.cos.ap-chengdu.myqcloud.com/", NO_OBJECT),
    (f"{LOCATION}/ObjectArn", "https://m-1.cos.ap-chengdu.myqcloud.com/%", "the URL has a % that is no escape"),
    (f"{LOCATION}/ObjectArn", "https://m-1.cos.ap-chengdu.myqcloud.com/%ff", "the escapes of the URL are not UTF-8"),
    (f"{LOCATION}/ObjectArn", "https://m-1.cos.ap-chengdu.myqcloud.com/%00", "character U+0000 at position 26 cannot"),
    (f"{LOCATION}/ObjectArn", "https://m-1.example.com/k", NO_NAME),
    (f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu::m-1/" + "k" * 1000, too_long(1024, 1025)),
    (f"{LOCATION}/ObjectArn", "qcs::cos:ap-chengdu::m-1/" + "清" * 333 + "k", too_long(1024, 1025)),
    (f"{LOCATION}/ObjectArn", "cos://m-1/" + "k" * 1000, "must have at most 1024 bytes as an ARN; it has 1025: "),
    (f"{LOCATION}/ObjectVersionId", "", "must not be empty"),
    (f"{LOCATION}/ObjectVersionId", "v" * 1025, too_long(1024, 1025)),
    (f"{LOCATION}/ObjectVersionId", None, NOT_NULL),
    (SPEC, None, NOT_NULL),
    (SPEC, [], "must be an object"),
    (f"{SPEC}/Format", "Report_CSV_V1", "must be one of COSBatchOperations_CSV_V1, COSInventoryReport_CSV_V1"),
    (f"{SPEC}/Format", LEFT_OUT, "is required with Fields; add COSBatchOperations_CSV_V1 or COSInventoryReport_CSV_V1"),
    (f"{SPEC}/Format", None, "is required with Fields; add COSBatchOperations_CSV_V1 or COSInventoryReport_CSV_V1"),
    (f"{SPEC}/Fields", LEFT_OUT, "is required with COSBatchOperations_CSV_V1; name the columns in order"),
    (f"{SPEC}/Fields", None, "is required with COSBatchOperations_CSV_V1; name the columns in order"),
    (f"{SPEC}/Fields", [], "must have 1 or more members; it has 0"),
    (f"{SPEC}/Fields", "Bucket,Key", "must be a list"),
    (f"{SPEC}/Fields", ["Bucket"], "must name Key once, not 0 times"),
    (f"{SPEC}/Fields", ["Key"], "must name Bucket once, not 0 times"),
    (f"{SPEC}/Fields", ["Bucket", "Key", "Key"], "must name Key once, not 2 times"),
    (f"{SPEC}/Fields", ["Bucket", "Key", "VersionId", "VersionId"], "must name VersionId at most once; a column"),
    (f"{SPEC}/Fields/0", "bucket", "must be one of Ignore, Bucket, Key, VersionId"),
    ("/Operation", LEFT_OUT, REQUIRED),
    ("/Operation", {}, f"{ONE_OPERATION}; it holds none"),
    ("/Operation", [], "must be an object"),
    ("/Operation", "COSDeleteObject", "must be an object"),
    ("/Operation/COSDeleteObject", "", "is an empty element; write {}"),
    ("/Operation/COSDeleteObject", {"Key": 1}, "is an empty element; write {}"),
    (RESTORE, {}, REQUIRED),
    (f"{RESTORE}/ExpirationInDays", LEFT_OUT, REQUIRED),
    (f"{RESTORE}/ExpirationInDays", 0, NO_DAYS),
    (f"{RESTORE}/ExpirationInDays", 366, NO_DAYS),
    (f"{RESTORE}/ExpirationInDays", "7 days", NO_DAYS),
    (f"{RESTORE}/JobTier", LEFT_OUT, REQUIRED),
    (f"{RESTORE}/JobTier", "Expedited", "must be one of Bulk, Standard"),
    (f"{COPY}/AccessControlDirective", "Replace", "must be one of Copy, Replaced, Add"),
    (f"{COPY}/AccessControlGrants", [], "must have 1 or more members; it has 0"),
    (f"{COPY}/AccessControlGrants", {"COSGrant": GRANT}, "must be a list"),
    (f"{COPY}/AccessControlGrants/0/Grantee", LEFT_OUT, REQUIRED),
    (f"{COPY}/AccessControlGrants/0/Grantee/Identifier", LEFT_OUT, REQUIRED),
    (f"{COPY}/AccessControlGrants/0/Grantee/Identifier", "", "must not be empty"),
    (f"{COPY}/AccessControlGrants/0/Grantee/TypeIdentifier", LEFT_OUT, REQUIRED),
    (f"{COPY}/AccessControlGrants/0/Grantee/TypeIdentifier", "URI", "must be one of ID"),
    (f"{COPY}/AccessControlGrants/0/Permission", LEFT_OUT, REQUIRED),
    (f"{COPY}/AccessControlGrants/0/Permission", "READ_ACP", "must be one of READ, WRITE, FULL_CONTROL"),
    (f"{COPY}/CannedAccessControlList", "public-read-write", "must be one of private, public-read"),
    (f"{COPY}/PrefixReplace", True, "needs ResourcesPrefix, TargetKeyPrefix or both"),
    (f"{COPY}/PrefixReplace", 1, "must be true or false"),
    (f"{COPY}/ResourcesPrefix", "a/", "is only read when PrefixReplace is true; set it, or leave the prefix out"),
    (f"{COPY}/TargetKeyPrefix", "a/", "is only read when PrefixReplace is true; set it, or leave the prefix out"),
    (f"{COPY}/ResourcesPrefix", "p" * 1025, too_long(1024, 1025)),
    (f"{COPY}/TargetKeyPrefix", "é" * 513, too_long(1024, 1026)),
    (f"{COPY}/MetadataDirective", "Replace", "must be one of Copy, Replaced, Add"),
    (f"{COPY}/ModifiedSinceConstraint", -1, NO_SECONDS),
    (f"{COPY}/ModifiedSinceConstraint", "2019-12-19T18:00:29Z", NO_SECONDS),
    (f"{COPY}/UnModifiedSinceConstraint", 2**63, NO_SECONDS),
    (METADATA, "no-cache", "must be an object"),
    (f"{METADATA}/CacheControl", "a\x00", "character U+0000 at position 2 cannot stand in XML 1.0; take it out"),
    (f"{METADATA}/SSEAlgorithm", "SM4", "must be one of AES256"),
    (f"{METADATA}/UserMetadata", {"k": "v"}, "must be a list"),
    (f"{METADATA}/UserMetadata/0/Key", "", "must not be empty"),
    (f"{METADATA}/UserMetadata/0/Value", LEFT_OUT, REQUIRED),
    (f"{COPY}/TaggingDirective", "Remove", "must be one of Copy, Replaced, Add"),
    (f"{COPY}/NewObjectTagging", [], "must have 1 or more members; it has 0"),
    (f"{COPY}/NewObjectTagging", [TAG] * 11, "must have at most 10 members; it has 11: take some out"),
    (f"{COPY}/NewObjectTagging/0/Key", "", "must not be empty"),
    (f"{COPY}/NewObjectTagging/0/Key", "k" * 129, too_long(128, 129)),
    (f"{COPY}/NewObjectTagging/0/Value", "é" * 129, too_long(256, 258)),
    (f"{COPY}/NewObjectTagging/0/Value", LEFT_OUT, REQUIRED),
    (f"{COPY}/StorageClass", "MAZ_STANDARD", "must be one of STANDARD, STANDARD_IA, ARCHIVE, DEEP_ARCHIVE"),
    (f"{COPY}/TargetResource", LEFT_OUT, REQUIRED),
    (f"{COPY}/TargetResource", "", "must not be empty"),
    (f"{COPY}/TargetResource", "target", NO_NAME),
    (f"{COPY}/TargetResource", "cos://t-1/k", NO_BUCKET),
    (f"{COPY}/TargetResource", "cos://t-1//", NO_BUCKET),
    (f"{COPY}/TargetResource", f"cos://{'t' * 1100}-1", too_long(1024, 1108)),
    (f"{TAGGING}/TagSet", LEFT_OUT, REQUIRED),
    (f"{TAGGING}/TagSet", [], "must have 1 or more members; it has 0"),
    (f"{TAGGING}/TagSet", [TAG] * 11, "must have at most 10 members; it has 11: take some out"),
    (f"{TAGGING}/TaggingDirective", "Delete", "must be one of Copy, Replaced, Add"),
    ("/Priority", LEFT_OUT, REQUIRED),
    ("/Priority", -1, NO_PRIORITY),
    ("/Priority", 2_147_483_648, NO_PRIORITY),
    ("/Priority", "2147483648", NO_PRIORITY),
    ("/Priority", 1.5, NO_PRIORITY),
    ("/Priority", True, NO_PRIORITY),
    ("/Report", LEFT_OUT, REQUIRED),
    ("/Report", False, "must be an object"),
    ("/Report/Bucket", LEFT_OUT, REQUIRED),
    ("/Report/Bucket", "cos://r-1/prefix", NO_BUCKET),
    ("/Report/Enabled", LEFT_OUT, REQUIRED),
    ("/Report/Format", "Report_CSV_V2", "must be one of Report_CSV_V1"),
    ("/Report/Prefix", "p" * 257, too_long(256, 257)),
    ("/Report/Prefix", "清" * 86, too_long(256, 258)),
    ("/Report/ReportScope", "SucceededTasksOnly", "must be one of AllTasks, FailedTasksOnly"),
    ("/RoleArn", LEFT_OUT, REQUIRED),
    ("/RoleArn", "COSBatch_QcsRole", NO_ROLE),
    ("/RoleArn", "qcs::cam::uin/1:roleName/r\n", NO_ROLE),
    ("/RoleArn", "qcs::cam::uin/1:roleName/" + "r" * 1000, too_long(1024, 1025)),
    ("/Region", "ap-chengdu", "is not known here; what may stand here: ClientRequestToken, "),
    (f"{LOCATION}/Bucket", "b", "is not known here; what may stand here: ETag, ObjectArn, ObjectVersionId"),
    ("/Operation/LambdaInvoke", {}, "is not known here; what may stand here: COSDeleteObject, "),
    (f"{COPY}/_schema", 1, "is not known here; what may stand here: AccessControlDirective, "),
]
LISTS: Json = {
    "AccessControlGrants": [GRANT],
    "NewObjectTagging": [TAG],
    "UserMetadata": [TAG],
    "Fields": ["Bucket", "Key", "Bucket"],
}


@pytest.mark.parametrize(("pointer", "value", "message"), REFUSED)
def test_refuses_at_the_pointer_in_words(pointer: str, value: object, message: str) -> None:
    found = problems(_with_member(pointer, value) or job((pointer, value)))
    assert found[0].pointer == pointer or found[0].pointer.startswith(f"{pointer}/")
    assert found[0].message.startswith(message)
    assert len(found) == 1 or value == {}


def _with_member(pointer: str, value: object) -> Json | None:
    """The job for a pointer into a list: the list with one good member, changed at that place."""
    above, _, inside = pointer.partition("/0")
    if not inside and not pointer.endswith("/0"):
        return None
    name = above.rpartition("/")[2]
    members = copy.deepcopy(LISTS[name])
    if inside:
        _put(members[0], inside.split("/")[1:], value)
    else:
        members[0] = value
    return job((above, members))


def test_refuses_two_operations_and_names_them() -> None:
    both = {**JOB["Operation"], **OPERATIONS}
    assert problems(job(("/Operation", both))) == [
        Problem(
            "/Operation",
            f"{ONE_OPERATION}; it holds COSDeleteObject and COSInitiateRestoreObject "
            "and COSPutObjectCopy and COSPutObjectTagging",
        )
    ]


@pytest.mark.parametrize("directive", ["Replaced", "Replace", "Add"])
def test_asks_for_the_tags_that_a_directive_needs(directive: str) -> None:
    message = "is required when TaggingDirective is Replaced or Add"
    assert problems(job((f"{COPY}/TaggingDirective", directive))) == [Problem(f"{COPY}/NewObjectTagging", message)]


def test_says_nothing_of_other_fields_where_one_is_wrong_by_itself() -> None:
    changes: list[tuple[str, object]] = [
        (f"{SPEC}/Format", "csv"),
        (f"{COPY}/PrefixReplace", "yes"),
        (f"{COPY}/ResourcesPrefix", "a/"),
        (f"{COPY}/TargetKeyPrefix", 5),
        (f"{COPY}/TaggingDirective", "Add"),
        (f"{COPY}/NewObjectTagging", "k=v"),
    ]
    assert [problem.pointer for problem in problems(job(*changes))] == [
        f"{SPEC}/Format",
        f"{COPY}/PrefixReplace",
        f"{COPY}/TargetKeyPrefix",
        f"{COPY}/NewObjectTagging",
    ]


@pytest.mark.parametrize("wrong", [0, None, [], "p" * 1025])
def test_does_not_ask_for_a_prefix_that_is_there_but_wrong(wrong: object) -> None:
    changes = job((f"{COPY}/PrefixReplace", True), (f"{COPY}/TargetKeyPrefix", wrong))
    assert [problem.pointer for problem in problems(changes)] == [f"{COPY}/TargetKeyPrefix"]


def test_reports_all_faults_of_a_document_at_once_in_a_fixed_order() -> None:
    document = {
        "unknown": 1,
        "RoleArn": 5,
        "Report": {"Bucket": "r", "Prefix": "p" * 257},
        "Priority": -1,
        "Operation": {"COSPutObjectCopy": {"StorageClass": "COLD", "PrefixReplace": True}},
        "Manifest": {"Location": {"ETag": "", "ObjectArn": "cos://m-1"}, "Spec": {"Fields": ["Size"]}},
        "Description": "\x00" + "d" * 256,
        "ClientRequestToken": "",
    }
    assert [problem.pointer for problem in problems(document)] == [
        "/ClientRequestToken",
        "/Description",
        "/Description",
        f"{LOCATION}/ETag",
        f"{LOCATION}/ObjectArn",
        f"{SPEC}/Fields/0",
        f"{SPEC}/Format",
        f"{COPY}/StorageClass",
        f"{COPY}/TargetResource",
        f"{COPY}/PrefixReplace",
        "/Priority",
        "/Report/Bucket",
        "/Report/Enabled",
        "/Report/Prefix",
        "/RoleArn",
        "/unknown",
    ]


@pytest.mark.parametrize("document", [None, [], "", 0, {}, {"CreateJobRequest": JOB}])
def test_refuses_what_is_no_document(document: object) -> None:
    assert problems(document)


# ------------------------------------------------------------------------------------- normalised and rendered
def test_leaves_the_caller_s_document_as_it_was() -> None:
    written = job((f"{LOCATION}/ObjectArn", "cos://m-1/k"), (f"{COPY}/TargetResource", "cos://t-1"))
    before = copy.deepcopy(written)
    load_document(written, REGION)
    assert written == before


def test_takes_back_what_it_gave() -> None:
    for pointer, value in [*TAKEN, *[(pointer, written) for pointer, written, _ in MENDED]]:
        loaded = load_document(job((pointer, value)), REGION)
        assert load_document(loaded, "ap-beijing") == loaded


def test_resolves_names_in_the_given_region() -> None:
    written = job((f"{LOCATION}/ObjectArn", "cos://m-1/k"), ("/Report/Bucket", "cos://r-1"))
    document = with_arns(written, "ap-nanjing")
    assert at(document, f"{LOCATION}/ObjectArn") == "qcs::cos:ap-nanjing::m-1/k"
    assert at(document, "/Report/Bucket") == "qcs::cos:ap-nanjing::r-1"


SAMPLES = sorted(path.stem for path in DATA.glob("*.xml"))
BARE_ETAG = "ec75a30f3af000e9b31d62bed75cbcad"


def elements(xml: bytes) -> list[tuple[str, str]]:
    """Every element of the document, in its order: its path and its text."""

    def walk(element: ET.Element, path: str) -> list[tuple[str, str]]:
        below = [found for child in element for found in walk(child, f"{path}/{child.tag}")]
        return [(path, "" if len(element) else element.text or ""), *below]

    return walk(ET.fromstring(xml), "")


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> tuple[Json, list[tuple[str, str]]]:
    """A published request as a document, and as the elements that it has on the wire."""
    document: Json = json.loads((DATA / f"{request.param}.json").read_text("utf-8"))
    return document, elements((DATA / f"{request.param}.xml").read_bytes())


def test_renders_published_requests_with_the_very_same_elements_and_text(
    sample: tuple[Json, list[tuple[str, str]]],
) -> None:
    document, published = sample
    rendered = elements(render("CreateJobRequest", load_document(document, REGION)))
    # The sample of 2020 has no quotes around the ETag, all later ones do.
    expected = [(path, f'"{text}"' if text == BARE_ETAG else text) for path, text in published]
    # The vendor's Go client has one element elsewhere than the page.
    assert sorted(rendered) == sorted(expected)
    if ("/Operation/COSPutObjectCopy/PrefixReplace", "true") not in published:
        assert rendered == expected


def test_knows_all_seven_published_requests() -> None:
    assert len(SAMPLES) == 7


def test_reads_a_published_request_as_its_document(sample: tuple[Json, list[tuple[str, str]]]) -> None:
    document, _ = sample
    assert parse(render("CreateJobRequest", document), "CreateJobRequest") == document


def test_sends_every_element_in_the_order_of_the_newest_template() -> None:
    document = json.loads((DATA / "copy_with_all_children.json").read_text("utf-8"))
    shuffled = _shuffled(document, random.Random(6))
    assert render("CreateJobRequest", load_document(shuffled, REGION)) == render(
        "CreateJobRequest", load_document(document, REGION)
    )
    copied = load_document(shuffled, REGION)["Operation"]["COSPutObjectCopy"]
    assert list(copied) == [
        "AccessControlDirective",
        "AccessControlGrants",
        "PrefixReplace",
        "ResourcesPrefix",
        "TargetKeyPrefix",
        "CannedAccessControlList",
        "MetadataDirective",
        "ModifiedSinceConstraint",
        "UnModifiedSinceConstraint",
        "NewObjectMetadata",
        "TaggingDirective",
        "NewObjectTagging",
        "StorageClass",
        "TargetResource",
    ]


def _shuffled(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _shuffled(value[name], chance) for name in chance.sample(sorted(value), k=len(value))}


ODD: list[object] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\x00",
    "\ud800",
    "清" * 400,
    [],
    [[]],
    {},
    {"_schema": {}},
]


def test_loads_or_refuses_whatever_stands_anywhere() -> None:
    chance = random.Random(7)
    for _ in range(1_000):
        pointer, value = chance.choice(TAKEN)
        document = job((pointer, value))
        for _ in range(chance.randint(1, 4)):
            _disturb(document, chance)
        try:
            assert render("CreateJobRequest", load_document(document, REGION))
        except InvalidRequest as error:
            assert json.dumps(error.as_json(), ensure_ascii=False).encode()
            assert all(problem.pointer == "" or problem.pointer.startswith("/") for problem in error.problems)


def _disturb(value: Any, chance: random.Random) -> None:
    """Put something odd at a random place of the document."""
    while True:
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        place = chance.choice(places) if places and chance.random() < 0.9 else None
        if place is not None and isinstance(value[place], (dict, list)) and chance.random() < 0.8:
            value = value[place]
            continue
        if isinstance(value, dict):
            value["_schema" if place is None else place] = chance.choice(ODD)
        elif place is not None:
            value[place] = chance.choice(ODD)
        return
