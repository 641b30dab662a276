"""Objects, read and written over the wire."""

from __future__ import annotations

import os

import pytest

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client, client_of
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import ServiceError, UnexpectedResponse
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.mocked_service import responses

PLACE = Resource("manifest-1250000000", "restore/a b%+ü.csv", None)
URL = "https://manifest-1250000000.cos.ap-chengdu.myqcloud.com/list.csv"


def client() -> Client:
    return client_of(os.environ, Clock())


def test_reads_back_what_was_written(standin: Standin) -> None:
    objects.write(client(), PLACE, b"0123456789", "STANDARD_IA")
    stored = objects.head(client(), PLACE)
    assert stored.size == 10
    assert list(objects.blocks(client(), stored, 4)) == [b"0123", b"4567", b"89"]
    assert objects.read(client(), PLACE) == b"0123456789"


def test_reads_a_block_of_any_size(standin: Standin) -> None:
    content = bytes(range(256)) * 1000
    objects.write(client(), PLACE, content)
    assert objects.read(client(), PLACE) == content


def test_reads_an_empty_object(standin: Standin) -> None:
    objects.write(client(), PLACE, b"")
    assert objects.read(client(), PLACE) == b""


def test_refuses_to_mix_two_contents(standin: Standin) -> None:
    objects.write(client(), PLACE, b"0123456789")
    blocks = objects.blocks(client(), objects.head(client(), PLACE), 4)
    next(blocks)
    objects.write(client(), PLACE, b"another text")
    with pytest.raises(ServiceError) as caught:
        next(blocks)
    assert caught.value.code == "PreconditionFailed"


@responses.activate
@pytest.mark.parametrize("headers", [{}, {"ETag": '"1"', "Content-Length": "many"}, {"Content-Length": "5"}])
def test_refuses_a_head_that_does_not_tell(headers: dict[str, str]) -> None:
    responses.head(URL, headers=headers, auto_calculate_content_length=False)
    with pytest.raises(UnexpectedResponse):
        objects.head(client(), Resource("manifest-1250000000", "list.csv", None))


@responses.activate
def test_refuses_a_response_that_ignores_the_range() -> None:
    responses.get(URL, body=b"0123456789")
    stored = objects.Stored(Resource("manifest-1250000000", "list.csv", None), '"1"', 10)
    with pytest.raises(UnexpectedResponse, match="10 bytes; 4 from byte 0 were asked for"):
        next(objects.blocks(client(), stored, 4))


@pytest.mark.parametrize("name", ["list.csv", "cos://manifest", "cos://manifest-1250000000", "http://example.com/a"])
def test_refuses_what_names_no_object(name: str) -> None:
    with pytest.raises(WrongUsage, match="cos://bucket-appid/key"):
        objects.place_of(name)


def test_takes_the_names_of_an_object() -> None:
    assert objects.place_of("cos://manifest-1250000000/list.csv") == Resource("manifest-1250000000", "list.csv", None)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("cos://photos-1250000000/2026/", "build --bucket photos-1250000000 --prefix 2026/ --output"),
        ("cos://photos-1250000000/a b/", "build --bucket photos-1250000000 --prefix 'a b/' --output"),
        ("cos://photos-1250000000", "build --bucket photos-1250000000 --output"),
    ],
)
def test_says_how_to_list_what_a_prefix_holds(name: str, how: str) -> None:
    with pytest.raises(WrongUsage, match=how):
        objects.place_of(name)
