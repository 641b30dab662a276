"""Verifying signatures: the published vectors, the forms that SDKs send, and everything that is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest

from cosbatch.standin import Account
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request
from cosbatch.standin.wire.signatures import http_string, sign_key, signature, signed_pairs, string_to_sign, verify
from tests.standin.client import authorization

NOW = 1_600_000_000.0
HOST = "examplebucket-1250000000.cos.ap-chengdu.myqcloud.com"
ACCOUNT = Account()


class NoBody:
    def chunks(self) -> Iterator[bytes]:
        return iter(())


class Vector(NamedTuple):
    """A published example; the key of V5 and V6 is only published as the SignKey."""

    sign_key: str
    key_time: str
    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    signature: str


SDK_HEADERS = (
    ("x-cos-content-sha1", "db8ac1c259eb89d4a131b253bacfca5f319d54f2"),
    ("x-cos-stroage-class", "nearline"),
)
VECTORS = {
    "Go SDK": Vector(
        sign_key("AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM", "1480932292;1481012292"),
        "1480932292;1481012292",
        "PUT",
        "/testfile2",
        (),
        (("Host", "testbucket-125000000.cos.ap-guangzhou.myqcloud.com"), *SDK_HEADERS),
        "ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a",
    ),
    "oldest page": Vector(
        "95d110a8ead64cac52083100db75b7e3f369e72f",
        "1480932292;1481012292",
        "PUT",
        "/testfile2",
        (),
        (("Host", "testbucket-125000000.cn-north.myqcloud.com"), *SDK_HEADERS),
        "b237c36c5495b048519b82b17a200840594c0339",
    ),
    "page, PUT": Vector(
        "eb2519b498b02ac213cb1f3d1a3d27a3b3c9bc5f",
        "1557989151;1557996351",
        "PUT",
        "/exampleobject(腾讯云)",
        (),
        (
            ("Content-Length", "13"),
            ("Content-MD5", "mQ/fVh815F3k6TAUm8m0eg=="),
            ("Content-Type", "text/plain"),
            ("Date", "Thu, 16 May 2019 06:45:51 GMT"),
            ("Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"),
            ("x-cos-acl", "private"),
            ("x-cos-grant-read", 'uin="100000000011"'),
        ),
        "3b8851a11a569213c17ba8fa7dcf2abec6935172",
    ),
    "page, GET": Vector(
        "937914bf490e9e8c189836aad2052e4feeb35eaf",
        "1557989753;1557996953",
        "GET",
        "/exampleobject(腾讯云)",
        (
            ("response-content-type", "application/octet-stream"),
            ("response-cache-control", "max-age=600"),
        ),
        (
            ("Date", "Thu, 16 May 2019 06:55:53 GMT"),
            ("Host", "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"),
        ),
        "01681b8c9d798a678e43b685a9f1bba0f6c0e012",
    ),
    "Go SDK, presigned": Vector(
        "9127879125ac514f301995a1f5f4fc6f7ca4e04b",
        "1622702557;1622706157",
        "PUT",
        "/test.jpg",
        (("test", "params"),),
        (),
        "7757e84ed5f8953eafc30afcd2a5d1ad68e00d67",
    ),
    "C++ SDK": Vector(
        sign_key("secret_key_test", "1502493430;1502573430"),
        "1502493430;1502573430",
        "GET",
        "xxxx",
        (("first_param", "first_value"), ("second_param", "second_value")),
        (("host", "hostname_test"), ("x-cos-meta-xx", "meta_test")),
        "7686473b75487163d6e204d3c68e5c3b74e06164",
    ),
}


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
def test_comes_to_the_published_signature(vector: Vector) -> None:
    names = tuple(name.lower() for name, _ in vector.headers)
    parameters = signed_pairs(vector.parameters, tuple(name for name, _ in vector.parameters))
    text = http_string(vector.method, vector.path, parameters, signed_pairs(vector.headers, names))
    assert signature(vector.sign_key, string_to_sign(vector.key_time, text)) == vector.signature


def request(
    headers: Mapping[str, str], parameters: tuple[tuple[str, str], ...] = (), hosts: tuple[str, ...] = (HOST,)
) -> Request:
    lower = {name.lower(): value for name, value in headers.items()}
    return Request("GET", "/key", parameters, lower, hosts, NoBody())


def signed(
    headers: Mapping[str, str] | None = None,
    parameters: tuple[tuple[str, str], ...] = (),
    window: tuple[int, int] = (int(NOW) - 60, int(NOW) + 600),
    account: Account = ACCOUNT,
    signed_host: str = HOST,
) -> str:
    pairs = [*(headers or {}).items(), ("host", signed_host)]
    return authorization(account, "GET", "/key", parameters, pairs, window)


def refusal(request: Request, now: float = NOW, clock_moved: bool = False) -> str:
    with pytest.raises(ServiceError) as refused:
        verify(request, ACCOUNT, now, clock_moved)
    assert refused.value.status == 403
    return refused.value.code


def test_accepts_a_signature_over_headers_and_parameters_with_odd_characters() -> None:
    headers = {"x-cos-meta-a": "é !'()*~", "Range": "bytes=0-9"}
    parameters = (("prefix", "a/b c+d"), ("Upper", "x"))
    verify(request({**headers, "Authorization": signed(headers, parameters)}, parameters), ACCOUNT, NOW)


def test_accepts_what_the_client_did_not_sign() -> None:
    headers = {"Authorization": signed(), "x-cos-security-token": "token", "Date": "not a date"}
    verify(request(headers, (("unsigned", "1"),)), ACCOUNT, NOW)


@pytest.mark.parametrize("signed_host", ["127.0.0.1", "127.0.0.1:8080", HOST], ids=["without port", "with", "proxied"])
def test_accepts_each_form_in_which_sdks_sign_the_host(signed_host: str) -> None:
    headers = {"Authorization": signed(signed_host=signed_host)}
    verify(request(headers, hosts=("127.0.0.1:8080", HOST)), ACCOUNT, NOW)


def test_accepts_a_signature_in_the_query() -> None:
    query = tuple(tuple(part.split("=", 1)) for part in signed().split("&"))
    verify(request({}, query), ACCOUNT, NOW)  # type: ignore[arg-type]


def test_accepts_a_sign_key_that_was_handed_out_with_a_window_of_its_own() -> None:
    key_time, sign_time = f"{int(NOW) - 5000};{int(NOW) + 5000}", f"{int(NOW) - 60};{int(NOW) + 60}"
    text = string_to_sign(sign_time, http_string("GET", "/key", "", f"host={HOST}"))
    own = {"q-key-time": key_time, "q-signature": signature(sign_key(ACCOUNT.secret_key, key_time), text)}
    fields = {**dict(part.split("=", 1) for part in signed().split("&")), "q-sign-time": sign_time, **own}
    headers = {"Authorization": "&".join(f"{name}={value}" for name, value in fields.items())}
    verify(request(headers), ACCOUNT, NOW)
    assert refusal(request(headers), NOW + 100) == "Request has expired"


def test_refuses_an_unsigned_request() -> None:
    assert refusal(request({})) == "AccessDenied"


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic dXNlcg==",
        signed().replace("=sha1", "=sha256"),
        signed().replace("&q-url-param-list=", ""),
        signed(window=(1, 1)),
        signed().replace(";", ","),
    ],
    ids=["another scheme", "another algorithm", "a part is missing", "an empty window", "no window"],
)
def test_refuses_an_authorization_it_cannot_read(authorization: str) -> None:
    assert refusal(request({"Authorization": authorization})) == "AccessDenied"


def test_refuses_another_account_s_key() -> None:
    stranger = Account(secret_id="AKIDstranger")
    assert refusal(request({"Authorization": signed(account=stranger)})) == "InvalidAccessKeyId"


def test_refuses_a_changed_header() -> None:
    headers = {"x-cos-acl": "private", "Authorization": signed({"x-cos-acl": "public-read"})}
    assert refusal(request(headers)) == "SignatureDoesNotMatch"


def test_explains_a_wrong_signature_without_giving_a_token_away() -> None:
    wrong = signed({"x-cos-security-token": "planted/token"}, account=Account(secret_key="other"))
    with pytest.raises(ServiceError) as refused:
        verify(request({"x-cos-security-token": "planted/token", "Authorization": wrong}), ACCOUNT, NOW)
    details = dict(refused.value.details)
    assert details["StringToSign"].startswith(f"sha1\n{int(NOW) - 60};{int(NOW) + 600}\n")
    assert details["FormatString"] == f"get\n/key\n\nhost={HOST}&x-cos-security-token=***\n"
    assert ACCOUNT.secret_key not in str(refused.value.details)


def test_explains_a_wrong_signature_in_a_query_without_giving_a_token_away() -> None:
    parameters = (("x-cos-security-token", "planted"),)
    wrong = signed(parameters=parameters, account=Account(secret_key="other"))
    query = tuple((name, value) for name, _, value in (part.partition("=") for part in wrong.split("&")))
    with pytest.raises(ServiceError) as refused:
        verify(request({}, parameters + query), ACCOUNT, NOW)
    assert "planted" not in str(refused.value.details)


def test_shows_the_whole_text_when_no_token_is_in_it() -> None:
    with pytest.raises(ServiceError) as refused:
        verify(request({"Authorization": signed(signed_host="other")}), ACCOUNT, NOW)
    assert dict(refused.value.details)["FormatString"] == f"get\n/key\n\nhost={HOST}\n"


WINDOWS = {
    "over": ((-1000, -1), "", False, "Request has expired"),
    "far ahead": ((901, 2000), "", False, "RequestTimeTooSkewed"),
    "over, with a Date of long ago": (
        (-2000, -1000),
        "Sun, 13 Sep 2020 12:00:00 GMT",
        False,
        "RequestTimeTooSkewed",
    ),
    "valid, with a Date far ahead": (
        (-60, 600),
        "Sun, 13 Sep 2020 12:42:00 GMT",
        False,
        "RequestTimeTooSkewed",
    ),
    "over, since a fault has moved the clock": ((-1000, -1), "", True, "RequestTimeTooSkewed"),
}


@pytest.mark.parametrize(("window", "date", "moved", "code"), WINDOWS.values(), ids=WINDOWS.keys())
def test_refuses_a_window_that_is(window: tuple[int, int], date: str, moved: bool, code: str) -> None:
    start, end = window
    headers = {"Authorization": signed(window=(int(NOW) + start, int(NOW) + end)), "Date": date}
    assert refusal(request(headers), clock_moved=moved) == code


def test_accepts_a_clock_that_is_a_little_wrong() -> None:
    window = (int(NOW) + 800, int(NOW) + 2000)
    headers = {"Authorization": signed(window=window), "Date": "Sun, 13 Sep 2020 12:40:00 GMT"}
    verify(request(headers), ACCOUNT, NOW, clock_moved=True)


def test_keeps_the_key_out_of_what_the_account_prints() -> None:
    assert ACCOUNT.secret_key not in repr(ACCOUNT)
