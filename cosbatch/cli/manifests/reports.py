"""The report of a job: its tasks, and the files that its manifest.json names.

No page describes the layout of reports. The one read here is that of AWS, which the stand-in writes too: a CSV file with
the columns of COLUMNS, or with a first row that names its own; and a manifest.json that names such files. AWS's schema
names the error code before the HTTP status, and its rows have the status first: a number is no code, so both are read.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cosbatch.model import strict_json
from cosbatch.model.errors import InvalidEvent

COLUMNS = ("Bucket", "Key", "VersionId", "TaskStatus", "ErrorCode", "HTTPStatusCode", "ResultMessage")
_LONGEST = 1024 * 1024
_NEEDED = ("Bucket", "Key", "TaskStatus")


@dataclass(frozen=True)
class Task:
    """One row of a report; bucket, key and version as the report writes them."""

    bucket: str
    key: str
    version: str
    status: str
    code: str

    @property
    def succeeded(self) -> bool:
        return self.status.lower() == "succeeded"


@dataclass(frozen=True)
class Contents:
    """A report's manifest.json: the bucket (may be empty) and key of each file, and the columns of the files."""

    files: tuple[tuple[str, str], ...]
    columns: tuple[str, ...] | None


def tasks(blocks: Iterable[bytes], columns: Sequence[str] | None, name: str) -> Iterator[Task]:
    """The tasks of a CSV file; `columns` where its manifest.json names them. Raises InvalidEvent."""
    lines = _lines(blocks)
    rows = csv.reader(lines, strict=True)
    try:
        for row in rows:
            if rows.line_num == 1 and _is_header(row):
                columns = row
            elif row:
                yield _task(dict(zip(columns or COLUMNS, row, strict=False)), rows.line_num, name)
    except csv.Error as error:
        raise InvalidEvent(f"{name} cannot be read at line {rows.line_num}: {error}.") from None


def _is_header(row: Sequence[str]) -> bool:
    return {"bucket", "key"} <= {cell.strip().lower() for cell in row}


def _task(cells: dict[str, str], line: int, name: str) -> Task:
    named = {column.strip().lower(): cell for column, cell in cells.items()}
    missing = [column for column in _NEEDED if not named.get(column.lower(), "").strip()]
    if missing:
        raise InvalidEvent(f"{name} is no report of a job: line {line} has no {missing[0]}.")
    status = named["taskstatus"].strip()
    return Task(named["bucket"], named["key"], named.get("versionid", ""), status, _code(named))


def _code(named: dict[str, str]) -> str:
    """The error code; the HTTP status where there is none."""
    code, status = (named.get(column, "").strip() for column in ("errorcode", "httpstatuscode"))
    if code.isdecimal() and status:
        return status
    return code or status or "Unknown"


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """Lines with their ends; bytes that are not UTF-8 are kept."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    waiting = ""
    for block in blocks:
        *lines, waiting = (waiting + decoder.decode(block)).split("\n")
        yield from (f"{line}\n" for line in lines)
        if len(waiting) > _LONGEST:
            raise csv.Error("no row is as long as this line")
    waiting += decoder.decode(b"", final=True)
    if waiting:
        yield waiting


def contents_of(text: bytes, name: str) -> Contents:
    """What a report's manifest.json names. Raises InvalidEvent."""
    try:
        manifest: Any = strict_json.read(text)
        files = tuple((_bucket(result), str(result["Key"])) for result in manifest["Results"])
        schema = manifest.get("ReportSchema")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidEvent(f"{name} is no manifest.json of a report: it names no Results.") from None
    columns = tuple(column.strip() for column in schema.split(",")) if isinstance(schema, str) else None
    return Contents(files, columns)


def _bucket(result: Any) -> str:
    """The bucket's name, from a name or from a resource name that ends in it."""
    return str(result.get("Bucket") or "").rpartition(":")[2]


def is_contents(first: bytes) -> bool:
    """Whether what begins so is a manifest.json, not a CSV file."""
    return first.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"{")


def by_code(failed: Iterable[Task]) -> dict[str, list[Task]]:
    """The tasks by their error code, the code of the most tasks first."""
    groups: dict[str, list[Task]] = {}
    for task in failed:
        groups.setdefault(task.code, []).append(task)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))
