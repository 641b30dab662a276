"""What recorded events are about."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from cosbatch.cli.rehearse.events import account_of, for_rehearsal, manifests_of, role_of
from cosbatch.model.names import Resource

BUCKET = "manifest-1253970026"
ARN = f"qcs::cos:ap-guangzhou::{BUCKET}/restore/a b.csv"
PLACE = Resource(BUCKET, "restore/a b.csv", "ap-guangzhou")


def record(url: str, key: str = "restore/a b.csv", **bucket: Any) -> dict[str, Any]:
    described = {"name": "manifest", "appid": "1253970026", "region": "gz", **bucket}
    stored = {"url": url, "key": f"/1253970026/manifest/{key}", "meta": {"x-cos-request-id": "NWRm"}}
    return {"cos": {"cosBucket": described, "cosObject": stored}, "event": {"eventName": "cos:ObjectCreated:Put"}}


URL = f"http://{BUCKET}.cos.ap-guangzhou.myqcloud.com/restore/a%20b.csv"
CALL = {"Profile": "restore", "Manifest": {"Location": {"ObjectArn": ARN}}}

# Events, and the one manifest that each names.
EVENTS: list[Any] = [
    {"Records": [record(URL)]},
    {"Records": [record(f"http://{BUCKET}.cosgz.myqcloud.com/restore/a%20b.csv")]},
    {"Records": [record(URL.replace(".cos.", ".cos-internal."))]},
    CALL,
    {"Action": "CreateJob", "Manifest": ARN},
    {"Type": "Timer", "Message": json.dumps(CALL)},
    {"httpMethod": "POST", "path": "/jobs", "body": json.dumps(CALL)},
    {"httpMethod": "POST", "body": base64.b64encode(json.dumps(CALL).encode()).decode(), "isBase64Encoded": True},
]


@pytest.mark.parametrize("event", EVENTS)
def test_tells_account_and_manifest_of_an_event(event: Any) -> None:
    assert account_of(event) == ("1253970026", "ap-guangzhou")
    assert manifests_of(event, "1253970026", "ap-guangzhou") == [PLACE]


def test_tells_all_manifests_of_an_upload_event_that_can_be_read() -> None:
    other = record(URL.replace("a%20b", "c"), "restore/c.csv")
    event = {"Records": [record("http://elsewhere/"), record(URL), other]}
    assert [place.key for place in manifests_of(event, "1253970026", "ap-guangzhou")] == [
        "restore/a b.csv",
        "restore/c.csv",
    ]


@pytest.mark.parametrize(
    ("event", "account"),
    [
        ({"Records": []}, (None, None)),
        ({"Records": "none"}, (None, None)),
        ({"Records": [{"s3": {}}]}, (None, None)),
        ({"Records": [{"cos": "none"}]}, (None, None)),
        ({"Records": [record("http://elsewhere/", appid=5, region="xx")]}, (None, None)),
        ({"Records": [record("http://b.coszz.myqcloud.com/", region=5)]}, ("1253970026", None)),
        ({"Records": [record("http://b.cos.accelerate.myqcloud.com/")]}, ("1253970026", "ap-guangzhou")),
        ({"Records": [record("", region="xx", s3Region="ap-nanjing")]}, ("1253970026", "ap-nanjing")),
        ({"Records": [record("", region="xx", cosRegion="ap-nanjing")]}, ("1253970026", "ap-nanjing")),
        ({"httpMethod": "POST", "body": "no json"}, (None, None)),
        ({"httpMethod": "GET"}, (None, None)),
        ({"Type": "Timer", "Message": "no json"}, (None, None)),
        ({"Type": "Timer", "Message": "[]"}, (None, None)),
        ({"Manifest": {"Location": "none"}}, (None, None)),
        ({"Manifest": "not a name"}, (None, None)),
        ({"Manifest": f"cos://{BUCKET}/a.csv"}, ("1253970026", None)),
        ({}, (None, None)),
    ],
)
def test_does_without_what_an_event_does_not_say(event: Any, account: tuple[str | None, str | None]) -> None:
    assert account_of(event) == account


@pytest.mark.parametrize("event", [{}, {"Records": "none"}, {"Manifest": f"cos://{BUCKET}"}, {"Manifest": 1}])
def test_names_no_manifest_where_there_is_none(event: Any) -> None:
    assert manifests_of(event, "1253970026", "ap-guangzhou") == []


def test_tells_the_account_of_the_role_that_a_document_names() -> None:
    assert role_of({"RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole"}) == "100000000001"
    assert role_of({"RoleArn": 1}) is None
    assert role_of({}) is None


PINNED = {**CALL, "Manifest": {"Location": {"ObjectArn": ARN, "ETag": '"1"', "ObjectVersionId": "v1"}, "Spec": {}}}
PLAIN = {**CALL, "Manifest": {"Location": {"ObjectArn": ARN}, "Spec": {}}}
UPLOADED = {
    "cos": {"cosObject": {"meta": {"ETag": '"1"', "x-cos-request-id": "N"}, "key": "/k", "size": 7, "vid": "v1"}},
    "event": {"eventName": "cos:ObjectCreated:Put", "eventTime": 1545205770},
}
UPLOAD = {
    "cos": {"cosObject": {"meta": {"x-cos-request-id": "N"}, "key": "/k"}},
    "event": {"eventName": "cos:ObjectCreated:Put"},
}


@pytest.mark.parametrize(
    ("event", "rehearsed"),
    [
        (PINNED, PLAIN),
        (PLAIN, PLAIN),
        ({"Action": "CreateJob", "Manifest": ARN}, {"Action": "CreateJob", "Manifest": ARN}),
        ({"Type": "Timer", "Message": json.dumps(PINNED)}, {"Type": "Timer", "Message": json.dumps(PLAIN)}),
        (
            {
                "httpMethod": "POST",
                "body": base64.b64encode(json.dumps(PINNED).encode()).decode(),
                "isBase64Encoded": True,
            },
            {"httpMethod": "POST", "body": json.dumps(PLAIN), "isBase64Encoded": False},
        ),
        ({"httpMethod": "GET", "body": "no json"}, {"httpMethod": "GET", "body": "no json"}),
        ({"Records": [UPLOADED]}, {"Records": [UPLOAD]}),
        ({"Records": [{"cos": None}]}, {"Records": [{"cos": None}]}),
        ({"Records": [{"s3": {}}, 5]}, {"Records": [{"s3": {}}, 5]}),
        ({"Records": "none"}, {"Records": "none"}),
    ],
)
def test_leaves_out_what_only_the_recorded_object_had(event: Any, rehearsed: Any) -> None:
    assert for_rehearsal(event) == rehearsed
