"""CreateJob, DescribeJob and ListJobs, by raw HTTP."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from cosbatch.standin import Standin
from tests.standin.client import CONTROL_HOST, Client, Reply
from tests.standin.documents import COPY, DELETE, RESTORE, TAGGING, copy, document, operation

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def created(reply: Reply) -> str:
    assert reply.status == 200, reply
    return reply.text("JobId")


def test_answers_a_new_job_in_the_very_form_of_the_page(client: Client) -> None:
    reply = client.create(document())
    assert re.fullmatch(f"<CreateJobResult>\n\t<JobId>{UUID}</JobId>\n</CreateJobResult>", reply.body.decode())
    assert (reply.headers["content-length"], reply.headers["content-type"]) == ("89", "application/xml")


def test_says_who_it_is_in_every_answer(client: Client) -> None:
    for reply in (client.create(document()), client.batch("GET", "/jobs/none")):
        assert reply.headers["server"] == "cosbatch-standin"
        assert reply.headers["x-cos-request-id"].startswith("standin-")


@pytest.mark.parametrize("content", [COPY, RESTORE, DELETE, TAGGING], ids=["copy", "restore", "delete", "tagging"])
def test_creates_a_job_for_each_operation(client: Client, content: str) -> None:
    job_id = created(client.create(document(Operation=operation(content))))
    listed = client.batch("GET", "/jobs").text("Jobs/member/Operation")
    assert (job_id, listed) == (
        client.batch("GET", "/jobs").text("Jobs/member/JobId"),
        content[1:].split(">")[0].strip("/"),
    )


def test_refuses_a_repeated_token_without_telling_the_job(client: Client, standin: Standin) -> None:
    same = document()
    job_id = created(client.create(same))
    repeated = client.create(same)
    assert (repeated.status, repeated.code) == (400, "InvalidRequest")
    assert job_id not in repeated.body.decode()
    assert len(standin.jobs()) == 1


def test_keeps_tokens_of_another_region_apart(client: Client) -> None:
    same = document().encode()
    created(client.create(same.decode()))
    host = CONTROL_HOST.replace("chengdu", "beijing")
    assert client.call("POST", host, "/jobs", headers={"x-cos-appid": "1250000000"}, body=same).status == 200


def digest(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body).digest()).decode()


@pytest.mark.parametrize(
    ("md5", "code"),
    [(digest(b"other"), "BadDigest"), ("!!", "InvalidDigest"), ("YQ==", "InvalidDigest")],
    ids=["of another body", "no base64", "too short"],
)
def test_refuses_a_content_md5(client: Client, md5: str, code: str) -> None:
    headers = {"Content-MD5": md5}
    reply = client.batch("POST", "/jobs", headers=headers, body=document().encode())
    assert (reply.status, reply.code) == (400, code)


def test_accepts_the_right_content_md5(client: Client) -> None:
    body = document().encode()
    created(client.batch("POST", "/jobs", headers={"Content-MD5": digest(body)}, body=body))


@pytest.mark.parametrize(
    ("appid", "status", "code"),
    [("", 400, "InvalidArgument"), ("1" * 65, 400, "InvalidArgument"), ("1260000000", 403, "AccessDenied")],
    ids=["empty", "too long", "of another account"],
)
def test_refuses_an_appid(client: Client, appid: str, status: int, code: str) -> None:
    for method, path in (("POST", "/jobs"), ("GET", "/jobs"), ("GET", "/jobs/1")):
        reply = client.batch(method, path, headers={"x-cos-appid": appid})
        assert (reply.status, reply.code) == (status, code)


def test_refuses_the_uin_of_another_account(client: Client) -> None:
    host = CONTROL_HOST.replace("100000000001", "100000000002")
    reply = client.call("GET", host, "/jobs", headers={"x-cos-appid": "1250000000"})
    assert (reply.status, reply.code) == (403, "AccessDenied")


def test_refuses_a_document_that_breaks_a_rule_and_stores_nothing(client: Client, standin: Standin) -> None:
    reply = client.create(document(Priority="<Priority>x</Priority>"))
    assert (reply.status, reply.code) == (400, "InvalidRequest")
    assert reply.text("Message") == "Priority must be an integer between 0 and 2147483647"
    assert reply.text("Resource") == f"{CONTROL_HOST}/jobs"
    assert reply.text("RequestId") == reply.headers["x-cos-request-id"]
    assert standin.jobs() == []


def test_refuses_a_document_that_is_too_large(client: Client) -> None:
    reply = client.create(" " * (2 * 1024 * 1024 + 1))
    assert (reply.status, reply.code) == (400, "XMLSizeLimit")
    assert client.batch("GET", "/jobs").status == 200


def test_describes_a_job_with_every_element_as_it_was_given(client: Client) -> None:
    children = (
        "<PrefixReplace>true</PrefixReplace><ResourcesPrefix>a &amp; b/</ResourcesPrefix>",
        "<NewObjectMetadata><UserMetadata><member><Key>k</Key><Value>v</Value></member></UserMetadata>"
        "</NewObjectMetadata><NewObjectTagging><COSTag><Key>a</Key><Value>b</Value></COSTag></NewObjectTagging>",
    )
    description = "<Description>任务 &lt;1&gt; [cb:x]</Description>"
    job_id = created(client.create(document(Operation=copy(*children), Description=description)))
    reply = client.batch("GET", f"/jobs/{job_id}")
    job = reply.xml().find("Job")
    assert job is not None
    assert [child.tag for child in job][:13] == [
        "ConfirmationRequired",
        "CreationTime",
        "Description",
        "FailureReasons",
        "JobId",
        "Manifest",
        "Operation",
        "Priority",
        "ProgressSummary",
        "Report",
        "RoleArn",
        "Status",
        "StatusUpdateReason",
    ]
    assert reply.text("Job/Description") == "任务 <1> [cb:x]"
    assert reply.text("Job/Manifest/Location/ETag") == '"15150651828fa9cdcb8356b6d1c7638b"'
    assert [field.text for field in job.iterfind("Manifest/Spec/Fields/member")] == ["Bucket", "Key"]
    copied = "Job/Operation/COSPutObjectCopy"
    assert reply.text(f"{copied}/PrefixReplace") == "true"
    assert reply.text(f"{copied}/ResourcesPrefix") == "a & b/"
    assert reply.text(f"{copied}/NewObjectMetadata/UserMetadata/member/Key") == "k"
    assert reply.text(f"{copied}/NewObjectTagging/COSTag/Value") == "b"
    assert "ClientRequestToken" not in reply.body.decode()


def test_knows_no_job_of_another_region_or_name(client: Client) -> None:
    job_id = created(client.create(document()))
    assert client.batch("GET", f"/jobs/{job_id[:-1]}x").code == "NoSuchJob"
    host = CONTROL_HOST.replace("chengdu", "beijing")
    reply = client.call("GET", host, f"/jobs/{job_id}", headers={"x-cos-appid": "1250000000"})
    assert (reply.status, reply.code) == (404, "NoSuchJob")


def test_refuses_a_description_of_no_job(client: Client) -> None:
    reply = client.batch("GET", "/jobs/")
    assert (reply.status, reply.code) == (400, "InvalidRequest")


def page(client: Client, *parameters: tuple[str, str]) -> tuple[list[str], str]:
    reply = client.batch("GET", "/jobs", parameters)
    assert reply.status == 200, reply
    return [member.findtext("JobId") or "" for member in reply.xml().iterfind("Jobs/member")], reply.text("NextToken")


def test_lists_jobs_page_by_page_the_oldest_first(client: Client) -> None:
    ids = [created(client.create(document())) for _ in range(5)]
    first, token = page(client, ("maxResults", "2"))
    second, token = page(client, ("maxResults", "2"), ("nextToken", token))
    third, last = page(client, ("maxResults", "2"), ("nextToken", token))
    assert (first, second, third) == (ids[:2], ids[2:4], ids[4:])
    assert (token, last) == (ids[3], "")


def test_leaves_the_token_empty_when_everything_fits(client: Client) -> None:
    ids = [created(client.create(document())) for _ in range(2)]
    assert page(client, ("maxResults", "2")) == (ids, "")
    assert page(client, ("nextToken", ids[-1])) == ([], "")


def test_takes_empty_parameters_for_absent_ones(client: Client) -> None:
    ids = [created(client.create(document()))]
    assert page(client, ("jobStatuses", ""), ("maxResults", ""), ("nextToken", "")) == (ids, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jobStatuses", "Running"),
        ("jobStatuses", "Active,Ready"),
        ("jobStatuses", "active"),
        ("maxResults", "0"),
        ("maxResults", "1001"),
        ("maxResults", "-1"),
        ("maxResults", "ten"),
        ("nextToken", "unknown"),
    ],
)
def test_refuses_a_parameter_of_a_list(client: Client, name: str, value: str) -> None:
    reply = client.batch("GET", "/jobs", [(name, value)])
    assert (reply.status, reply.code) == (400, "InvalidArgument")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("PUT", "/jobs", 405, "MethodNotAllowed"), ("GET", "/tasks", 400, "InvalidURI")],
)
def test_knows_no_other_calls(client: Client, method: str, path: str, status: int, code: str) -> None:
    reply = client.batch(method, path)
    assert (reply.status, reply.code) == (status, code)


def test_takes_jobs_on_any_host_for_the_batch_api(client: Client) -> None:
    reply = client.call("GET", "127.0.0.1:1", "/jobs", headers={"x-cos-appid": "1250000000"})
    assert reply.xml().tag == "ListJobsResult"
