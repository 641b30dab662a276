"""What the tests of the line stand on: an environment, profiles, answers of the service, and a runtime with a scripted wire."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, cast

from cosbatch.configuration import Configuration, read_configuration
from cosbatch.dispatch import Runtime
from cosbatch.model.credentials import Account
from cosbatch.model.deadline import Clock, Deadline
from cosbatch.model.errors import ServiceSideError
from cosbatch.model.messages import Request, Response
from cosbatch.service.exchange import Budget, Exchange
from cosbatch.service.render import render
from cosbatch.service.transport import Transport

UIN, APPID, REGION = "100000000001", "1250000000", "ap-chengdu"
ACCOUNT = Account(UIN, APPID, REGION)
BUCKET = f"manifest-{APPID}"
ROLE = f"qcs::cam::uin/{UIN}:roleName/COSBatch_QcsRole"
TOKEN = "a bearer token"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
# 2026-11-24, 12:00:00 in UTC.
NOON = 1_795_521_600

ENVIRON = {
    "TENCENTCLOUD_SECRETID": "AKIDexample",
    "TENCENTCLOUD_SECRETKEY": "the-secret-key",
    "TENCENTCLOUD_UIN": UIN,
    "TENCENTCLOUD_APPID": APPID,
    "TENCENTCLOUD_REGION": REGION,
    "COSBATCH_MANIFEST_CHECK": "off",
}

SPEC = {"Format": "COSBatchOperations_CSV_V1", "Fields": ["Bucket", "Key"]}
RESTORE = {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}}
REPORT = {"Bucket": f"cos://report-{APPID}", "Enabled": True, "Prefix": "reports/restore"}
PROFILE: dict[str, Any] = {
    "name": "restore",
    "match": {"bucket": BUCKET, "prefix": "restore/", "suffix": ".csv"},
    "job": {
        "Description": "restore {key}",
        "Manifest": {"Spec": SPEC},
        "Operation": RESTORE,
        "Priority": 10,
        "Report": REPORT,
        "RoleArn": ROLE,
    },
    "open": ["Priority", "Description"],
}
DOCUMENT: dict[str, Any] = {
    "ClientRequestToken": "token-1",
    "Manifest": {"Location": {"ETag": "abc", "ObjectArn": f"cos://{BUCKET}/list.csv"}, "Spec": SPEC},
    "Operation": RESTORE,
    "Priority": 1,
    "Report": REPORT,
    "RoleArn": ROLE,
}


def profiles_text(*profiles: Mapping[str, Any], policy: Mapping[str, Any] | None = None) -> str:
    return json.dumps({"profiles": list(profiles), "policy": policy or {}})


PROFILES = profiles_text(PROFILE)


def configuration(profiles: str = PROFILES, /, **more: str) -> Configuration:
    """The stage's settings, with more variables, and the profiles of the text."""
    return read_configuration({**ENVIRON, **more}, "profiles.json", lambda path: profiles)


def upload(key: str = "restore/2026-11.csv", /, event: str = "cos:ObjectCreated:Put", **changes: Any) -> dict[str, Any]:
    """A record of a COS event; `changes` replace fields of its cosObject."""
    url = f"http://{BUCKET}.cos.{REGION}.myqcloud.com/" + key.replace("%", "%25").replace(" ", "%20")
    meta = {"ETag": '"abc"', "x-cos-request-id": f"request of {key}", "Content-Type": "text/csv"}
    thing = {"key": f"/{APPID}/manifest/{key}", "url": url, "meta": meta, "size": 5, "vid": "", **changes}
    cos = {"cosBucket": {"appid": APPID, "name": "manifest", "region": "cd"}, "cosObject": thing}
    return {"cos": cos, "event": {"eventName": event, "eventTime": NOON - 86400}}


def http(method: str, path: str, body: object = None, **parts: Any) -> dict[str, Any]:
    """An HTTP event, in the shape of a Function URL."""
    text = {} if body is None else {"body": body if isinstance(body, str) else json.dumps(body)}
    return {"httpMethod": method, "path": path, "headers": {}, "queryString": {}, **text, **parts}


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def timer(message: object, **parts: Any) -> dict[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {"Type": "Timer", "TriggerName": "nightly", "Time": "2026-11-24T12:00:00Z", "Message": text, **parts}


Answer = Response | ServiceSideError


def created(job_id: str = "job-1") -> Response:
    return Response(200, {"x-cos-request-id": "r-1"}, _xml("CreateJobResult", f"<JobId>{job_id}</JobId>"))


def found(etag: str = '"abc"', modified: float = NOON - 86400, size: int = 5) -> Response:
    """What HEAD says of an object; `modified` in Unix seconds."""
    known = {"etag": etag, "last-modified": formatdate(modified, usegmt=True), "content-length": str(size)}
    return Response(200, {"x-cos-request-id": "r-0", **known})


def refused(code: str, message: str = "no", status: int = 400) -> Response:
    return Response(
        status, {"x-cos-request-id": "r-2"}, _xml("Error", f"<Code>{code}</Code><Message>{message}</Message>")
    )


def listed(*jobs: Mapping[str, str]) -> Response:
    members = "".join(f"<member>{_children(job)}</member>" for job in jobs)
    return Response(200, {}, _xml("ListJobsResult", f"<Jobs>{members}</Jobs>"))


def described(**job: str) -> Response:
    return Response(200, {}, _xml("DescribeJobResult", f"<Job>{_children(job)}</Job>"))


def answered(root: str, document: Mapping[str, object]) -> Response:
    return Response(200, {}, render(root, document))


def updated(root: str, **fields: str) -> Response:
    return Response(200, {}, _xml(root, _children(fields)))


def _children(fields: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())


def _xml(root: str, content: str) -> bytes:
    return f"<{root}>{content}</{root}>".encode()


class Service:
    """Answers requests by `METHOD /path`, each with its list of answers in turn, the last of them for ever.

    Of every other object a HEAD says that it is there; a listing that is not scripted has no jobs.
    """

    def __init__(
        self, answers: Mapping[str, Answer | list[Answer]] | None = None, otherwise: Answer | None = None
    ) -> None:
        turns = answers if answers is not None else {"POST /jobs": created()}
        self._turns = {name: [*turn] if isinstance(turn, list) else [turn] for name, turn in turns.items()}
        self._otherwise = [otherwise] if otherwise else []
        self.requests: list[Request] = []
        self.seconds: list[float] = []  # that each may take

    def send(self, request: Request, seconds: float) -> Response:
        self.requests.append(request)
        self.seconds.append(seconds)
        usual: dict[str, list[Answer]] = {"HEAD": [found()], "GET /jobs": self._otherwise or [listed()]}
        name = f"{request.method} {request.path}"
        turn = self._turns.get(name) or usual.get(name) or usual.get(request.method) or self._otherwise
        answer = turn.pop(0) if len(turn) > 1 else turn[0]
        if isinstance(answer, ServiceSideError):
            raise answer
        return answer

    def connect(self, credentials: object, endpoint: str | None) -> Service:
        return self

    @property
    def sent(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]


class SleepingTime:
    """Time that goes on only when someone sleeps."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.slept, lambda: self.now + self.slept, self.sleep, lambda: 0.5)


def exchange(service: Service, seconds: float = 30.0) -> Exchange:
    return Exchange(service, ACCOUNT, Deadline(SleepingTime().clock, seconds), Budget(), 10.0)


def runtime(
    service: Service,
    lines: list[str] | None = None,
    environ: Mapping[str, str] = ENVIRON,
    profiles: str | Callable[[str], str] = PROFILES,
) -> Runtime:
    """A runtime whose transport is the service; log lines are appended to `lines`."""
    kept = lines if lines is not None else []
    return Runtime(
        transport=cast(Transport, service),
        budget=Budget(),
        clock=SleepingTime().clock,
        environ=environ,
        profiles_path="profiles.json",
        read_file=profiles if callable(profiles) else lambda path: str(profiles),
        write=kept.append,
        random_bytes=lambda size: bytes(range(size)),
    )
