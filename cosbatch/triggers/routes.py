"""The HTTP routes: which method on which path is which action."""

from __future__ import annotations

import re
from urllib.parse import unquote

from cosbatch.model.errors import InvalidEvent, MethodNotAllowed, NotFound

# A stage or base path may stand in front; the first /jobs begins the route.
_PATH = re.compile(r"(?:/(?!jobs(?:/|\Z))[^/]+)*/jobs(?:/(?P<job_id>[^/]+)(?:/(?P<part>priority|status))?)?/?")
_JOBS = {"GET": "ListJobs", "POST": "CreateJob"}
_JOB = {"GET": "DescribeJob", "DELETE": "DeleteJob"}
_PARTS = {"priority": {"POST": "UpdateJobPriority"}, "status": {"POST": "UpdateJobStatus"}}
WITH_BODY = ("CreateJob", "UpdateJobPriority", "UpdateJobStatus")
# What each route takes from the query, by the name of the field.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "CreateJob": ("dryRun",),
    "ListJobs": ("jobStatuses", "maxResults", "nextToken"),
    "DescribeJob": (),
    "DeleteJob": (),
    "UpdateJobPriority": ("priority",),
    "UpdateJobStatus": ("requestedJobStatus", "statusUpdateReason"),
}


def methods_of(path: str) -> dict[str, str]:
    """The actions of a path, by method. Raises NotFound."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise NotFound("There is no such route; there are /jobs, /jobs/<JobId>, /jobs/<JobId>/priority and /status.")
    if found["part"]:
        return _PARTS[found["part"]]
    return _JOB if found["job_id"] else _JOBS


def route(method: str, path: str) -> tuple[str, dict[str, object]]:
    """The action, and the fields that the path holds. Raises NotFound, MethodNotAllowed, InvalidEvent."""
    methods = methods_of(path)
    if method not in methods:
        raise MethodNotAllowed(f"{method} is not for this route.", sorted(methods))
    found = _PATH.fullmatch(path)
    job_id = found["job_id"] if found else None
    return methods[method], {"JobId": _decoded(job_id)} if job_id else {}


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidEvent("The path is not UTF-8.") from None
