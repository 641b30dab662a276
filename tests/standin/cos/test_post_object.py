"""PostObject: uploads by a browser's form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from cosbatch.standin import Account
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.forms import read_form
from tests.standin.client import Client, Reply

BUCKET = "posted-1250000000"
HOST = f"{BUCKET}.cos.ap-chengdu.myqcloud.com"
LATER = "2099-01-01T00:00:00.000Z"


def policy(
    conditions: Sequence[Any], expiration: str = LATER, key: str | None = None, begins: float = -60
) -> dict[str, str]:
    """The fields of a signed policy (436/14690)."""
    account = Account()
    text = json.dumps({"expiration": expiration, "conditions": conditions})
    start = int(time.time() + begins)
    key_time = f"{start};{start + 660}"
    sign_key = hmac.new((key or account.secret_key).encode(), key_time.encode(), hashlib.sha1).hexdigest()
    digest = hashlib.sha1(text.encode()).hexdigest()
    return {
        "policy": base64.b64encode(text.encode()).decode(),
        "q-sign-algorithm": "sha1",
        "q-ak": account.secret_id,
        "q-key-time": key_time,
        "q-signature": hmac.new(sign_key.encode(), digest.encode(), hashlib.sha1).hexdigest(),
    }


def form(fields: Mapping[str, str], file: bytes | None = b"four", boundary: str = "xyz") -> bytes:
    """The body of a form, with its file at the end."""
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    body = "".join(parts).encode()
    if file is not None:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a b.txt"\r\n\r\n'
        body += head.encode() + file + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def post(client: Client, body: bytes, kind: str = "multipart/form-data; boundary=xyz") -> Reply:
    headers = {"Host": HOST, "Content-Type": kind, "Content-Length": str(len(body))}
    return client.send("POST", "/", headers, body)


@pytest.mark.parametrize(("begins", "code"), [(-7200, "Request has expired"), (7200, "RequestTimeTooSkewed")])
def test_takes_no_signature_outside_of_its_time(shared: Client, begins: float, code: str) -> None:
    reply = post(shared, form({"key": "a", **policy([{"bucket": BUCKET}], begins=begins)}))
    assert (reply.status, reply.code) == (403, code)


def test_takes_no_file_of_another_digest(shared: Client) -> None:
    wrong = {"Content-MD5": base64.b64encode(bytes(16)).decode()}
    reply = post(shared, form({"key": "a", **wrong, **policy([{"bucket": BUCKET}])}))
    assert (reply.status, reply.code) == (400, "BadDigest")


def test_writes_an_object_with_its_attributes(shared: Client) -> None:
    sign = policy([{"bucket": BUCKET}, {"q-sign-algorithm": "sha1"}, ["starts-with", "$key", "in/"]])
    fields = {"key": "in/${filename}", "Content-Type": "text/csv", "x-cos-meta-owner": "ops", **sign}
    reply = post(shared, form(fields))
    assert (reply.status, reply.body, reply.headers["etag"]) == (204, b"", f'"{hashlib.md5(b"four").hexdigest()}"')
    found = shared.cos("GET", BUCKET, "in/a b.txt")
    assert (found.body, found.headers["content-type"], found.headers["x-cos-meta-owner"]) == (
        b"four",
        "text/csv",
        "ops",
    )


def test_answers_as_the_form_asks(shared: Client) -> None:
    for status in ("200", "201", "999"):
        reply = post(shared, form({"key": "k", "success_action_status": status, **policy([])}))
        assert reply.status == {"200": 200, "201": 201}.get(status, 204)
        if status == "201":
            assert (reply.text("Bucket"), reply.text("Key")) == (BUCKET, "k")
            assert reply.text("Location") == f"http://{HOST}/k"


def test_answers_where_no_host_is_named(shared: Client) -> None:
    body = form({"key": "k", "success_action_status": "201", **policy([])})
    headers = {"Content-Type": "multipart/form-data; boundary=xyz", "Content-Length": str(len(body))}
    assert shared.send("POST", f"/{BUCKET}", headers, body).status == 201


@pytest.mark.parametrize(("address", "sign"), [("https://my.example/done", "?"), ("http://my.example/?a=b", "&")])
def test_sends_the_browser_on_with_what_it_has_written(shared: Client, address: str, sign: str) -> None:
    sign_fields = policy([["starts-with", "$success_action_redirect", "http"]])
    reply = post(shared, form({"key": "a b&c", "success_action_redirect": address, **sign_fields}))
    etag = hashlib.md5(b"four").hexdigest()
    assert reply.status == 303
    assert reply.headers["location"] == f"{address}{sign}bucket={BUCKET}&key=a%20b%26c&etag=%22{etag}%22"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://a.example/\r\nSet-Cookie: a=b", "/done"])
def test_sends_the_browser_to_no_place_that_is_no_address(shared: Client, address: str) -> None:
    reply = post(shared, form({"key": "never", "success_action_redirect": address, **policy([])}))
    assert (reply.status, reply.code) == (400, "InvalidArgument")
    assert shared.cos("HEAD", BUCKET, "never").status == 404


def test_takes_a_signed_header_in_place_of_a_policy(shared: Client) -> None:
    body = form({"key": "by-header"})
    headers = {"Content-Type": 'multipart/form-data; boundary="xyz"'}
    assert shared.cos("POST", BUCKET, "", (), headers, body).status == 204
    assert shared.cos("HEAD", BUCKET, "by-header").status == 200


def test_keeps_every_byte_of_a_large_file(shared: Client) -> None:
    file = b"\r\n--xy" * 200_000 + b"\r\n--xyy\r\n"
    assert post(shared, form({"key": "large", **policy([])}, file)).status == 204
    assert shared.cos("GET", BUCKET, "large").body == file


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "without a policy": ({"key": "k"}, "AccessDenied"),
    "with another key": ({"key": "k", **policy([], key="wrong")}, "SignatureDoesNotMatch"),
    "with an unknown id": ({"key": "k", **policy([]), "q-ak": "AKIDother"}, "InvalidAccessKeyId"),
    "too late": ({"key": "k", **policy([], "2020-01-01T00:00:00Z")}, "AccessDenied"),
    "of another key": ({"key": "k", **policy([["eq", "$key", "j"]])}, "AccessDenied"),
    "of another bucket": ({"key": "k", **policy([{"bucket": "other-1250000000"}])}, "AccessDenied"),
    "under another prefix": ({"key": "k", **policy([["starts-with", "$key", "in/"]])}, "AccessDenied"),
    "with an unknown condition": ({"key": "k", **policy([["ends-with", "$key", "k"]])}, "AccessDenied"),
    "too large": ({"key": "k", **policy([["content-length-range", 0, 3]])}, "EntityTooLarge"),
    "too small": ({"key": "k", **policy([["content-length-range", 5, 9]])}, "EntityTooSmall"),
    "without a key": (policy([]), "InvalidArgument"),
}


@pytest.mark.parametrize(("fields", "code"), REFUSED.values(), ids=REFUSED)
def test_refuses_a_form(shared: Client, fields: dict[str, str], code: str) -> None:
    assert post(shared, form(fields)).code == code


MALFORMED = {
    "another type": (b"", "application/json"),
    "no part": (b"nothing", "multipart/form-data; boundary=xyz"),
    "no file": (form({"key": "k"}, None), "multipart/form-data; boundary=xyz"),
    "no name": (b"--xyz\r\nContent-Type: a\r\n\r\nv\r\n--xyz--", "multipart/form-data; boundary=xyz"),
    "an end too early": (form({"key": "k", **policy([])})[:-9], "multipart/form-data; boundary=xyz"),
    "a long field": (form({"key": "k" * 70_000}), "multipart/form-data; boundary=xyz"),
    "an endless field": (form({"key": "k" * 700_000}), "multipart/form-data; boundary=xyz"),
}


@pytest.mark.parametrize(("body", "kind"), MALFORMED.values(), ids=MALFORMED)
def test_refuses_what_is_no_form(shared: Client, body: bytes, kind: str) -> None:
    assert post(shared, body, kind).code == "MalformedPOSTRequest"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_reads_a_form_in_any_pieces(size: int) -> None:
    body = form({"Key": "k", "empty": ""}, b"a\r\n--xy\r\n") + b"epilogue"
    pieces = (body[place : place + size] for place in range(0, len(body), size))
    read = read_form(pieces, "multipart/form-data; charset=utf-8; boundary=xyz")
    assert (read.fields, read.filename, b"".join(read.file)) == ({"key": "k", "empty": ""}, "a b.txt", b"a\r\n--xy\r\n")
    assert list(pieces) == []


def test_refuses_a_file_without_an_end() -> None:
    read = read_form(iter([form({})[:-9]]), "multipart/form-data; boundary=xyz")
    with pytest.raises(ServiceError, match="MalformedPOSTRequest"):
        list(read.file)
