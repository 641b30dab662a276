"""Judges the manifest.json of a COS inventory, of both generations, which names its data files and their columns."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Container, Iterable
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

from cosbatch.manifest.judge import sniff_other_format, sniff_unreadable
from cosbatch.manifest.rules import UNNAMED, bucket_fault
from cosbatch.manifest.verdict import KEPT, Findings, Verdict, shown
from cosbatch.model import strict_json
from cosbatch.model.names import COLUMNS, INVENTORY, column_faults, whole_number

LONGEST_INVENTORY = 16 << 20  # bytes of a manifest.json; each data file takes about 200

_MARKS = ("fileFormat", "fileSchema", "files")  # a document without any of them is no inventory
_COUNTS = ("filterObjectCount", "listObjectCount")  # what the filter left, or else all that was listed
_MD5 = re.compile(r"[0-9A-Fa-f]{32}")

Document: TypeAlias = dict[str, Any]


class DataFile(NamedTuple):
    """One of an inventory's data files: gzip-packed CSV, in the bucket of the manifest.json; `size` in bytes."""

    key: str
    size: int


class Inventory(NamedTuple):
    """What a manifest.json says: the verdict on it, with its fileSchema as `fields`; its data files; and the names that they
    may have for the source bucket, with its appid, and without it where the generation gives it apart."""

    verdict: Verdict
    files: tuple[DataFile, ...] = ()
    buckets: tuple[str, ...] = ()


def judge_inventory(blocks: Iterable[bytes], allowed_buckets: Container[str] | None = None) -> Inventory:
    """Judge the content of a manifest.json; whether its data files exist is for the caller to see.

    `allowed_buckets` are names with appid, None allows any. The verdict's `rows` are the objects that the document counts,
    None in the old generation, which does not; all lines are those of the JSON text. Too long ones are not read to the end.
    """
    content = bytearray()
    for block in blocks:
        content += block
        if len(content) > LONGEST_INVENTORY:
            break
    reading = _Reading(bytes(content))
    document = reading.document()
    if document is None:
        return Inventory(reading.verdict(None))
    reading.check_format(document)
    rows = reading.rows(document)
    fields = reading.fields(document)
    files = reading.files(document, may_be_none=rows == 0)
    buckets = reading.buckets(document, allowed_buckets)
    return Inventory(reading.verdict(rows, fields, buckets[:1]), files, buckets)


class _Reading:
    """Reads a manifest.json member by member, and notes what is wrong with each."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._findings = Findings()

    def verdict(
        self, rows: int | None, fields: tuple[str, ...] | None = None, buckets: tuple[str, ...] = ()
    ) -> Verdict:
        faults, totals = tuple(sorted(self._findings.faults, key=attrgetter("line"))), self._findings.totals
        columns = len(fields) if fields else None
        return Verdict(rows, columns, buckets, faults, (), totals, len(self._content), fields, rows)

    def document(self) -> Document | None:
        """The JSON object, or None when the content is no inventory's."""
        fault = sniff_unreadable(self._content) if self._content else "Empty"
        if fault is not None:
            self._note(fault)
            return None
        if self._content.startswith(BOM_UTF8):
            self._note("ByteOrderMark")
        try:
            return self._document_in(self._content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            self._findings.note("NotUtf8", error.object.count(b"\n", 0, error.start) + 1)
            return None

    def _document_in(self, text: str) -> Document | None:
        line, what = 1, "JSON of another kind"
        try:
            document = strict_json.read(text)
            if isinstance(document, dict) and any(name in document for name in _MARKS):
                return document
        except strict_json.NotJson as error:
            line, what = error.line, str(error)
        except ValueError as error:
            what = f"JSON that cannot be read ({error})"
        if not text.lstrip().startswith(("{", "[")):
            what = sniff_other_format(text.encode()) or "no JSON"
        self._findings.note("WrongFormat", line, None, what, f"the manifest.json of {INVENTORY}")
        return None

    def check_format(self, document: Document) -> None:
        value = document.get("fileFormat")
        if not isinstance(value, str) or value.upper() != "CSV":
            self._note("InventoryFormat", "fileFormat", f"fileFormat is {shown(value, 200)}")

    def rows(self, document: Document) -> int | None:
        """How many objects the inventory counts, if it does."""
        name = next((name for name in _COUNTS if name in document), None)
        if name is None:
            return None
        count = whole_number(document[name])
        if count is None:
            self._note("InventorySchema", name, f"{name} is {shown(document[name], 200)}, no number")
        elif count == 0:
            self._note("Empty", name)
        return count

    def fields(self, document: Document) -> tuple[str, ...] | None:
        """The columns of the data files in the terms of Fields."""
        schema = document.get("fileSchema")
        columns = [name.strip() for name in schema.split(",")] if isinstance(schema, str) else []
        if column_faults(columns):
            needed = "a batch job needs the columns Bucket and Key, each once"
            self._note("InventorySchema", "fileSchema", f"fileSchema is {shown(schema, 200)}; {needed}")
            return None
        return tuple(name if name in COLUMNS else "Ignore" for name in columns)

    def files(self, document: Document, may_be_none: bool) -> tuple[DataFile, ...]:
        """The data files that are named rightly."""
        entries = document.get("files")
        if not isinstance(entries, list) or not (entries or may_be_none):
            self._note("InventoryFiles", "files", "files names no data files")
            return ()
        files = [_data_file(entry) for entry in entries]
        for number, file in enumerate(files):
            if isinstance(file, str):
                self._note("InventoryFiles", "files", f"files[{number}] {file}")
        return tuple(file for file in files if isinstance(file, DataFile))

    def buckets(self, document: Document, allowed: Container[str] | None) -> tuple[str, ...]:
        """The source bucket's name with its appid, and without it where the two stand apart."""
        name, appid = document.get("sourceBucket"), document.get("sourceAppid")
        bare = name if isinstance(name, str) else ""
        full = bare if appid is None or bare.endswith(f"-{appid}") else f"{bare}-{appid}"
        fault = bucket_fault(full, allowed)
        if fault:
            self._note("ForeignBucket", "sourceBucket", f"sourceBucket {shown(full)}", fault)
        return () if fault == UNNAMED else (full,) if full == bare else (full, bare)

    def _note(self, fault: str, member: str = "", *words: str) -> None:
        """Note a fault on the line of the JSON text where a member begins; on the first where there is none."""
        is_kept = len(self._findings.faults) < KEPT
        at = self._content.find(f'"{member}"'.encode()) if member and is_kept else 0
        self._findings.note(fault, self._content.count(b"\n", 0, max(at, 0)) + 1, None, *words)


def _data_file(entry: Any) -> DataFile | str:
    """A data file, or what is wrong with its entry."""
    if not isinstance(entry, dict):
        return "is no object"
    key, size = entry.get("key"), whole_number(entry.get("size"))
    checksum = entry.get("md5Checksum", entry.get("MD5checksum"))  # as the new and the old generation spell it
    if not isinstance(key, str) or not key:
        return "has no key"
    if size is None:
        return "has no size"
    if not isinstance(checksum, str) or not _MD5.fullmatch(checksum):
        return "has no MD5 checksum"
    return DataFile(key, size)
