"""The parts of an object."""

from __future__ import annotations

import pytest

from cosbatch.model.credentials import Account
from cosbatch.model.messages import Response
from cosbatch.model.names import Resource
from cosbatch.service.manifest_object import is_part, part_request, size_of

PLACE = Resource("manifest-1250000000", "list.csv", None)
ACCOUNT = Account("100000000001", "1250000000", "ap-chengdu")


def test_asks_for_a_part_of_one_state_of_one_version() -> None:
    request = part_request(PLACE, ACCOUNT, '"e"', 10, 5, "MTg0NDY")
    assert (request.method, request.host) == ("GET", "manifest-1250000000.cos.ap-chengdu.myqcloud.com")
    assert dict(request.headers) == {"Range": "bytes=10-14", "If-Match": '"e"'}
    assert request.query == (("versionId", "MTg0NDY"),)


@pytest.mark.parametrize(
    ("status", "content_range", "start", "expected"),
    [
        (206, "bytes 10-14/100", 10, True),
        (206, "bytes 0-4/100", 10, False),
        (206, "bytes 10-15/100", 10, False),
        (206, None, 10, True),
        (200, None, 0, True),
        (200, None, 10, False),
    ],
)
def test_knows_the_part_that_was_asked_for(status: int, content_range: str | None, start: int, expected: bool) -> None:
    headers = {"content-range": content_range} if content_range else {}
    assert is_part(Response(status, headers, b"01234"), start) is expected


@pytest.mark.parametrize(
    ("headers", "size"),
    [
        ({"content-length": "12"}, 12),
        ({"content-length": "5", "content-range": "bytes 10-14/100"}, 100),
        ({"content-length": "many"}, None),
        ({"content-length": "٣"}, None),
        ({}, None),
    ],
)
def test_tells_the_size_of_the_whole(headers: dict[str, str], size: int | None) -> None:
    assert size_of(Response(200, headers, b"")) == size
