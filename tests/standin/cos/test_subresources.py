"""Tags and access control lists of objects and buckets."""

from __future__ import annotations

import pytest

from tests.standin.client import Client, Reply

BUCKET = "examplebucket-1250000000"
HOST = f"{BUCKET}.cos.ap-chengdu.myqcloud.com"
OWNER = "qcs::cam::uin/100000000001:uin/100000000001"
EVERYONE = "http://cam.qcloud.com/groups/global/AllUsers"


def tagging(*pairs: tuple[str, str]) -> bytes:
    listed = "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key, value in pairs)
    return f"<Tagging><TagSet>{listed}</TagSet></Tagging>".encode()


def tags(reply: Reply) -> dict[str, str]:
    assert reply.status == 200, reply
    return {tag.findtext("Key") or "": tag.findtext("Value") or "" for tag in reply.xml().iterfind("TagSet/Tag")}


@pytest.fixture(autouse=True)
def written(client: Client) -> None:
    client.cos("PUT", BUCKET, "a", headers={"x-cos-tagging": "k=v&%E4%B8%AD=x%20y"}, body=b"hello")


def test_keeps_the_tags_of_an_object(client: Client) -> None:
    which = [("tagging", "")]
    assert tags(client.cos("GET", BUCKET, "a", which)) == {"k": "v", "中": "x y"}
    assert client.cos("HEAD", BUCKET, "a").headers["x-cos-tagging-count"] == "2"
    assert client.cos("PUT", BUCKET, "a", which, body=tagging(("b", ""))).status == 200
    assert tags(client.cos("GET", BUCKET, "a", which)) == {"b": ""}
    assert client.cos("DELETE", BUCKET, "a", which).status == 204
    assert tags(client.cos("GET", BUCKET, "a", which)) == {}


def test_keeps_the_tags_of_a_bucket(client: Client) -> None:
    which = [("tagging", "")]
    assert client.cos("GET", BUCKET, "", which).code == "NoSuchTagSet"
    assert client.cos("PUT", BUCKET, "", which, body=tagging(("b", "c"))).status == 204
    assert tags(client.cos("GET", BUCKET, "", which)) == {"b": "c"}
    assert client.cos("DELETE", BUCKET, "", which).status == 204
    assert client.cos("GET", BUCKET, "", which).code == "NoSuchTagSet"


TAG_FAULTS = {
    "eleven tags": (tagging(*((str(number), "") for number in range(11))), "InvalidTag"),
    "a tag twice": (tagging(("a", "1"), ("a", "2")), "InvalidTag"),
    "an empty key": (tagging(("", "1")), "InvalidTag"),
    "a long key": (tagging(("k" * 129, "1")), "InvalidTag"),
    "a long value": (tagging(("k", "1" * 257)), "InvalidTag"),
    "another document": (b"<Tags/>", "MalformedXML"),
}


@pytest.mark.parametrize(("body", "code"), TAG_FAULTS.values(), ids=TAG_FAULTS.keys())
def test_refuses_tags(client: Client, body: bytes, code: str) -> None:
    assert client.cos("PUT", BUCKET, "a", [("tagging", "")], body=body).code == code


def test_has_no_tags_of_an_object_that_is_not_there(client: Client) -> None:
    assert client.cos("GET", BUCKET, "b", [("tagging", "")]).code == "NoSuchKey"
    assert client.cos("PUT", BUCKET, "b", [("tagging", "")], body=tagging()).code == "NoSuchKey"


def grants(reply: Reply) -> list[tuple[str, str]]:
    assert reply.status == 200, reply
    return [
        (
            grant.findtext("Grantee/ID") or grant.findtext("Grantee/URI") or "",
            grant.findtext("Permission") or "",
        )
        for grant in reply.xml().iterfind("AccessControlList/Grant")
    ]


@pytest.mark.parametrize("key", ["a", ""], ids=["object", "bucket"])
def test_keeps_an_access_control_list(client: Client, key: str) -> None:
    which = [("acl", "")]
    assert grants(client.cos("GET", BUCKET, key, which)) == [(OWNER, "FULL_CONTROL")]
    headers = {"x-cos-acl": "public-read-write", "x-cos-grant-write-acp": 'id="x",uin="y"'}
    assert client.cos("PUT", BUCKET, key, which, headers, b"").status == 200
    reply = client.cos("GET", BUCKET, key, which)
    assert grants(reply) == [
        (OWNER, "FULL_CONTROL"),
        (EVERYONE, "READ"),
        (EVERYONE, "WRITE"),
        ("x", "WRITE_ACP"),
        ("y", "WRITE_ACP"),
    ]
    assert client.cos("PUT", BUCKET, key, which, body=reply.body).status == 200
    assert grants(client.cos("GET", BUCKET, key, which)) == grants(reply)


def test_says_when_an_object_has_no_list_of_its_own(client: Client) -> None:
    assert client.cos("GET", BUCKET, "a", [("acl", "")]).headers["x-cos-acl"] == "default"
    client.cos("PUT", BUCKET, "a", [("acl", "")], {"x-cos-acl": "private"}, b"")
    assert "x-cos-acl" not in client.cos("GET", BUCKET, "a", [("acl", "")]).headers
    client.cos("PUT", BUCKET, "a", [("acl", "")], {"x-cos-acl": "default"}, b"")
    assert client.cos("GET", BUCKET, "a", [("acl", "")]).headers["x-cos-acl"] == "default"


def grant(content: str) -> str:
    listed = f"<AccessControlList><Grant>{content}</Grant></AccessControlList>"
    return f"<AccessControlPolicy>{listed}</AccessControlPolicy>"


POLICIES = {
    "everyone may read": (
        f"<Grantee><URI>{EVERYONE}</URI></Grantee><Permission>READ</Permission>",
        (EVERYONE, "READ"),
    ),
    "somebody may read": ("<Grantee><ID>x</ID></Grantee><Permission>READ</Permission>", ("x", "READ")),
}


@pytest.mark.parametrize(("content", "granted"), POLICIES.values(), ids=POLICIES.keys())
def test_reads_a_list_from_a_document(client: Client, content: str, granted: tuple[str, str]) -> None:
    assert client.cos("PUT", BUCKET, "a", [("acl", "")], body=grant(content).encode()).status == 200
    assert grants(client.cos("GET", BUCKET, "a", [("acl", "")]))[1:] == [granted]


ACL_FAULTS = {
    "an unknown canned list": ({"x-cos-acl": "public"}, b"", "InvalidArgument"),
    "a grantee without a name": ({"x-cos-grant-read": "x"}, b"", "InvalidArgument"),
    "another document": ({}, b"<Policy/>", "MalformedXML"),
    "no grantee": ({}, grant("<Permission>READ</Permission>").encode(), "MalformedXML"),
    "an unknown permission": ({}, grant("<Grantee/><Permission>ALL</Permission>").encode(), "MalformedXML"),
}


@pytest.mark.parametrize(("headers", "body", "code"), ACL_FAULTS.values(), ids=ACL_FAULTS.keys())
def test_refuses_a_list_with(client: Client, headers: dict[str, str], body: bytes, code: str) -> None:
    assert client.cos("PUT", BUCKET, "a", [("acl", "")], headers, body).code == code


def anonymous(client: Client, method: str, target: str) -> int:
    return client.send(method, target, {"Host": HOST}).status


def test_lets_everyone_read_what_is_public(client: Client) -> None:
    assert anonymous(client, "GET", "/a") == 403
    client.cos("PUT", BUCKET, "a", [("acl", "")], {"x-cos-acl": "public-read"}, b"")
    assert [anonymous(client, "GET", "/a"), anonymous(client, "HEAD", "/a")] == [200, 200]
    assert [
        anonymous(client, "GET", "/"),
        anonymous(client, "DELETE", "/a"),
        anonymous(client, "GET", "/b"),
    ] == [403] * 3


def test_lets_everyone_read_what_a_public_bucket_does_not_keep_private(client: Client) -> None:
    client.cos("PUT", BUCKET, "", [("acl", "")], {"x-cos-acl": "public-read"}, b"")
    client.cos("PUT", BUCKET, "private", headers={"x-cos-acl": "private"}, body=b"")
    assert [anonymous(client, "GET", target) for target in ("/", "/a", "/nope", "/private")] == [
        200,
        200,
        404,
        403,
    ]
    assert client.send("GET", "/x", {"Host": HOST.replace("example", "never")}).status == 403


def test_refuses_a_wrong_signature_for_what_is_public_too(client: Client) -> None:
    client.cos("PUT", BUCKET, "a", [("acl", "")], {"x-cos-acl": "public-read"}, b"")
    assert client.send("GET", "/a", {"Host": HOST, "Authorization": "nonsense"}).status == 403
