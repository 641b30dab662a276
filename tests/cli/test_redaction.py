"""Secrets go, wherever they are; what the function works by stays."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from cosbatch.cli.redaction import MARK, is_secret_name, redact

SECRET = "Tr0ub4dor"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "authorization",
        "Proxy-Authorization",
        "x-cos-security-token",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "q-signature",
        "q-ak",
        "sign",
        "Cookie",
        "Set-Cookie",
        "cookies",
        "x-api-key",
        "apiKey",
        "accessKeyId",
        "secretKey",
        "TENCENTCLOUD_SESSIONTOKEN",
        "TENCENTCLOUD_SECRETKEY",
        "password",
        "access_token",
        "idToken",
        "sessionId",
        "x-cos-server-side-encryption-customer-key",
        "client-certificate",
        "private_key",
        "sharedKeys",
    ],
)
def test_knows_a_secret_by_its_name(name: str) -> None:
    assert is_secret_name(name)
    assert redact({"a": [{name: SECRET}]}) == ({"a": [{name: MARK}]}, [f"/a/0/{name}"])


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "Key",
        "ClientRequestToken",
        "nextToken",
        "NextToken",
        "Idempotency-Key",
        "routeKey",
        "x-cos-meta-mykey",
        "url",
        "eTag",
        "x-cos-request-id",
        "q-key-time",
        "requestParameters",
        "TargetKeyPrefix",
        "TaggingDirective",
        "Signed",
    ],
)
def test_leaves_what_the_function_works_by(name: str) -> None:
    assert redact({name: "restore/2026-11.csv"}) == ({name: "restore/2026-11.csv"}, [])


AUTHORIZATION = f"q-sign-algorithm=sha1&q-ak=AKIDxxxxxxxxxxxxx&q-sign-time=1;2&q-signature={SECRET}"

# Where a secret may stand, and what is left of it.
PLACES: list[tuple[Any, Any]] = [
    (AUTHORIZATION, f"q-sign-algorithm=sha1&q-ak={MARK}&q-sign-time=1;2&q-signature={MARK}"),
    (
        f"https://b.cos.ap-chengdu.myqcloud.com/k?sign={SECRET}&a=1",
        f"https://b.cos.ap-chengdu.myqcloud.com/k?sign={MARK}&a=1",
    ),
    (f"https://me:{SECRET}@example.com/", f"https://{MARK}@example.com/"),
    (f"return=%2Fx%3Ftoken%3D{SECRET}&b=%2F", f"return=%2Fx%3Ftoken%3D{'%5Bredacted%5D'}&b=%2F"),
    (f"user=me&password={SECRET}", f"user=me&password={MARK}"),
    (f"Bearer {SECRET}", f"Bearer {MARK}"),
    (f"it said BASIC {SECRET}==", f"it said BASIC {MARK}"),
    (f"token is {JWT}.", f"token is {MARK}."),
    ("id AKIDabcdefghijklmnop, AKIAABCDEFGHIJKLMNOP", f"id {MARK}, {MARK}"),
    (f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----\nend", f"{MARK}\nend"),
    (f"Host: a\nAuthorization: {SECRET} and more\r\nDate: b", f"Host: a\nAuthorization: {MARK}\r\nDate: b"),
    (f'cut off: {{"token": "{SECRET}", "key": "a"', f'cut off: {{"token": "{MARK}", "key": "a"'),
    (f'{{"token": "{SECRET}", "token": "twice"}}', f'{{"token": "{MARK}", "token": "{MARK}"}}'),
    (f'{{"a": [{{"token": "{SECRET}"}}]}}', f'{{"a": [{{"token": "{MARK}"}}]}}'),
    (f'"Bearer {SECRET}"', f'"Bearer {MARK}"'),
    ({"token": [SECRET, {"deep": SECRET}]}, {"token": [MARK, {"deep": MARK}]}),
    ({"token": 12345}, {"token": MARK}),
    ({"name": "Authorization", "value": SECRET}, {"name": "Authorization", "value": MARK}),
    ({"Key": "x-api-key", "Values": [SECRET]}, {"Key": "x-api-key", "Values": [MARK]}),
    (f'{{"token": "{SECRET}", "note": "恢复"}}', f'{{"token": "{MARK}", "note": "恢复"}}'),
    (f'"恢复 Bearer {SECRET}"', f'"恢复 Bearer {MARK}"'),
    (["Host", "a", "Cookie", SECRET], ["Host", "a", "Cookie", MARK]),
    ([["Cookie", SECRET]], [["Cookie", MARK]]),
]


@pytest.mark.parametrize(("place", "left"), PLACES)
def test_takes_secrets_out_of_every_place(place: Any, left: Any) -> None:
    clean, pointers = redact({"body": place})
    assert clean == {"body": left}
    assert pointers
    assert SECRET not in json.dumps(clean)


@pytest.mark.parametrize("place", [place for place, _ in PLACES])
def test_takes_secrets_out_of_text_inside_text(place: Any) -> None:
    text = place if isinstance(place, str) else json.dumps(place)
    wrapped = {"body": json.dumps({"inner": base64.b64encode(json.dumps({"ClientContext": text}).encode()).decode()})}
    clean: Any = redact(wrapped)[0]
    inner = json.loads(base64.b64decode(json.loads(clean["body"])["inner"]))
    assert MARK in inner["ClientContext"] or "%5Bredacted%5D" in inner["ClientContext"]
    assert SECRET not in inner["ClientContext"]


@pytest.mark.parametrize(
    "value",
    [
        {"token": ""},
        {"token": None},
        {"token": True},
        {"a": 1, "b": 1.5, "c": None, "d": False},
        {"body": '{"Profile": "restore",  "Manifest":"cos://manifest-1250000000/a.csv"}'},
        {"body": base64.b64encode(b'{"Profile": "restore"}').decode()},
        {"body": "COSPutObjectCopy"},
        {"body": "{not json"},
        {"name": 5, "value": "a"},
        {"name": ["token"], "value": "a"},
        {"x-cos-request-id": "NWMxOWY4MGFfMjViMjU4NjRfMTUyMV8yNzhhZjM="},
        {"url": "http://manifest-1250000000.cos.ap-chengdu.myqcloud.com/a%20b.csv?versionId=1"},
        [],
        "text",
    ],
)
def test_leaves_all_else_as_it_is(value: Any) -> None:
    assert redact(value) == (value, [])


def test_finds_the_secrets_that_it_knows() -> None:
    event = {"note": f"we use {SECRET}", "body": json.dumps({"note": SECRET}), "short": "abcde", "long": "fghijk"}
    clean, pointers = redact(event, [SECRET, "", "abcde", "fghijk"])
    assert clean == {"note": f"we use {MARK}", "body": json.dumps({"note": MARK}), "short": "abcde", "long": MARK}
    assert pointers == ["/note", "/body", "/long"]


def test_points_at_odd_names_as_json_pointers_do() -> None:
    assert redact({"a/b~c": {"token": SECRET}})[1] == ["/a~1b~0c/token"]


@pytest.mark.parametrize(
    "text",
    ["a" * 300_000, "a=" * 100_000, "://" + "a:" * 100_000, '"a" ' * 50_000, "%25" * 50_000],
)
def test_ends_with_endless_text(text: str) -> None:
    """Were the time to grow with the square of the length, this would take hours."""
    assert redact({"body": text}) == ({"body": text}, [])


def test_gives_up_on_text_that_is_wrapped_without_end() -> None:
    text = f"token={SECRET}"
    for _ in range(12):
        text = base64.b64encode(text.encode()).decode()
    clean = str(redact(text)[0])
    while MARK not in clean:
        clean = base64.b64decode(clean).decode()
    assert clean == MARK
