"""Requests in every shape that pages and SDKs show: each is accepted, and described as it was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosbatch.standin import running
from tests.standin.client import CONTROL_HOST, Client, client_of
from tests.standin.documents import ROLE, fields

LONG = "qcs::cos:ap-chengdu:uid/1250000000:{}"
SHORT = "qcs::cos:ap-chengdu::{}"


def request(
    manifest: str,
    content: str,
    report_bucket: str = SHORT.format("reports-1250000000"),
    confirmation: str = "false",
) -> str:
    """A document with tabs, as the pages print theirs."""
    return f"""<CreateJobRequest>
\t<ClientRequestToken>3b0f2f8c-0000-4000-8000-5d1f2b7a9c01</ClientRequestToken>
\t<ConfirmationRequired>{confirmation}</ConfirmationRequired>
\t<Description>a sample</Description>
\t{manifest}
\t<Operation>
\t\t{content}
\t</Operation>
\t<Priority>10</Priority>
\t<Report>
\t\t<Bucket>{report_bucket}</Bucket>
\t\t<Enabled>true</Enabled>
\t\t<Format>Report_CSV_V1</Format>
\t\t<Prefix>sample-results</Prefix>
\t\t<ReportScope>AllTasks</ReportScope>
\t</Report>
\t<RoleArn>{ROLE}</RoleArn>
</CreateJobRequest>"""


def located(etag: str, arn: str, spec: str) -> str:
    location = f"<Location><ETag>{etag}</ETag><ObjectArn>{arn}</ObjectArn></Location>"
    return f"<Manifest>{location}<Spec>{spec}</Spec></Manifest>"


CSV = fields("Bucket", "Key") + "<Format>COSBatchOperations_CSV_V1</Format>"
VERSIONS = fields("Bucket", "Key", "VersionId") + "<Format>COSBatchOperations_CSV_V1</Format>"
INVENTORY = "<Format>COSInventoryReport_CSV_V1</Format>"
QUOTED, PLAIN, ESCAPED = (
    '"0123456789abcdef0123456789abcdef"',
    "0123456789abcdef0123456789abcdef",
    "&#34;0123&#34;",
)
OBJECT = SHORT.format("lists-1250000000/1250000000/all/20190715/manifest.json")
ROWS = LONG.format("lists-1250000000/lists/rows.csv")
TARGET = "<TargetResource>{}</TargetResource>"

EVERYTHING = (
    "<COSPutObjectCopy><AccessControlDirective>Replaced</AccessControlDirective><AccessControlGrants><COSGrant>"
    "<Grantee><DisplayName>someone</DisplayName><Identifier>qcs::cam::uin/1:uin/1</Identifier>"
    "<TypeIdentifier>ID</TypeIdentifier></Grantee><Permission>READ</Permission></COSGrant></AccessControlGrants>"
    "<CannedAccessControlList>private</CannedAccessControlList><PrefixReplace>true</PrefixReplace>"
    "<ResourcesPrefix>old</ResourcesPrefix><TargetKeyPrefix>new</TargetKeyPrefix>"
    "<MetadataDirective>Replaced</MetadataDirective><ModifiedSinceConstraint>1500000000</ModifiedSinceConstraint>"
    "<UnModifiedSinceConstraint>1600000000</UnModifiedSinceConstraint><MetadataDirective>Replaced</MetadataDirective>"
    "<NewObjectMetadata><CacheControl>no-cache</CacheControl><ContentDisposition>inline</ContentDisposition>"
    "<ContentEncoding>identity</ContentEncoding><ContentType>text/plain</ContentType>"
    "<HttpExpiresDate>Thu, 19 Dec 2030 18:00:29 GMT</HttpExpiresDate><SSEAlgorithm>AES256</SSEAlgorithm>"
    "<UserMetadata><member><Key>k</Key><Value>v</Value></member></UserMetadata></NewObjectMetadata>"
    "<TaggingDirective>Replaced</TaggingDirective>"
    "<NewObjectTagging><COSTag><Key>a</Key><Value>b</Value></COSTag></NewObjectTagging>"
    f"<StorageClass>STANDARD</StorageClass>{TARGET.format(LONG.format('to-1250000000'))}"
    "</COSPutObjectCopy>"
)
COPY = f"<COSPutObjectCopy>\n\t\t\t{TARGET.format(SHORT.format('to-1250000000'))}\n\t\t</COSPutObjectCopy>"
RESTORE = (
    "<COSInitiateRestoreObject>   <ExpirationInDays> 3 </ExpirationInDays> <JobTier> Standard </JobTier>"
    "</COSInitiateRestoreObject>"
)
TAGGING = (
    "<COSPutObjectTagging><TaggingDirective>Replaced</TaggingDirective><TagSet><COSTag><Key>a</Key><Value>b</Value>"
    "</COSTag></TagSet></COSPutObjectTagging>"
)
ELSEWHERE = "qcs::cos:ap-beijing::reports-1250000000"

SAMPLES = {
    "oldest page: CSV fields with a manifest.json": request(located(QUOTED, OBJECT, CSV), COPY),
    "page of 2019: a CSV": request(located(QUOTED, ROWS, CSV), COPY),
    "page of 2020: an inventory, a report in another region": '<?xml version="1.0" encoding="UTF-8"?>\n'
    + request(located(PLAIN, OBJECT, INVENTORY), COPY, ELSEWHERE),
    "Go SDK: quotes as references, no blanks": request(located(ESCAPED, ROWS, CSV), EVERYTHING)
    .replace("\n", "")
    .replace("\t", ""),
    "restore with blanks around values": request(located(QUOTED, ROWS, CSV), RESTORE),
    "tagging": request(located(ESCAPED, ROWS, CSV), TAGGING),
    "delete, written out": request(
        located(QUOTED, ROWS, VERSIONS), "<COSDeleteObject></COSDeleteObject>", confirmation="true"
    ),
    "Terraform: long names everywhere": request(
        located(PLAIN, ROWS, CSV), RESTORE, LONG.format("reports-1250000000"), "true"
    ),
}


@pytest.mark.parametrize("body", SAMPLES.values(), ids=SAMPLES.keys())
def test_accepts_and_describes(client: Client, body: str) -> None:
    created = client.create(body)
    assert created.status == 200, created
    described = client.batch("GET", f"/jobs/{created.text('JobId')}")
    (operation,) = described.xml().iterfind("Job/Operation/*")
    assert f"<{operation.tag}>" in body
    assert described.text("Job/RoleArn") == ROLE
    assert described.text("Job/Report/Bucket") in body
    assert described.text("Job/Manifest/Location/ObjectArn") in body


def test_accepts_reading_calls_with_the_headers_that_newer_pages_print(client: Client) -> None:
    headers = {"Content-Type": "application/xml", "Content-Length": "0"}
    assert client.batch("GET", "/jobs", headers=headers).status == 200


def test_accepts_a_status_whose_reason_has_plus_signs_for_blanks(tmp_path: Path) -> None:
    with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
        job_id = client.create(request(located(QUOTED, ROWS, CSV), RESTORE)).text("JobId")
        parameters = [("requestedJobStatus", "Cancelled"), ("statusUpdateReason", "to do")]
        headers = {"x-cos-appid": "1250000000", "X-Cos-Sdk-Retry": "true"}
        target, sent = client.signed("POST", CONTROL_HOST, f"/jobs/{job_id}/status", parameters, headers)
        reply = client.send("POST", target.replace("%20", "+"), {**sent, "Content-Length": "0"})
    assert (reply.status, reply.text("StatusUpdateReason")) == (200, "to do")
