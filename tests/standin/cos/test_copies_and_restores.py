"""PutObjectCopy and PostObjectRestore, by raw HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standin.client import Client, Reply, client_of
from tests.standin.clock import Moved, running_by_clock

BUCKET = "examplebucket-1250000000"
SOURCE = f"{BUCKET}.cos.ap-chengdu.myqcloud.com/a/%E4%B8%AD%20%2B.txt"
HEADERS = {
    "Content-Type": "text/plain",
    "x-cos-meta-a": "b",
    "x-cos-tagging": "k=v",
    "x-cos-acl": "public-read",
}


@pytest.fixture
def source(client: Client) -> Client:
    assert client.cos("PUT", BUCKET, "a/中 +.txt", headers=HEADERS, body=b"hello").status == 200
    return client


def copy(client: Client, headers: dict[str, str] | None = None, source: str = SOURCE) -> Reply:
    return client.cos("PUT", BUCKET, "copy", headers={"x-cos-copy-source": source, **(headers or {})}, body=b"")


def test_copies_bytes_and_metadata_but_neither_class_nor_list(source: Client, tmp_path: Path) -> None:
    copied = copy(source, {"x-cos-storage-class": "STANDARD_IA"})
    assert copied.text("ETag") == '"5d41402abc4b2a76b9719d911017c592"'
    head = source.cos("HEAD", BUCKET, "copy").headers
    assert (head["content-type"], head["x-cos-meta-a"], head["x-cos-tagging-count"]) == (
        "text/plain",
        "b",
        "1",
    )
    assert head["x-cos-storage-class"] == "STANDARD_IA"
    assert source.cos("GET", BUCKET, "copy", [("acl", "")]).headers["x-cos-acl"] == "default"
    assert len(list((tmp_path / "data" / "contents").glob("*/*"))) == 1
    source.cos("DELETE", BUCKET, "a/中 +.txt")
    assert source.cos("GET", BUCKET, "copy").body == b"hello"


def test_replaces_metadata_and_tags_when_told_so(source: Client) -> None:
    directives = {"x-cos-metadata-directive": "Replaced", "x-cos-tagging-directive": "Replaced"}
    copy(source, {**directives, "Content-Type": "text/csv", "x-cos-tagging": "x=1&y=2"})
    head = source.cos("HEAD", BUCKET, "copy").headers
    assert (head["content-type"], head["x-cos-tagging-count"]) == ("text/csv", "2")
    assert "x-cos-meta-a" not in head
    assert copy(source, {"x-cos-metadata-directive": "Replace"}).code == "InvalidArgument"


CONDITIONS = {
    "Match": ('"other"', 412),
    "None-Match": ('"5d41402abc4b2a76b9719d911017c592"', 412),
    "Modified-Since": ("Thu, 19 Dec 2099 18:00:29 GMT", 412),
    "Unmodified-Since": ("Thu, 19 Dec 2099 18:00:29 GMT", 200),
}


@pytest.mark.parametrize(("name", "seen"), CONDITIONS.items(), ids=CONDITIONS.keys())
def test_copies_under_a_condition(source: Client, name: str, seen: tuple[str, int]) -> None:
    value, status = seen
    assert copy(source, {f"x-cos-copy-source-If-{name}": value}).status == status


SOURCES = {
    "no object": ("nothing", "InvalidArgument"),
    "an unknown key": (f"{BUCKET}.cos.ap-chengdu.myqcloud.com/nope", "NoSuchKey"),
    "an unknown version": (f"{SOURCE}?versionId=v", "NoSuchVersion"),
    "an unknown bucket": ("never-1250000000.cos.ap-chengdu.myqcloud.com/a", "NoSuchBucket"),
    "another account's": ("foreign-1260000000.cos.ap-chengdu.myqcloud.com/a", "AccessDenied"),
}


@pytest.mark.parametrize(("name", "code"), SOURCES.values(), ids=SOURCES.keys())
def test_refuses_a_source_that_is(source: Client, name: str, code: str) -> None:
    assert copy(source, source=name).code == code


def test_copies_a_version_and_names_that_of_the_copy(source: Client) -> None:
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    source.cos("PUT", BUCKET, "", [("versioning", "")], body=body)
    source.cos("PUT", BUCKET, "a/中 +.txt", body=b"newer")
    copied = copy(source, source=f"{SOURCE}?versionId=null")
    assert source.cos("GET", BUCKET, "copy").body == b"hello"
    assert copied.text("VersionId") == copied.headers["x-cos-version-id"] != "null"


def restore(
    client: Client, days: object = 1, tier: str = "<CASJobParameters><Tier>Bulk</Tier></CASJobParameters>"
) -> Reply:
    body = f"<RestoreRequest><Days>{days}</Days>{tier}</RestoreRequest>".encode()
    return client.cos("POST", BUCKET, "a", [("restore", "")], body=body)


def test_restores_an_archived_object_and_renews_the_copy(client: Client) -> None:
    client.cos("PUT", BUCKET, "a", headers={"x-cos-storage-class": "ARCHIVE"}, body=b"x")
    assert restore(client).status == 202
    assert client.cos("HEAD", BUCKET, "a").headers["x-cos-restore"] == 'ongoing-request="true"'
    again = restore(client)
    assert (again.status, again.code) == (409, "RestoreAlreadyInProgress")
    assert copy(client, source=f"{BUCKET}.cos.ap-chengdu.myqcloud.com/a").code == "InvalidObjectState"


def test_reads_a_restored_object_and_renews_it(tmp_path: Path) -> None:
    """Five hours take one minute."""
    time = Moved()
    with running_by_clock(tmp_path, time.now, speed=5 * 60) as standin, client_of(standin) as client:
        client.cos("PUT", BUCKET, "a", headers={"x-cos-storage-class": "ARCHIVE"}, body=b"x")
        assert restore(client, 365, "").status == 202
        assert client.cos("GET", BUCKET, "a").status == 403
        time.seconds = 61
        read = client.cos("GET", BUCKET, "a")
        assert (read.status, read.body) == (200, b"x")
        assert read.headers["x-cos-restore"].startswith('ongoing-request="false", expiry-date="')
        assert restore(client, 365).status == 200


RESTORES = {
    "no archived object": ("STANDARD", 1, "", 405, "RestoreNonArchiveObject"),
    "too many days": ("ARCHIVE", 366, "", 400, "MalformedXML"),
    "an unknown tier": (
        "ARCHIVE",
        1,
        "<CASJobParameters><Tier>Fast</Tier></CASJobParameters>",
        400,
        "MalformedXML",
    ),
    "the fastest tier in deep archive": (
        "DEEP_ARCHIVE",
        1,
        "<CASJobParameters><Tier>Expedited</Tier></CASJobParameters>",
        400,
        "InvalidArgument",
    ),
}


@pytest.mark.parametrize(("storage_class", "days", "tier", "status", "code"), RESTORES.values(), ids=RESTORES.keys())
def test_refuses_to_restore(shared: Client, storage_class: str, days: int, tier: str, status: int, code: str) -> None:
    shared.cos("PUT", BUCKET, "a", headers={"x-cos-storage-class": storage_class}, body=b"x")
    reply = restore(shared, days, tier)
    assert (reply.status, reply.code) == (status, code)


def test_refuses_another_document_than_a_restore_request(client: Client) -> None:
    client.cos("PUT", BUCKET, "a", body=b"x")
    assert client.cos("POST", BUCKET, "a", [("restore", "")], body=b"<Restore/>").code == "MalformedXML"
    assert client.cos("POST", BUCKET, "b", [("restore", "")], body=b"<Restore/>").code == "MalformedXML"
