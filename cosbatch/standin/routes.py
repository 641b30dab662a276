"""Carrying out a call by its action's name: one plain call for each name in wire/actions.py."""

from __future__ import annotations

from cosbatch.standin.cos import (
    acl,
    buckets,
    get_bucket,
    objects,
    post_object,
    put_object_copy,
    restoring,
    tags,
    upload_lists,
    uploads,
)
from cosbatch.standin.cos.service import Call
from cosbatch.standin.jobs import batch
from cosbatch.standin.wire.messages import Response


def carry_out(action: str, call: Call) -> Response:
    """What the service answers to a call. Raises ServiceError."""
    match action:
        case "CreateJob":
            return batch.create_job(call)
        case "ListJobs":
            return batch.list_all_jobs(call)
        case "DescribeJob":
            return batch.describe_job(call)
        case "UpdateJobPriority":
            return batch.update_priority(call)
        case "UpdateJobStatus":
            return batch.update_status(call)
        case "DeleteJob":
            return batch.delete_job(call)
        case _:
            return _on_object(action, call)


def _on_object(action: str, call: Call) -> Response:
    match action:
        case "PutObject":
            return objects.put_object(call)
        case "PostObject":
            return post_object.post_object(call)
        case "PutObjectCopy":
            return put_object_copy.copy_object(call)
        case "GetObject":
            return objects.get_object(call)
        case "HeadObject":
            return objects.head_object(call)
        case "DeleteObject":
            return objects.delete(call)
        case "PostObjectRestore":
            return restoring.restore_object(call)
        case _:
            return _on_tags(action, call)


def _on_tags(action: str, call: Call) -> Response:
    match action:
        case "GetObjectTagging":
            return tags.get_object_tags(call)
        case "PutObjectTagging":
            return tags.put_object_tags(call)
        case "DeleteObjectTagging":
            return tags.delete_object_tags(call)
        case "GetBucketTagging":
            return tags.get_bucket_tags(call)
        case "PutBucketTagging":
            return tags.put_bucket_tags(call)
        case "DeleteBucketTagging":
            return tags.delete_bucket_tags(call)
        case _:
            return _on_acl(action, call)


def _on_acl(action: str, call: Call) -> Response:
    match action:
        case "GetObjectACL":
            return acl.get_object_acl(call)
        case "PutObjectACL":
            return acl.put_object_acl(call)
        case "GetBucketACL":
            return acl.get_bucket_acl(call)
        case "PutBucketACL":
            return acl.put_bucket_acl(call)
        case _:
            return _on_upload(action, call)


def _on_upload(action: str, call: Call) -> Response:
    match action:
        case "InitiateMultipartUpload":
            return uploads.initiate(call)
        case "UploadPart":
            return uploads.upload_part(call)
        case "UploadPartCopy":
            return uploads.copy_part(call)
        case "ListParts":
            return upload_lists.list_parts(call)
        case "ListMultipartUploads":
            return upload_lists.list_uploads(call)
        case "CompleteMultipartUpload":
            return uploads.complete(call)
        case "AbortMultipartUpload":
            return uploads.abort(call)
        case _:
            return _on_bucket(action, call)


def _on_bucket(action: str, call: Call) -> Response:
    match action:
        case "GetBucket":
            return get_bucket.get_bucket(call)
        case "GetBucketObjectVersions":
            return get_bucket.get_versions(call)
        case "PutBucket":
            return buckets.put_bucket(call)
        case "HeadBucket":
            return buckets.head_bucket(call)
        case "DeleteBucket":
            return buckets.delete_bucket(call)
        case "DeleteMultipleObjects":
            return buckets.delete_objects(call)
        case "GetBucketLocation":
            return buckets.get_location(call)
        case "GetBucketVersioning":
            return buckets.get_versioning(call)
        case "PutBucketVersioning":
            return buckets.put_versioning(call)
    assert action == "GetService", f"nobody carries out {action}"
    return buckets.list_buckets(call)
