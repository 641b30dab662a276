"""The calls on one object, by raw HTTP."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from cosbatch.standin import Standin
from cosbatch.standin.wire.actions import NOT_OFFERED
from tests.standin.client import Client, client_of
from tests.standin.documents import document

BUCKET = "examplebucket-1250000000"


def put(client: Client, key: str, body: bytes = b"0123456789", headers: Mapping[str, str] | None = None) -> str:
    reply = client.cos("PUT", BUCKET, key, headers=headers, body=body)
    assert reply.status == 200, reply
    return reply.headers["etag"]


def test_reads_back_what_was_written(client: Client) -> None:
    written = client.cos("PUT", BUCKET, "a.txt", headers={"Content-Type": "text/plain"}, body=b"hello")
    assert (written.status, written.headers["etag"]) == (200, '"5d41402abc4b2a76b9719d911017c592"')
    read = client.cos("GET", BUCKET, "a.txt")
    assert (read.status, read.body, read.headers["content-type"]) == (200, b"hello", "text/plain")
    assert read.headers["x-cos-hash-crc64ecma"] == written.headers["x-cos-hash-crc64ecma"]


def test_describes_an_object_without_its_bytes(client: Client) -> None:
    etag = put(client, "a.txt", headers={"x-cos-meta-owner": "me", "Cache-Control": "no-cache"})
    read, head = client.cos("GET", BUCKET, "a.txt"), client.cos("HEAD", BUCKET, "a.txt")
    for name in (
        "content-length",
        "etag",
        "last-modified",
        "cache-control",
        "x-cos-meta-owner",
        "accept-ranges",
    ):
        assert head.headers[name] == read.headers[name]
    assert (head.headers["content-length"], head.headers["etag"], head.body) == ("10", etag, b"")


@pytest.mark.parametrize("key", ["中文/é &<>'\".txt", "a%41+b c", "/a//b/../c", "x" * 850, "tab\there", "jobs"])
def test_keeps_keys_apart_that_look_alike(shared: Client, key: str) -> None:
    put(shared, key, key.encode())
    put(shared, "other")
    assert shared.cos("GET", BUCKET, key).body == key.encode()
    assert shared.cos("GET", BUCKET, key.strip("/") + "x").code == "NoSuchKey"


def test_refuses_a_key_that_is_too_long(client: Client) -> None:
    assert client.cos("PUT", BUCKET, "é" * 426, body=b"").code == "KeyTooLong"


def test_replaces_an_object_and_removes_its_old_bytes(client: Client, tmp_path: Path) -> None:
    put(client, "a", b"old")
    put(client, "a", b"new")
    assert client.cos("GET", BUCKET, "a").body == b"new"
    assert len(list((tmp_path / "data" / "contents").glob("*/*"))) == 1


def test_keeps_an_empty_object_and_one_in_many_pieces(client: Client) -> None:
    large = bytes(range(256)) * 4096
    put(client, "large", large)
    put(client, "empty", b"")
    assert client.cos("GET", BUCKET, "large").body == large
    assert client.cos("GET", BUCKET, "empty").body == b""


RANGES = {
    "bytes=0-3": (206, b"0123", "bytes 0-3/10"),
    "bytes=4-": (206, b"456789", "bytes 4-9/10"),
    "bytes=-3": (206, b"789", "bytes 7-9/10"),
    "bytes=-30": (206, b"0123456789", "bytes 0-9/10"),
    "bytes=8-99": (206, b"89", "bytes 8-9/10"),
    "bytes=5-2": (200, b"0123456789", ""),
    "bytes=-": (200, b"0123456789", ""),
    "bytes=0-1,3-4": (200, b"0123456789", ""),
    "lines=0-1": (200, b"0123456789", ""),
}


@pytest.mark.parametrize(("wanted", "answer"), RANGES.items(), ids=RANGES.keys())
def test_reads_a_range(shared: Client, wanted: str, answer: tuple[int, bytes, str]) -> None:
    put(shared, "digits")
    read = shared.cos("GET", BUCKET, "digits", headers={"Range": wanted})
    assert (read.status, read.body, read.headers.get("content-range", "")) == answer


def test_reads_to_the_end_where_a_range_ends_behind_it(shared: Client) -> None:
    put(shared, "digits")
    read = shared.cos("GET", BUCKET, "digits", headers={"Range": f"bytes=5-{2**63 - 1}"})
    assert (read.status, read.body) == (206, b"56789")


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0", f"bytes={2**70}-"])
def test_refuses_a_range_outside_the_object(shared: Client, wanted: str) -> None:
    put(shared, "digits")
    read = shared.cos("GET", BUCKET, "digits", headers={"Range": wanted})
    assert (read.status, read.code, read.headers["content-range"]) == (416, "InvalidRange", "bytes */10")


PAST, FUTURE = "Thu, 19 Dec 2019 18:00:29 GMT", "Thu, 19 Dec 2099 18:00:29 GMT"
CONDITIONS = [
    ("If-Match", "{etag}", 200),
    ("If-Match", "*", 200),
    ("If-Match", '"other"', 412),
    ("If-Match", '"other", {etag}', 200),
    ("If-None-Match", "{etag}", 304),
    ("If-None-Match", '"other"', 200),
    ("If-Modified-Since", PAST, 200),
    ("If-Modified-Since", FUTURE, 304),
    ("If-Unmodified-Since", PAST, 412),
    ("If-Unmodified-Since", FUTURE, 200),
    ("If-Unmodified-Since", "yesterday", 200),
]


def test_keeps_how_an_object_is_encrypted(client: Client) -> None:
    name = "x-cos-server-side-encryption"
    assert client.cos("PUT", BUCKET, "a", headers={name: "AES256"}, body=b"").status == 200
    assert client.cos("HEAD", BUCKET, "a").headers[name] == "AES256"
    assert client.cos("PUT", BUCKET, "a", headers={name: "cos/kms"}, body=b"").status == 501


def test_lets_everybody_read_whom_a_grant_names_so(client: Client) -> None:
    put(client, "a", headers={"x-cos-grant-read": 'id="qcs::cam::anyone:anyone"'})
    host = f"{BUCKET}.cos.ap-chengdu.myqcloud.com"
    assert client.send("GET", "/a", {"Host": host}).status == 200


def test_tells_the_etag_and_no_length_of_what_was_not_modified(shared: Client) -> None:
    etag = put(shared, "a")
    reply = shared.cos("GET", BUCKET, "a", headers={"If-None-Match": etag})
    assert (reply.status, reply.headers["etag"], reply.headers["content-length"]) == (304, etag, "0")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Range": f"bytes=0-{'9' * 50_000}"}, ""),
        ({"x-cos-tagging": "a=%ff"}, "InvalidTag"),
        ({"x-cos-copy-source": f"{BUCKET}.cos.ap-chengdu.myqcloud.com/%FFx"}, "InvalidArgument"),
    ],
)
def test_answers_odd_headers_in_words(shared: Client, headers: dict[str, str], code: str) -> None:
    put(shared, "a")
    reply = shared.cos("GET" if "Range" in headers else "PUT", BUCKET, "a", headers=headers, body=b"")
    assert (reply.status < 500, reply.code if code else "") == (True, code)


@pytest.mark.parametrize(("name", "value", "status"), CONDITIONS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reads_under_a_condition(shared: Client, method: str, name: str, value: str, status: int) -> None:
    etag = put(shared, "a")
    assert shared.cos(method, BUCKET, "a", headers={name: value.format(etag=etag)}).status == status
    assert shared.cos("GET", BUCKET, "a").status == 200


def test_answers_with_other_headers_when_asked_and_lets_no_line_break_through(client: Client) -> None:
    put(client, "a")
    parameters = [("response-content-type", "text/csv\r\nx-planted: 1"), ("response-expires", "never")]
    read = client.cos("GET", BUCKET, "a", parameters)
    assert (read.headers["content-type"], read.headers["expires"]) == ("text/csvx-planted: 1", "never")
    assert "x-planted" not in read.headers


def test_deletes_an_object_once_and_for_all(client: Client, tmp_path: Path) -> None:
    put(client, "a")
    assert [client.cos("DELETE", BUCKET, "a").status for _ in range(2)] == [204, 204]
    gone = client.cos("GET", BUCKET, "a")
    assert (gone.status, gone.code) == (404, "NoSuchKey")
    assert client.cos("HEAD", BUCKET, "a").status == 404
    assert list((tmp_path / "data" / "contents").glob("*/*")) == []


@pytest.mark.parametrize(
    ("method", "bucket", "code"),
    [
        ("GET", "never-written-1250000000", "NoSuchBucket"),
        ("DELETE", "never-written-1250000000", "NoSuchBucket"),
        ("GET", "foreign-1260000000", "AccessDenied"),
        ("PUT", "foreign-1260000000", "AccessDenied"),
        ("DELETE", "foreign-1260000000", "AccessDenied"),
        ("PUT", "No_Bucket-1250000000", "InvalidBucketName"),
    ],
)
def test_knows_only_buckets_of_its_account(shared: Client, method: str, bucket: str, code: str) -> None:
    assert shared.cos(method, bucket, "a", body=b"" if method == "PUT" else None).code == code


def test_checks_content_md5_and_keeps_nothing_of_what_does_not_fit(client: Client, tmp_path: Path) -> None:
    right = base64.b64encode(hashlib.md5(b"hello").digest()).decode()
    put(client, "a", b"hello", {"Content-MD5": right})
    assert client.cos("PUT", BUCKET, "a", headers={"Content-MD5": right}, body=b"other").code == "BadDigest"
    assert client.cos("PUT", BUCKET, "a", headers={"Content-MD5": right}, body=b"").code == "BadDigest"
    assert client.cos("GET", BUCKET, "a").body == b"hello"
    assert len(list((tmp_path / "data" / "contents").glob("*/*"))) == 1


def test_refuses_an_unknown_storage_class(client: Client) -> None:
    assert client.cos("PUT", BUCKET, "a", headers={"x-cos-storage-class": "COLDER"}, body=b"").code == "InvalidArgument"


def test_reads_no_archived_bytes_before_they_are_restored(client: Client) -> None:
    put(client, "a", headers={"x-cos-storage-class": "ARCHIVE"})
    read, head = client.cos("GET", BUCKET, "a"), client.cos("HEAD", BUCKET, "a")
    assert (read.status, read.code) == (403, "InvalidObjectState")
    assert (head.status, head.headers["x-cos-storage-class"]) == (200, "ARCHIVE")


def test_reaches_the_same_object_by_path_and_by_host(client: Client) -> None:
    put(client, "a/b")
    assert client.call("GET", "127.0.0.1:1", f"/{BUCKET}/a/b").body == b"0123456789"


UNKNOWN = [
    ("PUT", "a", ["retention"]),
    ("PUT", "a", ["symlink"]),
    ("PUT", "a", ["append", "position"]),
    ("GET", "a", ["ci-process"]),
    ("HEAD", "a", ["retention"]),
    ("DELETE", "a", ["legal-hold"]),
    ("POST", "a", ["select"]),
    ("GET", "a", ["acl", "tagging"]),
    ("PUT", "", ["domaincertificate"]),
    ("GET", "", ["intelligenttiering"]),
    ("GET", "", ["Acl"]),
    ("HEAD", "", ["live"]),
    ("DELETE", "", ["domaincertificate"]),
    ("DELETE", "", ["lifecycle"]),
    ("POST", "", ["something-new"]),
]


@pytest.mark.parametrize(("method", "key", "names"), UNKNOWN)
def test_answers_no_call_that_it_does_not_know_and_never_does_another(
    shared: Client, method: str, key: str, names: list[str]
) -> None:
    put(shared, "a")
    reply = shared.cos(method, BUCKET, key, [(name, "") for name in names], body=b"<Retention/>")
    assert reply.status == 501
    assert method == "HEAD" or (reply.code, "?" + "&".join(names) in reply.text("Message")) == ("NotImplemented", True)
    assert shared.cos("GET", BUCKET, "a").body == b"0123456789"


def test_answers_no_call_on_another_service_of_the_vendor(shared: Client) -> None:
    """Its path would name an object here."""
    put(shared, "a")
    reply = shared.call("PUT", f"{BUCKET}.ci.ap-chengdu.myqcloud.com", f"/{BUCKET}/a", body=b"<Job/>")
    assert (reply.status, reply.code) == (501, "NotImplemented")
    assert shared.cos("GET", BUCKET, "a").body == b"0123456789"


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_answers_no_call_with_a_header_that_would_make_it_another(shared: Client, name: str) -> None:
    put(shared, "a")
    reply = shared.cos("PUT", BUCKET, "a", headers={name.lower(): "true"}, body=b"over it")
    assert (reply.status, reply.code, name in reply.text("Message")) == (501, "NotImplemented", True)
    assert shared.cos("GET", BUCKET, "a").body == b"0123456789"


def test_answers_no_call_on_jobs_that_it_does_not_know(shared: Client) -> None:
    job_id = shared.create(document()).text("JobId")
    assert shared.batch("DELETE", f"/jobs/{job_id}", [("tagging", "")]).code == "NotImplemented"
    assert shared.batch("GET", f"/jobs/{job_id}").status == 200


def test_takes_no_parameter_of_a_call_for_another_call(shared: Client) -> None:
    put(shared, "a")
    told = [("versionId", ""), ("response-content-type", "text/x"), ("x-cos-security-token", "")]
    assert shared.cos("GET", BUCKET, "a", told).headers["content-type"] == "text/x"
    assert shared.cos("GET", BUCKET, "", [("prefix", "a"), ("max-keys", "1"), ("delimiter", "/")]).status == 200


def test_reads_an_object_that_is_being_replaced(standin: Standin, client: Client) -> None:
    put(client, "a", b"0" * 1000)
    written = threading.Event()

    def write() -> None:
        with client_of(standin) as writer:
            for number in range(60):
                put(writer, "a", b"%d" % (number % 10) * 1000)
        written.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not written.is_set():
        read = client.cos("GET", BUCKET, "a")
        assert (read.status, len(read.body), len(set(read.body))) == (200, 1000, 1)
    thread.join()


def test_finds_an_object_anew_whose_bytes_were_removed_in_between(
    standin: Standin, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(client, "a")
    contents = standin.service.database.contents
    opening = contents.open

    def replaced(name: str | None) -> object:
        monkeypatch.setattr(contents, "open", opening)
        with client_of(standin) as other:
            put(other, "a", b"newer")
        return opening(name)

    monkeypatch.setattr(contents, "open", replaced)
    assert client.cos("GET", BUCKET, "a").body == b"newer"


def test_serves_many_clients_at_once(standin: Standin) -> None:
    statuses: list[int] = []

    def write(name: int) -> None:
        with client_of(standin) as client:
            for number in range(5):
                statuses.append(client.cos("PUT", BUCKET, f"{name}/{number}", body=b"x" * 1000).status)
                statuses.append(client.cos("GET", BUCKET, f"{name}/{number}").status)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 80
