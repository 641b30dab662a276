"""CreateJob documents for the tests, made of parts that a test can replace."""

from __future__ import annotations

import uuid

REGION = "ap-chengdu"
SOURCE = "source-1250000000"
TARGET = "target-1250000000"
REPORTS = "report-1250000000"
ROLE = "qcs::cam::uin/100000000001:roleName/examplerole"

RESTORE = (
    "<COSInitiateRestoreObject><ExpirationInDays>3</ExpirationInDays><JobTier>Bulk</JobTier></COSInitiateRestoreObject>"
)
COPY = f"<COSPutObjectCopy><TargetResource>qcs::cos:{REGION}::{TARGET}</TargetResource></COSPutObjectCopy>"
DELETE = "<COSDeleteObject/>"
TAGGING = (
    "<COSPutObjectTagging><TaggingDirective>Replaced</TaggingDirective>"
    "<TagSet><COSTag><Key>a</Key><Value>b</Value></COSTag></TagSet></COSPutObjectTagging>"
)


def fields(*names: str) -> str:
    """The element Fields."""
    return "<Fields>" + "".join(f"<member>{name}</member>" for name in names) + "</Fields>"


def manifest(
    arn: str = f"qcs::cos:{REGION}::{SOURCE}/manifest.csv",
    etag: str = '"15150651828fa9cdcb8356b6d1c7638b"',
    spec: str = fields("Bucket", "Key") + "<Format>COSBatchOperations_CSV_V1</Format>",
    version: str = "",
) -> str:
    """The element Manifest."""
    location = f"<ETag>{etag}</ETag><ObjectArn>{arn}</ObjectArn>{version}"
    return f"<Manifest><Location>{location}</Location><Spec>{spec}</Spec></Manifest>"


def report(
    bucket: str = f"qcs::cos:{REGION}::{REPORTS}",
    enabled: str = "true",
    prefix: str = "<Prefix>results</Prefix>",
    scope: str = "AllTasks",
) -> str:
    """The element Report."""
    return (
        f"<Report><Bucket>{bucket}</Bucket><Enabled>{enabled}</Enabled><Format>Report_CSV_V1</Format>{prefix}"
        f"<ReportScope>{scope}</ReportScope></Report>"
    )


def document(**elements: str) -> str:
    """A CreateJobRequest; each argument replaces one child as a whole, an empty one leaves it out."""
    parts = {
        "ClientRequestToken": f"<ClientRequestToken>{uuid.uuid4()}</ClientRequestToken>",
        "ConfirmationRequired": "<ConfirmationRequired>false</ConfirmationRequired>",
        "Description": "<Description>example job</Description>",
        "Manifest": manifest(),
        "Operation": f"<Operation>{RESTORE}</Operation>",
        "Priority": "<Priority>10</Priority>",
        "Report": report(),
        "RoleArn": f"<RoleArn>{ROLE}</RoleArn>",
    }
    return "<CreateJobRequest>" + "".join({**parts, **elements}.values()) + "</CreateJobRequest>"


def operation(content: str) -> str:
    """The element Operation."""
    return f"<Operation>{content}</Operation>"


def copy(*children: str, target: str = f"qcs::cos:{REGION}::{TARGET}") -> str:
    """An Operation that copies, with further children."""
    inner = "".join(children)
    return operation(f"<COSPutObjectCopy>{inner}<TargetResource>{target}</TargetResource></COSPutObjectCopy>")
