"""The rules for rows: one row in, its faults and warnings out.

Text is Latin-1 here, one character for each byte: bytes of any encoding can be judged, and lengths count bytes.
"""

from __future__ import annotations

import re
import string
from binascii import a2b_qp
from collections.abc import Container, Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from cosbatch.manifest.verdict import KEPT, Findings, shown
from cosbatch.model.names import BAD_ESCAPE, BUCKET, COLUMNS, DOUBLE_ESCAPE, PLAIN_CHARACTERS, column_faults

LONGEST = 8192  # bytes of a row, its line ending not counted
MOST_NAMES, _LONGEST_NAME = 1000, 100  # of buckets that are remembered, so that memory stays bounded

UNNAMED = "no bucket's name with its appid: write it as in examplebucket-1250000000"
_FORBIDDEN = "a bucket of another account, or not among those that this manifest may name"
_AS_INFERRED = "2 (Bucket, Key) or 3 (Bucket, Key, VersionId), the same in all rows"

# Percent-encoding as quoted-printable, whose decoder runs in C: it is the same grammar with = for %. An escape vanishes, what
# is none leaves its =, and %25 leaves a %. The digits 1 and 3 change places, so that %3D does not leave a = (but %1D does,
# and is looked at for nothing). What divides values is plain here, and what is not plain is 0.
_CHANGED = bytes.maketrans(b'%=13,"\r\n', b"=/31////")
_AS_QUOTED_PRINTABLE = bytes(_CHANGED[byte] * (chr(byte) in PLAIN_CHARACTERS + '%,"\r\n') for byte in range(256))

# A comma can only stand in a quoted value; a NUL is a fault of its own.
_find_raw = re.compile(rf"[^%,\0{re.escape(PLAIN_CHARACTERS)}]").search
_find_strange = re.compile(r"[./ ]|\A(?:None|nan)\Z").search
_find_bad_escape, _find_double_escape = BAD_ESCAPE.search, DOUBLE_ESCAPE.search

# The line on which a row begins, and its values: none where it is broken.
Row: TypeAlias = tuple[int, list[str]]


class Layout(NamedTuple):
    """Which column holds what, counted from 0."""

    fields: tuple[str, ...]
    bucket: int
    key: int
    version: int  # -1 where there is none


def layout_of(fields: Sequence[str]) -> Layout:
    """The columns that a manifest's Fields name. Raises ValueError unless they have one Bucket and one Key."""
    if column_faults(fields):
        raise ValueError(f"Fields need one Bucket, one Key and at most one VersionId: {', '.join(fields)}")
    version = fields.index("VersionId") if "VersionId" in fields else -1
    return Layout(tuple(fields), fields.index("Bucket"), fields.index("Key"), version)


class RowRules:
    """Judges rows in the order of the file, and remembers what the next ones are compared with.

    Without `fields`, the first row of two or three columns decides what the columns are. Of rows of another number it is
    noted besides only what is no text, and whether they repeat.
    """

    def __init__(self, findings: Findings, fields: Sequence[str] | None, allowed: Container[str] | None) -> None:
        self.rows = 0
        self.columns: int | None = None  # of the first row
        self.layout = None if fields is None else layout_of(fields)
        self.buckets: dict[str, None] = {}  # in the order of their first rows
        self._findings = findings
        self._note = findings.note
        self._allowed = allowed
        self._expected = _AS_INFERRED if fields is None else str(len(fields))
        # What is known of names: those without a fault, and the words for the others.
        self._good_buckets: set[str] = set()
        self._bucket_faults: dict[str, tuple[str, str]] = {}
        self._versioned: set[bool] = set()  # whether rows with, and rows without, a version id were seen
        self.previous: list[str] = []  # empty where the next row is to be compared with none

    def judge(self, rows: Iterable[Row], block: bytes, is_odd: bool) -> None:
        """Judge rows, all from the block: what it shows as a whole (`is_odd`: see has_odd_bytes) spares a look at each of them."""
        remaining = iter(rows)
        for row in remaining:
            if row[1] and self._take_header(*row):
                continue
            if self.layout is None or not row[1]:
                self._judge_rows([row], is_odd)
            else:
                self._judge_rows(chain([row], remaining), is_odd, *signs_in(block))

    def judge_bytes(self, line: int, values: Sequence[str], is_divided: bool = True) -> list[int]:
        """Note what is no text, in values or in a line that has none; gives the columns that are not UTF-8."""
        no_text = []
        for column, value in enumerate(values, 1):
            if not value.isascii() and not is_utf8(value.encode("latin-1")):
                no_text.append(column)
                self._note("NotUtf8", line, column if is_divided else None)
            if "\0" in value:
                self._note("NulByte", line, column if is_divided else None)
        return no_text

    def take_clean(self, rows: int, versioned: set[bool], first: list[str], last: list[str]) -> bool:
        """Count rows that the fast reader found clean; False, and nothing is done, where something is to be said of them yet."""
        versioned = self._versioned | versioned
        is_known = self.layout is not None and first[self.layout.bucket] in self._good_buckets
        if not is_known or first == self.previous or len(versioned) == 2 > len(self._versioned):
            return False
        self.rows, self.previous, self._versioned = self.rows + rows, last, versioned
        return True

    def may_be_row(self, values: Sequence[str]) -> bool:
        """Whether values are no more than the columns, with a bucket's name in its place."""
        if self.layout is None or not self.layout.bucket < len(values) <= len(self.layout.fields):
            return False
        return bucket_fault(_decoded(values[self.layout.bucket]), self._allowed) != UNNAMED

    def _take_header(self, line: int, values: list[str]) -> bool:
        """Note a row that holds the names of the fields, and say if it does; learns from the first rows what the columns are."""
        self.columns = self.columns or len(values)
        if self.layout is None and len(values) in (2, 3):
            self.layout = layout_of(COLUMNS[1 : len(values) + 1])
        if self.rows > 0 or any(map(BUCKET.fullmatch, values)):
            return False
        if "bucket" not in [value.strip(string.whitespace).lower() for value in values]:
            return False
        self.rows, self.previous = self.rows + 1, values
        self.judge_bytes(line, values)
        self._note("HeaderRow", line)
        return True

    def _judge_rows(  # noqa: C901  # no call for a row in order: this loop is what a list costs that is not clean
        self, rows: Iterable[Row], is_odd: bool, escapes: bool = False, characters: bool = False
    ) -> None:
        """Judge rows; which rules keys may break is known for all of them together."""
        fields, bucket_at, key_at, version_at = self.layout or Layout((), 0, 0, -1)
        width, good, note = len(fields), self._good_buckets, self._note
        counts, seen, previous = self._findings.counts, 0, self.previous
        # Where enough are kept, these two are counted without a call for each: a list of them takes a tenth less.
        has_all_faults, has_all_warnings = len(self._findings.faults) >= KEPT, len(self._findings.warnings) >= KEPT
        for line, values in rows:
            seen += 1
            no_text = self.judge_bytes(line, values) if is_odd else ()
            if not values:
                pass  # whoever read the row has noted why
            elif len(values) != width:
                if has_all_faults:
                    counts["ColumnCount"] += 1
                else:
                    note("ColumnCount", line, None, len(values), self._expected)
            else:
                key = values[key_at]
                if values[bucket_at] not in good:
                    self._judge_bucket(line, values[bucket_at], bucket_at + 1)
                if not key or key[0] == "/":
                    note("LeadingSlash" if key else "EmptyKey", line, key_at + 1)
                if escapes:
                    self._judge_escapes(line, key, key_at + 1)
                if (characters or "\n" in key) and key_at + 1 not in no_text and _find_raw(key):
                    if has_all_warnings:
                        counts["NotEncoded"] += 1
                    else:
                        note("NotEncoded", line, key_at + 1)
                if version_at >= 0:
                    version = values[version_at]
                    if (version != "") not in self._versioned or _find_strange(version):
                        self._judge_version(line, version, version_at + 1)
            if values == previous and values:
                note("DuplicateRow", line)
            previous = values
        self.rows, self.previous = self.rows + seen, previous

    def _judge_escapes(self, line: int, key: str, column: int) -> None:
        if _find_bad_escape(key):
            self._note("BadEscape", line, column)
        if "%25" in key and _find_double_escape(key):
            self._note("DoublyEncoded", line, column)

    def _judge_version(self, line: int, version: str, column: int) -> None:
        if self._versioned == {version == ""}:
            self._note("MixedVersionIds", line, column)
        self._versioned.add(version != "")
        if _find_strange(version):
            self._note("StrangeVersionId", line, column)

    def _judge_bucket(self, line: int, bucket: str, column: int) -> None:
        words = self._bucket_faults.get(bucket)
        if words is None:  # it is new, as far as is remembered
            name = _decoded(bucket)
            fault = bucket_fault(name, self._allowed)
            words = (shown(name), fault) if fault else None
            if len(self._good_buckets) + len(self._bucket_faults) < MOST_NAMES and len(bucket) <= _LONGEST_NAME:
                if words:
                    self._bucket_faults[bucket] = words
                else:
                    self._good_buckets.add(bucket)
            if fault != UNNAMED and len(self.buckets) < MOST_NAMES and name not in self.buckets:
                self.buckets[name] = None
                if len(self.buckets) == 2:
                    self._note("SeveralBuckets", line, column, shown(name))
        if words:
            self._note("ForeignBucket", line, column, *words)


def signs_in(block: bytes) -> tuple[bool, bool]:
    """Whether some key in whole lines may have escapes that are wrong or double, and characters, but for line feeds, that need
    encoding: told by passes of C routines, where a look at each key takes five times as long."""
    translated = block.translate(_AS_QUOTED_PRINTABLE)
    decoded = a2b_qp(translated) if b"=" in translated else translated
    has_double = b"%" in decoded and DOUBLE_ESCAPE.search(block.decode("latin-1")) is not None
    has_return = b"\r" in block and block.count(b"\r") != block.count(b"\r\n")
    return has_double or b"=" in decoded, b"\0" in decoded or has_return or (b'"' in block and b'""' in block)


def bucket_fault(name: str, allowed: Container[str] | None) -> str:
    """What is wrong with the name of a bucket; empty if nothing is. `allowed` ones may have any form."""
    if allowed is not None and name in allowed:
        return ""
    return UNNAMED if not BUCKET.fullmatch(name) else _FORBIDDEN if allowed is not None else ""


def has_odd_bytes(block: bytes) -> bool:
    """Whether the block has bytes that no text may hold."""
    return b"\0" in block or not (block.isascii() or is_utf8(block))


def is_utf8(content: bytes) -> bool:
    return content.decode("utf-8", "ignore").encode() == content  # an exception takes four times as long


def _decoded(text: str) -> str:
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")
