"""Objects in buckets: one that is written, and the manifest, read in parts of one state of it.

Parts are bound to the ETag: what is judged is what the job is created with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from cosbatch.model import names
from cosbatch.model.credentials import Account
from cosbatch.model.deadline import unix_seconds
from cosbatch.model.errors import ServiceError, ServiceSideError, UnexpectedResponse, quoted
from cosbatch.model.messages import ANSWER_LIMIT, Request, Response
from cosbatch.service import actions
from cosbatch.service.exchange import Exchange

T = TypeVar("T")

BLOCK = 4 * 1024 * 1024
# Bytes at each end of a manifest, or at the start of a data file, that are looked at where not all are asked for.
EDGE = 256 * 1024
# A full look ends when less than this share of the time, or than so many seconds, are left for the job itself.
_SHARE = 0.25
_SECONDS = 5.0
# What headers name goes into the job: no more than the page allows, and nothing that XML cannot carry.
_ETAG = re.compile(r'"?([\x21\x23-\x7e]{1,1022})"?', re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.ASCII)
_VERSION = re.compile(r"[\x21-\x7e]{1,1024}", re.ASCII)


def head_request(place: names.Resource, account: Account, version: str | None = None) -> Request:
    """HEAD of an object, or of one version of it."""
    query = (("versionId", version),) if version else ()
    return Request("HEAD", names.bucket_host(place.bucket, account.region), f"/{place.key}", query)


def part_request(
    place: names.Resource, account: Account, etag: str | None, start: int, length: int, version: str | None = None
) -> Request:
    """GET of at most `length` bytes from `start`, refused where the object's ETag is another by now (436/7753)."""
    same = (("If-Match", etag),) if etag else ()
    headers = (("Range", f"bytes={start}-{start + length - 1}"), *same)
    limit = max(length, ANSWER_LIMIT)
    return head_request(place, account, version)._replace(method="GET", headers=headers, limit=limit)


def put_request(
    place: names.Resource, account: Account, content: bytes, headers: tuple[tuple[str, str], ...] = ()
) -> Request:
    """PUT of an object (436/7749)."""
    known = (("Content-Length", str(len(content))), ("Content-MD5", actions.content_md5(content)))
    host = names.bucket_host(place.bucket, place.region or account.region)
    return Request("PUT", host, f"/{place.key}", (), (*known, *headers), content)


def is_part(response: Response, start: int) -> bool:
    """Whether the body is what the object holds from `start` on; where ranges are not served, that is all, from 0."""
    if response.status != 206:
        return start == 0
    if not response.body:  # what is behind the end is refused
        return False
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    return found is None or (int(found[1]), int(found[2])) == (start, start + len(response.body) - 1)


def size_of(response: Response) -> int | None:
    """The size of the whole object in bytes, by the reply to HEAD or to GET of a part; None where it does not say."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    length = None if response.status == 206 else response.headers.get("content-length")
    return names.whole_number(found[3] if found else length)


class ManifestObject:
    """The manifest object: `location` as far as it is known, `size` in bytes once an answer told it."""

    def __init__(self, location: Mapping[str, Any], exchange: Exchange) -> None:
        self.location = dict(location)
        self.size: int | None = None
        self.last_modified: float | None = None  # Unix seconds
        self.version: str | None = None  # as the service names it; none where the bucket has no versions
        self._exchange = exchange
        self._resource = names.parse_resource(location["ObjectArn"])
        self.key = self._resource.key or ""
        allowed = exchange.deadline.remaining()
        self._took = [0.0]  # seconds that the slowest reading took, of objects beside it as well
        self._reserve = max(_SECONDS, allowed * _SHARE) if allowed > 2 * _SECONDS else allowed * _SHARE

    def head(self) -> None:
        """Learn ETag, size and version."""
        request = head_request(self._resource, self._exchange.account, self.location.get("ObjectVersionId"))
        self._ask(request, lambda response: self._note(actions.checked(response)))

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`. Raises ServiceSideError, also where the object is no longer the same."""
        etag, version = self.location["ETag"], self.location.get("ObjectVersionId")
        request = part_request(self._resource, self._exchange.account, etag, start, length, version)
        began = self._exchange.deadline.remaining()
        try:
            part = self._ask(request, lambda response: self._part(response, start))
            self._took[0] = max(self._took[0], began - self._exchange.deadline.remaining())
            return part
        except ServiceError as error:
            if error.code != "InvalidRange":
                raise
            if start < (self.size or 0):
                raise _strange("The answer is that the manifest has ended, though it has more bytes.") from None
            # There is no range behind the end, nor in an object without bytes.
            self.size = start if self.size is None else self.size
            return b""

    def blocks(self, start: int = 0) -> Iterator[bytes]:
        """The whole content from `start` on, block by block."""
        while self.size is None or start < self.size:
            block = self.read(start, BLOCK)
            if not block:
                break
            yield block
            start += len(block)

    def has_time(self) -> bool:
        """Whether a full look may go on; some time is kept for the next block, for the end, and for the job itself."""
        return self._exchange.deadline.remaining() >= self._reserve + 2 * self._took[0]

    def beside(self, key: str) -> ManifestObject:
        """Another object of the manifest's bucket, of whose reading as much time is kept for the job."""
        arn = self._resource._replace(key=key).arn(self._resource.region or self._exchange.account.region)
        other = ManifestObject({"ETag": None, "ObjectArn": arn}, self._exchange)
        other._reserve, other._took = self._reserve, self._took
        return other

    def _ask(self, request: Request, read: Callable[[Response], T]) -> T:
        """Raises ServiceSideError, which names the object: a HEAD's failure says nothing of its own."""
        try:
            return self._exchange.ask(request, read)
        except ServiceSideError as error:
            error.message = f"{quoted(self.key)} in {self._resource.bucket}: {error.message}"
            raise

    def _part(self, response: Response, start: int) -> bytes:
        self._note(actions.checked_with_body(response))
        if not is_part(response, start):
            raise _strange("The answer is not the part of the manifest that was asked for.")
        if response.status == 200 and self.size is None:
            self.size = len(response.body)  # ranges are not served: this is all
        return response.body

    def _note(self, response: Response) -> None:
        """Note what the headers say. Raises UnexpectedResponse, also where they are of another object than the first."""
        headers = response.headers
        etag, version = _ETAG.fullmatch(headers.get("etag", "")), headers.get("x-cos-version-id", "null")
        if etag is None or not _VERSION.fullmatch(version):
            raise _strange("The answer for the manifest names no ETag, or no version, that a job can name.")
        self.location["ETag"] = self.location["ETag"] or f'"{etag[1]}"'
        if self.location["ETag"] != f'"{etag[1]}"':
            raise _strange("The answer is of another object than the one with the manifest's ETag.")
        if version != "null":
            # A versioned bucket: the job reads the version that was judged.
            self.version = version
            self.location.setdefault("ObjectVersionId", version)
        size = size_of(response)
        if None not in (size, self.size) and size != self.size:
            raise _strange("The answer gives the manifest another size than the one before.")
        self.size = self.size if size is None else size
        self.last_modified = unix_seconds(headers.get("last-modified"))


def _strange(message: str) -> UnexpectedResponse:
    """An answer that is not the manifest's, though it may be the next time: reading does no harm, so it is tried again."""
    return UnexpectedResponse(message, may_have_acted=True)
