"""The API's calls, one by one: what goes out for each, and what its answer comes to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from cosbatch.model import names
from cosbatch.model.credentials import Account
from cosbatch.model.deadline import unix_seconds
from cosbatch.model.errors import CosbatchError, InvalidRequest, Problem, ServiceError, UnexpectedResponse, quoted
from cosbatch.model.messages import LISTING_LIMIT, Request, Response, may_have_acted
from cosbatch.service.parse import parse
from cosbatch.service.render import render

# What a HEAD says with its status alone, for it has no body (error codes, 436/7730): the Code, and what it can mean.
_BODILESS = {
    403: {"Code": "AccessDenied", "Message": "The service refuses it and gives no reason."},
    404: {"Code": "NoSuchKey", "Message": "There is no such object, or no such bucket."},
    412: {"Code": "PreconditionFailed", "Message": "The object is not, or no longer, the one that was asked for."},
}
# The same where it is certainly the service that says it: of a 400, and of any 5xx.
_INVALID = {"Code": "InvalidArgument", "Message": "The service refuses a parameter and gives no reason."}
_FAILED = {"Code": "ServiceUnavailable", "Message": "The service failed, and gives no reason."}
_RETRY_AFTER_LONGEST = 3600.0
# Characters of a service's Message that are passed on; the ones that it was seen to write have less than 300.
_LONGEST_MESSAGE = 1000


def create_job_request(document: Mapping[str, object], account: Account) -> Request:
    """`POST /jobs` with the document as XML (436/38608)."""
    body = render("CreateJobRequest", document)
    of_body = (("Content-Type", "application/xml"), ("Content-MD5", content_md5(body)))
    request = _batch_request("POST", "/jobs", account)
    return request._replace(headers=(*request.headers, *of_body), body=body)


def describe_job_request(job_id: str, account: Account) -> Request:
    """`GET /jobs/<JobId>` (436/38609)."""
    return _batch_request("GET", _job_path(job_id), account)


def list_jobs_request(query: Mapping[str, object], account: Account) -> Request:
    """`GET /jobs` with `jobStatuses`, `maxResults` and `nextToken` where given (436/38611)."""
    return _batch_request("GET", "/jobs", account, query)._replace(limit=LISTING_LIMIT)


def update_job_priority_request(job_id: str, priority: int, account: Account) -> Request:
    """`POST /jobs/<JobId>/priority` (436/38612)."""
    return _batch_request("POST", f"{_job_path(job_id)}/priority", account, {"priority": priority})


def update_job_status_request(job_id: str, status: str, reason: str | None, account: Account) -> Request:
    """`POST /jobs/<JobId>/status` (436/38613)."""
    query = {"requestedJobStatus": status, "statusUpdateReason": reason}
    return _batch_request("POST", f"{_job_path(job_id)}/status", account, query)


def delete_job_request(job_id: str, account: Account) -> Request:
    """`DELETE /jobs/<JobId>`: no page describes it, the vendor's Go SDK has it."""
    return _batch_request("DELETE", _job_path(job_id), account)


def content_md5(body: bytes) -> str:
    """The value of the header Content-MD5."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _batch_request(method: str, path: str, account: Account, query: Mapping[str, object] | None = None) -> Request:
    host = names.control_host(account.uin, account.region)
    parameters = tuple((name, str(value)) for name, value in (query or {}).items() if value is not None)
    return Request(method, host, path, parameters, (("x-cos-appid", account.appid),))


def _job_path(job_id: str) -> str:
    """The id as one step of the path: with a slash or dots it would be another path. Raises InvalidRequest."""
    if "/" in job_id or job_id.strip(".") == "":
        problem = Problem("/JobId", "must be an id as CreateJob gave it, without slashes")
        raise InvalidRequest("The JobId cannot be one; nothing was sent.", [problem])
    return f"/jobs/{job_id}"


def created(response: Response) -> dict[str, object]:
    """`{JobId, RequestId}` of the job that was created. Raises ServiceSideError."""
    result = read("CreateJobResult", response)
    if not names.is_job_id(result.get("JobId")):
        raise _strange(response, "it names no JobId")
    return result


def described(job_id: str, response: Response) -> dict[str, object]:
    """`{Job, RequestId}`."""
    result: dict[str, Any] = read("DescribeJobResult", response)
    if not isinstance(result.get("Job"), dict):
        raise _strange(response, "it describes no job", is_final=True)
    return {**result, "Job": _of_job(job_id, result["Job"], response)}


def listed(response: Response) -> dict[str, Any]:
    """`{Jobs, NextToken, RequestId}`; Jobs is a list, empty where nothing is listed."""
    result = listed_as_it_is(response)
    if not all(isinstance(job, dict) for job in result["Jobs"]):
        raise _strange(response, "it lists what is no job")
    return result


def listed_as_it_is(response: Response) -> dict[str, Any]:
    """The same, but a member of Jobs may be anything."""
    result: dict[str, Any] = read("ListJobsResult", response)
    return {**result, "Jobs": result.get("Jobs") or []}


def updated_priority(job_id: str, response: Response) -> dict[str, object]:
    """`{JobId, Priority, RequestId}`."""
    return _of_job(job_id, read("UpdateJobPriorityResult", response), response)


def updated_status(job_id: str, response: Response) -> dict[str, object]:
    """`{JobId, Status, StatusUpdateReason, RequestId}`."""
    return _of_job(job_id, read("UpdateJobStatusResult", response), response)


def deleted(response: Response) -> dict[str, object]:
    """`{RequestId}`: the answer has no body that any source describes."""
    return _with_request_id({}, checked(response))


def _of_job(job_id: str, told: dict[str, object], response: Response) -> dict[str, object]:
    """What is told of the job. Raises UnexpectedResponse where it is told of another one."""
    if told.get("JobId", job_id) != job_id:
        raise _strange(response, "it is about another job")
    return told


def read(root: str, response: Response) -> dict[str, object]:
    """The children of the answer's root element, as plain values, and RequestId. Raises ServiceSideError."""
    checked_with_body(response)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise _strange(response, "it is packed, though that was not asked for")
    try:
        return _with_request_id(parse(response.body, root), response)
    except ValueError as error:
        raise _strange(response, str(error)) from None


def checked(response: Response) -> Response:
    """The response, if it is a success. Raises the ServiceError that it is, or UnexpectedResponse."""
    if 200 <= response.status < 300:
        if response.is_page:
            raise _strange(response, "it is a page of something on the way")
        return response
    if response.status < 400:
        raise _strange(response, "it points elsewhere, and redirects are not followed")
    raise _failure(response)


def checked_with_body(response: Response) -> Response:
    """The same for an answer to something else than a HEAD: what the service refuses then, it says in a document."""
    try:
        return checked(response)
    except ServiceError as error:
        error.unproven = error.unproven or not response.body
        raise


def _failure(response: Response) -> CosbatchError:
    told = _BODILESS.get(response.status)
    if response.request_id is not None and response.status == 400:
        told = _INVALID
    if response.request_id is not None and response.status >= 500:
        told = _FAILED
    if not response.body and told and not _is_of_another(response):
        failure = _service_error(told, response)
        failure.unproven = response.request_id is None
        return failure
    try:
        error = parse(response.body, "Error")
    except ValueError:
        error = {}
    if not isinstance(error.get("Code"), str) or not error["Code"]:
        return _strange(response, "it is not the service's Error document")
    return _service_error({name: response.told(str(value)) for name, value in error.items()}, response)


def _is_of_another(response: Response) -> bool:
    """Whether a refusal without a body is in another form than the service's XML."""
    media_type = response.headers.get("content-type", "")
    return response.request_id is None and bool(media_type) and "xml" not in media_type


def _service_error(error: Mapping[str, str], response: Response) -> ServiceError:
    """Headers stand in for what the document leaves empty."""
    message = quoted(error.get("Message") or "The service says no more.", _LONGEST_MESSAGE)
    failure = ServiceError(quoted(error["Code"]), message, response.status)
    failure.request_id = error.get("RequestId") or response.request_id
    failure.trace_id = error.get("TraceId") or response.headers.get("x-cos-trace-id")
    failure.retry_after = _retry_after(response)
    failure.clock_off = response.clock_off
    if failure.code == "SignatureDoesNotMatch" and response.signed:
        # What the service would sign beside what we signed: a difference between the two is the fault.
        ours = dict(zip(("StringToSign", "FormatString"), map(str.strip, response.signed), strict=True))
        failure.fields = {name: {"Service": error.get(name), "Function": text} for name, text in ours.items()}
        if all(error.get(name) == text for name, text in ours.items()):
            failure.message += " The service signed the same text as we did: the SecretKey is not that of the SecretId."
    return failure


def _strange(response: Response, reason: str, *, is_final: bool = False) -> UnexpectedResponse:
    """Where it `is_final`, the service did answer, and would answer the same again."""
    message = f"The answer (HTTP {response.status}) is not what the service answers: {reason}."
    error = UnexpectedResponse(message, may_have_acted=may_have_acted(response.status) and not is_final)
    error.request_id = response.request_id
    error.retry_after = _retry_after(response)
    return error


def _retry_after(response: Response) -> float | None:
    """Retry-After in seconds. Where it is a date, the answer's own Date says how far off that is: our clock may be wrong."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _RETRY_AFTER_LONGEST)
    then, now = unix_seconds(text), unix_seconds(response.headers.get("date"))
    if then is None or now is None:
        return None
    return min(max(then - now, 0.0), _RETRY_AFTER_LONGEST)


def _with_request_id(result: dict[str, object], response: Response) -> dict[str, object]:
    return {**result, "RequestId": response.request_id} if response.request_id else result
