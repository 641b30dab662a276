"""Which call of the API a request is: its action's name, under which faults are ordered and the call is carried out."""

from __future__ import annotations

import re

from cosbatch.standin.wire.addresses import Target
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request
from cosbatch.standin.wire.signatures import FIELDS, TOKEN

# By method and path.
BATCH = (
    ("POST", "/jobs", "CreateJob"),
    ("GET", "/jobs", "ListJobs"),
    ("GET", "/jobs/[^/]*", "DescribeJob"),
    ("POST", "/jobs/[^/]*/priority", "UpdateJobPriority"),
    ("POST", "/jobs/[^/]*/status", "UpdateJobStatus"),
    ("DELETE", "/jobs/[^/]*", "DeleteJob"),
)
# The names in a query that ask for no other call. Every other name is a subresource, known or not.
SIGNING = (*FIELDS, "sign", TOKEN)
LISTING = (
    *("prefix", "delimiter", "marker", "max-keys", "encoding-type", "key-marker", "version-id-marker"),
    *("upload-id-marker", "max-uploads", "part-number-marker", "max-parts"),
    *("tagkey", "tagvalue", "region", "range", "create-time"),
)
ON_OBJECTS = (
    *("versionId", "VersionId", "partNumber", "x-cos-traffic-limit"),
    *("response-content-type", "response-content-language", "response-expires"),
    *("response-cache-control", "response-content-disposition", "response-content-encoding"),
)
ON_JOBS = ("jobStatuses", "maxResults", "nextToken", "priority", "requestedJobStatus", "statusUpdateReason")
NO_SUBRESOURCES = frozenset((*SIGNING, *LISTING, *ON_OBJECTS, *ON_JOBS))
# Headers with which a call is to do more than it does here, or something else.
NOT_OFFERED = (
    *("Pic-Operations", "x-cos-callback", "x-cos-forbid-overwrite"),
    "x-cos-server-side-encryption-customer-algorithm",
)
# By method and subresource; copy: with x-cos-copy-source.
OBJECT = {
    ("PUT", ""): "PutObject",
    ("PUT", "copy"): "PutObjectCopy",
    ("GET", ""): "GetObject",
    ("HEAD", ""): "HeadObject",
    ("DELETE", ""): "DeleteObject",
    ("POST", "restore"): "PostObjectRestore",
    ("GET", "tagging"): "GetObjectTagging",
    ("PUT", "tagging"): "PutObjectTagging",
    ("DELETE", "tagging"): "DeleteObjectTagging",
    ("GET", "acl"): "GetObjectACL",
    ("PUT", "acl"): "PutObjectACL",
    ("POST", "uploads"): "InitiateMultipartUpload",
    ("PUT", "uploadId"): "UploadPart",
    ("PUT", "uploadId copy"): "UploadPartCopy",
    ("GET", "uploadId"): "ListParts",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
}
BUCKET = {
    ("GET", ""): "GetBucket",
    ("PUT", ""): "PutBucket",
    ("HEAD", ""): "HeadBucket",
    ("DELETE", ""): "DeleteBucket",
    ("POST", ""): "PostObject",
    ("POST", "delete"): "DeleteMultipleObjects",
    ("GET", "location"): "GetBucketLocation",
    ("GET", "versioning"): "GetBucketVersioning",
    ("PUT", "versioning"): "PutBucketVersioning",
    ("GET", "versions"): "GetBucketObjectVersions",
    ("GET", "tagging"): "GetBucketTagging",
    ("PUT", "tagging"): "PutBucketTagging",
    ("DELETE", "tagging"): "DeleteBucketTagging",
    ("GET", "acl"): "GetBucketACL",
    ("PUT", "acl"): "PutBucketACL",
    ("GET", "uploads"): "ListMultipartUploads",
}
TABLES = {"object": OBJECT, "bucket": BUCKET, "service": {("GET", ""): "GetService"}}
ACTIONS = (*(name for _, _, name in BATCH), *(name for table in TABLES.values() for name in table.values()))


def find_action(request: Request, target: Target) -> str:
    """The name of the call that a request is, one of ACTIONS.

    Raises ServiceError NotImplemented, also for a subresource, a header or a host of the vendor's that is not offered: none is
    ever taken for another call; and MethodNotAllowed, InvalidURI for the Batch API.
    """
    if target.kind == "other":
        raise ServiceError("NotImplemented", "The stand-in plays COS alone, and no other service of the vendor")
    for name in filter(request.header, NOT_OFFERED):
        raise ServiceError("NotImplemented", f"The stand-in does not offer the header {name}")
    subresource = _subresource(request)
    if target.kind == "batch":
        action = "" if subresource else _batch_action(request, target)
    else:
        action = TABLES[target.kind].get((request.method, subresource), "")
    if not action:
        what = "?" + subresource.replace(" ", "&") if subresource else "no subresource"
        raise ServiceError("NotImplemented", f"The stand-in does not offer {request.method} with {what}")
    return action


def _batch_action(request: Request, target: Target) -> str:
    fitting = {method: name for method, path, name in BATCH if re.fullmatch(path, target.path)}
    if request.method in fitting:
        return fitting[request.method]
    raise ServiceError("MethodNotAllowed") if fitting else ServiceError("InvalidURI")


def _subresource(request: Request) -> str:
    named = [name for name, _ in request.parameters if name not in NO_SUBRESOURCES]
    copied = ["copy"] if request.header("x-cos-copy-source") else []
    return " ".join([*dict.fromkeys(named), *copied])
