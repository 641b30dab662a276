"""Each call of the API: what goes out for it, and what every kind of answer comes to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from email.utils import formatdate
from functools import partial

import pytest

from cosbatch.model.credentials import Account
from cosbatch.model.errors import CosbatchError, InvalidRequest, ServiceError, ServiceSideError, UnexpectedResponse
from cosbatch.model.messages import Request, Response
from cosbatch.service import actions

ACCOUNT = Account("100000000001", "1250000000", "ap-chengdu")
CONTROL = "100000000001.cos-control.ap-chengdu.myqcloud.com"
BUCKET = "manifest-1250000000.cos.ap-chengdu.myqcloud.com"
JOB_ID = "53dc6228-c50b-46f7-8ad7-65e7159f1aae"
KIB = 1024
NOW = 1_795_521_600


def answer(body: str | bytes = b"", status: int = 200, **headers: str) -> Response:
    content = body.encode() if isinstance(body, str) else body
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def failure(read: Callable[[Response], object], response: Response) -> ServiceSideError:
    with pytest.raises(ServiceSideError) as caught:
        read(response)
    return caught.value


def test_asks_for_a_job_with_the_document_as_xml() -> None:
    request = actions.create_job_request({"ClientRequestToken": "1", "Priority": 10}, ACCOUNT)
    body = b"<CreateJobRequest><ClientRequestToken>1</ClientRequestToken><Priority>10</Priority></CreateJobRequest>"
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    headers = (("x-cos-appid", "1250000000"), ("Content-Type", "application/xml"), ("Content-MD5", digest))
    assert request == Request("POST", CONTROL, "/jobs", (), headers, body, 64 * KIB)


APPID = (("x-cos-appid", "1250000000"),)
OTHER_REQUESTS = {
    "describe": (actions.describe_job_request(JOB_ID, ACCOUNT), "GET", f"/jobs/{JOB_ID}", (), 64 * KIB),
    "list": (actions.list_jobs_request({}, ACCOUNT), "GET", "/jobs", (), 8 * KIB * KIB),
    "list some": (
        actions.list_jobs_request({"jobStatuses": "New", "maxResults": 7, "nextToken": None}, ACCOUNT),
        "GET",
        "/jobs",
        (("jobStatuses", "New"), ("maxResults", "7")),
        8 * KIB * KIB,
    ),
    "priority": (
        actions.update_job_priority_request(JOB_ID, 0, ACCOUNT),
        "POST",
        f"/jobs/{JOB_ID}/priority",
        (("priority", "0"),),
        64 * KIB,
    ),
    "status": (
        actions.update_job_status_request(JOB_ID, "Ready", None, ACCOUNT),
        "POST",
        f"/jobs/{JOB_ID}/status",
        (("requestedJobStatus", "Ready"),),
        64 * KIB,
    ),
    "status with a reason": (
        actions.update_job_status_request(JOB_ID, "Cancelled", "no longer 要", ACCOUNT),
        "POST",
        f"/jobs/{JOB_ID}/status",
        (("requestedJobStatus", "Cancelled"), ("statusUpdateReason", "no longer 要")),
        64 * KIB,
    ),
    "delete": (actions.delete_job_request(JOB_ID, ACCOUNT), "DELETE", f"/jobs/{JOB_ID}", (), 64 * KIB),
}


@pytest.mark.parametrize("name", OTHER_REQUESTS)
def test_asks_for_everything_else_without_a_body(name: str) -> None:
    request, method, path, query, limit = OTHER_REQUESTS[name]
    assert request == Request(method, CONTROL, path, query, APPID, b"", limit)


@pytest.mark.parametrize("job_id", ["", ".", "..", "a/b", "/", "1/status", "../../x"])
def test_lets_no_job_id_lead_to_another_path(job_id: str) -> None:
    for ask in (actions.describe_job_request, actions.delete_job_request):
        with pytest.raises(InvalidRequest) as caught:
            ask(job_id, ACCOUNT)
        assert [problem.pointer for problem in caught.value.problems] == ["/JobId"]
    with pytest.raises(InvalidRequest):
        actions.update_job_priority_request(job_id, 1, ACCOUNT)
    with pytest.raises(InvalidRequest):
        actions.update_job_status_request(job_id, "Ready", None, ACCOUNT)


def test_reads_the_job_that_was_created() -> None:
    body = f"<?xml version='1.0' encoding='utf-8' ?>\n<CreateJobResult>\n\t<JobId>{JOB_ID}</JobId>\n</CreateJobResult>"
    assert actions.created(answer(body)) == {"JobId": JOB_ID}
    assert actions.created(answer(body, x_cos_request_id="NWRm")) == {"JobId": JOB_ID, "RequestId": "NWRm"}


@pytest.mark.parametrize("job_id", ["1", "x" * 64, "a.b_c~d-e"])
def test_takes_ids_of_every_length_that_the_page_allows(job_id: str) -> None:
    assert actions.created(answer(f"<CreateJobResult><JobId>{job_id}</JobId></CreateJobResult>"))["JobId"] == job_id


@pytest.mark.parametrize(
    "body",
    [
        "<CreateJobResult/>",
        "<CreateJobResult><JobId/></CreateJobResult>",
        "<CreateJobResult><JobId><a/></JobId></CreateJobResult>",
        f"<CreateJobResult><JobId>{'x' * 65}</JobId></CreateJobResult>",
        "<CreateJobResult><JobId>任务</JobId></CreateJobResult>",
        "<CreateJobResult><JobId>../../etc</JobId></CreateJobResult>",
        "<CreateJobResult><JobId>a\nb</JobId></CreateJobResult>",
        "<DescribeJobResult><JobId>1</JobId></DescribeJobResult>",
        "<Error><Code>InternalError</Code></Error>",
        "",
        "<CreateJobResult><JobId>1</JobId>",
        '<!DOCTYPE a [<!ENTITY b "1">]><CreateJobResult><JobId>&b;</JobId></CreateJobResult>',
        "<?xml version='1.0' encoding='no-such'?><CreateJobResult><JobId>1</JobId></CreateJobResult>",
        b"\x1f\x8b\x08",
        b"<CreateJobResult><JobId>\xff</JobId></CreateJobResult>",
    ],
)
def test_takes_a_success_that_names_no_job_for_perhaps_done(body: str | bytes) -> None:
    error = failure(actions.created, answer(body))
    assert (type(error), error.may_have_acted, error.retryable, error.status) == (UnexpectedResponse, True, True, 502)


def test_takes_a_packed_answer_for_perhaps_done() -> None:
    body = f"<CreateJobResult><JobId>{JOB_ID}</JobId></CreateJobResult>"
    assert failure(actions.created, answer(body, content_encoding="gzip")).may_have_acted
    assert actions.created(answer(body, content_encoding="Identity"))["JobId"] == JOB_ID


def test_reads_what_describe_answers() -> None:
    body = "<DescribeJobResult><Job><JobId>1</JobId><Priority>10</Priority><New>x</New></Job></DescribeJobResult>"
    assert actions.described("1", answer(body)) == {"Job": {"JobId": "1", "Priority": 10, "New": "x"}}
    assert "describes no job" in failure(partial(actions.described, "1"), answer("<DescribeJobResult/>")).message


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("<ListJobsResult/>", {"Jobs": []}),
        ("<ListJobsResult><Jobs/><NextToken/></ListJobsResult>", {"Jobs": [], "NextToken": ""}),
        ("<ListJobsResult><Jobs> </Jobs></ListJobsResult>", {"Jobs": []}),
        (
            "<ListJobsResult><Jobs><member><JobId>1</JobId></member></Jobs><NextToken>1</NextToken></ListJobsResult>",
            {"Jobs": [{"JobId": "1"}], "NextToken": "1"},
        ),
    ],
)
def test_reads_what_a_listing_answers(body: str, result: dict[str, object]) -> None:
    assert actions.listed(answer(body)) == result


@pytest.mark.parametrize("member", ["<member>odd</member>", "<member/>"])
def test_passes_over_nothing_that_a_listing_lists(member: str) -> None:
    body = f"<ListJobsResult><Jobs>{member}<member><JobId>1</JobId></member></Jobs></ListJobsResult>"
    error = failure(actions.listed, answer(body))
    assert (error.code, error.retryable) == ("UnexpectedResponse", True)
    assert "lists what is no job" in error.message


def test_reads_what_the_changes_answer() -> None:
    priority = "<UpdateJobPriorityResult><JobId>1</JobId><Priority>7</Priority></UpdateJobPriorityResult>"
    assert actions.updated_priority("1", answer(priority)) == {"JobId": "1", "Priority": 7}
    status = "<UpdateJobStatusResult><JobId>1</JobId><Status>Ready</Status></UpdateJobStatusResult>"
    assert actions.updated_status("1", answer(status)) == {"JobId": "1", "Status": "Ready"}


# Who reads the answer, and what stands in it around the JobId.
OF_ONE_JOB = {
    "describe": (actions.described, "<DescribeJobResult><Job>{}</Job></DescribeJobResult>"),
    "priority": (actions.updated_priority, "<UpdateJobPriorityResult>{}</UpdateJobPriorityResult>"),
    "status": (actions.updated_status, "<UpdateJobStatusResult>{}</UpdateJobStatusResult>"),
}


@pytest.mark.parametrize("named", ["00000000-0000-0000-0000-000000000000", "", f"{JOB_ID}x", "<x>1</x>"])
@pytest.mark.parametrize("name", OF_ONE_JOB)
def test_takes_an_answer_about_another_job_for_none(name: str, named: str) -> None:
    read, body = OF_ONE_JOB[name]
    error = failure(partial(read, JOB_ID), answer(body.format(f"<JobId>{named}</JobId>")))
    assert (error.code, error.may_have_acted, error.retryable) == ("UnexpectedResponse", True, True)
    assert "about another job" in error.message


@pytest.mark.parametrize("name", OF_ONE_JOB)
def test_takes_an_answer_that_names_no_job_for_that_of_its_own(name: str) -> None:
    read, body = OF_ONE_JOB[name]
    assert "JobId" not in str(read(JOB_ID, answer(body.format("<Status>Ready</Status>"))))


@pytest.mark.parametrize("status", [200, 204])
def test_reads_nothing_of_a_deletion(status: int) -> None:
    assert actions.deleted(answer("<odd", status, x_cos_request_id="NWRm")) == {"RequestId": "NWRm"}


def test_reads_why_a_job_was_not_deleted() -> None:
    body = "<Error><Code>NoSuchJob</Code><Message>The job does not exist.</Message></Error>"
    assert failure(actions.deleted, answer(body, 404)).code == "NoSuchJob"


# Status and Code of the service; Status, Retryable of the failure, and whether the work may be done.
SERVICE_ERRORS = [
    (400, "InvalidArgument", 400, False, False),
    (400, "InvalidRequest", 400, False, False),
    (400, "MalformedXML", 400, False, False),
    (400, "BadDigest", 400, False, False),
    (403, "AccessDenied", 403, False, False),
    (403, "SignatureDoesNotMatch", 403, False, False),
    (403, "RequestTimeTooSkewed", 403, False, False),
    (403, "Request has expired", 403, False, False),
    (404, "NoSuchJob", 404, False, False),
    (405, "MethodNotAllowed", 405, False, False),
    (411, "MissingContentLength", 411, False, False),
    (500, "InternalError", 502, True, True),
    (500, "ServiceUnavailable", 502, True, True),
    (500, "TooManyJobs", 502, True, False),
    (501, "NotImplemented", 502, True, True),
    (503, "ServiceUnavailable", 502, True, True),
    (503, "SlowDown", 502, True, False),
]


@pytest.mark.parametrize(("status", "code", "answered", "retryable", "may_have_acted"), SERVICE_ERRORS)
def test_reads_every_error_of_the_pages(
    status: int, code: str, answered: int, retryable: bool, may_have_acted: bool
) -> None:
    body = (
        "<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n"
        f"\t<Code>{code}</Code><Message>What is wrong</Message><StringToSign>sha1</StringToSign>"
        "<Resource>host/jobs</Resource><RequestId>NWRm</RequestId><TraceId>OGVm</TraceId></Error>"
    )
    told = answer(body, status, x_cos_request_id="other", x_cos_trace_id="other")._replace(clock_off=61.0)
    error = failure(actions.created, told)
    assert isinstance(error, ServiceError)
    assert (error.code, error.message, error.status) == (code, "What is wrong", answered)
    assert (error.retryable, error.may_have_acted) == (retryable, may_have_acted)
    assert (error.request_id, error.trace_id, error.clock_off) == ("NWRm", "OGVm", 61.0)


def test_fills_what_an_error_leaves_empty_from_the_headers() -> None:
    body = "<Error><Code>AccessDenied</Code><Message/><RequestId/></Error>"
    error = failure(actions.created, answer(body, 403, x_cos_request_id="NWRm", x_cos_trace_id="OGVm"))
    assert (error.request_id, error.trace_id) == ("NWRm", "OGVm")
    assert error.message


@pytest.mark.parametrize(("status", "code"), [(403, "AccessDenied"), (404, "NoSuchKey"), (412, "PreconditionFailed")])
def test_gives_an_error_without_a_body_the_name_of_its_status_and_what_it_can_mean(status: int, code: str) -> None:
    error = failure(actions.checked, answer(status=status))
    assert error.code == code
    assert "says no more" not in error.message


@pytest.mark.parametrize("status", [500, 502, 503])
def test_takes_a_failure_without_a_body_for_the_service_s_own_where_it_bears_its_request_id(status: int) -> None:
    error = failure(actions.checked, answer(status=status, x_cos_request_id="NWRm"))
    assert (error.code, error.retryable, error.may_have_acted) == ("ServiceUnavailable", True, True)
    assert (error.message, error.request_id) == ("The service failed, and gives no reason.", "NWRm")
    assert failure(actions.checked, answer(status=status)).code == "UnexpectedResponse"


@pytest.mark.parametrize("status", [200, 403, 404])
def test_takes_no_gateway_s_page_for_the_service_s_word_though_a_head_does_not_show_it(status: int) -> None:
    with pytest.raises(UnexpectedResponse):
        actions.checked(Response(status, {"content-type": "text/html; charset=utf-8"}))


# What is no Error document: the status, and whether the work may be done.
UNSUPPORTED_EVENTS = [
    (300, False), (301, False), (302, False), (303, True), (304, False), (307, False), (308, False),
    (400, False), (401, False), (403, False), (404, False), (407, False), (413, False),
    (408, True), (429, True), (500, True), (502, True), (503, True), (504, True), (599, True), (100, True), (199, True),
]  # fmt: skip
PAGES = [
    b"<html><body>Bad Gateway</body></html>",
    b"<Error><Code/></Error>",
    b"<Error><Code><a/></Code></Error>",
    b"{}",
]


@pytest.mark.parametrize(("status", "may_have_acted"), UNSUPPORTED_EVENTS)
@pytest.mark.parametrize("body", PAGES)
def test_tells_by_the_status_what_the_answer_of_a_stranger_leaves_open(
    status: int, may_have_acted: bool, body: bytes
) -> None:
    error = failure(actions.created, answer(body, status, x_cos_request_id="NWRm"))
    assert (error.code, error.status, error.request_id) == ("UnexpectedResponse", 502, "NWRm")
    assert (error.may_have_acted, error.retryable) == (may_have_acted, may_have_acted)
    assert str(status) in error.message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("86400", 3600.0),
        ("9" * 400, 3600.0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        (formatdate(NOW + 30, usegmt=True), 30.0),
        (formatdate(NOW - 30, usegmt=True), 0.0),
        (formatdate(NOW + 86400, usegmt=True), 3600.0),
    ],
)
@pytest.mark.parametrize("body", ["<Error><Code>SlowDown</Code></Error>", "busy"])
def test_reads_how_long_the_service_wants_to_be_left_alone(text: str, seconds: float | None, body: str) -> None:
    date = formatdate(NOW, usegmt=True)
    assert failure(actions.created, answer(body, 503, retry_after=text, date=date)).retry_after == seconds


def test_cannot_tell_how_far_off_a_date_is_without_another() -> None:
    response = answer("busy", 503, retry_after=formatdate(NOW, usegmt=True))
    assert failure(actions.created, response).retry_after is None


def test_shows_both_sides_of_a_signature_that_does_not_match() -> None:
    body = "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message><StringToSign>theirs</StringToSign></Error>"
    error = failure(actions.created, Response(403, {}, body.encode(), signed=("ours\n", "get\n/\n")))
    assert error.fields == {
        "StringToSign": {"Service": "theirs", "Function": "ours"},
        "FormatString": {"Service": None, "Function": "get\n/"},
    }
    assert error.message == "m"
    assert failure(actions.created, answer(body, 403)).fields == {}


def test_says_that_the_key_is_wrong_where_both_sides_signed_the_same() -> None:
    both = "<StringToSign>ours</StringToSign><FormatString>get\n/\n</FormatString>"
    body = f"<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message>{both}</Error>"
    error = failure(actions.created, Response(403, {}, body.encode(), signed=("ours\n", "get\n/\n")))
    assert error.message == "m The service signed the same text as we did: the SecretKey is not that of the SecretId."


def test_gives_a_success_back() -> None:
    response = answer(b"a,b\n", 206)
    assert actions.checked(response) is response


def test_every_failure_is_one_of_ours() -> None:
    for status in range(100, 600):
        for body in (b"", *PAGES, b"<Error><Code>Odd</Code></Error>"):
            try:
                actions.created(answer(body, status))
            except CosbatchError as error:
                assert error.as_json()["Code"]
