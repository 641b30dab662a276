"""The report of a job: where it lies, the files that its manifest.json names, and the tasks in their rows.

No page describes the layout of reports. The one read here is that of AWS, which the stand-in writes too: a manifest.json
in a folder of the job, which names CSV files with the columns of COLUMNS, or with a first row that names its own. AWS's
schema names the error code before the HTTP status, and its rows have the status first: a number is no code, so both are read.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from cosbatch.cli.manifests.report_rows import Row, rows_of
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.language import _
from cosbatch.model import names, strict_json
from cosbatch.model.errors import InvalidEvent
from cosbatch.model.names import Resource

COLUMNS = ("Bucket", "Key", "VersionId", "TaskStatus", "ErrorCode", "HTTPStatusCode", "ResultMessage")
_ONE = [""]
_NEEDED = ("Bucket", "Key", "TaskStatus")


# What a task worked on, as its report writes it: bucket, key, and version, which may be empty.
Task = tuple[str, str, str]


class Tasks(NamedTuple):
    """Some tasks of a report: the keys of all of them, and those that failed, by their error code."""

    keys: Sequence[str]
    failed: Mapping[str, Sequence[Task]]


class File(NamedTuple):
    """One file of a report; bucket and status (of all its tasks) are empty where its manifest.json does not say them."""

    bucket: str
    key: str
    status: str = ""

    @property
    def tells_of_failures(self) -> bool:
        return not _is_success(self.status)


class Contents(NamedTuple):
    """A report's manifest.json: its files, and the columns that they have, where it says so."""

    files: tuple[File, ...]
    columns: tuple[str, ...] | None


class _Places(NamedTuple):
    """At which places of a row the columns are, and how many a row has; one that there is not lies behind all others."""

    bucket: int
    key: int
    version: int
    status: int
    code: int
    http_status: int
    columns: int


def place_of(job_id: str, job: Mapping[str, Any]) -> Resource | None:
    """Where the manifest.json of the report lies that a described job was to write; None where none was ordered."""
    report = job.get("Report")
    if not isinstance(report, Mapping) or report.get("Enabled") is not True:
        return None
    prefix = str(report.get("Prefix") or "").strip("/")
    try:
        bucket = names.parse_resource(str(report.get("Bucket"))).bucket
    except ValueError:
        return None
    return Resource(bucket, f"{prefix}/job-{job_id}/manifest.json".lstrip("/"), None)


def tasks(blocks: Iterable[bytes], columns: Sequence[str] | None, name: str) -> Iterator[Tasks]:
    """The tasks of a CSV file; `columns` where its manifest.json names them. Raises InvalidEvent, also where it breaks off."""
    places = _places(columns or COLUMNS, name)
    content = _Ending(blocks)
    width, has_lines, has_rows = 0, False, False
    for line, rows in rows_of(content, name):
        has_lines, has_rows = True, has_rows or any(rows)
        width = width or (len(rows[0]) if rows[1:] else places.columns)
        if content.is_cut and len(rows[-1]) < width:
            last = line + sum(1 + sum(cell.count("\n") for cell in row) for row in rows)
            raise InvalidEvent(f"{name} breaks off in line {last}: its row is not whole. Fetch it again.")
        if line == 0 and _is_header(rows[0]):
            places = _places(rows[0], name)
            yield _tasks(rows[1:], places, 1, name)
        else:
            yield _tasks(rows, places, line, name)
    if has_lines and not has_rows:
        raise InvalidEvent(f"{name} has blank lines alone, and so is no report of a job. Fetch it again.")
    if content.is_cut:
        told = _(
            "{name} does not end with the end of a line: where it was broken off, tasks are missing; fetch it again."
        )
        output.say(told.format(name=name))


class _Ending:
    """Blocks; `is_cut` where they have ended, and not with the end of a line."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self.is_cut = False

    def __iter__(self) -> Iterator[bytes]:
        last = b"\n"
        for block in self._blocks:
            last = block or last
            yield block
        self.is_cut = not last.endswith(b"\n")


def _is_header(row: Sequence[str]) -> bool:
    return {"bucket", "key"} <= {cell.strip().lower() for cell in row}


def _places(columns: Sequence[str], name: str) -> _Places:
    """Raises InvalidEvent where there is no such column as each report has."""
    known = {column.strip().lower(): place for place, column in enumerate(columns)}
    for column in _NEEDED:
        if column.lower() not in known:
            raise InvalidEvent(f"{name} is no report of a job: it has no column {column}.")
    bucket, key, version, status, code, http_status = (
        known.get(column.lower(), len(columns)) for column in COLUMNS[:6]
    )
    return _Places(bucket, key, version, status, code, http_status, len(columns))


def _tasks(rows: Sequence[Row], places: _Places, line: int, name: str) -> Tasks:
    """The tasks of rows behind the line. Raises InvalidEvent where one that did not succeed lacks what a task has."""
    at_key, at_status, usable = places.key, places.status, rows
    try:
        keys, statuses = [row[at_key] for row in usable], {row[at_status] for row in usable}
    except IndexError:
        usable = _filled(rows, places)
        keys, statuses = [row[at_key] for row in usable], {row[at_status] for row in usable}
    failures = {status for status in statuses if not _is_success(status)}
    if not failures:
        return Tasks(keys, {})
    failed = _filled([row for row in usable if row[at_status] in failures], places)
    columns = list(zip(*failed, strict=True))
    # Blanks alone make no status or bucket, but they may be a key.
    if not all(columns[at_key]) or not all(map(str.strip, chain(failures, columns[places.bucket]))):
        lacking = list(_lacks(rows, places, line))
        raise InvalidEvent(f"{name} is no report of a job: {lacking[0]}.")
    return Tasks(keys, _by_code(columns, places))


def _filled(rows: Sequence[Row], places: _Places) -> Sequence[Row]:
    """The rows that are not blank, each with a cell in all columns and one behind them."""
    whole, width = places.columns, places.columns + 1
    return [row + _ONE if len(row) == whole else [*row[:whole], *[""] * width][:width] for row in rows if row]


def _is_success(status: str) -> bool:
    return status.strip().lower() == "succeeded"


def _lacks(rows: Sequence[Row], places: _Places, line: int) -> Iterator[str]:
    """What rows lack, each by its line."""
    for row in rows:
        for column, place in zip(_NEEDED, (places.bucket, places.key, places.status), strict=True):
            cell = "".join(row[place : place + 1])
            if row and not (cell if place == places.key else cell.strip()):
                yield f"line {line + 1} has no {column}"
        line += 1 + sum(cell.count("\n") for cell in row)


def _by_code(columns: Sequence[tuple[str, ...]], places: _Places) -> dict[str, list[Task]]:
    by_cells: dict[tuple[str, str], list[Task]] = {}
    cells = zip(columns[places.code], columns[places.http_status], strict=True)
    tasks = zip(columns[places.bucket], columns[places.key], columns[places.version], strict=True)
    for codes, task in zip(cells, tasks, strict=True):
        by_cells.setdefault(codes, []).append(task)
    by_code: dict[str, list[Task]] = {}
    for codes, failed in by_cells.items():
        by_code.setdefault(_code(*map(str.strip, codes)), []).extend(failed)
    return by_code


def _code(code: str, http_status: str) -> str:
    """The error code; the HTTP status where there is none."""
    if code.isdecimal() and http_status:
        return http_status
    return code or http_status or "Unknown"


def contents_of(text: bytes, name: str) -> Contents:
    """What a report's manifest.json names. Raises InvalidEvent."""
    try:
        manifest: Any = strict_json.read(text)
        files = tuple(map(_file, manifest["Results"]))
        schema = manifest.get("ReportSchema")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidEvent(f"{name} is no manifest.json of a report: it names no Results.") from None
    columns = tuple(column.strip() for column in schema.split(",")) if isinstance(schema, str) else None
    return Contents(files, columns)


def _file(result: Any) -> File:
    """The bucket may be given by its name, or by a resource name that ends in it."""
    bucket = str(result.get("Bucket") or "").rpartition(":")[2]
    return File(bucket, str(result["Key"]), str(result.get("TaskExecutionStatus") or ""))


def is_contents(first: bytes) -> bool:
    """Whether what begins so is a manifest.json, not a CSV file."""
    return first.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"{")
