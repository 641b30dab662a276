"""The rules of a CreateJobRequest (spec section 2), and the documented error for each that is broken."""

from __future__ import annotations

import re
from typing import cast

from cosbatch.standin.cos.tags import OBJECT_LIMIT
from cosbatch.standin.wire.addresses import Resource, parse_resource
from cosbatch.standin.wire.documents import parse
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.schema import (
    Document,
    Field,
    Reader,
    Violation,
    boolean,
    choice,
    container,
    items,
    matching,
    moment,
    number,
    part,
    text,
)

MANIFEST_CSV = "COSBatchOperations_CSV_V1"
MANIFEST_INVENTORY = "COSInventoryReport_CSV_V1"
PRIORITY_LIMIT = 2147483647
NO_CONTROLS = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
ROLE = re.compile(r"qcs::cam::uin/[0-9]+:roleName/[^/\s]+", re.ASCII)


def _is_object(arn: str) -> bool:
    resource = parse_resource(arn)
    return resource is not None and resource.key != ""


def _is_bucket(arn: str) -> bool:
    resource = parse_resource(arn)
    return resource is not None and resource.key == ""


def _pair(key: Reader, value: Reader, needs_value: bool = True) -> Reader:
    return container({"Key": Field(key, True), "Value": Field(value, needs_value)})


OBJECT_ARN = matching(_is_object, "the ARN of an object, qcs::cos:<region>::<bucket-appid>/<key>")
BUCKET_ARN = matching(_is_bucket, "the ARN of a bucket, qcs::cos:<region>::<bucket-appid>")
# The Go SDK leaves out an empty value.
TAG = _pair(text(1, 128, verbatim=True), text(0, 256, verbatim=True), needs_value=False)
TAGS = items("COSTag", TAG, high=OBJECT_LIMIT)
COLUMN = choice("Ignore", "Bucket", "Key", "VersionId")
DIRECTIVE = choice("Copy", "Replaced", "Add")
# The condition of NewObjectTagging says Replace where the enumeration says Replaced.
TAGGING_DIRECTIVE = choice("Copy", "Replaced", "Replace", "Add")

LOCATION = container(
    {
        "ETag": Field(text(1, 1024), True),
        "ObjectArn": Field(OBJECT_ARN, True),
        "ObjectVersionId": Field(text(1, 1024)),
    }
)
SPEC = container(
    {
        "Fields": Field(items("member", COLUMN, low=1), may_be_empty=True),
        "Format": Field(choice(MANIFEST_CSV, MANIFEST_INVENTORY), True),
    }
)
MANIFEST = container({"Location": Field(LOCATION, True), "Spec": Field(SPEC, True)})

GRANTEE = container(
    {
        "DisplayName": Field(text(0, 1024)),
        "Identifier": Field(text(1, 1024), True),
        "TypeIdentifier": Field(choice("ID"), True),
    }
)
PERMISSION = choice("READ", "WRITE", "FULL_CONTROL")
GRANT = container({"Grantee": Field(GRANTEE, True), "Permission": Field(PERMISSION, True)})

# They become the value and the name of a header (RFC 9110).
HEADER_VALUE = text(0, 1024, fits=NO_CONTROLS, form="has to be text that a header can hold")
USER_VALUE = text(0, 2048, verbatim=True, fits=NO_CONTROLS, form="has to be text that a header can hold")
USER_NAME = text(1, 1024, verbatim=True, fits=HEADER_NAME, form="has to be a name that a header can have")

NEW_METADATA = container(
    {
        "CacheControl": Field(HEADER_VALUE),
        "ContentDisposition": Field(HEADER_VALUE),
        "ContentEncoding": Field(HEADER_VALUE),
        "ContentType": Field(HEADER_VALUE),
        "HttpExpiresDate": Field(HEADER_VALUE),
        "SSEAlgorithm": Field(choice("AES256")),
        "UserMetadata": Field(items("member", _pair(USER_NAME, USER_VALUE))),
    }
)

COPY = container(
    {
        "AccessControlDirective": Field(DIRECTIVE),
        "AccessControlGrants": Field(items("COSGrant", GRANT)),
        "CannedAccessControlList": Field(choice("private", "public-read")),
        "PrefixReplace": Field(boolean()),
        "ResourcesPrefix": Field(text(0, 1024, verbatim=True)),
        "TargetKeyPrefix": Field(text(0, 1024, verbatim=True)),
        "MetadataDirective": Field(DIRECTIVE, repeats=True),
        "ModifiedSinceConstraint": Field(moment()),
        "UnModifiedSinceConstraint": Field(moment()),
        "NewObjectMetadata": Field(NEW_METADATA),
        "TaggingDirective": Field(TAGGING_DIRECTIVE),
        "NewObjectTagging": Field(TAGS),
        "StorageClass": Field(choice("STANDARD", "STANDARD_IA", "ARCHIVE", "DEEP_ARCHIVE")),
        "TargetResource": Field(BUCKET_ARN, True),
    }
)

RESTORE = container(
    {"ExpirationInDays": Field(number(1, 365), True), "JobTier": Field(choice("Bulk", "Standard"), True)}
)

TAGGING = container(
    {
        "TaggingDirective": Field(choice("Replaced", "Replace", "Add"), may_be_empty=True),
        "TagSet": Field(TAGS, True),
    }
)

OPERATION = container(
    {
        "COSDeleteObject": Field(container({})),
        "COSInitiateRestoreObject": Field(RESTORE),
        "COSPutObjectCopy": Field(COPY),
        "COSPutObjectTagging": Field(TAGGING),
    },
    exactly_one=True,
)

REPORT = container(
    {
        "Bucket": Field(BUCKET_ARN, True),
        "Enabled": Field(boolean(), True),
        "Format": Field(choice("Report_CSV_V1"), True),
        "Prefix": Field(text(0, 256, verbatim=True)),
        "ReportScope": Field(choice("AllTasks", "FailedTasksOnly"), True),
    }
)

REQUEST = container(
    {
        "ClientRequestToken": Field(text(1, 64), True),
        "ConfirmationRequired": Field(boolean()),
        "Description": Field(text(0, 256, verbatim=True)),
        "Manifest": Field(MANIFEST, True),
        "Operation": Field(OPERATION, True),
        "Priority": Field(number(0, PRIORITY_LIMIT), True),
        "Report": Field(REPORT, True),
        "RoleArn": Field(matching(ROLE.fullmatch, "qcs::cam::uin/<uin>:roleName/<name>"), True),
    }
)

# The codes of the CreateJob page, and of the error page where that one is silent.
CODES = {
    "Manifest": "MalformedXML",
    "Operation": "MalformedXML",
    "Report": "MalformedXML",
    "Priority": "InvalidRequest",
    "ClientRequestToken": "InvalidArgument",
    "ConfirmationRequired": "InvalidArgument",
    "Description": "InvalidArgument",
    "RoleArn": "InvalidArgument",
}


def read_document(body: bytes) -> Document:
    """A CreateJobRequest as plain values. Raises the service's error for the first rule it breaks."""
    if not body.strip():
        raise ServiceError("InvalidRequest", "The request body is empty")
    root = parse(body, "CreateJobRequest")
    try:
        document = REQUEST(root, ())
        _check_fields(document)
        _check_tags(document)
    except Violation as violation:
        code = CODES.get(violation.path[0] if violation.path else "", "MalformedXML")
        raise ServiceError(code, str(violation)) from None
    return document


def _check_fields(document: Document) -> None:
    """A CSV manifest has to say which of its columns hold bucket and key; an inventory says so itself."""
    spec = part(part(document, "Manifest"), "Spec")
    path = ("Manifest", "Spec", "Fields")
    if spec["Format"] == MANIFEST_INVENTORY:
        return
    fields = cast(list[str], spec.get("Fields", []))
    if fields.count("Bucket") != 1 or fields.count("Key") != 1 or fields.count("VersionId") > 1:
        raise Violation(path, "has to name Bucket and Key once, and VersionId at most once")


def _check_tags(document: Document) -> None:
    name, operation = next(iter(part(document, "Operation").items()))
    values = cast(Document, operation)
    path = ("Operation", name, "NewObjectTagging")
    if values.get("TaggingDirective", "Copy") != "Copy" and not {"NewObjectTagging", "TagSet"} & values.keys():
        raise Violation(path, "is required with this TaggingDirective")
    tags = cast(list[dict[str, str]], values.get("NewObjectTagging", values.get("TagSet", [])))
    if len({tag["Key"] for tag in tags}) != len(tags):
        raise Violation(path, "names a Key twice")


def pairs_of(document: Document, name: str) -> dict[str, str]:
    """The values of a list of keys and values in a document that was read, by their keys; none where it has no such list."""
    return {pair["Key"]: pair.get("Value", "") for pair in cast("list[dict[str, str]]", document.get(name, []))}


def resource_of(document: Document, name: str) -> Resource:
    """The bucket or the object that an element of a document that was read names by its ARN."""
    resource = parse_resource(str(document[name]))
    assert resource is not None
    return resource
