"""The parts of an object."""

from __future__ import annotations

import pytest

from cosbatch.model.credentials import Account
from cosbatch.model.messages import Request, Response
from cosbatch.model.names import Resource
from cosbatch.service.manifest_object import head_request, is_part, part_request, size_of

PLACE = Resource("manifest-1250000000", "list.csv", None)
ACCOUNT = Account("100000000001", "1250000000", "ap-chengdu")
HOST = "manifest-1250000000.cos.ap-chengdu.myqcloud.com"
KIB = 1024


def test_asks_for_an_object_at_its_bucket() -> None:
    odd = Resource("manifest-1250000000", "/odd key", None)
    assert head_request(odd, ACCOUNT) == Request("HEAD", HOST, "//odd key", limit=64 * KIB)
    assert head_request(PLACE, ACCOUNT, "v1").query == (("versionId", "v1"),)


@pytest.mark.parametrize(("length", "limit"), [(5, 64 * KIB), (KIB * KIB, KIB * KIB)])
def test_asks_for_a_part_of_one_state_of_one_version(length: int, limit: int) -> None:
    request = part_request(PLACE, ACCOUNT, '"e"', 10, length, "MTg0NDY")
    headers = (("Range", f"bytes=10-{9 + length}"), ("If-Match", '"e"'))
    assert request == Request("GET", HOST, "/list.csv", (("versionId", "MTg0NDY"),), headers, b"", limit)


@pytest.mark.parametrize(
    ("status", "content_range", "start", "expected"),
    [
        (206, "bytes 10-14/100", 10, True),
        (206, "bytes 0-4/100", 10, False),
        (206, "bytes 10-15/100", 10, False),
        (206, "bytes 10-14/*", 10, True),
        (206, "bytes 0-4/*", 10, False),
        (206, None, 10, True),
        (200, None, 0, True),
        (200, None, 10, False),
    ],
)
def test_knows_the_part_that_was_asked_for(status: int, content_range: str | None, start: int, expected: bool) -> None:
    headers = {"content-range": content_range} if content_range else {}
    assert is_part(Response(status, headers, b"01234"), start) is expected


def test_takes_no_part_without_a_byte() -> None:
    assert not is_part(Response(206, {}), 0)
    assert is_part(Response(200, {}), 0)


@pytest.mark.parametrize(
    ("status", "headers", "size"),
    [
        (200, {"content-length": "12"}, 12),
        (206, {"content-length": "5", "content-range": "bytes 10-14/100"}, 100),
        (206, {"content-length": "5", "content-range": "bytes 10-14/*"}, None),
        (206, {"content-length": "5"}, None),
        (200, {"content-length": "many"}, None),
        (200, {"content-length": "٣"}, None),
        (200, {}, None),
    ],
)
def test_tells_the_size_of_the_whole(status: int, headers: dict[str, str], size: int | None) -> None:
    assert size_of(Response(status, headers, b"")) == size
