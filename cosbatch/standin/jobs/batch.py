"""The calls of the Batch API (spec 1.2 and 1.5)."""

from __future__ import annotations

import hashlib

from cosbatch.standin.cos.objects import check_digest
from cosbatch.standin.cos.service import Call
from cosbatch.standin.jobs.changes import REQUESTED, change_status, delete
from cosbatch.standin.jobs.job_rows import LISTED_FOR, STATES, Job, add_job, find_job, list_jobs, update
from cosbatch.standin.jobs.rules import PRIORITY_LIMIT, read_document
from cosbatch.standin.store.creations import round_of
from cosbatch.standin.wire.documents import Tree, answer, timestamp
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response
from cosbatch.standin.wire.schema import Document, Value, integer, part

PAGE_LIMIT = 1000
REASON_LIMIT = 256
# How the page names the elements of its lists.
ITEM_NAMES = {
    "Fields": "member",
    "AccessControlGrants": "COSGrant",
    "UserMetadata": "member",
    "NewObjectTagging": "COSTag",
    "TagSet": "COSTag",
}


def create_job(call: Call) -> Response:
    """CreateJob: keep the job that the document describes; a repeated ClientRequestToken is refused."""
    body = call.request.text()
    check_digest(call.request, hashlib.md5(body).hexdigest())
    document = read_document(body)
    with call.service.database.writing() as transaction:
        job_id = add_job(transaction, document, call.target.region, call.service.clock.now(), round_of(call.request))
    call.service.wake()
    return answer("CreateJobResult", [("JobId", job_id)])


def describe_job(call: Call) -> Response:
    """DescribeJob: everything about one job but its token."""
    with call.service.database.reading() as connection:
        job = find_job(connection, _job_id(call), call.target.region)
    return answer("DescribeJobResult", [("Job", _described(job))])


def list_all_jobs(call: Call) -> Response:
    """ListJobs: one page of the jobs of the last 90 days, the oldest first.

    NextToken is the last id of a page behind which there is more, and empty on the last page.
    """
    state, size, token = _list_parameters(call)
    clock = call.service.clock
    between = (clock.earlier(LISTED_FOR), min(clock.now(), call.newest_listed))
    with call.service.database.reading() as connection:
        jobs = list_jobs(connection, call.target.region, state, token, between, size + 1)
    page = jobs[:size]
    next_token = page[-1].id if len(jobs) > size else ""
    members: list[Tree] = [("member", _listed(job)) for job in page]
    return answer("ListJobsResult", [("Jobs", members), ("NextToken", next_token)])


def update_priority(call: Call) -> Response:
    """UpdateJobPriority: any priority in range, for a job that is not finished."""
    job_id, given = _job_id(call), call.request.parameter("priority")
    if not given:
        raise ServiceError("InvalidRequest", "The priority parameter is missing")
    priority = integer(given, 0, PRIORITY_LIMIT)
    if priority is None:
        raise ServiceError("InvalidArgument", f"priority must be an integer between 0 and {PRIORITY_LIMIT}")
    with call.service.database.writing() as transaction:
        job = find_job(transaction.connection, job_id, call.target.region)
        if job.is_finished:
            raise ServiceError("NoSuchJob", f"The job is {job.state}")
        update(transaction, job, priority=priority)
    call.service.wake()
    return answer("UpdateJobPriorityResult", [("JobId", job.id), ("Priority", str(priority))])


def update_status(call: Call) -> Response:
    """UpdateJobStatus: confirm a job that asks for it, or cancel one that is not finished."""
    job_id, requested = _job_id(call), call.request.parameter("requestedJobStatus") or ""
    reason = call.request.parameter("statusUpdateReason") or ""
    if requested not in REQUESTED:
        raise ServiceError("InvalidArgument", f"requestedJobStatus has to be one of {', '.join(REQUESTED)}")
    if len(reason.encode()) > REASON_LIMIT:
        raise ServiceError("InvalidArgument", f"statusUpdateReason may be {REASON_LIMIT} bytes long")
    with call.service.database.writing() as transaction:
        job = find_job(transaction.connection, job_id, call.target.region)
        state = change_status(transaction, job, requested, reason, call.service.clock.now())
    call.service.wake()
    return answer("UpdateJobStatusResult", [("JobId", job.id), ("Status", state), ("StatusUpdateReason", reason)])


def delete_job(call: Call) -> Response:
    """DeleteJob: forget a job that does not run, nor will by itself; its token stays used."""
    job_id = _job_id(call)
    with call.service.database.writing() as transaction:
        job = find_job(transaction.connection, job_id, call.target.region)
        delete(transaction, job, call.service.clock.now())
    call.service.wake()
    return Response()


def _list_parameters(call: Call) -> tuple[str, int, str]:
    """Empty parameters count as absent."""
    state = call.request.parameter("jobStatuses") or ""
    if state and state not in STATES:
        raise ServiceError("InvalidArgument", f"jobStatuses has to be one of {', '.join(STATES)}")
    size = integer(call.request.parameter("maxResults") or str(PAGE_LIMIT), 1, PAGE_LIMIT)
    if size is None:
        raise ServiceError("InvalidArgument", f"maxResults must be a positive integer, at most {PAGE_LIMIT}")
    return state, size, call.request.parameter("nextToken") or ""


def _job_id(call: Call) -> str:
    """The id in /jobs/<JobId>[/priority or /status]. Raises ServiceError InvalidRequest for none."""
    job_id = call.target.path.split("/")[2]
    if not job_id:
        raise ServiceError("InvalidRequest", "The job id is missing")
    return job_id


def _described(job: Job) -> list[Tree]:
    """The children of Job in the order of the page's template; those that do not apply are left out."""
    document = job.document
    failure: list[Tree] = [("FailureCode", job.failure_code), ("FailureReason", job.failure_reason)]
    described: list[Tree] = [
        ("ConfirmationRequired", _text(document.get("ConfirmationRequired", False))),
        ("CreationTime", timestamp(job.created)),
        ("Description", job.description),
        ("FailureReasons", [("JobFailure", failure)]),
        ("JobId", job.id),
        ("Manifest", _trees(part(document, "Manifest"))),
        ("Operation", _trees(part(document, "Operation"))),
        ("Priority", str(job.priority)),
        ("ProgressSummary", _progress(job)),
        ("Report", _trees(part(document, "Report"))),
        ("RoleArn", str(document["RoleArn"])),
        ("Status", job.state),
        ("StatusUpdateReason", job.reason),
    ]
    if job.suspended is not None:
        described.append(("SuspendedCause", "The job is awaiting confirmation"))
        described.append(("SuspendedDate", timestamp(job.suspended)))
    return described + _termination(job)


def _listed(job: Job) -> list[Tree]:
    listed: list[Tree] = [
        ("CreationTime", timestamp(job.created)),
        ("Description", job.description),
        ("JobId", job.id),
        ("Operation", job.operation),
        ("Priority", str(job.priority)),
        ("ProgressSummary", _progress(job)),
        ("Status", job.state),
    ]
    return listed + _termination(job)


def _termination(job: Job) -> list[Tree]:
    return [] if job.terminated is None else [("TerminationDate", timestamp(job.terminated))]


def _progress(job: Job) -> list[Tree]:
    return [
        ("NumberOfTasksFailed", str(job.failed)),
        ("NumberOfTasksSucceeded", str(job.succeeded)),
        ("TotalNumberOfTasks", str(job.total)),
    ]


def _trees(document: Document) -> list[Tree]:
    return [_tree(name, value) for name, value in document.items()]


def _tree(name: str, value: Value) -> Tree:
    if isinstance(value, dict):
        return name, _trees(value)
    if isinstance(value, list):
        return name, [_tree(ITEM_NAMES[name], item) for item in value]
    return name, _text(value)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
