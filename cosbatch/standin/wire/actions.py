"""Which call of the API a request is: its action's name, under which faults are ordered and the call is carried out."""

from __future__ import annotations

import re

from cosbatch.standin.wire.addresses import Target
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request

# By method and path.
BATCH = (
    ("POST", "/jobs", "CreateJob"),
    ("GET", "/jobs", "ListJobs"),
    ("GET", "/jobs/[^/]*", "DescribeJob"),
    ("POST", "/jobs/[^/]*/priority", "UpdateJobPriority"),
    ("POST", "/jobs/[^/]*/status", "UpdateJobStatus"),
    ("DELETE", "/jobs/[^/]*", "DeleteJob"),
)
# By method and subresource: the first query parameter that is one of these names; copy: x-cos-copy-source.
SUBRESOURCES = ("acl", "tagging", "versioning", "versions", "uploads", "uploadId", "restore", "location", "delete")
OTHER_SUBRESOURCES = (
    *("accelerate", "append", "cors", "domain", "encryption", "intelligent-tiering", "inventory", "lifecycle"),
    *("logging", "notification", "object-lock", "origin", "policy", "referer", "replication", "select", "website"),
)
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
    """The name of the call that a request is, one of ACTIONS. Raises ServiceError NotImplemented, MethodNotAllowed."""
    if target.kind == "batch":
        return _batch_action(request, target)
    action = TABLES[target.kind].get((request.method, _subresource(request)))
    if action is None:
        raise ServiceError("NotImplemented")
    return action


def _batch_action(request: Request, target: Target) -> str:
    fitting = {method: name for method, path, name in BATCH if re.fullmatch(path, target.path)}
    if request.method in fitting:
        return fitting[request.method]
    raise ServiceError("MethodNotAllowed") if fitting else ServiceError("InvalidURI")


def _subresource(request: Request) -> str:
    known = (*SUBRESOURCES, *OTHER_SUBRESOURCES)
    named = [name for name, _ in request.parameters if name in known]
    copied = ["copy"] if request.header("x-cos-copy-source") else []
    return " ".join([*named[:1], *copied])
