"""Listings of a bucket: their requests, and their pages."""

from __future__ import annotations

import pytest

from cosbatch.cli.remote.listing import BEGINNING, Entry, Listing, Marker, page_of, page_request, page_with
from cosbatch.model.errors import ServiceError, UnexpectedResponse
from cosbatch.model.messages import Response

OBJECTS = Listing("examplebucket-1250000000", "ap-chengdu", "photos/")
VERSIONS = Listing("examplebucket-1250000000", "ap-chengdu", "photos/", versions=True)


def objects(*children: str, encoded: bool = True) -> Response:
    encoding = "<EncodingType>url</EncodingType>" if encoded else ""
    return Response(200, {}, f"<ListBucketResult>{encoding}{''.join(children)}</ListBucketResult>".encode())


def versions(*children: str) -> Response:
    text = f"<ListVersionsResult><EncodingType>url</EncodingType>{''.join(children)}</ListVersionsResult>"
    return Response(200, {}, text.encode())


def test_asks_for_the_first_page() -> None:
    request = page_request(OBJECTS, BEGINNING)
    assert (request.method, request.host, request.path) == (
        "GET",
        "examplebucket-1250000000.cos.ap-chengdu.myqcloud.com",
        "/",
    )
    assert request.query == (("prefix", "photos/"), ("max-keys", "1000"), ("encoding-type", "url"))


def test_asks_for_what_is_behind_a_key() -> None:
    assert page_request(OBJECTS, Marker("photos/b c")).query[0] == ("marker", "photos/b c")


def test_asks_for_versions_behind_a_version() -> None:
    assert page_request(VERSIONS, Marker("photos/b", "v1")).query[:3] == (
        ("versions", ""),
        ("key-marker", "photos/b"),
        ("version-id-marker", "v1"),
    )


def test_reads_no_objects_one_and_several() -> None:
    one = "<Contents><Key>a</Key><StorageClass>ARCHIVE</StorageClass></Contents>"
    assert page_of(objects(), OBJECTS) == page_with((), None)
    assert page_of(objects("<Contents/>"), OBJECTS) == page_with((), None)
    assert page_of(objects(one), OBJECTS).entries == [Entry("a", "ARCHIVE")]
    several = page_of(objects(one, "<Contents><Key>b</Key></Contents>"), OBJECTS)
    assert several.entries == [Entry("a", "ARCHIVE"), Entry("b", "STANDARD")]


@pytest.mark.parametrize(
    ("written", "encoded", "key"),
    [
        ("%20a%20", True, " a "),
        ("a%2Fb%25%2B", True, "a/b%+"),
        ("%E6%81%A2", True, "恢"),
        ("a+b", True, "a+b"),
        ("a%2Fb", False, "a%2Fb"),
    ],
)
def test_reads_keys_as_they_are_written(written: str, encoded: bool, key: str) -> None:
    page = page_of(objects(f"<Contents><Key>{written}</Key></Contents>", encoded=encoded), OBJECTS)
    assert page.keys[0] == key


@pytest.mark.parametrize("contents", ["<Contents><Size>1</Size></Contents>", "<Contents><Key>%FF</Key></Contents>"])
def test_refuses_objects_without_a_readable_key(contents: str) -> None:
    with pytest.raises(UnexpectedResponse):
        page_of(objects(contents), OBJECTS)


@pytest.mark.parametrize(
    ("children", "following"),
    [
        (("<IsTruncated>false</IsTruncated>", "<NextMarker>b</NextMarker>"), None),
        (("<IsTruncated>true</IsTruncated>", "<NextMarker>b%20</NextMarker>"), Marker("b ")),
        (("<IsTruncated>true</IsTruncated>", "<Contents><Key>a%20</Key></Contents>"), Marker("a ")),
        (("<IsTruncated>true</IsTruncated>",), Marker("")),
    ],
)
def test_says_where_the_next_page_of_objects_begins(children: tuple[str, ...], following: Marker | None) -> None:
    assert page_of(objects(*children), OBJECTS).following == following


def test_reads_versions_without_delete_markers() -> None:
    page = page_of(
        versions(
            "<Version><Key>a</Key><VersionId>v2%20</VersionId><IsLatest>true</IsLatest></Version>",
            "<Version><Key>a</Key><VersionId>v1</VersionId><IsLatest>false</IsLatest></Version>",
            "<DeleteMarker><Key>b</Key><VersionId>v3</VersionId><IsLatest>true</IsLatest></DeleteMarker>",
        ),
        VERSIONS,
    )
    assert page.entries == [Entry("a", version="v2%20"), Entry("a", version="v1", is_latest=False)]


@pytest.mark.parametrize(
    ("children", "following"),
    [
        (("<NextKeyMarker>b</NextKeyMarker>", "<NextVersionIdMarker>v1</NextVersionIdMarker>"), Marker("b", "v1")),
        (("<NextKeyMarker>b</NextKeyMarker>",), Marker("b")),
        (("<Version><Key>a</Key><VersionId>v2</VersionId></Version>",), Marker("a", "v2")),
    ],
)
def test_says_where_the_next_page_of_versions_begins(children: tuple[str, ...], following: Marker) -> None:
    page = page_of(versions("<IsTruncated>true</IsTruncated>", *children), VERSIONS)
    assert page.following == following


def test_reads_a_page_in_one_go_as_it_reads_it_element_by_element() -> None:
    contents = [
        "<Contents><Key>a%20b</Key><ETag>&quot;1&quot;</ETag><StorageClass>ARCHIVE</StorageClass></Contents>",
        "<Contents>\n\t<Key>c</Key>\n\t<Owner><ID>1</ID></Owner>\n</Contents>",
    ]
    page = page_of(objects("<IsTruncated>true</IsTruncated>", *contents), OBJECTS)
    assert page == page_of(objects("<IsTruncated>true</IsTruncated>", *contents, "<!-- odd -->"), OBJECTS)
    assert (page.entries, page.following) == ([Entry("a b", "ARCHIVE"), Entry("c")], Marker("c"))


def test_raises_what_the_service_refuses() -> None:
    with pytest.raises(ServiceError):
        page_of(Response(404, {}, b"<Error><Code>NoSuchBucket</Code></Error>"), OBJECTS)
