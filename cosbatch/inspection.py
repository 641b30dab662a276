"""Looks at the manifest before the job is created: which object it is, how it is read, whether it can work."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from cosbatch import actions, names
from cosbatch.errors import InvalidManifest, InvalidRequest, Problem, ServiceError, UnexpectedResponse
from cosbatch.manifest import DataFile, Verdict, judge_csv, judge_edges, judge_inventory
from cosbatch.messages import Response
from cosbatch.nouns import dataclass, field
from cosbatch.retry import Exchange
from cosbatch.schemas.document import CSV, INVENTORY
from cosbatch.settings import Settings

EDGE = 256 * 1024
PIECE = 4 * 1024 * 1024
INVENTORY_LIMIT = 8 * 1024 * 1024
# Data files of an inventory that are looked for; the rest is taken on trust.
FILES = 20
# A full look ends when less than this share of the time, or than so many seconds, are left for the job itself.
_SHARE = 0.25
_SECONDS = 5.0
_ARN = "/Manifest/Location/ObjectArn"
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})", re.ASCII)
_SIZE = re.compile(r"[0-9]{1,18}", re.ASCII)
# What headers name goes into the job: no more than the page allows, and nothing that XML cannot carry.
_ETAG = re.compile(r'"?([\x21\x23-\x7e]{1,1022})"?', re.ASCII)
_VERSION = re.compile(r"[\x21-\x7e]{1,1024}", re.ASCII)


@dataclass(frozen=True)
class Inspection:
    """What is known of the manifest: `size` in bytes, `rows` as counted or estimated; None where it was not looked at.

    `complete` is False where a full look was asked for and the time did not suffice.
    """

    location: Mapping[str, Any]
    spec: Mapping[str, Any]
    size: int | None = None
    rows: int | None = None
    buckets: tuple[str, ...] = ()
    warnings: tuple[Mapping[str, object], ...] = field(default=())
    complete: bool = True


def inspect(
    manifest: Mapping[str, Any], source_buckets: Collection[str] | None, settings: Settings, exchange: Exchange
) -> Inspection:
    """Judge the manifest as far as the settings say, and fill in what the caller left out of Location and Spec.

    `source_buckets` are those that its rows may name; None allows any of the account. Raises InvalidManifest with the
    verdict, InvalidRequest, ServiceSideError.
    """
    content = Content(manifest["Location"], settings, exchange)
    if content.location["ETag"] is None:
        content.head()
    if settings.manifest_check == "off":
        return Inspection(content.location, _stated(manifest["Spec"]), content.size)
    spec = dict(manifest["Spec"])
    spec["Format"] = spec["Format"] or (INVENTORY if content.key.endswith("manifest.json") else CSV)
    if spec["Format"] == INVENTORY:
        verdict, complete = _inventory_verdict(content, source_buckets), True
    else:
        verdict = _csv_verdict(content, spec["Fields"], source_buckets, settings.manifest_check == "full")
        complete = verdict.complete or settings.manifest_check != "full"
        spec["Fields"] = spec["Fields"] or list(verdict.fields or ())
    _check(verdict, settings)
    rows = verdict.estimated_rows if verdict.estimated_rows is not None else verdict.rows
    warnings = tuple(warning.as_json() for warning in verdict.warnings)
    return Inspection(content.location, spec, content.size, rows, verdict.buckets, warnings, complete)


def _stated(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    if spec["Format"] is None:
        problem = Problem("/Manifest/Spec", "is required where the manifest is not looked at; add Format and Fields")
        raise InvalidRequest("The job breaks rules of the CreateJob page; nothing was sent.", [problem])
    return spec


class Content:
    """The manifest object, read in ranges that are bound to one ETag: what is judged is what the job is created with."""

    def __init__(self, location: Mapping[str, Any], settings: Settings, exchange: Exchange) -> None:
        self.location = dict(location)
        self.size: int | None = None
        # How many bytes `blocks` gave, where the time did not suffice for all.
        self.judged: int | None = None
        self._settings = settings
        self._exchange = exchange
        self._resource = names.parse_resource(location["ObjectArn"])
        allowed = exchange.deadline.remaining()
        self._reserve = max(_SECONDS, allowed * _SHARE) if allowed > 2 * _SECONDS else allowed * _SHARE

    @property
    def key(self) -> str:
        return self._resource.key or ""

    def head(self) -> None:
        """Learn ETag, size and version."""
        version = self.location.get("ObjectVersionId")
        request = actions.object_request("HEAD", self._resource, self._settings, version=version)
        self._exchange.ask(request, self._noted)

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`. Raises ServiceSideError, also where the object is no longer the same."""
        headers = (("Range", f"bytes={start}-{start + length - 1}"), ("If-Match", self.location["ETag"]))
        version = self.location.get("ObjectVersionId")
        request = actions.object_request("GET", self._resource, self._settings, headers, version, limit=length)
        try:
            response = self._exchange.ask(request, self._noted)
        except ServiceError as error:
            if error.code == "InvalidRange":
                # There is no range in an object without bytes.
                self.size = self.size or 0
                return b""
            raise
        if not _is_part(response, start):
            raise UnexpectedResponse("The answer is not the part of the manifest that was asked for.")
        return response.body

    def blocks(self) -> Iterator[bytes]:
        """The content piece by piece, to its end or, in whole lines, as far as the time allows."""
        start, rest = 0, b""
        while self.size is None or start < self.size:
            if start and self._exchange.deadline.remaining() < self._reserve:
                self.judged = start - len(rest)
                return
            block = self.read(start, PIECE)
            start += len(block)
            if not block:
                break
            whole, line_feed, rest = (rest + block).rpartition(b"\n")
            yield whole + line_feed
        yield rest

    def has_file(self, key: str) -> bool:
        """Whether another object lies in the manifest's bucket. Raises ServiceSideError."""
        resource = names.Resource(self._resource.bucket, key, self._resource.region)
        try:
            self._exchange.ask(actions.object_request("HEAD", resource, self._settings), actions.checked)
        except ServiceError as error:
            if error.code != "NoSuchKey":
                raise
            return False
        return True

    def _noted(self, response: Response) -> Response:
        """The response, its headers noted. Raises ServiceSideError, also where it is of another object than the first."""
        headers = actions.checked(response).headers
        etag, version = _ETAG.fullmatch(headers.get("etag", "")), headers.get("x-cos-version-id", "null")
        if etag is None or not _VERSION.fullmatch(version):
            raise UnexpectedResponse("The answer for the manifest names no ETag, or no version, that a job can name.")
        self.location["ETag"] = self.location["ETag"] or f'"{etag[1]}"'
        if self.location["ETag"] != f'"{etag[1]}"':
            raise UnexpectedResponse("The answer is of another object than the one with the manifest's ETag.")
        if version != "null":
            # A versioned bucket: the job reads the version that was judged.
            self.location.setdefault("ObjectVersionId", version)
        self.size = _whole_size(response)
        return response


def _is_part(response: Response, start: int) -> bool:
    """Whether the body is what stands from `start` on. Where ranges are not served, that is the whole, from 0 on."""
    if response.status != 206:
        return start == 0
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    return found is None or (int(found[1]), int(found[2])) == (start, start + len(response.body) - 1)


def _whole_size(response: Response) -> int | None:
    """The size of the object, from the answer to a HEAD or to a GET of a range."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    text = found[3] if found else response.headers.get("content-length", "")
    return int(text) if _SIZE.fullmatch(text) else None


def _csv_verdict(content: Content, fields: list[str] | None, buckets: Collection[str] | None, full: bool) -> Verdict:
    if full:
        return _full_verdict(content, fields, buckets)
    head = content.read(0, EDGE)
    size = content.size if content.size is not None else len(head)
    start = max(len(head), size - EDGE)
    tail = content.read(start, size - start) if start < size else b""
    return judge_edges(head, tail, size, fields=fields, allowed_buckets=buckets)


def _full_verdict(content: Content, fields: list[str] | None, buckets: Collection[str] | None) -> Verdict:
    verdict = judge_csv(content.blocks(), fields=fields, allowed_buckets=buckets)
    if not content.judged or verdict.rows is None or content.size is None:
        return verdict
    return replace(verdict, complete=False, estimated_rows=round(verdict.rows * content.size / content.judged))


def _inventory_verdict(content: Content, buckets: Collection[str] | None) -> Verdict:
    """The inventory's own file, and whether its data files are there."""
    verdict, files = judge_inventory(content.read(0, INVENTORY_LIMIT), allowed_buckets=buckets)
    if verdict.ok:
        _check_files(content, files)
    return verdict


def _check_files(content: Content, files: tuple[DataFile, ...]) -> None:
    missing = [file.key for file in files[:FILES] if not content.has_file(file.key)]
    if missing:
        problems = [Problem(_ARN, f"InventoryFiles: the data file {key} is not in the bucket") for key in missing]
        raise InvalidManifest("The inventory lists data files that are not there; no job was created.", problems)


def _check(verdict: Verdict, settings: Settings) -> None:
    """Raises InvalidManifest with every fault that was kept, each with its line and column."""
    problems = [Problem(_ARN, _said(fault.fault, fault.line, fault.column, fault.message)) for fault in verdict.faults]
    foreign = [bucket for bucket in verdict.buckets if names.appid_of(bucket) != settings.appid]
    problems += [
        Problem(_ARN, f"ForeignBucket: the rows name {bucket}, a bucket of another account") for bucket in foreign
    ]
    if problems:
        error = InvalidManifest("The content of the manifest cannot work; no job was created.", problems)
        error.fields["Verdict"] = verdict.as_json()
        raise error


def _said(fault: str, line: int, column: int | None, message: str) -> str:
    where = f"line {line}" if column is None else f"line {line}, column {column}"
    return f"{fault} at {where}: {message}"
