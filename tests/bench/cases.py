"""What is sent: the events for the function, the same jobs ready-made for requests, and boto3's nearest equivalent."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

ACCOUNT, UIN, REGION = "1250000000", "100000000001", "ap-chengdu"
TOKEN = "a token of the benchmark"
ETAG = '"15150651828fa9cdcb8356b6d1c7638b"'

_ROLE = f"qcs::cam::uin/{UIN}:roleName/COSBatch_QcsRole"
_RESTORE: dict[str, Any] = {
    "ClientRequestToken": "0e5a7cde-61f1-7e3b-0d7c-5ba9a1f4b2c6",
    "Description": "restore what the list names",
    "Manifest": {
        "Location": {"ETag": ETAG, "ObjectArn": f"cos://manifest-{ACCOUNT}/restore/2026-11.csv"},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
    },
    "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
    "Priority": 10,
    "Report": {"Bucket": f"cos://report-{ACCOUNT}", "Enabled": True, "Prefix": "reports/restore"},
    "RoleArn": _ROLE,
}
# Every element that a copy may have.
_COPY = {
    "AccessControlDirective": "Replaced",
    "AccessControlGrants": [
        {
            "Grantee": {
                "DisplayName": "reader",
                "Identifier": f"qcs::cam::uin/{UIN}:uin/{UIN}",
                "TypeIdentifier": "ID",
            },
            "Permission": "READ",
        }
    ],
    "PrefixReplace": True,
    "ResourcesPrefix": "2025/",
    "TargetKeyPrefix": "archive/2025/",
    "CannedAccessControlList": "private",
    "MetadataDirective": "Replaced",
    "ModifiedSinceConstraint": 1735689600,
    "UnModifiedSinceConstraint": 1798761600,
    "NewObjectMetadata": {
        "CacheControl": "no-cache",
        "ContentDisposition": "attachment",
        "ContentEncoding": "gzip",
        "ContentType": "text/csv",
        "HttpExpiresDate": "Wed, 01 Dec 2027 16:00:00 GMT",
        "SSEAlgorithm": "AES256",
        "UserMetadata": [{"Key": "x-cos-meta-origin", "Value": "2025"}, {"Key": "x-cos-meta-by", "Value": "batch"}],
    },
    "TaggingDirective": "Replaced",
    "NewObjectTagging": [{"Key": "kind", "Value": "log"}, {"Key": "year", "Value": "2025"}],
    "StorageClass": "ARCHIVE",
    "TargetResource": f"cos://archive-{ACCOUNT}",
}
_FULL = {**_RESTORE, "Operation": {"COSPutObjectCopy": _COPY}}
_PROFILE = {
    "name": "restore",
    "match": {"bucket": f"manifest-{ACCOUNT}", "prefix": "restore/", "suffix": ".csv"},
    "job": {
        "Description": "restore {key}",
        "Manifest": {"Spec": _RESTORE["Manifest"]["Spec"]},
        **{name: _RESTORE[name] for name in ("Operation", "Priority", "Report", "RoleArn")},
    },
    "limits": {"operations": ["COSInitiateRestoreObject"], "max_priority": 100},
}
_PROFILES = {
    "profiles": [_PROFILE],
    "policy": {"operations": ["COSInitiateRestoreObject", "COSPutObjectCopy"], "roles": [_ROLE], "max_priority": 1000},
}
_BOTO3_JOB = {
    "AccountId": "123456789012",
    "ClientRequestToken": _RESTORE["ClientRequestToken"],
    "ConfirmationRequired": False,
    "Description": _RESTORE["Description"],
    "Manifest": {
        "Location": {"ETag": ETAG, "ObjectArn": "arn:aws:s3:::manifest/restore/2026-11.csv"},
        "Spec": {"Fields": ["Bucket", "Key"], "Format": "S3BatchOperations_CSV_20180820"},
    },
    "Operation": {"S3InitiateRestoreObject": {"ExpirationInDays": 7, "GlacierJobTier": "BULK"}},
    "Priority": 10,
    "Report": {
        "Bucket": "arn:aws:s3:::report",
        "Enabled": True,
        "Format": "Report_CSV_20180820",
        "Prefix": "reports/restore",
        "ReportScope": "AllTasks",
    },
    "RoleArn": "arn:aws:iam::123456789012:role/batch",
}
_BOTO3_CLIENT = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIDexample",
    "aws_secret_access_key": "example",
    "aws_session_token": "example",
}


def write_profiles(path: Path) -> Path:
    """The profiles file of the function: one profile, and a policy."""
    path.write_text(json.dumps(_PROFILES))
    return path


def environ(endpoint: str, profiles: Path) -> dict[str, str]:
    """The settings of the function. The manifest is not looked at: requests and boto3 do not do that either."""
    return {
        "TENCENTCLOUD_SECRETID": "AKIDexample",
        "TENCENTCLOUD_SECRETKEY": "example",
        "TENCENTCLOUD_SESSIONTOKEN": "session-token" * 20,
        "COSBATCH_UIN": UIN,
        "COSBATCH_APPID": ACCOUNT,
        "COSBATCH_REGION": REGION,
        "COSBATCH_ENDPOINT": endpoint,
        "COSBATCH_HTTP_AUTH": "bearer",
        "COSBATCH_HTTP_TOKENS": hashlib.sha256(TOKEN.encode()).hexdigest(),
        "COSBATCH_MANIFEST_CHECK": "off",
        "COSBATCH_PROFILES": str(profiles),
    }


def events() -> dict[str, dict[str, object]]:
    """The events by kind: a call over HTTP, one with every copy option, one upload, ten uploads."""
    return {"http": _http(_RESTORE), "full": _http(_FULL), "upload": _uploads(1), "uploads": _uploads(10)}


def write(path: Path, endpoint: str, bundle: Path, requests: dict[str, object]) -> Path:
    """The case for one endpoint, as the subjects read it."""
    case = {
        "endpoint": endpoint,
        "events": events(),
        "context": {"request_id": "a3f0c6d2-0001-4b5e-9d3c-2f1f6a1b7c11", "time_limit_in_ms": 60_000},
        "requests": requests,
        "boto3": {"client": {**_BOTO3_CLIENT, "endpoint_url": endpoint, "verify": str(bundle)}, "http": _BOTO3_JOB},
    }
    path.write_text(json.dumps(case))
    return path


def ready_made(last: dict[str, Any]) -> dict[str, object]:
    """For requests alone: body and headers of the request that the server saw last."""
    own = ("connection", "content-length", "host")
    headers = {name: value for name, value in last["headers"].items() if name not in own}
    return {"body": base64.b64decode(last["body"]).decode(), "headers": headers}


def _http(document: dict[str, Any]) -> dict[str, object]:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json", "user-agent": "curl/8.5.0"}
    return {"httpMethod": "POST", "path": "/jobs", "headers": headers, "queryString": {}, "body": json.dumps(document)}


def _uploads(count: int) -> dict[str, object]:
    return {"Records": [_record(f"restore/2026-11-{number}.csv", number) for number in range(count)]}


def _record(key: str, number: int) -> dict[str, object]:
    bucket = {"appid": ACCOUNT, "name": "manifest", "region": "cd", "cosRegion": REGION, "s3Region": REGION}
    uploaded = {
        "key": f"/{ACCOUNT}/manifest/{key}",
        "meta": {"ETag": ETAG, "x-cos-request-id": f"NjkyM2U4YTBf{number}"},
        "size": 1024,
        "url": f"http://manifest-{ACCOUNT}.cos.{REGION}.myqcloud.com/{key}",
        "vid": "",
    }
    event = {"eventName": "cos:ObjectCreated:Put", "eventSource": "qcs::cos", "eventTime": 1795442400}
    return {"cos": {"cosBucket": bucket, "cosObject": uploaded, "cosSchemaVersion": "1.0"}, "event": event}
