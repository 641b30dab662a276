"""Judging the manifest.json of an inventory, of the old kind and of the new one (inventory overview, 2020 and 2023)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from .findings import Findings
from .verdict import Verdict


@dataclass(frozen=True)
class DataFile:
    """One data file of an inventory: its key in the bucket, its size in bytes and its MD5, where they are told."""

    key: str
    size: int | None
    md5: str | None


def judge_inventory(
    text: bytes, *, allowed_buckets: Collection[str] | None = None
) -> tuple[Verdict, tuple[DataFile, ...]]:
    """The verdict on a manifest.json, and the data files that it names."""
    findings = Findings()
    content = _content(text)
    if content is None:
        _note(findings, "WrongFormat", what="something else", expected="the manifest.json of an inventory")
        return _verdict(findings, text), ()
    if str(content.get("fileFormat")).upper() != "CSV":
        _note(findings, "InventoryFormat", why=f"The fileFormat is {str(content.get('fileFormat'))[:60]!r}")
    fields = _fields(content.get("fileSchema"))
    if [fields.count(name) for name in ("Bucket", "Key")] != [1, 1]:
        _note(findings, "InventorySchema", why="The fileSchema does not name Bucket and Key once each")
    files = _files(content.get("files"))
    if not files:
        _note(findings, "InventoryFiles", why="It names no data files, or one without a key")
    bucket = _bucket(content)
    if allowed_buckets is not None and bucket is not None and bucket not in allowed_buckets:
        findings.note("ForeignBucket", (1,), None, [bucket.encode()], why="not a bucket that this manifest may name")
    return _verdict(findings, text, fields, bucket, _number(content.get("filterObjectCount"))), files


def _content(text: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and {"fileFormat", "fileSchema", "files"} & content.keys() else None


def _fields(schema: object) -> list[str]:
    return [name.strip() for name in schema.split(",")] if isinstance(schema, str) else []


def _files(files: object) -> tuple[DataFile, ...]:
    """The data files; none where one of them is not to be made out."""
    if not isinstance(files, list):
        return ()
    found = [_file(entry) for entry in files if isinstance(entry, dict)]
    whole = [file for file in found if file is not None]
    return tuple(whole) if len(whole) == len(files) else ()


def _file(entry: dict[str, Any]) -> DataFile | None:
    key, md5 = entry.get("key"), entry.get("md5Checksum", entry.get("MD5checksum"))
    if not isinstance(key, str) or not key:
        return None
    return DataFile(key, _number(entry.get("size")), md5 if isinstance(md5, str) else None)


def _bucket(content: dict[str, Any]) -> str | None:
    """The bucket that was listed: the new kind has its name and appid apart, the old one in one piece."""
    name, appid = content.get("sourceBucket"), content.get("sourceAppid")
    if not isinstance(name, str) or not name:
        return None
    return f"{name}-{appid}" if appid else name


def _number(value: object) -> int | None:
    """A count; the new kind writes its numbers as text."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _note(findings: Findings, name: str, **words: str) -> None:
    findings.note(name, (1,), None, None, **words)


def _verdict(
    findings: Findings,
    text: bytes,
    fields: list[str] | None = None,
    bucket: str | None = None,
    rows: int | None = None,
) -> Verdict:
    findings.settle()
    return Verdict(
        rows=rows,
        columns=len(fields) if fields else None,
        buckets=(bucket,) if bucket else (),
        faults=tuple(findings.faults),
        warnings=tuple(findings.warnings),
        size=len(text),
        fields=tuple(fields) if fields else None,
        estimated_rows=rows,
        totals=dict(findings.totals),
    )
