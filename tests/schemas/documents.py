"""Good and bad CreateJob documents, one row a rule, for the tests of the schema and of its export."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]
REGION = "ap-chengdu"
TAG = {"Key": "k", "Value": "v"}
GRANT = {"Grantee": {"Identifier": "i", "TypeIdentifier": "ID"}, "Permission": "READ"}
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
# What a list holds where a pointer goes into it.
LISTS: Json = {"AccessControlGrants": [GRANT], "NewObjectTagging": [TAG], "UserMetadata": [TAG]}
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


def _put(document: Any, path: list[str], value: object) -> None:
    *above, last = path
    for name in above:
        document = document[int(name)] if isinstance(document, list) else document.setdefault(name, _empty(name))
    if value is LEFT_OUT:
        document.pop(last, None)
    else:
        document[int(last) if isinstance(document, list) else last] = copy.deepcopy(value)


def _empty(name: str) -> Any:
    return copy.deepcopy(LISTS.get(name, {}))


def at(document: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        document = document[name]
    return document


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
    (f"{LOCATION}/ETag", '"e"'),
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
    (f"{COPY}/MetadataDirective", "Add"),
    (f"{COPY}/ModifiedSinceConstraint", 0),
    (f"{COPY}/ModifiedSinceConstraint", 2**63 - 1),
    (f"{COPY}/UnModifiedSinceConstraint", 1_577_000_000),
    (f"{METADATA}/ContentDisposition", "attachment; filename=清单"),
    (f"{METADATA}/UserMetadata", []),
    (f"{METADATA}/UserMetadata", [{"Key": "k", "Value": ""}] * 3),
    (f"{COPY}/TaggingDirective", "Copy"),
    (f"{COPY}/NewObjectTagging", [TAG]),
    (f"{COPY}/NewObjectTagging", [{"Key": "é" * 64, "Value": "é" * 128}] * 10),
    (f"{COPY}/NewObjectTagging", [{"Key": "k", "Value": ""}]),
    (f"{COPY}/StorageClass", "STANDARD_IA"),
    (f"{COPY}/StorageClass", "ARCHIVE"),
    (f"{COPY}/StorageClass", "DEEP_ARCHIVE"),
    (f"{COPY}/TargetResource", "qcs::cos:ap-chengdu:uid/1250000000:target-1250000000"),
    (f"{TAGGING}/TaggingDirective", "Add"),
    (f"{TAGGING}/TagSet", [TAG] * 10),
    (f"{COPY}/TargetResource", f"qcs::cos:ap-chengdu::{'t' * 1001}-1"),
    ("/Report/Bucket", f"qcs::cos:ap-chengdu::{'r' * 1001}-1"),
    ("/Report/Bucket", "qcs::cos:ap-beijing:uid/1250000000:report-1250000000"),
    ("/Report/Enabled", False),
    ("/Report/Prefix", ""),
    ("/Report/Prefix", "清" * 85 + "p"),
    ("/Report/ReportScope", "FailedTasksOnly"),
    ("/RoleArn", "qcs::cam::uin/1:roleName/" + "r" * 999),
]


ARN = "qcs::cos:ap-chengdu::m-1/a b"
NORMALISED: list[tuple[str, object, object]] = [
    ("/ConfirmationRequired", "true", True),
    ("/Priority", "10", 10),
    (f"{LOCATION}/ETag", "15150651828fa9cd", '"15150651828fa9cd"'),
    (f"{LOCATION}/ETag", "e", '"e"'),
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
    (f"{COPY}/TargetResource", "cos://t-1", "qcs::cos:ap-chengdu:uid/1:t-1"),
    (f"{COPY}/TargetResource", "https://t-1.cos.ap-beijing.myqcloud.com/", "qcs::cos:ap-beijing:uid/1:t-1"),
    (f"{COPY}/TargetResource", "qcs::cos:ap-chengdu::t-1/", "qcs::cos:ap-chengdu::t-1"),
    (f"{TAGGING}/TaggingDirective", "Replace", "Replaced"),
    ("/Report/Bucket", "cos://r-1/", "qcs::cos:ap-chengdu::r-1"),
    ("/Report/Bucket", "http://r-1.cos.ap-beijing.myqcloud.com", "qcs::cos:ap-beijing::r-1"),
    ("/Report/Enabled", "false", False),
    ("/ClientRequestToken", LEFT_OUT, None),
    ("/ConfirmationRequired", LEFT_OUT, False),
    ("/Description", LEFT_OUT, None),
    (f"{LOCATION}/ETag", LEFT_OUT, None),
    (SPEC, LEFT_OUT, {"Fields": None, "Format": None}),
    (SPEC, {}, {"Fields": None, "Format": None}),
    (SPEC, {"Format": "COSInventoryReport_CSV_V1"}, {"Fields": None, "Format": "COSInventoryReport_CSV_V1"}),
    ("/Report/Format", LEFT_OUT, "Report_CSV_V1"),
    ("/Report/ReportScope", LEFT_OUT, "AllTasks"),
]


TOGETHER: list[list[tuple[str, object]]] = [
    [(f"{COPY}/PrefixReplace", True), (f"{COPY}/ResourcesPrefix", "é" * 512)],
    [(f"{COPY}/PrefixReplace", True), (f"{COPY}/TargetKeyPrefix", "p")],
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
    ("/ClientRequestToken", "t\n", "must be printable, and no blanks alone; a UUID is advised"),
    ("/ClientRequestToken", " ", "must be printable, and no blanks alone; a UUID is advised"),
    ("/ClientRequestToken", 5, "must be text"),
    ("/ConfirmationRequired", "no", "must be true or false"),
    ("/ConfirmationRequired", None, NOT_NULL),
    ("/Description", "d" * 257, too_long(256, 257)),
    ("/Description", "é" * 129, too_long(256, 258)),
    ("/Description", "a\x1bb", "character U+001B at position 2 cannot be in XML 1.0; take it out"),
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
    (f"{COPY}/TargetResource", f"cos://{'t' * 997}-1", "must have at most 1024 bytes as an ARN; it has 1025: "),
    ("/Report/Bucket", f"cos://{'r' * 1002}-1", "must have at most 1024 bytes as an ARN; it has 1025: "),
    (f"{LOCATION}/ObjectVersionId", "", "must not be empty"),
    (f"{LOCATION}/ObjectVersionId", "v" * 1025, too_long(1024, 1025)),
    (f"{LOCATION}/ObjectVersionId", None, NOT_NULL),
    (SPEC, None, NOT_NULL),
    ("/ClientRequestToken", None, NOT_NULL),
    ("/ClientRequestToken", "event-1", "must not begin with event-, as the tokens of uploads and timers do"),
    ("/Description", None, NOT_NULL),
    (f"{LOCATION}/ETag", None, NOT_NULL),
    ("/Operation/COSDeleteObject", None, NOT_NULL),
    (SPEC, [], "must be an object"),
    (f"{SPEC}/Format", "Report_CSV_V1", "must be one of COSBatchOperations_CSV_V1, COSInventoryReport_CSV_V1"),
    (f"{SPEC}/Format", LEFT_OUT, "is required with Fields; add COSBatchOperations_CSV_V1 or COSInventoryReport_CSV_V1"),
    (f"{SPEC}/Format", None, NOT_NULL),
    (f"{SPEC}/Fields", LEFT_OUT, "is required with COSBatchOperations_CSV_V1; name the columns in order"),
    (f"{SPEC}/Fields", None, NOT_NULL),
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
    (f"{METADATA}/CacheControl", "a\x00", "character U+0000 at position 2 cannot be in XML 1.0; take it out"),
    (f"{METADATA}/SSEAlgorithm", "SM4", "must be one of AES256"),
    (f"{METADATA}/UserMetadata", {"k": "v"}, "must be a list"),
    (f"{METADATA}/UserMetadata/0/Key", "", "must not be empty"),
    (f"{METADATA}/UserMetadata/0/Key", LEFT_OUT, REQUIRED),
    (f"{METADATA}/UserMetadata/0/Value", LEFT_OUT, REQUIRED),
    (f"{COPY}/TaggingDirective", "Remove", "must be one of Copy, Replaced, Add"),
    (f"{COPY}/NewObjectTagging", [], "must have 1 or more members; it has 0"),
    (f"{COPY}/NewObjectTagging", [TAG] * 11, "must have at most 10 members; it has 11: take some out"),
    (f"{COPY}/NewObjectTagging/0/Key", "", "must not be empty"),
    (f"{COPY}/NewObjectTagging/0/Key", LEFT_OUT, REQUIRED),
    (f"{COPY}/NewObjectTagging/0/Key", "k" * 129, too_long(128, 129)),
    (f"{COPY}/NewObjectTagging/0/Value", "é" * 129, too_long(256, 258)),
    (f"{COPY}/NewObjectTagging/0/Value", LEFT_OUT, REQUIRED),
    (f"{COPY}/StorageClass", "MAZ_STANDARD", "must be one of STANDARD, STANDARD_IA, ARCHIVE, DEEP_ARCHIVE"),
    (f"{COPY}/TargetResource", LEFT_OUT, REQUIRED),
    (f"{COPY}/TargetResource", "", "must not be empty"),
    (f"{COPY}/TargetResource", "target", NO_NAME),
    (f"{COPY}/TargetResource", "cos://t-1/k", NO_BUCKET),
    (f"{COPY}/TargetResource", "cos://t-1//", NO_BUCKET),
    (f"{COPY}/TargetResource", f"qcs::cos:ap-chengdu::{'t' * 1002}-1", too_long(1024, 1025)),
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
    ("/Report/Bucket", f"qcs::cos:ap-chengdu::{'r' * 1002}-1", too_long(1024, 1025)),
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
