"""Which call a request is: a table for each kind of target."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cosbatch.standin.cos import (
    buckets,
    get_bucket,
    objects,
    post_object_restore,
    put_object_copy,
    subresources,
    upload_lists,
    uploads,
)
from cosbatch.standin.jobs import batch
from cosbatch.standin.service import Call
from cosbatch.standin.wire.addresses import Target
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response

Run = Callable[[Call], Response]


@dataclass(frozen=True)
class Action:
    """One call of the API, under the name by which faults are ordered for it."""

    name: str
    run: Run


BATCH = (
    ("POST", "/jobs", Action("CreateJob", batch.create_job)),
    ("GET", "/jobs", Action("ListJobs", batch.list_all_jobs)),
    ("GET", "/jobs/[^/]*", Action("DescribeJob", batch.describe_job)),
    ("POST", "/jobs/[^/]*/priority", Action("UpdateJobPriority", batch.update_priority)),
    ("POST", "/jobs/[^/]*/status", Action("UpdateJobStatus", batch.update_status)),
    ("DELETE", "/jobs/[^/]*", Action("DeleteJob", batch.delete_job)),
)

# By method and subresource: the first query parameter that is one of these names; copy: x-cos-copy-source.
SUBRESOURCES = (
    "acl",
    "tagging",
    "versioning",
    "versions",
    "uploads",
    "uploadId",
    "restore",
    "location",
    "delete",
)
OTHER_SUBRESOURCES = (
    *(
        "accelerate",
        "append",
        "cors",
        "domain",
        "encryption",
        "intelligent-tiering",
        "inventory",
        "lifecycle",
    ),
    *(
        "logging",
        "notification",
        "object-lock",
        "origin",
        "policy",
        "referer",
        "replication",
        "select",
        "website",
    ),
)
OBJECT = {
    ("PUT", ""): Action("PutObject", objects.put_object),
    ("PUT", "copy"): Action("PutObjectCopy", put_object_copy.copy_object),
    ("GET", ""): Action("GetObject", objects.get_object),
    ("HEAD", ""): Action("HeadObject", objects.head_object),
    ("DELETE", ""): Action("DeleteObject", objects.delete),
    ("POST", "restore"): Action("PostObjectRestore", post_object_restore.restore_object),
    ("GET", "tagging"): Action("GetObjectTagging", subresources.get_object_tags),
    ("PUT", "tagging"): Action("PutObjectTagging", subresources.put_object_tags),
    ("DELETE", "tagging"): Action("DeleteObjectTagging", subresources.delete_object_tags),
    ("GET", "acl"): Action("GetObjectACL", subresources.get_object_acl),
    ("PUT", "acl"): Action("PutObjectACL", subresources.put_object_acl),
    ("POST", "uploads"): Action("InitiateMultipartUpload", uploads.initiate),
    ("PUT", "uploadId"): Action("UploadPart", uploads.upload_part),
    ("PUT", "uploadId copy"): Action("UploadPartCopy", uploads.copy_part),
    ("GET", "uploadId"): Action("ListParts", upload_lists.list_parts),
    ("POST", "uploadId"): Action("CompleteMultipartUpload", uploads.complete),
    ("DELETE", "uploadId"): Action("AbortMultipartUpload", uploads.abort),
}
BUCKET = {
    ("GET", ""): Action("GetBucket", get_bucket.get_bucket),
    ("PUT", ""): Action("PutBucket", buckets.put_bucket),
    ("HEAD", ""): Action("HeadBucket", buckets.head_bucket),
    ("DELETE", ""): Action("DeleteBucket", buckets.delete_bucket),
    ("POST", "delete"): Action("DeleteMultipleObjects", buckets.delete_objects),
    ("GET", "location"): Action("GetBucketLocation", buckets.get_location),
    ("GET", "versioning"): Action("GetBucketVersioning", buckets.get_versioning),
    ("PUT", "versioning"): Action("PutBucketVersioning", buckets.put_versioning),
    ("GET", "versions"): Action("GetBucketObjectVersions", get_bucket.get_versions),
    ("GET", "tagging"): Action("GetBucketTagging", subresources.get_bucket_tags),
    ("PUT", "tagging"): Action("PutBucketTagging", subresources.put_bucket_tags),
    ("DELETE", "tagging"): Action("DeleteBucketTagging", subresources.delete_bucket_tags),
    ("GET", "acl"): Action("GetBucketACL", subresources.get_bucket_acl),
    ("PUT", "acl"): Action("PutBucketACL", subresources.put_bucket_acl),
    ("GET", "uploads"): Action("ListMultipartUploads", upload_lists.list_uploads),
}
SERVICE = {("GET", ""): Action("GetService", buckets.list_buckets)}
TABLES = {"object": OBJECT, "bucket": BUCKET, "service": SERVICE}

ACTION_NAMES = tuple(
    [action.name for _, _, action in BATCH] + [action.name for table in TABLES.values() for action in table.values()]
)


def find_action(request: Request, target: Target) -> Action:
    """Return the call that a request is; raises ServiceError NotImplemented or MethodNotAllowed."""
    if target.kind == "batch":
        return _batch_action(request, target)
    action = TABLES[target.kind].get((request.method, _subresource(request)))
    if action is None:
        raise ServiceError("NotImplemented")
    return action


def _subresource(request: Request) -> str:
    known = (*SUBRESOURCES, *OTHER_SUBRESOURCES)
    named = [name for name, _ in request.parameters if name in known]
    copied = ["copy"] if request.header("x-cos-copy-source") else []
    return " ".join([*named[:1], *copied])


def _batch_action(request: Request, target: Target) -> Action:
    fitting = [(method, action) for method, path, action in BATCH if re.fullmatch(path, target.path)]
    for method, action in fitting:
        if method == request.method:
            return action
    raise ServiceError("MethodNotAllowed") if fitting else ServiceError("InvalidURI")
