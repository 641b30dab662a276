"""The rules for the rows of a manifest, one row at a time."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .rows import value_of
from .verdict import Findings

MOST_BUCKETS = 1000  # names that are remembered, so that memory stays bounded

# What may stand raw in a key: RFC 3986 allows these in a path, and decoding leaves them as they are. A plus
# is not among them, because form decoders read it as a blank; a comma can only stand in a quoted cell.
PLAIN_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*;=:@"
_PLAIN_IN_CELLS = PLAIN_CHARACTERS + b","
_BUCKET = re.compile(rb"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_DOUBLE_ESCAPE = re.compile(rb"%25[0-9A-Fa-f]{2}")

_INFERRED = {2: ("Bucket", "Key"), 3: ("Bucket", "Key", "VersionId")}
_TWO_OR_THREE = "2 (Bucket, Key) or 3 (Bucket, Key, VersionId)"


@dataclass(frozen=True)
class Layout:
    """Which column holds what, counted from 0."""

    fields: tuple[str, ...]
    width: int
    bucket: int
    key: int
    version: int | None

    @classmethod
    def of(cls, fields: Sequence[str]) -> Layout:
        """The layout of a manifest's Fields. Raises ValueError unless they have one Bucket and one Key."""
        if fields.count("Bucket") != 1 or fields.count("Key") != 1 or fields.count("VersionId") > 1:
            raise ValueError(
                f"Fields need one Bucket, one Key and at most one VersionId: {', '.join(fields)}"
            )
        version = fields.index("VersionId") if "VersionId" in fields else None
        return cls(tuple(fields), len(fields), fields.index("Bucket"), fields.index("Key"), version)


class RowChecks:
    """Judges rows in the order of the file, and remembers what the next row is held against.

    Without `fields`, the first row of two or three columns decides what the columns are, and rows of another
    width are faults. A header row, and a row whose columns do not fit, is not looked into any further.
    """

    def __init__(
        self, findings: Findings, fields: Sequence[str] | None, allowed: Collection[str] | None
    ) -> None:
        self.findings = findings
        self.layout = Layout.of(fields) if fields is not None else None
        self.allowed = None if allowed is None else frozenset(name.encode() for name in allowed)
        self.rows = 0
        self.columns: int | None = None
        self.buckets: dict[bytes, bool] = {}  # the buckets named so far, and whether each may be
        self.versioned: set[bool] = set()  # whether rows with, and rows without, a version id were seen
        self.previous: list[bytes] | None = None

    def judge(self, line: int, cells: list[bytes], tidy: bool = False) -> None:
        """Judge the row at `line`. `tidy` cells hold plain ASCII: no NUL, quote, or blank at their start."""
        self.rows += 1
        values = cells if tidy else self._values(line, cells)
        if self.layout is None or self.columns is None:
            self._settle_columns(len(values))
        if self.rows == 1 and _is_header(values):
            self.findings.add("HeaderRow", line)
        elif self.layout is None or len(values) != self.layout.width:
            self._add_column_count(line, len(values))
        else:
            self._judge_columns(line, values, self.layout)
        if values == self.previous:
            self.findings.add("DuplicateRow", line)
        self.previous = values

    def pass_over(self) -> None:
        """Count a row that could not be split into cells."""
        self.rows += 1
        self.previous = None

    def check_bytes(self, line: int, column: int | None, text: bytes) -> None:
        """Report what no text may hold."""
        if b"\0" in text:
            self.findings.add("NulByte", line, column)
        if not _is_utf8(text):
            self.findings.add("NotUtf8", line, column)

    def _values(self, line: int, cells: list[bytes]) -> list[bytes]:
        values = []
        for column, cell in enumerate(cells, 1):
            self.check_bytes(line, column, cell)
            if column > 1 and cell.startswith(b" "):
                self.findings.add("BlankAfterComma", line, column)
                cell = cell.lstrip(b" ")
            values.append(value_of(cell))
        return values

    def _settle_columns(self, width: int) -> None:
        if self.columns is None:
            self.columns = width
        if self.layout is None and width in _INFERRED:
            self.layout = Layout.of(_INFERRED[width])

    def _add_column_count(self, line: int, found: int) -> None:
        expected = self.layout.width if self.layout else _TWO_OR_THREE
        self.findings.add("ColumnCount", line, found=found, expected=expected)

    def _judge_columns(self, line: int, values: list[bytes], layout: Layout) -> None:
        bucket = values[layout.bucket]
        if not self.buckets.get(bucket):
            self._judge_bucket(line, layout.bucket + 1, bucket)
        self._judge_key(line, layout.key + 1, values[layout.key])
        if layout.version is not None and len(self.versioned) < 2:
            self._judge_version(line, layout.version + 1, values[layout.version])

    def _judge_bucket(self, line: int, column: int, bucket: bytes) -> None:
        is_allowed = self.allowed is None or bucket in self.allowed
        is_name = bool(_BUCKET.fullmatch(bucket)) or (self.allowed is not None and is_allowed)
        if not (is_name and is_allowed):
            why = "not a bucket that is allowed here" if is_name else "no bucket's name with its appid"
            self.findings.add("ForeignBucket", line, column, bucket, why=why)
        if is_name and bucket not in self.buckets and len(self.buckets) < MOST_BUCKETS:
            self.buckets[bucket] = is_allowed
            if len(self.buckets) == 2:
                self.findings.add("SeveralBuckets", line, column, bucket)

    def _judge_key(self, line: int, column: int, key: bytes) -> None:
        if not key:
            self.findings.add("EmptyKey", line, column)
        odd = key.translate(None, _PLAIN_IN_CELLS)
        if not odd:
            return
        if b"%" in odd and _BAD_ESCAPE.search(key):
            self.findings.add("BadEscape", line, column)
        if b"%" in odd and _DOUBLE_ESCAPE.search(key):
            self.findings.add("DoublyEncoded", line, column)
        if odd.translate(None, b"%\0") and _is_utf8(key):
            self.findings.add("NotEncoded", line, column)

    def _judge_version(self, line: int, column: int, version: bytes) -> None:
        self.versioned.add(bool(version))
        if len(self.versioned) == 2:
            self.findings.add("MixedVersionIds", line, column)


def _is_header(values: list[bytes]) -> bool:
    """Some cell reads "bucket", and none names one: such a row holds the names of the fields."""
    words = [value.strip().lower() for value in values]
    return b"bucket" in words and not any(map(_BUCKET.fullmatch, values))


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
