"""Which call a request is: a table for each kind of target."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import batch, buckets, objects
from .addresses import Target
from .errors import ServiceError
from .messages import Request, Response
from .service import Call

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

# By method and subresource: the first query parameter that is one of these names.
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
OBJECT = {
    ("PUT", ""): Action("PutObject", objects.put_object),
    ("GET", ""): Action("GetObject", objects.get_object),
    ("HEAD", ""): Action("HeadObject", objects.head_object),
    ("DELETE", ""): Action("DeleteObject", objects.delete),
}
BUCKET = {
    ("GET", ""): Action("GetBucket", buckets.get_bucket),
}


def find_action(request: Request, target: Target) -> Action:
    """Return the call that a request is; raises ServiceError NotImplemented or MethodNotAllowed."""
    if target.kind == "batch":
        return _batch_action(request, target)
    table = OBJECT if target.kind == "object" else BUCKET
    names = (name for name, _ in request.parameters if name in SUBRESOURCES)
    action = table.get((request.method, next(names, "")))
    if action is None:
        raise ServiceError("NotImplemented")
    return action


def _batch_action(request: Request, target: Target) -> Action:
    fitting = [(method, action) for method, path, action in BATCH if re.fullmatch(path, target.path)]
    for method, action in fitting:
        if method == request.method:
            return action
    raise ServiceError("MethodNotAllowed") if fitting else ServiceError("InvalidURI")
