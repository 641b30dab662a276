"""Judging a COS inventory: its manifest.json, of both generations, and the data files that it names."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import md5
from itertools import chain
from typing import TypeAlias

from cosbatch.manifest.beginning import BYTE_ORDER_MARK, GZIP_MARK, other_format, unreadable
from cosbatch.manifest.columns import UNNAMED, bucket_fault
from cosbatch.manifest.findings import FAULTS, KEPT, Findings
from cosbatch.manifest.gzipped import BrokenGzip, gunzip
from cosbatch.manifest.stream import CsvJudge, in_pieces
from cosbatch.manifest.verdict import Fault, Verdict

INVENTORY_FORMAT = "COSInventoryReport_CSV_V1"
LONGEST_INVENTORY = 16 << 20  # bytes of a manifest.json; each data file takes about 200

_EXPECTED = f"the manifest.json of {INVENTORY_FORMAT}"
_MARKS = ("fileFormat", "fileSchema", "files")  # a document without any of them is no inventory
_COUNTS = ("filterObjectCount", "listObjectCount")  # what the filter left, or else all that was listed
_CHECKSUMS = ("md5Checksum", "MD5checksum")  # as the new and the old generation spell it
_FIELDS = ("Bucket", "Key", "VersionId")

_DIGITS = re.compile(r"[0-9]{1,18}")
_MD5 = re.compile(r"[0-9A-Fa-f]{32}")

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Document: TypeAlias = dict[str, Json]


@dataclass(frozen=True)
class DataFile:
    """One of an inventory's data files: gzip-packed CSV, in the bucket of the manifest.json."""

    key: str
    size: int
    md5: str


@dataclass(frozen=True)
class Inventory:
    """What a manifest.json says, and the verdict on it.

    `fields` are its fileSchema in the terms of Fields; `buckets` the names that the data files may have for
    the source bucket: with its appid, and without it where the generation gives it apart.
    """

    verdict: Verdict
    files: tuple[DataFile, ...] = ()
    fields: tuple[str, ...] | None = None
    buckets: tuple[str, ...] = ()


def judge_inventory(content: bytes, *, allowed_buckets: Container[str] | None = None) -> Inventory:
    """Judge the content of a manifest.json; whether its data files exist is for the caller to see.

    `allowed_buckets` are names with appid, None allows any. The verdict's `rows` are the objects that the
    document counts, None in the old generation, which does not; all lines are those of the JSON text.
    """
    reading = _Reading(content)
    document = reading.document()
    if document is None:
        return Inventory(reading.verdict(rows=None))
    reading.check_format(document)
    rows = reading.rows(document)
    fields = reading.fields(document)
    files = reading.files(document, may_be_none=rows == 0)
    buckets = reading.buckets(document, allowed_buckets)
    return Inventory(reading.verdict(rows, fields, buckets[:1]), files, fields, buckets)


def with_missing(verdict: Verdict, missing: Sequence[DataFile]) -> Verdict:
    """The verdict on a manifest.json, with those of its data files as faults that are not where they should be."""
    if not missing:
        return verdict
    faults = [Fault("InventoryFiles", 1, None, _missing(file)) for file in missing]
    counted = verdict.totals.get("InventoryFiles", 0) + len(missing)
    totals = {**verdict.totals, "InventoryFiles": counted}
    return replace(verdict, faults=(*verdict.faults, *faults)[:KEPT], totals=totals)


def _missing(file: DataFile) -> str:
    return FAULTS["InventoryFiles"].format(why=f"The data file {file.key} is not in the bucket")


def judge_data_file(blocks: Iterable[bytes], inventory: Inventory, file: DataFile | None = None) -> Verdict:
    """Judge the rows of a data file, packed or not, and whether its size and MD5 are those of `file`."""
    judge = CsvJudge(inventory.fields, inventory.buckets or None)
    seen = _Seen(blocks)
    try:
        for piece in in_pieces(_unpacked(in_pieces(seen.blocks()))):
            judge.feed(piece)
    except BrokenGzip as error:
        judge.findings.note("InventoryFiles", (judge.reader.line,), why=f"The data file is not whole: {error}")
    if file is not None and (seen.size, seen.digest.hexdigest()) != (file.size, file.md5.lower()):
        why = "The data file is not the one that manifest.json names by its size and MD5"
        judge.findings.note("InventoryFiles", (1,), why=why)
    judge.close()
    return judge.verdict()


class _Seen:
    """Counts the bytes that pass, and digests them."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.size = 0
        self.digest = md5(usedforsecurity=False)
        self._blocks = blocks

    def blocks(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.size += len(block)
            self.digest.update(block)
            yield block


def _unpacked(pieces: Iterator[bytes]) -> Iterable[bytes]:
    first = next(pieces, b"")
    content = chain([first], pieces)
    return gunzip(content) if first.startswith(GZIP_MARK) else content


class _Reading:
    """Reads a manifest.json member by member, and notes what is wrong with each."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._findings = Findings()

    def verdict(
        self, rows: int | None, fields: tuple[str, ...] | None = None, buckets: tuple[str, ...] = ()
    ) -> Verdict:
        self._findings.settle()
        return Verdict(
            rows=rows,
            columns=len(fields) if fields else None,
            buckets=buckets,
            faults=tuple(self._findings.faults),
            size=len(self._content),
            fields=fields,
            estimated_rows=rows,
            totals=dict(self._findings.totals),
        )

    def document(self) -> Document | None:
        """The JSON object, or None when the content is no inventory's."""
        fault = unreadable(self._content) if self._content else "Empty"
        if fault is not None:
            self._note(fault)
            return None
        text = self._text()
        return None if text is None else self._parsed(text)

    def check_format(self, document: Document) -> None:
        value = document.get("fileFormat")
        if not isinstance(value, str) or value.upper() != "CSV":
            self._note("InventoryFormat", "fileFormat", why=f"fileFormat is {_shown(value)}")

    def rows(self, document: Document) -> int | None:
        """How many objects the inventory counts, if it does."""
        name = next((name for name in _COUNTS if name in document), None)
        if name is None:
            return None
        count = _whole_number(document[name])
        if count is None:
            self._note("InventorySchema", name, why=f"{name} is {_shown(document[name])}, no number")
        if count == 0:
            self._note("Empty", name)
        return count

    def fields(self, document: Document) -> tuple[str, ...] | None:
        """The columns of the data files in the terms of Fields."""
        schema = document.get("fileSchema")
        columns = [name.strip() for name in schema.split(",")] if isinstance(schema, str) else []
        if columns.count("Bucket") != 1 or columns.count("Key") != 1 or columns.count("VersionId") > 1:
            self._note("InventorySchema", "fileSchema", why=f"fileSchema is {_shown(schema)}")
            return None
        return tuple(name if name in _FIELDS else "Ignore" for name in columns)

    def files(self, document: Document, may_be_none: bool) -> tuple[DataFile, ...]:
        """The data files that are named rightly."""
        entries = document.get("files")
        if not isinstance(entries, list) or not (entries or may_be_none):
            self._note("InventoryFiles", "files", why="files names no data files")
            return ()
        files = []
        for number, entry in enumerate(entries):
            file = _data_file(entry)
            if isinstance(file, str):
                self._note("InventoryFiles", "files", why=f"files[{number}] {file}")
            else:
                files.append(file)
        return tuple(files)

    def buckets(self, document: Document, allowed: Container[str] | None) -> tuple[str, ...]:
        """The source bucket's name with its appid, and without it where the two stand apart."""
        name, appid = document.get("sourceBucket"), document.get("sourceAppid")
        bare = name if isinstance(name, str) else ""
        full = bare if appid is None or bare.endswith(f"-{appid}") else f"{bare}-{appid}"
        fault = bucket_fault(full.encode("utf-8", "replace"), allowed)
        if fault:
            self._note("ForeignBucket", "sourceBucket", (full.encode("utf-8", "replace"),), why=fault)
        return () if fault == UNNAMED else (full,) if full == bare else (full, bare)

    def _text(self) -> str | None:
        content = self._content
        if content.startswith(BYTE_ORDER_MARK):
            self._note("ByteOrderMark")
            content = content[len(BYTE_ORDER_MARK) :]
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self._findings.note("NotUtf8", (line,))
            return None

    def _parsed(self, text: str) -> Document | None:
        line = 1
        try:
            document: Json = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once_each)
        except json.JSONDecodeError as error:
            line, what = error.lineno, f"broken JSON ({error.msg})"
        except (ValueError, RecursionError) as error:
            what = f"JSON that cannot be read ({error})"
        else:
            if isinstance(document, dict) and any(name in document for name in _MARKS):
                return document
            what = "JSON of another kind"
        if not text.lstrip().startswith(("{", "[")):
            what = other_format(text.encode()) or "no JSON"
        self._findings.note("WrongFormat", (line,), what=what, expected=_EXPECTED)
        return None

    def _note(self, fault: str, member: str = "", values: tuple[bytes, ...] = (), **words: str) -> None:
        at = self._content.find(f'"{member}"'.encode()) if member else 0
        line = self._content.count(b"\n", 0, max(at, 0)) + 1
        self._findings.note(fault, (line,), None, values, **words)


def _data_file(entry: Json) -> DataFile | str:
    """A data file, or what is wrong with its entry."""
    if not isinstance(entry, dict):
        return "is no object"
    key, size = entry.get("key"), _whole_number(entry.get("size"))
    checksum = next((entry[name] for name in _CHECKSUMS if name in entry), None)
    if not isinstance(key, str) or not key:
        return "has no key"
    if size is None:
        return "has no size"
    if not isinstance(checksum, str) or not _MD5.fullmatch(checksum):
        return "has no MD5 checksum"
    return DataFile(key, size, checksum.lower())


def _whole_number(value: Json) -> int | None:
    """A number that may stand there as text, as it does in the new generation."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _shown(value: Json) -> str:
    """A member's value as a message may show it."""
    text = "missing" if value is None else ascii(value)
    return text if len(text) <= 200 else text[:200] + "..."


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is no number")


def _once_each(pairs: list[tuple[str, Json]]) -> Document:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return document
