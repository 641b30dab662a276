"""The function as the platform calls it: real environment, real files, and the socket itself answered for."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import requests

import handler
from cosbatch.model.errors import RetryableInvocationError
from tests.mocked_service import responses
from tests.stage import APPID, BUCKET, DOCUMENT, ENVIRON, PROFILES, REGION, UIN, http, upload

CONTEXT = {"request_id": "invocation-1", "time_limit_in_ms": 30_000}
CONTROL = f"{UIN}.cos-control.{REGION}.myqcloud.com"
OBJECT = f"https://{BUCKET}.cos.{REGION}.myqcloud.com/restore/2026-11.csv"
FOUND = {"ETag": '"abc"', "Last-Modified": "Mon, 23 Nov 2026 12:00:00 GMT", "x-cos-request-id": "r-0"}
CREATED = "<CreateJobResult><JobId>job-1</JobId></CreateJobResult>"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    path.write_text(PROFILES, encoding="utf-8")
    for name, value in {**ENVIRON, "COSBATCH_PROFILES": str(path)}.items():
        monkeypatch.setenv(name, value)


@responses.activate
def test_reads_profiles_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "profiles.json").write_text(PROFILES, encoding="utf-8-sig")
    responses.head(OBJECT, headers=FOUND)
    responses.post(f"https://{CONTROL}/jobs", body=CREATED)
    reply: Any = handler.main_handler({"Records": [upload()]}, CONTEXT)
    assert reply["Results"][0]["Outcome"] == "created"


@responses.activate
def test_turns_an_upload_into_a_signed_request_and_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    responses.head(OBJECT, headers=FOUND)
    responses.post(f"https://{CONTROL}/jobs", body=CREATED, headers={"x-cos-request-id": "r-1"})
    answer: Any = handler.main_handler({"Records": [upload()]}, CONTEXT)
    (result,) = answer["Results"]
    assert (result["JobId"], result["Outcome"], result["Profile"]) == ("job-1", "created", "restore")
    request = responses.calls[1].request
    body = request.body
    assert isinstance(body, bytes)
    assert b"<ClientRequestToken>" in body
    headers = request.headers
    assert headers["Host"] == CONTROL
    assert headers["x-cos-appid"] == APPID
    assert headers["Content-MD5"] == base64.b64encode(hashlib.md5(body).digest()).decode()
    assert str(headers["Authorization"]).startswith("q-sign-algorithm=sha1&q-ak=AKIDexample&")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["request_id"] == "invocation-1"


@responses.activate
def test_raises_what_makes_the_platform_deliver_an_upload_again() -> None:
    responses.head(OBJECT, headers=FOUND)
    responses.post(f"https://{CONTROL}/jobs", body=requests.ConnectionError())
    responses.get(f"https://{CONTROL}/jobs", body="<ListJobsResult><Jobs/></ListJobsResult>")
    with pytest.raises(RetryableInvocationError) as raised:
        handler.main_handler({"Records": [upload()]}, {"time_limit_in_ms": 1000})
    assert json.loads(str(raised.value))["Results"][0]["Code"] == "UpstreamUnreachable"


@responses.activate
def test_asks_for_the_etag_that_a_call_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = {**DOCUMENT["Manifest"], "Location": {"ObjectArn": f"cos://{BUCKET}/a b.csv"}}
    responses.head(f"https://{BUCKET}.cos.{REGION}.myqcloud.com/a%20b.csv", headers={"ETag": '"asked"'})
    responses.post(f"https://{CONTROL}/jobs", body=CREATED)
    monkeypatch.setenv("TENCENTCLOUD_SESSIONTOKEN", "a-session")
    answer: Any = handler.main_handler({**DOCUMENT, "Manifest": manifest}, None)
    assert answer["Outcome"] == "created"
    head, post = (call.request for call in responses.calls)
    assert head.headers["x-cos-security-token"] == post.headers["x-cos-security-token"] == "a-session"
    assert isinstance(post.body, bytes)
    assert b'<ETag>"asked"</ETag>' in post.body.replace(b"&quot;", b'"')


@responses.activate
def test_sends_nothing_where_http_is_closed() -> None:
    answer: Any = handler.main_handler(http("POST", "/jobs", DOCUMENT), CONTEXT)
    assert answer["statusCode"] == 403
    assert "COSBATCH_HTTP_AUTH" in answer["body"]


@responses.activate
def test_goes_to_the_endpoint_with_the_very_same_request(monkeypatch: pytest.MonkeyPatch) -> None:
    responses.post("http://127.0.0.1:1/jobs", body=CREATED)
    monkeypatch.setenv("COSBATCH_ENDPOINT", "http://127.0.0.1:1")
    handler.main_handler(DOCUMENT, CONTEXT)
    assert responses.calls[0].request.headers["Host"] == CONTROL


def test_finds_its_profiles_beside_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COSBATCH_PROFILES")
    monkeypatch.chdir(tmp_path)
    answer: Any = handler.main_handler(
        {"Profile": "clean-up", "DryRun": True, "Manifest": DOCUMENT["Manifest"]}, CONTEXT
    )
    assert answer["Plan"]["Host"] == CONTROL


def test_writes_its_log_to_whatever_stdout_is_at_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(sys, "stdout", types.SimpleNamespace(write=lines.append))
    handler.main_handler({}, CONTEXT)
    assert json.loads(lines[0])["code"] == "InvalidEvent"


def test_bears_being_loaded_under_an_empty_name() -> None:
    """As the platform's local runtime loads it: under no name, and without a place in sys.modules."""
    spec = importlib.util.spec_from_file_location("", handler.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.main_handler({}, CONTEXT)["Code"] == "InvalidEvent"
