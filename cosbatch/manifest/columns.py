"""The rules for the rows of a manifest, judged column by column over many rows at a time."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import compress
from operator import eq, itemgetter

from cosbatch.manifest.escapes import PLAIN_CHARACTERS, odd_escapes
from cosbatch.manifest.findings import Findings
from cosbatch.manifest.quotes import HIDDEN_LINE_FEED, HIDDEN_QUOTE, values_of
from cosbatch.manifest.rows import Batch
from cosbatch.manifest.scan import clean_rows

MOST_NAMES = 1000  # of buckets that are remembered, so that memory stays bounded
_LONGEST_NAME = 100

_PLAIN_IN_CELLS = PLAIN_CHARACTERS + b","  # a comma can only stand in a quoted cell
_BUCKET = re.compile(rb"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+")
UNNAMED, FORBIDDEN = "no bucket's name with its appid", "not a bucket that is allowed here"

_INFERRED = {2: ("Bucket", "Key"), 3: ("Bucket", "Key", "VersionId")}
_AS_INFERRED = "2 (Bucket, Key) or 3 (Bucket, Key, VersionId), the same in all rows"


class Layout:
    """Which column holds what, counted from 0."""

    def __init__(self, fields: Sequence[str]) -> None:
        """Take a manifest's Fields. Raises ValueError unless they have one Bucket and one Key."""
        if fields.count("Bucket") != 1 or fields.count("Key") != 1 or fields.count("VersionId") > 1:
            raise ValueError(f"Fields need one Bucket, one Key and at most one VersionId: {', '.join(fields)}")
        self.fields = tuple(fields)
        self.width = len(fields)
        self.bucket = fields.index("Bucket")
        self.key = fields.index("Key")
        self.version = fields.index("VersionId") if "VersionId" in fields else None

    @property
    def is_usual(self) -> bool:
        """Whether the columns stand where blocks of rows can be judged by a scan."""
        return self.bucket == 0 and self.key == 1 and self.version in (None, self.width - 1)


class ColumnChecks:
    """Judges rows in the order of the file, and remembers what the next ones are held against.

    Without `fields`, the first row of two or three columns decides what the columns are. A header row, and a
    row whose columns do not fit, is not looked into any further.
    """

    def __init__(self, findings: Findings, fields: Sequence[str] | None, allowed: Container[str] | None) -> None:
        self.findings = findings
        self.layout = Layout(fields) if fields is not None else None
        self.rows = 0
        self.columns: int | None = None
        self.buckets: dict[bytes, None] = {}  # in the order of their first rows
        self._expected = _AS_INFERRED if fields is None else str(len(fields))
        self._allowed = allowed
        self._known: dict[bytes, str] = {}  # what is wrong with the name of a bucket; empty if nothing is
        self._versioned: set[bool] = set()  # whether rows with, and rows without, a version id were seen
        self._previous: list[bytes] = []

    def may_be_row(self, cells: Sequence[bytes]) -> bool:
        """Whether cells, as they stand in the text, are no more than the columns, with a bucket's name in its place."""
        layout = self.layout
        if layout is None or not layout.bucket < len(cells) <= layout.width:
            return False
        return bucket_fault(cells[layout.bucket].lstrip(b" ").strip(b'"'), self._allowed) != UNNAMED

    def judge_clean(self, plain: bytes) -> int:
        """Judge whole lines without quotes by a scan: how many rows they hold, or 0 when they may be odd."""
        bucket = plain[: plain.find(b",")]
        if (
            HIDDEN_QUOTE in plain
            or HIDDEN_LINE_FEED in plain
            or self.layout is None
            or not self.layout.is_usual
            or self._known.get(bucket) != ""
        ):
            return 0
        rests = clean_rows(plain, bucket, self.layout.width, self._expected_version(self.layout))
        if rests is None or [bucket, *values_of(rests[:1])[0]] == self._previous:
            return 0
        self._previous = [bucket, *values_of(rests[-1:])[0]]
        self.rows += len(rests)
        return len(rests)

    def judge(self, batch: Batch) -> None:
        """Judge the rows that were read."""
        if not any(batch.rows):  # nothing to look into: all are broken
            self.rows += len(batch.rows)
            self._previous = [] if batch.rows else self._previous
            return
        has_header = self.rows == 0 and _is_header(batch.rows[0])
        self.rows += len(batch.rows)
        self._settle_columns(batch.rows)
        if has_header:
            self.findings.note("HeaderRow", batch.lines[:1])
        fitting = self._fitting(batch, int(has_header))
        if self.layout is not None and fitting.rows:
            self._judge_columns(fitting, self.layout)
        self._find_duplicates(batch)

    def forget_previous(self) -> None:
        """Hold the next row against none: it does not follow the last."""
        self._previous = []

    def _settle_columns(self, rows: list[list[bytes]]) -> None:
        if self.columns is None:
            self.columns = next((len(row) for row in rows if row), None)
        if self.layout is None:
            width = next((len(row) for row in rows if len(row) in _INFERRED), None)
            self.layout = Layout(_INFERRED[width]) if width else None

    def _fitting(self, batch: Batch, start: int) -> Batch:
        """The rows from `start` that have as many columns as there should be."""
        right = self.layout.width if self.layout else 0
        widths = list(map(len, batch.rows))
        if start == 0 and widths.count(right) == len(widths):
            return batch
        fits = list(map(right.__eq__, widths))
        fits[:start] = [False] * start
        if not {0, right}.issuperset(widths):
            self._note_widths(batch.lines[start:], widths[start:], right)
        return batch.only(fits)

    def _note_widths(self, lines: Sequence[int], widths: list[int], right: int) -> None:
        wrong: dict[int, list[int]] = {}
        for line, width in zip(lines, widths, strict=True):
            if width != right and width:
                wrong.setdefault(width, []).append(line)
        for width, numbers in wrong.items():
            self.findings.note("ColumnCount", numbers, found=width, expected=self._expected)

    def _judge_columns(self, batch: Batch, layout: Layout) -> None:
        names = list(map(itemgetter(layout.bucket), batch.rows))
        self._judge_buckets(names, batch.lines, layout.bucket + 1)
        keys = list(map(itemgetter(layout.key), batch.rows))
        self._judge_keys(keys, batch, layout.key + 1)
        if layout.version is not None and len(self._versioned) < 2:
            versions = list(map(itemgetter(layout.version), batch.rows))
            self._judge_versions(versions, batch.lines, layout.version + 1)

    def _judge_buckets(self, names: list[bytes], lines: Sequence[int], column: int) -> None:
        faults = list(map(self._known.get, names))
        if faults.count("") == len(faults):
            return
        for index in [i for i, fault in enumerate(faults) if fault is None] if None in faults else ():
            faults[index] = self._fault_of(names[index], lines[index], column)
        wrong = [i for i, fault in enumerate(faults) if fault]
        for why in (UNNAMED, FORBIDDEN):
            found = [i for i in wrong if faults[i] == why]
            values = [names[i] for i in found]
            self.findings.note("ForeignBucket", [lines[i] for i in found], column, values, why=why)

    def _fault_of(self, name: bytes, line: int, column: int) -> str:
        """What is wrong with the name of a bucket that may be new; empty if nothing is."""
        fault = bucket_fault(name, self._allowed)
        if len(self._known) < MOST_NAMES and len(name) <= _LONGEST_NAME:
            self._known[name] = fault
        if fault != UNNAMED and len(self.buckets) < MOST_NAMES and name not in self.buckets:
            self.buckets[name] = None
            if len(self.buckets) == 2:
                self.findings.note("SeveralBuckets", (line,), column, (name,))
        return fault

    def _judge_keys(self, keys: list[bytes], batch: Batch, column: int) -> None:
        lines = batch.lines
        if not all(keys):
            empty = [line for line, key in zip(lines, keys, strict=True) if not key]
            self.findings.note("EmptyKey", empty, column)
        text = b"\n".join(keys)
        if text.count(b"\n") >= len(keys):
            keys = [key.replace(b"\n", b"\r") for key in keys]
            text = b"\n".join(keys)
        if b"%" in text:
            bad, double = odd_escapes(keys)
            self.findings.note("BadEscape", [lines[i] for i in bad], column)
            self.findings.note("DoublyEncoded", [lines[i] for i in double], column)
        raw = text.translate(None, _PLAIN_IN_CELLS + b"%\0")  # a NUL is a fault of its own
        if len(raw) >= len(keys):
            found = list(compress(lines, raw.split(b"\n")))
            no_text = batch.not_utf8.get(column, ())
            self.findings.note("NotEncoded", [line for line in found if line not in no_text], column)

    def _judge_versions(self, versions: list[bytes], lines: Sequence[int], column: int) -> None:
        for version, line in zip(versions, lines, strict=True):
            self._versioned.add(bool(version))
            if len(self._versioned) == 2:
                self.findings.note("MixedVersionIds", (line,), column)
                break

    def _expected_version(self, layout: Layout) -> bool | None:
        """Whether the next row should have a version id, as those before it; None when both were seen."""
        if layout.version is None or len(self._versioned) == 2:
            return None
        return True in self._versioned

    def _find_duplicates(self, batch: Batch) -> None:
        rows = batch.rows
        equal = list(map(eq, rows, [self._previous, *rows[:-1]]))
        if True in equal:
            found = [line for line, row in compress(zip(batch.lines, rows, strict=True), equal) if row]
            self.findings.note("DuplicateRow", found)
        self._previous = rows[-1]


def bucket_fault(name: bytes, allowed: Container[str] | None) -> str:
    """What is wrong with the name of a bucket; empty if nothing is. `allowed` ones may have any form."""
    if allowed is not None and name.decode("utf-8", "replace") in allowed:
        return ""
    if not _BUCKET.fullmatch(name):
        return UNNAMED
    return FORBIDDEN if allowed is not None else ""


def _is_header(values: list[bytes]) -> bool:
    """Some cell reads "bucket", and none names one: such a row holds the names of the fields."""
    words = [value.strip().lower() for value in values]
    return b"bucket" in words and not any(map(_BUCKET.fullmatch, values))
