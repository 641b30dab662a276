"""The objects of a bucket, page by page: GET Bucket (436/7734) and GET Bucket Object Versions (436/35521)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from cosbatch.cli.remote import quick_entries
from cosbatch.cli.remote.client import Client
from cosbatch.model import names
from cosbatch.model.errors import UnexpectedResponse
from cosbatch.model.messages import LISTING_LIMIT, Request, Response
from cosbatch.service import actions

PAGE_SIZE = 1000


@dataclass(frozen=True)
class Listing:
    """A listing of the objects of `bucket` under `prefix`; with `versions`, of all their versions."""

    bucket: str
    region: str
    prefix: str = ""
    versions: bool = False
    page_size: int = PAGE_SIZE


@dataclass(frozen=True)
class Marker:
    """A page begins behind this key, and this version of it."""

    key: str = ""
    version: str = ""


BEGINNING = Marker()


class Entry(NamedTuple):
    """An object or one version of it; `version` is empty where the bucket keeps none."""

    key: str
    storage_class: str = "STANDARD"
    version: str = ""
    is_latest: bool = True


@dataclass(frozen=True)
class Page:
    """Objects or versions in the order of their keys, as columns of what an Entry holds; `following` is None on the last page.

    Most listings need but the keys: to make an Entry of each takes three times as long as to write their rows.
    """

    keys: Sequence[str]
    storage_classes: Sequence[str]
    versions: Sequence[str]
    are_latest: Sequence[bool]
    following: Marker | None

    @property
    def entries(self) -> list[Entry]:
        return list(map(Entry, self.keys, self.storage_classes, self.versions, self.are_latest))

    def only(self, includes: Callable[[Entry], bool]) -> Page:
        """The page without the entries that are not to be included."""
        return page_with([entry for entry in self.entries if includes(entry)], self.following)


def page_with(entries: Sequence[Entry], following: Marker | None) -> Page:
    return Page(
        [entry.key for entry in entries],
        [entry.storage_class for entry in entries],
        [entry.version for entry in entries],
        [entry.is_latest for entry in entries],
        following,
    )


def pages(client: Client, listing: Listing, marker: Marker) -> Iterator[Page]:
    """Every page behind the marker. Raises ServiceSideError, UnexpectedResponse where the listing goes back."""
    following: Marker | None = marker
    seen = {marker}  # the markers of the present key: versions are in no order that could be compared
    while following is not None:
        at = following
        page = client.ask(page_request(listing, at), lambda response: page_of(response, listing))
        following = page.following
        if following is not None:
            # Keys come in the order of their UTF-8, which is that of their characters.
            if following.key < at.key or following in seen:
                raise UnexpectedResponse("The listing does not go on: a page points back, at itself or one before it.")
            if following.key > at.key:
                seen.clear()
            seen.add(following)
        yield page


def page_request(listing: Listing, marker: Marker) -> Request:
    """`GET /` of the bucket. Keys are asked for percent-encoded, since XML cannot carry all of them."""
    of_versions = (("versions", ""), ("key-marker", marker.key), ("version-id-marker", marker.version))
    query = (
        *(of_versions if listing.versions else (("marker", marker.key),)),
        ("prefix", listing.prefix),
        ("max-keys", str(listing.page_size)),
        ("encoding-type", "url"),
    )
    given = tuple((name, value) for name, value in query if value or name == "versions")
    host = names.bucket_host(listing.bucket, listing.region)
    return Request("GET", host, "/", given, limit=LISTING_LIMIT)


def page_of(response: Response, listing: Listing) -> Page:
    """The page in the response. Raises ServiceSideError."""
    if listing.versions:
        result = actions.read("ListVersionsResult", response)
        page = _page_of(members(result.get("Version")), _is_encoded(result))
    else:
        quick = quick_entries.taken(response.body)
        result = actions.read("ListBucketResult", response._replace(body=quick.rest))
        page = _quick_page(quick, _is_encoded(result)) or _page_of(members(result.get("Contents")), _is_encoded(result))
    return replace(page, following=_following(result, page, listing))


def _is_encoded(result: Mapping[str, object]) -> bool:
    return result.get("EncodingType") == "url"


def _page_of(members: Sequence[Mapping[str, Any]], is_encoded: bool) -> Page:
    return page_with([_entry(member, is_encoded) for member in members], None)


def _quick_page(quick: quick_entries.Taken, is_encoded: bool) -> Page | None:
    keys = [_text(key, is_encoded) if "%" in key else key for key in quick.keys]
    classes = [storage_class or "STANDARD" for storage_class in quick.storage_classes]
    return Page(keys, classes, [""] * len(keys), [True] * len(keys), None) if keys else None


def members(value: object) -> list[Mapping[str, Any]]:
    """The members of an element that was parsed: one is a value, several are a list."""
    members = value if isinstance(value, list) else [value]
    return [member for member in members if isinstance(member, Mapping)]


def _entry(member: Mapping[str, Any], is_encoded: bool) -> Entry:
    key = _text(member.get("Key"), is_encoded)
    if not key:
        raise UnexpectedResponse("The listing has an object without a key.")
    latest = member.get("IsLatest", "true") == "true"
    return Entry(key, str(member.get("StorageClass") or "STANDARD"), _text(member.get("VersionId")), latest)


def _text(value: object, is_encoded: bool = False) -> str:
    text = value if isinstance(value, str) else ""
    if not is_encoded:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise UnexpectedResponse("The listing has a key that is not UTF-8.") from None


def _following(result: Mapping[str, object], page: Page, listing: Listing) -> Marker | None:
    """Where the next page begins: as the listing says, or else behind its last entry; None after the last page."""
    if result.get("IsTruncated") != "true":
        return None
    behind = Marker(page.keys[-1], page.versions[-1]) if page.keys else BEGINNING
    if not listing.versions:
        return Marker(_text(result.get("NextMarker"), _is_encoded(result)) or behind.key)
    key = _text(result.get("NextKeyMarker"), _is_encoded(result))
    return Marker(key, _text(result.get("NextVersionIdMarker"))) if key else behind
