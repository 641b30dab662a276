"""The calls that list what lies in a bucket: objects, and versions of objects."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from cosbatch.standin.cos.listing import Listed, Page, Question, list_objects, list_versions
from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import find_bucket, find_version
from cosbatch.standin.wire.documents import Tree, Written, answer, escaped, timestamp
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response

PAGE_LIMIT = 1000
# What percent-encoding leaves as it is; to ask so takes a tenth of the time of doing it.
PLAIN = re.compile("[A-Za-z0-9/_.~-]*")


def get_bucket(call: Call) -> Response:
    """GetBucket: objects, in pages of up to 1000 keys and common prefixes."""
    question = _question(call.request, "marker")
    with call.service.listing, call.service.database.reading() as connection:
        page = list_objects(connection, find_bucket(connection, call.target.bucket), question)
    encode = encoding(call.request)
    owner = call.service.account.appid
    children: list[Tree] = [
        *_head(call, question),
        ("Marker", encode(question.marker)),
        ("NextMarker", encode(page.last) if page.is_truncated else ""),
        ("IsTruncated", str(page.is_truncated).lower()),
        *(_contents(encode(each.key), each, owner) for each in page.versions),
        *_common_prefixes(page, encode),
    ]
    return answer("ListBucketResult", children)


def get_versions(call: Call) -> Response:
    """GetBucketObjectVersions: versions and delete markers, in pages; the newest of a key comes first."""
    question = _question(call.request, "key-marker")
    encode, owner = encoding(call.request), call.service.account.appid
    with call.service.database.reading() as connection:
        bucket = find_bucket(connection, call.target.bucket)
        page = list_versions(connection, bucket, question)
        found = [find_version(connection, bucket, key) for key in {each.key for each in page.versions}]
        newest = {version.id for version in found if version}
    last = page.entries[-1] if page.is_truncated else ""
    children: list[Tree] = [
        *_head(call, question),
        ("KeyMarker", encode(question.marker)),
        ("VersionIdMarker", question.version_marker),
        ("NextKeyMarker", encode(page.last) if page.is_truncated else ""),
        ("NextVersionIdMarker", last.version if isinstance(last, Listed) else ""),
        ("IsTruncated", str(page.is_truncated).lower()),
    ]
    for each in page.versions:
        is_latest = ("IsLatest", str(each.id in newest).lower())
        named: list[Tree] = [("Key", encode(each.key)), ("VersionId", each.version), is_latest]
        children.append(("DeleteMarker" if each.is_marker else "Version", [*named, *_entry(each, owner)]))
    return answer("ListVersionsResult", [*children, *_common_prefixes(page, encode)])


def _question(request: Request, marker: str) -> Question:
    """What a request for a list asks; `marker` is its parameter's name. Raises ServiceError InvalidArgument."""
    size = request.parameter("max-keys") or str(PAGE_LIMIT)
    if not re.fullmatch(r"[0-9]{1,9}", size, re.ASCII):
        raise ServiceError("InvalidArgument", "max-keys has to be an integer from 0 to 1000")
    if request.parameter("encoding-type") not in (None, "", "url"):
        raise ServiceError("InvalidArgument", "encoding-type can be url")
    return Question(
        prefix=request.parameter("prefix") or "",
        delimiter=request.parameter("delimiter") or "",
        marker=request.parameter(marker) or "",
        version_marker=request.parameter("version-id-marker") or "",
        size=min(int(size), PAGE_LIMIT),
    )


def encoding(request: Request) -> Callable[[str], str]:
    """What is done to keys in a list: nothing, or percent-encoding when the client asks for it."""
    if request.parameter("encoding-type") == "url":
        return lambda text: text if PLAIN.fullmatch(text) else quote(text, safe="/-_.~")
    return lambda text: text


def _head(call: Call, question: Question) -> list[Tree]:
    encode = encoding(call.request)
    asked: list[Tree] = [("EncodingType", "url")] if call.request.parameter("encoding-type") else []
    return [
        ("Name", call.target.bucket),
        *asked,
        ("Prefix", encode(question.prefix)),
        ("Delimiter", encode(question.delimiter)),
        ("MaxKeys", str(question.size)),
    ]


def _common_prefixes(page: Page, encode: Callable[[str], str]) -> list[Tree]:
    return [("CommonPrefixes", [("Prefix", encode(prefix))]) for prefix in page.prefixes]


def _contents(key: str, version: Listed, owner: str) -> Written:
    return Written(
        f"""\t<Contents>
\t\t<Key>{escaped(key)}</Key>
\t\t<LastModified>{_modified(version)}</LastModified>
\t\t<ETag>"{version.etag}"</ETag>
\t\t<Size>{version.size}</Size>
\t\t<Owner>
\t\t\t<ID>{owner}</ID>
\t\t\t<DisplayName>{owner}</DisplayName>
\t\t</Owner>
\t\t<StorageClass>{version.storage_class}</StorageClass>
\t</Contents>"""
    )


def _entry(version: Listed, owner: str) -> list[Tree]:
    """What a list of versions says of one, behind its key."""
    modified = ("LastModified", _modified(version))
    owned: Tree = ("Owner", [("ID", owner), ("DisplayName", owner)])
    if version.is_marker:
        return [modified, owned]
    return [
        modified,
        ("ETag", f'"{version.etag}"'),
        ("Size", str(version.size)),
        owned,
        ("StorageClass", version.storage_class),
    ]


def _modified(version: Listed) -> str:
    return timestamp(version.modified).replace("Z", ".000Z")
