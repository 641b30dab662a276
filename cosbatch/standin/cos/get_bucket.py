"""The calls that list what lies in a bucket: objects, and versions of objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import quote

from cosbatch.standin.cos.listing import Listed, Page, Question, list_objects, list_versions
from cosbatch.standin.cos.service import Call
from cosbatch.standin.store.catalog import find_bucket
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
    children: list[Tree] = [
        *_head(call, question),
        ("Marker", encode(question.marker)),
        *([("NextMarker", encode(page.last))] if page.is_truncated else []),
        ("IsTruncated", str(page.is_truncated).lower()),
        *_written(_contents(call, page)),
        *_common_prefixes(page, encode),
    ]
    return answer("ListBucketResult", children)


def get_versions(call: Call) -> Response:
    """GetBucketObjectVersions: versions and delete markers, in pages; the newest of a key comes first."""
    question = _question(call.request, "key-marker")
    with call.service.listing, call.service.database.reading() as connection:
        page = list_versions(connection, find_bucket(connection, call.target.bucket), question)
    encode = encoding(call.request)
    children: list[Tree] = [
        *_head(call, question),
        ("KeyMarker", encode(question.marker)),
        ("VersionIdMarker", question.version_marker),
        *_next(page, encode),
        ("IsTruncated", str(page.is_truncated).lower()),
        *_written(_versions(call, page, question)),
        *_common_prefixes(page, encode),
    ]
    return answer("ListVersionsResult", children)


def _question(request: Request, marker: str) -> Question:
    """What a request for a list asks; `marker` is its parameter's name. Raises ServiceError InvalidArgument."""
    size = min(request.number("max-keys", PAGE_LIMIT), PAGE_LIMIT)
    if request.parameter("encoding-type") not in (None, "", "url"):
        raise ServiceError("InvalidArgument", "encoding-type can be url")
    return Question(
        prefix=request.parameter("prefix") or "",
        delimiter=request.parameter("delimiter") or "",
        marker=request.parameter(marker) or "",
        version_marker=request.parameter("version-id-marker") or "",
        size=size,
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
        *([("Delimiter", encode(question.delimiter))] if question.delimiter else []),
        ("MaxKeys", str(question.size)),
    ]


def _next(page: Page, encode: Callable[[str], str]) -> list[Tree]:
    """Where the next page begins: behind a version, or behind a common prefix, which has none. The last page says nothing."""
    if not page.is_truncated:
        return []
    last = page.entries[-1]
    version = last.version if isinstance(last, Listed) else ""
    return [("NextKeyMarker", encode(page.last)), ("NextVersionIdMarker", version)]


def _common_prefixes(page: Page, encode: Callable[[str], str]) -> list[Tree]:
    return [("CommonPrefixes", [("Prefix", encode(prefix))]) for prefix in page.prefixes]


def _written(elements: list[str]) -> list[Tree]:
    return [Written("\n".join(elements))] if elements else []


def _contents(call: Call, page: Page) -> list[str]:
    owner, objects = _owner(call), page.versions
    return [
        f"\t<Contents>\n\t\t<Key>{key}</Key>\n{_described(each, owner)}\n\t</Contents>"
        for key, each in zip(_keys(call, objects), objects, strict=True)
    ]


def _versions(call: Call, page: Page, question: Question) -> list[str]:
    owner, versions, found = _owner(call), page.versions, []
    previous = question.marker  # of that key only older versions are in the list
    for key, each in zip(_keys(call, versions), versions, strict=True):
        name, is_latest = ("DeleteMarker" if each.is_marker else "Version"), str(each.key != previous).lower()
        ids = f"\t\t<VersionId>{each.version}</VersionId>\n\t\t<IsLatest>{is_latest}</IsLatest>"
        found.append(f"\t<{name}>\n\t\t<Key>{key}</Key>\n{ids}\n{_described(each, owner)}\n\t</{name}>")
        previous = each.key
    return found


def _keys(call: Call, versions: Sequence[Listed]) -> list[str]:
    """Their keys as they stand in the document; a look at all of them at once takes a tenth of the time."""
    keys, encode = [each.key for each in versions], encoding(call.request)
    return keys if PLAIN.fullmatch("".join(keys)) else [escaped(encode(key)) for key in keys]


def _owner(call: Call) -> str:
    appid = call.service.account.appid
    return f"\t\t<Owner>\n\t\t\t<ID>{appid}</ID>\n\t\t\t<DisplayName>{appid}</DisplayName>\n\t\t</Owner>"


def _described(version: Listed, owner: str) -> str:
    """The elements behind those of the key: as a Tree they would take ten times as long."""
    if version.is_marker:
        return f"\t\t<LastModified>{_modified(version.modified)}</LastModified>\n{owner}"
    return f"""\
\t\t<LastModified>{_modified(version.modified)}</LastModified>
\t\t<ETag>"{version.etag}"</ETag>
\t\t<Size>{version.size}</Size>
{owner}
\t\t<StorageClass>{version.storage_class}</StorageClass>"""


@lru_cache(4096)
def _modified(second: int) -> str:
    # Objects that were uploaded one behind the other share it.
    return timestamp(second).replace("Z", ".000Z")
