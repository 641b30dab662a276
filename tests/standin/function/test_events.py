"""What the function is told: of which objects, in which form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cosbatch.standin import Standin, running
from cosbatch.standin.function.events import event_of
from cosbatch.standin.store.creations import Cause, Created
from tests.standin.client import Client, client_of, until
from tests.standin.cos.test_post_object import form as form_of
from tests.standin.documents import SOURCE, copy
from tests.standin.function.recorder import BUCKET, function_in, keys, told
from tests.standin.rehearsal import Rehearsal


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Standin]:
    with running(tmp_path / "data", function=function_in(tmp_path)) as standin:
        yield standin


@pytest.fixture
def uploader(watched: Standin) -> Iterator[Client]:
    with client_of(watched) as client:
        yield client


def put(client: Client, key: str, **headers: str) -> Any:
    return client.cos("PUT", BUCKET, f"in/{key}", headers=headers, body=b"four")


def test_tells_of_an_object_as_the_platform_does(uploader: Client, tmp_path: Path) -> None:
    reply = put(uploader, "a b+ü!/%41.csv", **{"Content-Type": "text/csv", "x-cos-meta-owner": "ops"})
    until(lambda: told(tmp_path))
    (record,) = told(tmp_path)[0]["event"]["Records"]
    assert record["cos"]["cosObject"] == {
        "url": f"http://{BUCKET}.cos.ap-chengdu.myqcloud.com/in/a%20b%2B%C3%BC%21/%2541.csv",
        "meta": {
            "x-cos-request-id": reply.headers["x-cos-request-id"],
            "Content-Type": "text/csv",
            "x-cos-meta-owner": "ops",
        },
        "vid": "",
        "key": "/1250000000/watched/in/a b+ü!/%41.csv",
        "size": 4,
    }
    assert record["cos"]["cosBucket"] == {
        "region": "cd",
        "name": "watched",
        "appid": "1250000000",
        "cosRegion": "ap-chengdu",
        "s3Region": "ap-chengdu",
    }
    assert record["event"]["eventName"] == "cos:ObjectCreated:Put"
    assert type(record["event"]["eventTime"]) is int
    assert record["event"]["requestParameters"]["requestSourceIP"] == "127.0.0.1"
    assert "q-signature=" in record["event"]["requestParameters"]["requestHeaders"]["Authorization"]


def test_names_regions_without_a_short_code_in_full() -> None:
    created = Created("b-1", "ap-nanjing", "k", "", 0, {}, {}, 5.9, Cause("Put"))
    event: Any = event_of(created, "handler")
    assert event["Records"][0]["cos"]["cosBucket"]["region"] == "ap-nanjing"
    assert event["Records"][0]["event"]["eventTime"] == 5


def test_names_the_version_where_the_bucket_has_versions(uploader: Client, tmp_path: Path) -> None:
    enabled = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    uploader.cos("PUT", BUCKET, body=b"")
    uploader.cos("PUT", BUCKET, "", [("versioning", "")], body=enabled)
    version = put(uploader, "a").headers["x-cos-version-id"]
    until(lambda: told(tmp_path))
    assert told(tmp_path)[0]["event"]["Records"][0]["cos"]["cosObject"]["vid"] == version


def test_tells_of_what_is_created_in_any_way_and_a_trigger_takes(
    watched: Standin, uploader: Client, tmp_path: Path
) -> None:
    rehearsal = Rehearsal(uploader)
    uploader.cos("PUT", BUCKET, "elsewhere/a", body=b"x")
    put(uploader, "put")
    source = {"x-cos-copy-source": f"{BUCKET}.cos.ap-chengdu.myqcloud.com/in/put"}
    uploader.cos("PUT", BUCKET, "in/copied", headers=source, body=b"")
    upload = uploader.cos("POST", BUCKET, "in/parts", [("uploads", "")]).text("UploadId")
    part = uploader.cos("PUT", BUCKET, "in/parts", [("partNumber", "1"), ("uploadId", upload)], body=b"x")
    listed = f"<Part><PartNumber>1</PartNumber><ETag>{part.headers['etag']}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    assert uploader.cos("POST", BUCKET, "in/parts", [("uploadId", upload)], body=document).status == 200
    form = {"Content-Type": "multipart/form-data; boundary=xyz"}
    assert uploader.cos("POST", BUCKET, "", (), form, form_of({"key": "in/posted"})).status == 204
    rehearsal.put("in/by-a-job")
    rehearsal.run(Manifest=rehearsal.keys(["in/by-a-job"]), Operation=copy(target=f"qcs::cos:ap-chengdu::{BUCKET}"))
    uploader.cos("DELETE", BUCKET, "in/put")
    watched.wait()
    assert len(keys(tmp_path)) == 5
    assert [(event["EventName"], event["Key"]) for event in watched.events()] == [
        ("cos:ObjectCreated:Put", "in/put"),
        ("cos:ObjectCreated:Copy", "in/copied"),
        ("cos:ObjectCreated:CompleteMultipartUpload", "in/parts"),
        ("cos:ObjectCreated:Post", "in/posted"),
        ("cos:ObjectCreated:Copy", "in/by-a-job"),
    ]


def test_tells_of_reports(tmp_path: Path) -> None:
    with running(tmp_path / "data", function=function_in(tmp_path)) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.archive("a")
        into = f"<Report><Bucket>qcs::cos:ap-chengdu::{BUCKET}</Bucket><Enabled>true</Enabled>"
        into += "<Format>Report_CSV_V1</Format><Prefix>in</Prefix><ReportScope>AllTasks</ReportScope></Report>"
        rehearsal.run(Manifest=rehearsal.keys("a"), Report=into)
        standin.wait()
        assert keys(tmp_path)[-1].endswith("/manifest.json")


def test_keeps_no_events_without_a_function(client: Client, standin: Standin) -> None:
    put(client, "a")
    assert standin.events() == []


def test_forgets_a_creation_that_was_undone(watched: Standin, uploader: Client) -> None:
    wrong = {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert uploader.cos("PUT", BUCKET, "in/a", headers=wrong, body=b"x").code == "BadDigest"
    assert uploader.cos("PUT", SOURCE, "in/a", body=b"x").status == 200
    assert watched.events() == []
