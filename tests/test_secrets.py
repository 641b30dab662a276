"""Secrets planted in every field come out nowhere: not in logs, not in replies, not in exceptions, not in any repr."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests

from cosbatch.configuration import read_configuration
from cosbatch.dispatch import Runtime, dispatch
from cosbatch.jobs.perform import CallContext
from cosbatch.model.credentials import Credentials
from cosbatch.model.deadline import Deadline
from cosbatch.model.errors import RetryableInvocationError
from cosbatch.model.messages import Call, Request, Response
from cosbatch.service.exchange import Budget, Exchange
from cosbatch.service.prepared import prepare
from cosbatch.service.transport import Transport, direct_session
from tests.mocked_service import responses
from tests.stage import DOCUMENT, ENVIRON, PROFILES, REGION, UIN, SleepingTime, http, timer, upload

Json = dict[str, Any]
KEY, SESSION, CALLER = "s3cret-key", "s3cret+session/token==", "s3cret-caller"
PLANTED = "s3cret-planted"
ENVIRONMENT = {
    **ENVIRON,
    "TENCENTCLOUD_SECRETKEY": KEY,
    "TENCENTCLOUD_SESSIONTOKEN": SESSION,
    "COSBATCH_HTTP_AUTH": "bearer",
    "COSBATCH_HTTP_TOKENS": hashlib.sha256(CALLER.encode()).hexdigest(),
    "COSBATCH_LOG_LEVEL": "DEBUG",
    "SOMETHING_ELSE": PLANTED,
}
SECRETS = (KEY, SESSION, CALLER, PLANTED, ENVIRONMENT["COSBATCH_HTTP_TOKENS"], "s3cret", "q-signature=")
CONTEXT = {
    "request_id": "invocation-1",
    "time_limit_in_ms": 1000,
    "environment": json.dumps({"TENCENTCLOUD_SECRETKEY": KEY}),
    "environ": f"TENCENTCLOUD_SECRETKEY={KEY};TENCENTCLOUD_SESSIONTOKEN={SESSION}",
}
HEADERS = {"Authorization": f"Bearer {CALLER}", "Cookie": PLANTED, "X-Cos-Security-Token": SESSION}


def planted_upload() -> Json:
    record = upload()
    headers = {
        "Authorization": f"q-sign-algorithm=sha1&q-ak={PLANTED}&q-signature={PLANTED}",
        "x-cos-security-token": SESSION,
    }
    record["event"].update(
        requestParameters={"requestSourceIP": PLANTED, "requestHeaders": headers}, reservedInfo=PLANTED
    )
    record["cos"]["cosObject"]["meta"].update({"x-cos-meta-password": PLANTED, "Authorization": PLANTED})
    return record


# A document with a secret in every place where it is wrong.
WRONG: Json = {
    **dict.fromkeys(DOCUMENT, PLANTED),
    "Manifest": {
        "Location": {"ObjectArn": PLANTED, "ETag": [PLANTED]},
        "Spec": {"Format": PLANTED, "Fields": [PLANTED]},
    },
    "Operation": {"COSPutObjectCopy": {"TargetResource": PLANTED, "StorageClass": PLANTED, "Password": PLANTED}},
    "Report": {"Bucket": PLANTED, "Enabled": PLANTED, "Format": PLANTED},
    "Password": {"deep": [PLANTED]},
}
EVENTS: dict[str, object] = {
    "upload": {"Records": [planted_upload()]},
    "upload refused": {"Records": [{**planted_upload(), "cos": {"cosBucket": PLANTED, "secret": PLANTED}}]},
    "records of others": {"Records": [{"CMQ": {"msgBody": PLANTED}}]},
    "http": http("POST", "/jobs", DOCUMENT, headers=HEADERS),
    "http wrong": http("POST", "/jobs", WRONG, headers=HEADERS),
    "http no JSON": http("POST", "/jobs", f"{{{PLANTED}", headers=HEADERS),
    "http doubled": http("POST", "/jobs", {"Priority": PLANTED}, headers={**HEADERS, "Idempotency-Key": PLANTED}),
    "http not let in": http("POST", "/jobs", DOCUMENT, headers={"authorization": f"Bearer {PLANTED}"}),
    "http odd scheme": http("POST", "/jobs", DOCUMENT, headers={"authorization": f"Basic {PLANTED}"}),
    "http two tokens": http("GET", "/jobs", headers={"Authorization": [f"Bearer {CALLER}", f"Bearer {PLANTED}"]}),
    "http odd token": http("GET", "/jobs", headers={"Authorization": {"Bearer": CALLER}}),
    "http query": http("GET", "/jobs", headers=HEADERS, queryString={"maxResults": PLANTED, "token": PLANTED}),
    "http job id": http("GET", f"/jobs/{PLANTED}%20", headers=HEADERS),
    "direct": DOCUMENT,
    "direct wrong": WRONG,
    "direct action": {"Action": PLANTED, "Password": PLANTED},
    "direct profile": {"Profile": PLANTED, "Manifest": DOCUMENT["Manifest"]},
    "timer": timer(DOCUMENT),
    "timer wrong": timer(WRONG),
    "timer no JSON": timer(PLANTED),
    "mixed": {**http("GET", "/jobs", headers=HEADERS), **DOCUMENT, "Password": PLANTED},
    "unknown": {"Password": PLANTED},
    "text": PLANTED,
}


def runtime(lines: list[str], environ: Mapping[str, str] = ENVIRONMENT) -> Runtime:
    clock = SleepingTime().clock
    read_file: Callable[[str], str] = lambda path: PROFILES  # noqa: E731  # one line says it
    return Runtime(
        Transport(clock), Budget(), clock, environ, "profiles.json", read_file, lines.append, lambda size: b"0" * size
    )


def check(*texts: object) -> None:
    for text in texts:
        for secret in SECRETS:
            assert secret not in str(text), text


def come_out(event: object, environ: Mapping[str, str] = ENVIRONMENT) -> list[str]:
    """Everything that an invocation lets out: the reply or the exception with its traceback, and the log."""
    lines: list[str] = []
    try:
        said = json.dumps(dispatch(event, CONTEXT, runtime(lines, environ)), ensure_ascii=False)
    except RetryableInvocationError as error:
        said = "".join(traceback.format_exception(error)) + repr(error)
    return [said, *lines]


def service_error(message: str) -> str:
    return f"<Error><Code>InvalidRequest</Code><Message>{message}</Message></Error>"


ANSWERS: dict[str, Json] = {
    "created": {"body": "<CreateJobResult><JobId>job-1</JobId></CreateJobResult>"},
    "refused": {"body": service_error("bad priority"), "status": 400},
    "refused in another encoding": {
        "body": f"<?xml version='1.0' encoding='utf-16'?>{service_error(SESSION)}".encode("utf-16"),
        "status": 400,
    },
    "refused in references": {"body": service_error("".join(f"&#{ord(each)};" for each in SESSION)), "status": 400},
    "not XML": {"body": f"<html>{PLANTED}</html>"},
    "a redirect": {"status": 307, "headers": {"Location": f"https://{PLANTED}/"}},
    "a broken connection": {"body": requests.ConnectionError(f"header Authorization: {PLANTED} {KEY} {SESSION}")},
    "a strange header": {"body": ValueError(f"Invalid header value {SESSION!r}")},
    "a bug": {"body": RuntimeError(f"a bug that quotes {SESSION} and {KEY}")},
}


@responses.activate
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("event", EVENTS)
def test_lets_no_secret_out(event: str, answer: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    control = f"https://{UIN}.cos-control.{REGION}.myqcloud.com/jobs"
    responses.post(control, **ANSWERS[answer])
    responses.get(control, **ANSWERS[answer])
    said = come_out(EVENTS[event])
    assert all(said)
    check(*said, caplog.text)


BROKEN = [
    {"TENCENTCLOUD_SECRETKEY": f"{KEY} x", "TENCENTCLOUD_SESSIONTOKEN": f"{SESSION} x", "TENCENTCLOUD_SECRETID": f"{PLANTED} x"},
    {"COSBATCH_HTTP_TOKENS": CALLER},
    {"COSBATCH_HTTP_TOKENS": f"{ENVIRONMENT['COSBATCH_HTTP_TOKENS']}:{PLANTED}:{PLANTED}"},
    dict.fromkeys(("COSBATCH_ENDPOINT", "COSBATCH_HTTP_AUTH", "COSBATCH_TIMEOUT", "COSBATCH_LANG", "COSBATCH_UIN"), PLANTED),
]  # fmt: skip


@pytest.mark.parametrize("environ", BROKEN)
@pytest.mark.parametrize("event", EVENTS)
def test_lets_no_secret_out_where_the_configuration_is_wrong(event: str, environ: dict[str, str]) -> None:
    check(*come_out(EVENTS[event], {**ENVIRONMENT, **environ}))


def test_hides_secrets_in_the_repr_of_every_object_that_holds_one() -> None:
    configuration = read_configuration(ENVIRONMENT, "profiles.json", lambda path: PROFILES)
    credentials = Credentials("AKIDexample", KEY, SESSION)
    time = SleepingTime()
    transport = Transport(time.clock)
    connection = transport.connect(credentials, None)
    exchange = Exchange(connection, configuration.settings.account, Deadline(time.clock, 1.0), Budget(), 1.0)
    request = Request("POST", "host", "/jobs", headers=(("x-cos-security-token", SESSION),), body=PLANTED.encode())
    objects: list[object] = [
        configuration,
        configuration.settings,
        configuration.settings.credentials,
        configuration.settings.http_tokens,
        credentials,
        runtime([]),
        transport,
        connection,
        exchange,
        CallContext(configuration, exchange, bytes),
        request,
        Response(200, {}, PLANTED.encode()),
        Call("CreateJob", {"Password": PLANTED}),
        *prepare(request, "https://host", credentials, 0),
        direct_session(),
    ]
    for thing in objects:
        check(repr(thing), str(thing), f"{thing}")
