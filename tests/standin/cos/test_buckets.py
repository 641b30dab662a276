"""The calls on buckets: made, listed, emptied, removed, and with versions."""

from __future__ import annotations

import pytest

from cosbatch.standin import Standin
from tests.standin.client import Client, Reply

BUCKET = "examplebucket-1250000000"
VERSIONING = b"<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>"


def versioning(client: Client, status: str) -> None:
    body = VERSIONING % status.encode()
    assert client.cos("PUT", BUCKET, "", [("versioning", "")], body=body).status == 200


def put(client: Client, key: str, body: bytes = b"x") -> str:
    reply = client.cos("PUT", BUCKET, key, body=body)
    assert reply.status == 200, reply
    return reply.headers.get("x-cos-version-id", "")


def named(reply: Reply, path: str) -> list[str]:
    return [element.text or "" for element in reply.xml().iterfind(path)]


def test_makes_a_bucket_once_and_removes_it_when_it_is_empty(client: Client) -> None:
    assert client.cos("HEAD", BUCKET).status == 404
    assert client.cos("PUT", BUCKET, body=b"").status == 200
    assert client.cos("PUT", BUCKET, body=b"").code == "BucketAlreadyOwnedByYou"
    assert client.cos("HEAD", BUCKET).headers["x-cos-bucket-region"] == "ap-chengdu"
    assert client.cos("GET", BUCKET, "", [("location", "")]).xml().text == "ap-chengdu"
    put(client, "a")
    assert client.cos("DELETE", BUCKET).code == "BucketNotEmpty"
    client.cos("DELETE", BUCKET, "a")
    assert client.cos("DELETE", BUCKET).status == 204
    assert client.cos("DELETE", BUCKET).code == "NoSuchBucket"


@pytest.mark.parametrize(
    ("bucket", "code"),
    [
        ("no_appid-1250000000", "InvalidBucketName"),
        ("noappid", "InvalidBucketName"),
        ("a-1260000000", "AccessDenied"),
    ],
)
def test_refuses_a_bucket(shared: Client, bucket: str, code: str) -> None:
    assert shared.cos("PUT", bucket, body=b"").code == code


@pytest.mark.parametrize("host", ["service.cos.myqcloud.com", "cos.ap-chengdu.myqcloud.com"])
def test_lists_the_buckets_of_the_account(client: Client, host: str) -> None:
    assert named(client.call("GET", host, "/"), "Buckets/Bucket/Name") == []
    for name in ("b-1250000000", "a-1250000000"):
        client.cos("PUT", name, body=b"")
    listed = client.call("GET", host, "/")
    assert named(listed, "Buckets/Bucket/Name") == ["a-1250000000", "b-1250000000"]
    assert named(listed, "Buckets/Bucket/Location") == ["ap-chengdu"] * 2


def test_knows_no_other_calls_on_the_service(client: Client) -> None:
    assert client.call("DELETE", "service.cos.myqcloud.com", "/").code == "NotImplemented"


KEYS = ["a", "a/1", "a/2", "a/b/3", "b", "中/1", "中文"]


def listed(client: Client, *parameters: tuple[str, str]) -> tuple[list[str], list[str], str]:
    reply = client.cos("GET", BUCKET, "", parameters)
    assert reply.status == 200, reply
    return named(reply, "Contents/Key"), named(reply, "CommonPrefixes/Prefix"), reply.text("NextMarker")


LISTS = {
    "everything": ((), (KEYS, [], "")),
    "a prefix": ((("prefix", "a/"),), (["a/1", "a/2", "a/b/3"], [], "")),
    "a delimiter": ((("delimiter", "/"),), (["a", "b", "中文"], ["a/", "中/"], "")),
    "a prefix and a delimiter": ((("prefix", "a/"), ("delimiter", "/")), (["a/1", "a/2"], ["a/b/"], "")),
    "a marker": ((("marker", "a/2"),), (["a/b/3", "b", "中/1", "中文"], [], "")),
    "a marker before the prefix": ((("marker", "a"), ("prefix", "b")), (["b"], [], "")),
    "a marker that is a common prefix": (
        (("marker", "a/"), ("delimiter", "/")),
        (["b", "中文"], ["中/"], ""),
    ),
    "a page": ((("max-keys", "2"),), (["a", "a/1"], [], "a/1")),
    "a page that ends in a common prefix": ((("max-keys", "2"), ("delimiter", "/")), (["a"], ["a/"], "a/")),
    "a page of nothing": ((("max-keys", "0"),), ([], [], "")),
    "a larger page than allowed": ((("max-keys", "5000"),), (KEYS, [], "")),
    "encoded keys": (
        (("prefix", "中"), ("encoding-type", "url")),
        (["%E4%B8%AD/1", "%E4%B8%AD%E6%96%87"], [], ""),
    ),
}


@pytest.mark.parametrize(("parameters", "answer"), LISTS.values(), ids=LISTS.keys())
def test_lists_objects_with(
    shared: Client, parameters: tuple[tuple[str, str], ...], answer: tuple[list[str], list[str], str]
) -> None:
    for key in reversed(KEYS):
        put(shared, key)
    assert listed(shared, *parameters) == answer


def test_lists_every_key_once_page_by_page(client: Client) -> None:
    for key in KEYS:
        put(client, key)
    seen: list[str] = []
    marker = "\0"
    while marker:
        keys, prefixes, marker = listed(client, ("max-keys", "1"), ("delimiter", "/"), ("marker", marker))
        seen.extend(keys + prefixes)
    assert seen == ["a", "a/", "b", "中/", "中文"]


def test_describes_each_object_in_a_list(client: Client) -> None:
    client.cos("PUT", BUCKET, "a", headers={"x-cos-storage-class": "ARCHIVE"}, body=b"hello")
    reply = client.cos("GET", BUCKET)
    assert reply.text("Contents/ETag") == '"5d41402abc4b2a76b9719d911017c592"'
    assert (reply.text("Contents/Size"), reply.text("Contents/StorageClass")) == ("5", "ARCHIVE")
    assert (reply.text("Name"), reply.text("IsTruncated")) == (BUCKET, "false")


DESCRIBED = """\
\t\t<LastModified>2001-09-09T01:46:40.000Z</LastModified>
\t\t<ETag>"5d41"</ETag>
\t\t<Size>5</Size>
\t\t<Owner>
\t\t\t<ID>1250000000</ID>
\t\t\t<DisplayName>1250000000</DisplayName>
\t\t</Owner>
\t\t<StorageClass>ARCHIVE</StorageClass>
"""


def test_writes_lists_with_an_element_in_each_line(standin: Standin, client: Client) -> None:
    put(client, "a")
    values = "'a', 'v1', 5, '5d41', 1000000000.9, 'ARCHIVE'"
    with standin.service.database.writing() as transaction:
        transaction.execute(f"UPDATE versions SET (key, version, size, etag, modified, storage_class) = ({values})")
    contents = f"\n\t<Contents>\n\t\t<Key>a</Key>\n{DESCRIBED}\t</Contents>\n</ListBucketResult>"
    assert client.cos("GET", BUCKET).body.decode().endswith(f"<IsTruncated>false</IsTruncated>{contents}")
    ids = "<VersionId>v1</VersionId>\n\t\t<IsLatest>true</IsLatest>"
    version = f"\n\t<Version>\n\t\t<Key>a</Key>\n\t\t{ids}\n{DESCRIBED}\t</Version>\n</ListVersionsResult>"
    assert client.cos("GET", BUCKET, "", [("versions", "")]).body.decode().endswith(version)


def test_lists_keys_that_nothing_can_be_behind(client: Client) -> None:
    for key in ("a", "\U0010ffff/1", "\U0010ffff\U0010ffff"):
        put(client, key)
    assert listed(client, ("prefix", "\U0010ffff"))[0] == ["\U0010ffff/1", "\U0010ffff\U0010ffff"]


def test_lists_keys_that_xml_cannot_hold(client: Client) -> None:
    put(client, "a\x01b&<")
    assert listed(client)[0] == ["a\ufffdb&<"]
    assert listed(client, ("encoding-type", "url"))[0] == ["a%01b%26%3C"]


@pytest.mark.parametrize("parameter", [("max-keys", "ten"), ("max-keys", "-1"), ("encoding-type", "base64")])
def test_refuses_a_list(shared: Client, parameter: tuple[str, str]) -> None:
    put(shared, "a")
    assert shared.cos("GET", BUCKET, "", [parameter]).code == "InvalidArgument"


def test_keeps_every_version_once_versioning_is_enabled(client: Client) -> None:
    put(client, "a", b"0")
    assert client.cos("GET", BUCKET, "", [("versioning", "")]).text("Status") == ""
    versioning(client, "Enabled")
    assert client.cos("GET", BUCKET, "", [("versioning", "")]).text("Status") == "Enabled"
    first, second = put(client, "a", b"1"), put(client, "a", b"2")
    bodies = {
        version: client.cos("GET", BUCKET, "a", [("versionId", version)]).body for version in ("null", first, second)
    }
    assert bodies == {"null": b"0", first: b"1", second: b"2"}
    read = client.cos("GET", BUCKET, "a")
    assert (read.body, read.headers["x-cos-version-id"]) == (b"2", second)


def test_hides_an_object_behind_a_delete_marker(client: Client) -> None:
    versioning_after_first_write(client)
    version = put(client, "a")
    deleted = client.cos("DELETE", BUCKET, "a")
    marker = deleted.headers["x-cos-version-id"]
    assert (deleted.status, deleted.headers["x-cos-delete-marker"]) == (204, "true")
    hidden = client.cos("GET", BUCKET, "a")
    assert (hidden.code, hidden.headers["x-cos-delete-marker"]) == ("NoSuchKey", "true")
    assert client.cos("GET", BUCKET, "a", [("versionId", marker)]).code == "NoSuchKey"
    assert client.cos("GET", BUCKET, "a", [("versionId", version)]).status == 200
    assert "a" not in listed(client)[0]
    unhidden = client.cos("DELETE", BUCKET, "a", [("versionId", marker)])
    assert (unhidden.headers["x-cos-delete-marker"], unhidden.headers["x-cos-version-id"]) == ("true", marker)
    assert client.cos("GET", BUCKET, "a").status == 200
    assert client.cos("GET", BUCKET, "a", [("versionId", "v")]).code == "NoSuchVersion"


@pytest.mark.parametrize("name", ["versionId", "VersionId"], ids=["as the page writes it", "as the Go SDK does"])
def test_deletes_the_version_that_is_named(client: Client, name: str) -> None:
    versioning_after_first_write(client)
    kept, removed = put(client, "a", b"1"), put(client, "a", b"2")
    assert client.cos("DELETE", BUCKET, "a", [(name, removed)]).headers["x-cos-version-id"] == removed
    reply = client.cos("GET", BUCKET, "", [("versions", ""), ("prefix", "a")])
    assert (named(reply, "Version/VersionId"), named(reply, "DeleteMarker/IsLatest")) == ([kept], [])


def versioning_after_first_write(client: Client) -> None:
    put(client, "first")
    versioning(client, "Enabled")


def test_keeps_one_version_without_an_id_while_versioning_is_suspended(client: Client) -> None:
    versioning_after_first_write(client)
    version = put(client, "a", b"1")
    versioning(client, "Suspended")
    assert [put(client, "a", b"2"), put(client, "a", b"3")] == ["null", "null"]
    reply = client.cos("GET", BUCKET, "", [("versions", ""), ("prefix", "a")])
    assert named(reply, "Version/VersionId") == ["null", version]
    marker = client.cos("DELETE", BUCKET, "a")
    assert marker.headers["x-cos-version-id"] == "null"
    reply = client.cos("GET", BUCKET, "", [("versions", ""), ("prefix", "a")])
    assert (named(reply, "Version/VersionId"), named(reply, "DeleteMarker/IsLatest")) == ([version], ["true"])


def test_lists_versions_page_by_page(client: Client) -> None:
    versioning_after_first_write(client)
    for key in ("a", "a", "b/1", "b/2", "c"):
        put(client, key)
    client.cos("DELETE", BUCKET, "a")
    seen: list[tuple[str, str]] = []
    key, version = "", ""
    for _ in range(6):
        parameters = [("versions", ""), ("max-keys", "1"), ("delimiter", "/"), ("key-marker", key)]
        page = client.cos("GET", BUCKET, "", [*parameters, ("version-id-marker", version)])
        entries = [child for child in page.xml() if child.tag in ("Version", "DeleteMarker", "CommonPrefixes")]
        latest = [entry.findtext("IsLatest") or entry.findtext("Prefix") or "" for entry in entries]
        seen.extend((entry.tag, value) for entry, value in zip(entries, latest, strict=True))
        key, version = page.text("NextKeyMarker"), page.text("NextVersionIdMarker")
    assert seen == [
        ("DeleteMarker", "true"),
        ("Version", "false"),
        ("Version", "false"),
        ("CommonPrefixes", "b/"),
        ("Version", "true"),
        ("Version", "true"),
    ]
    assert (key, version) == ("", "")


def test_goes_on_behind_a_version_that_is_gone_by_now(client: Client) -> None:
    versioning_after_first_write(client)
    for _ in range(5):
        put(client, "k")
    seen, markers = [], [("key-marker", ""), ("version-id-marker", "")]
    while True:
        page = client.cos("GET", BUCKET, "", [("versions", ""), ("prefix", "k"), ("max-keys", "2"), *markers])
        for version in named(page, "Version/VersionId"):
            seen.append(version)
            client.cos("DELETE", BUCKET, "k", [("versionId", version)])
        if page.text("IsTruncated") == "false":
            break
        markers = [("key-marker", page.text("NextKeyMarker")), ("version-id-marker", page.text("NextVersionIdMarker"))]
    assert len(seen) == len({*seen}) == 5
    assert "NextKeyMarker" not in [child.tag for child in page.xml()]


def test_goes_on_behind_a_version_without_an_id_that_is_gone_by_now(client: Client) -> None:
    versioning_after_first_write(client)
    for _ in range(3):
        put(client, "k")
    versioning(client, "Suspended")
    put(client, "k")
    which = [("versions", ""), ("prefix", "k"), ("key-marker", "k"), ("version-id-marker", "null")]
    client.cos("DELETE", BUCKET, "k", [("versionId", "null")])
    assert len(named(client.cos("GET", BUCKET, "", which), "Version/VersionId")) == 3


@pytest.mark.parametrize("body", [b"<VersioningConfiguration/>", VERSIONING % b"Off", b"<Versioning/>", b"{}"])
def test_refuses_a_versioning_configuration(shared: Client, body: bytes) -> None:
    put(shared, "a")
    assert shared.cos("PUT", BUCKET, "", [("versioning", "")], body=body).code == "MalformedXML"


def test_says_which_delete_marker_it_has_removed(client: Client) -> None:
    versioning_after_first_write(client)
    put(client, "a")
    marker = client.cos("DELETE", BUCKET, "a").headers["x-cos-version-id"]
    one = f"<Object><Key>a</Key><VersionId>{marker}</VersionId></Object>"
    reply = delete_many(client, f"<Delete>{one}</Delete>")
    assert (reply.text("Deleted/DeleteMarker"), reply.text("Deleted/DeleteMarkerVersionId")) == ("true", marker)


def delete_many(client: Client, body: str) -> Reply:
    return client.cos("POST", BUCKET, "", [("delete", "")], body=body.encode())


def test_deletes_many_objects_at_once(client: Client) -> None:
    versioning_after_first_write(client)
    version = put(client, "a")
    put(client, "b")
    objects = f"<Object><Key>a</Key><VersionId>{version}</VersionId></Object><Object><Key>b</Key></Object>"
    deleted = delete_many(client, f"<Delete><Quiet>false</Quiet>{objects}</Delete>")
    assert named(deleted, "Deleted/Key") == ["a", "b"]
    assert (named(deleted, "Deleted/VersionId"), named(deleted, "Deleted/DeleteMarker")) == (
        [version],
        ["true"],
    )
    assert listed(client)[0] == ["first"]
    quiet = delete_many(client, "<Delete><Quiet>true</Quiet><Object><Key>first</Key></Object></Delete>")
    assert (quiet.status, list(quiet.xml())) == (200, [])


@pytest.mark.parametrize(
    "body",
    ["<Delete/>", "<Remove><Object><Key>a</Key></Object></Remove>", f"<Delete>{'<Object/>' * 1001}</Delete>"],
)
def test_refuses_a_list_of_objects_to_delete(shared: Client, body: str) -> None:
    put(shared, "a")
    assert delete_many(shared, body).code == "MalformedXML"
