"""Conditional and ranged reading: the four headers from If-Match to If-Modified-Since, and Range."""

from __future__ import annotations

import re

from cosbatch.standin.store.catalog import Version
from cosbatch.standin.wire.documents import read_http_date
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request

RANGE = re.compile(r"bytes=(\d{0,4000})-(\d{0,4000})", re.ASCII)


def check_conditions(request: Request, version: Version, prefix: str = "if-") -> None:
    """Check the four conditional headers. Raises ServiceError PreconditionFailed, NotModified.

    `prefix` is `x-cos-copy-source-if-` for the source of a copy, whose four headers all answer with 412.
    """
    matches = request.header(f"{prefix}match")
    if matches and not _has_etag(matches, version):
        raise ServiceError("PreconditionFailed")
    if not matches and _is_changed_since(request.header(f"{prefix}unmodified-since"), version):
        raise ServiceError("PreconditionFailed")
    differs = request.header(f"{prefix}none-match")
    if differs:
        is_same = _has_etag(differs, version)
    else:
        is_same = _is_changed_since(request.header(f"{prefix}modified-since"), version) is False
    if is_same and prefix == "if-":
        raise ServiceError("NotModified", headers=(("ETag", f'"{version.stored.etag}"'),))
    if is_same:
        raise ServiceError("PreconditionFailed")


def _has_etag(listed: str, version: Version) -> bool:
    etags = {etag.strip().removeprefix("W/").strip('"') for etag in listed.split(",")}
    return "*" in etags or version.stored.etag in etags


def _is_changed_since(date: str, version: Version) -> bool | None:
    """HTTP dates have whole seconds. Without a date that can be read there is no condition."""
    since = read_http_date(date)
    return None if since is None else int(version.modified) > since


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """First byte and number of bytes of a Range header; None when it asks for no single range.

    Raises ServiceError InvalidRange when nothing of the object lies within it.
    """
    match = RANGE.fullmatch(header.replace(" ", ""))
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if first and last and int(last) < int(first):
        return None
    if start >= size:
        raise ServiceError("InvalidRange", headers=(("Content-Range", f"bytes */{size}"),))
    return start, end - start
