"""What is sent: the events for the function, the same jobs as finished requests, and the nearest that the peers have."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from tests.bench.jobs import (
    ACCOUNT,
    AWS_ACCOUNT,
    AWS_CLIENT,
    AWS_FULL,
    AWS_RESTORE,
    ETAG,
    FULL,
    REGION,
    RESTORE,
    ROLE,
    UIN,
)

_TOKEN = "a token of the benchmark"
_CREDENTIALS = {"SecretId": "AKIDexample", "SecretKey": "example", "Token": "session-token" * 20}
_PROFILE = {
    "name": "restore",
    "match": {"bucket": f"manifest-{ACCOUNT}", "prefix": "restore/", "suffix": ".csv"},
    "job": {
        "Description": "restore {key}",
        "Manifest": {"Spec": RESTORE["Manifest"]["Spec"]},
        **{name: RESTORE[name] for name in ("Operation", "Priority", "Report", "RoleArn")},
    },
    "limits": {"operations": ["COSInitiateRestoreObject"], "max_priority": 100},
}
_PROFILES = {
    "profiles": [_PROFILE],
    "policy": {"operations": ["COSInitiateRestoreObject", "COSPutObjectCopy"], "roles": [ROLE], "max_priority": 1000},
}


def write_profiles(path: Path) -> Path:
    """The profiles file of the function: one profile, and a policy."""
    path.write_text(json.dumps(_PROFILES))
    return path


def environ(endpoint: str, profiles: Path) -> dict[str, str]:
    """The settings of the function. The manifest is not looked at: no peer does that either."""
    return {
        "TENCENTCLOUD_SECRETID": _CREDENTIALS["SecretId"],
        "TENCENTCLOUD_SECRETKEY": _CREDENTIALS["SecretKey"],
        "TENCENTCLOUD_SESSIONTOKEN": _CREDENTIALS["Token"],
        "COSBATCH_UIN": UIN,
        "COSBATCH_APPID": ACCOUNT,
        "COSBATCH_REGION": REGION,
        "COSBATCH_ENDPOINT": endpoint,
        "COSBATCH_HTTP_AUTH": "bearer",
        "COSBATCH_HTTP_TOKENS": hashlib.sha256(_TOKEN.encode()).hexdigest(),
        "COSBATCH_MANIFEST_CHECK": "off",
        "COSBATCH_PROFILES": str(profiles),
    }


def write(path: Path, endpoint: str, bundle: Path, requests: dict[str, object]) -> Path:
    """The case, as the subjects read it: what each calls by kind of call, and how it reaches the endpoint.

    The kinds are a call over HTTP (`http`), one with every copy option (`full`), an upload (`upload`) and ten (`uploads`).
    """
    aws_client = {**AWS_CLIENT, "endpoint_url": endpoint, "verify": str(bundle)}
    case = {
        "endpoint": endpoint,
        "events": {"http": _http(RESTORE), "full": _http(FULL), "upload": _uploads(1), "uploads": _uploads(10)},
        "context": {"request_id": "a3f0c6d2-0001-4b5e-9d3c-2f1f6a1b7c11", "time_limit_in_ms": 60_000},
        "requests": requests,
        "boto3": {"client": aws_client, "account": AWS_ACCOUNT, "http": AWS_RESTORE, "full": AWS_FULL},
        "sdk": {"Region": REGION, **{name: _CREDENTIALS[name] for name in ("SecretId", "SecretKey", "Token")}},
    }
    path.write_text(json.dumps(case))
    return path


def finished(last: dict[str, Any]) -> dict[str, object]:
    """Body and headers of the request that the server saw last, for those who only post it."""
    own = ("connection", "content-length", "host")
    headers = {name: value for name, value in last["headers"].items() if name not in own}
    return {"body": base64.b64decode(last["body"]).decode(), "headers": headers}


def _http(document: dict[str, Any]) -> dict[str, object]:
    headers = {"authorization": f"Bearer {_TOKEN}", "content-type": "application/json", "user-agent": "curl/8.5.0"}
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
