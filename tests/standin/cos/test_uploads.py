"""Uploads in parts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.standin.client import Client, Reply

BUCKET = "examplebucket-1250000000"
MIB = 1024 * 1024
FIRST, SECOND = b"a" * MIB, b"b" * 10


def initiate(client: Client, key: str = "k") -> str:
    headers = {"Content-Type": "text/plain", "x-cos-meta-a": "b", "x-cos-storage-class": "STANDARD_IA"}
    reply = client.cos("POST", BUCKET, key, [("uploads", "")], headers, b"")
    assert (reply.text("Bucket"), reply.text("Key")) == (BUCKET, key)
    return reply.text("UploadId")


def upload(client: Client, upload_id: str, number: object, body: bytes, key: str = "k") -> Reply:
    return client.cos("PUT", BUCKET, key, [("partNumber", str(number)), ("uploadId", upload_id)], body=body)


def complete(client: Client, upload_id: str, *parts: tuple[object, str]) -> Reply:
    listed = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in parts)
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    return client.cos("POST", BUCKET, "k", [("uploadId", upload_id)], body=body)


def test_makes_one_object_of_its_parts(client: Client, tmp_path: Path) -> None:
    upload_id = initiate(client)
    second = upload(client, upload_id, 7, SECOND).headers["etag"]
    upload(client, upload_id, 1, b"replaced")
    first = upload(client, upload_id, 1, FIRST).headers["etag"]
    done = complete(client, upload_id, (1, first), (7, second.strip('"')))
    digest = hashlib.md5(hashlib.md5(FIRST).digest() + hashlib.md5(SECOND).digest()).hexdigest()
    assert (done.status, done.text("ETag")) == (200, f'"{digest}-2"')
    assert done.text("Location") == f"http://{BUCKET}.cos.ap-chengdu.myqcloud.com/k"
    read = client.cos("GET", BUCKET, "k")
    assert (read.body, read.headers["content-type"]) == (FIRST + SECOND, "text/plain")
    assert (read.headers["x-cos-meta-a"], read.headers["x-cos-storage-class"]) == ("b", "STANDARD_IA")
    assert read.headers["x-cos-hash-crc64ecma"] == done.headers["x-cos-hash-crc64ecma"]
    assert len(list((tmp_path / "data" / "contents").glob("*/*"))) == 1
    assert upload(client, upload_id, 1, b"late").code == "NoSuchUpload"


def test_takes_parts_from_other_objects(client: Client) -> None:
    client.cos("PUT", BUCKET, "source", body=b"0123456789")
    upload_id = initiate(client)
    which = [("partNumber", "1"), ("uploadId", upload_id)]
    source = {"x-cos-copy-source": f"{BUCKET}.cos.ap-chengdu.myqcloud.com/source"}
    whole = client.cos("PUT", BUCKET, "k", which, source, b"")
    assert whole.text("ETag") == f'"{hashlib.md5(b"0123456789").hexdigest()}"'
    outside = {**source, "x-cos-copy-source-range": "bytes=10-12"}
    assert client.cos("PUT", BUCKET, "k", which, outside, b"").code == "InvalidRange"
    part = client.cos("PUT", BUCKET, "k", which, {**source, "x-cos-copy-source-range": "bytes=2-4"}, b"")
    assert complete(client, upload_id, (1, part.text("ETag"))).status == 200
    assert client.cos("GET", BUCKET, "k").body == b"234"


def test_forgets_an_upload_that_is_aborted(client: Client, tmp_path: Path) -> None:
    upload_id = initiate(client)
    upload(client, upload_id, 1, FIRST)
    assert client.cos("DELETE", BUCKET).code == "BucketNotEmpty"
    assert client.cos("DELETE", BUCKET, "k", [("uploadId", upload_id)]).status == 204
    assert client.cos("DELETE", BUCKET, "k", [("uploadId", upload_id)]).code == "NoSuchUpload"
    assert list((tmp_path / "data" / "contents").glob("*/*")) == []
    assert client.cos("DELETE", BUCKET).status == 204


def test_completes_no_upload_that_another_request_ends_meanwhile(client: Client, tmp_path: Path) -> None:
    """As a client does that has waited too long for a large object, and asks again: the first request removes the parts."""
    upload_id = initiate(client)
    etag = upload(client, upload_id, 1, FIRST).headers["etag"]
    for content in (tmp_path / "data" / "contents").glob("*/*"):
        content.unlink()
    assert complete(client, upload_id, (1, etag)).code == "NoSuchUpload"


def test_names_the_version_of_a_completed_upload(client: Client) -> None:
    upload_id = initiate(client)
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    client.cos("PUT", BUCKET, "", [("versioning", "")], body=body)
    done = complete(client, upload_id, (1, upload(client, upload_id, 1, b"").headers["etag"]))
    assert client.cos("HEAD", BUCKET, "k").headers["x-cos-version-id"] == done.headers["x-cos-version-id"]


def test_refuses_parts_that_do_not_fit(client: Client) -> None:
    upload_id = initiate(client)
    small, large = (
        upload(client, upload_id, 1, b"x").headers["etag"],
        upload(client, upload_id, 2, FIRST).headers["etag"],
    )
    assert complete(client, upload_id, (2, large), (1, small)).code == "InvalidPartOrder"
    assert complete(client, upload_id, (1, small), (1, small)).code == "InvalidPartOrder"
    assert complete(client, upload_id, (1, large)).code == "InvalidPart"
    assert complete(client, upload_id, (3, large)).code == "InvalidPart"
    assert complete(client, upload_id, (1, small), (2, large)).code == "EntityTooSmall"
    assert complete(client, upload_id).code == "MalformedXML"
    assert complete(client, upload_id, ("one", small)).code == "MalformedXML"
    assert complete(client, upload_id, (2, large)).status == 200


@pytest.mark.parametrize("number", ["0", "10001", "one", ""])
def test_refuses_a_part_number(shared: Client, number: str) -> None:
    assert upload(shared, initiate(shared), number, b"x").code == "InvalidArgument"


def test_belongs_to_its_key(client: Client) -> None:
    assert upload(client, initiate(client), 1, b"x", key="other").code == "NoSuchUpload"


def test_lists_parts_page_by_page(client: Client) -> None:
    upload_id = initiate(client, "k é")
    for number in (1, 2, 5):
        upload(client, upload_id, number, b"x" * number, "k é")
    which = [("uploadId", upload_id), ("max-parts", "2"), ("encoding-type", "url")]
    first = client.cos("GET", BUCKET, "k é", which)
    assert [part.findtext("Size") for part in first.xml().iterfind("Part")] == ["1", "2"]
    assert (first.text("IsTruncated"), first.text("NextPartNumberMarker")) == ("true", "2")
    assert first.text("Key") == "k%20%C3%A9"
    rest = client.cos("GET", BUCKET, "k é", [*which, ("part-number-marker", "2")])
    assert [part.findtext("PartNumber") for part in rest.xml().iterfind("Part")] == ["5"]
    assert (rest.text("IsTruncated"), rest.text("NextPartNumberMarker")) == ("false", "")
    assert client.cos("GET", BUCKET, "k é", [("uploadId", upload_id), ("max-parts", "x")]).code == "InvalidArgument"


def test_tells_the_class_that_the_object_of_an_upload_will_have(client: Client) -> None:
    headers = {"x-cos-storage-class": "ARCHIVE"}
    upload_id = client.cos("POST", BUCKET, "k", [("uploads", "")], headers, b"").text("UploadId")
    assert client.cos("GET", BUCKET, "k", [("uploadId", upload_id)]).text("StorageClass") == "ARCHIVE"
    listed = client.cos("GET", BUCKET, "", [("uploads", "")])
    assert listed.text("Upload/StorageClass") == "ARCHIVE"
    assert client.cos("GET", BUCKET, "", [("uploads", ""), ("delimiter", "/")]).status == 501


def test_goes_on_behind_an_upload_that_is_gone_by_now(client: Client) -> None:
    for _ in range(5):
        initiate(client, "k")
    ended, markers = 0, [("key-marker", ""), ("upload-id-marker", "")]
    for _ in range(5):
        page = client.cos("GET", BUCKET, "", [("uploads", ""), ("max-uploads", "2"), *markers])
        for each in page.xml().iterfind("Upload/UploadId"):
            ended += client.cos("DELETE", BUCKET, "k", [("uploadId", each.text or "")]).status == 204
        markers = [("key-marker", page.text("NextKeyMarker")), ("upload-id-marker", page.text("NextUploadIdMarker"))]
        if page.text("IsTruncated") == "false":
            break
    assert ended == 5


def test_lists_uploads_page_by_page(client: Client) -> None:
    ids = [initiate(client, key) for key in ("b", "a", "b", "c")]
    which = [("uploads", ""), ("max-uploads", "2")]
    first = client.cos("GET", BUCKET, "", which)
    seen = [upload.text for upload in first.xml().iterfind("Upload/UploadId")]
    markers = [
        ("key-marker", first.text("NextKeyMarker")),
        ("upload-id-marker", first.text("NextUploadIdMarker")),
    ]
    rest = client.cos("GET", BUCKET, "", [*which, *markers])
    seen += [upload.text for upload in rest.xml().iterfind("Upload/UploadId")]
    assert seen == [ids[1], *sorted([ids[0], ids[2]]), ids[3]]
    assert (first.text("IsTruncated"), rest.text("IsTruncated")) == ("true", "false")
    behind = client.cos("GET", BUCKET, "", [("uploads", ""), ("key-marker", "b"), ("prefix", "")])
    assert [upload.text for upload in behind.xml().iterfind("Upload/Key")] == ["c"]
    chosen = client.cos("GET", BUCKET, "", [("uploads", ""), ("prefix", "b")])
    assert [upload.text for upload in chosen.xml().iterfind("Upload/Key")] == ["b", "b"]
