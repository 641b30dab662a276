"""A plain reader of CSV manifests, byte by byte: slow, and meant to be right at sight.

It shares nothing with the package but the rules, and holds the whole content in memory.
"""

from __future__ import annotations

import contextlib
import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

QUOTE, COMMA, CR, LF, PERCENT = b'",\r\n%'
LONGEST = 8 * 1024

Note = tuple[str, int, int | None]


@dataclass
class Outcome:
    rows: int = 0
    columns: int | None = None
    buckets: list[str] = field(default_factory=list)
    faults: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)


@dataclass
class Cell:
    raw: bytes
    value: bytes


class Broken(Exception):
    """The bytes at hand are no row by RFC 4180."""

    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


def reference_judge(
    content: bytes, fields: Sequence[str] | None = None, allowed: Collection[str] | None = None
) -> Outcome:
    return Reader(content, fields, allowed).read()


class Reader:
    def __init__(self, content: bytes, fields: Sequence[str] | None, allowed: Collection[str] | None) -> None:
        self.content = content
        self.fields = fields
        self.allowed = allowed
        self.outcome = Outcome()
        self.line = 1
        self.previous: list[bytes] | None = None
        self.seen_with_version = self.seen_without_version = False

    def fault(self, name: str, column: int | None = None) -> None:
        self.outcome.faults.append((name, self.line, column))

    def warn(self, name: str, column: int | None = None) -> None:
        self.outcome.warnings.append((name, self.line, column))

    def read(self) -> Outcome:
        position = 0
        if is_gzip(self.content) or is_utf16(self.content):
            self.fault("Gzip" if is_gzip(self.content) else "Utf16")
            return self.outcome
        if self.content[:3] == b"\xef\xbb\xbf":
            self.fault("ByteOrderMark", 1)
            position = 3
        beginning = self.content[position : position + 1024]
        if is_of_other_format(beginning) and not self.shows_a_row(beginning + b"\n"):
            self.fault("WrongFormat")
            return self.outcome
        while position < len(self.content):
            position = self.read_row(position)
        if self.outcome.rows == 0:
            self.line = 1
            self.fault("Empty")
        return self.outcome

    def shows_a_row(self, beginning: bytes) -> bool:
        """One of the first three lines divides into no more columns than there are Fields, and names a bucket."""
        position = 0
        for _ in range(3):
            cells: list[Cell] = []
            if position < len(beginning):
                with contextlib.suppress(Broken):
                    cells, _behind = parse_row(beginning, position)
            named = dict(zip(self.fields or (), cells, strict=False)).get("Bucket")
            if named is not None and len(cells) <= len(self.fields or ()) and self.may_name_a_bucket(named.value):
                return True
            _line, position = cut_line(beginning, position)
        return False

    def may_name_a_bucket(self, value: bytes) -> bool:
        return is_bucket(value) or (self.allowed is not None and value.decode("latin-1") in self.allowed)

    def read_row(self, position: int) -> int:
        first_line, behind_line = cut_line(self.content, position)
        if first_line == b"":
            self.warn("BlankLine")
            self.line += 1
            return behind_line
        try:
            cells, behind = parse_row(self.content, position)
        except Broken as broken:
            self.judge_broken(first_line, broken.column)
            behind = behind_line
        else:
            self.judge_cells(cells)
        for at in range(position, behind):
            if self.content[at] == LF:
                self.line += 1
        return behind

    def judge_broken(self, line: bytes, column: int) -> None:
        self.outcome.rows += 1
        self.previous = None
        if len(line) > LONGEST:
            if 0 in line[:LONGEST]:
                self.fault("NulByte")
            self.fault("LineTooLong")
            return
        self.judge_bytes(None, line)
        self.fault("BadQuoting", column)

    def judge_bytes(self, column: int | None, text: bytes) -> None:
        if not is_utf8(text):
            self.fault("NotUtf8", column)
        if 0 in text:
            self.fault("NulByte", column)

    def judge_cells(self, cells: list[Cell]) -> None:
        self.outcome.rows += 1
        for column, cell in enumerate(cells, 1):
            self.judge_bytes(column, cell.raw)
            if column > 1 and cell.raw[:1] == b" ":
                self.warn("BlankAfterComma", column)
        self.judge_values([cell.value for cell in cells])

    def judge_values(self, values: list[bytes]) -> None:
        if self.outcome.columns is None:
            self.outcome.columns = len(values)
        if self.fields is None and len(values) == 2:
            self.fields = ["Bucket", "Key"]
        if self.fields is None and len(values) == 3:
            self.fields = ["Bucket", "Key", "VersionId"]
        if self.outcome.rows == 1 and is_header(values):
            self.fault("HeaderRow")
        elif self.fields is None or len(self.fields) != len(values):
            self.fault("ColumnCount")
        else:
            for name in ("Bucket", "Key", "VersionId"):
                if name in self.fields:
                    column = list(self.fields).index(name) + 1
                    self.judge_value(column, name, values[column - 1])
        if values == self.previous:
            self.warn("DuplicateRow")
        self.previous = values

    def judge_value(self, column: int, name: str, value: bytes) -> None:
        if name == "Bucket":
            self.judge_bucket(column, value)
        if name == "Key":
            if value[:1] == b"/":
                self.warn("LeadingSlash", column)
            self.judge_key(column, value)
        if name == "VersionId":
            self.judge_version(column, value)

    def judge_bucket(self, column: int, value: bytes) -> None:
        text = value.decode("latin-1")
        good = is_bucket(value) if self.allowed is None else text in self.allowed
        if not good:
            self.fault("ForeignBucket", column)
        if (good or is_bucket(value)) and text not in self.outcome.buckets:
            self.outcome.buckets.append(text)
            if len(self.outcome.buckets) == 2:
                self.warn("SeveralBuckets", column)

    def judge_key(self, column: int, key: bytes) -> None:
        if key == b"":
            self.fault("EmptyKey", column)
        bad = double = raw = False
        for at, byte in enumerate(key):
            if byte == PERCENT:
                if not is_hex(key[at + 1 : at + 3]):
                    bad = True
                if key[at + 1 : at + 3] == b"25" and is_hex(key[at + 3 : at + 5]):
                    double = True
            elif chr(byte) not in string.ascii_letters + string.digits + "-._~/!$&'()*,;=:@\0":
                raw = True
        if bad:
            self.fault("BadEscape", column)
        if double:
            self.warn("DoublyEncoded", column)
        if raw and is_utf8(key):
            self.warn("NotEncoded", column)

    def judge_version(self, column: int, value: bytes) -> None:
        both_before = self.seen_with_version and self.seen_without_version
        if value == b"":
            self.seen_without_version = True
        else:
            self.seen_with_version = True
        if self.seen_with_version and self.seen_without_version and not both_before:
            self.warn("MixedVersionIds", column)
        if value in (b"None", b"nan") or any(sign in value for sign in (b".", b"/", b" ")):
            self.warn("StrangeVersionId", column)


def is_gzip(content: bytes) -> bool:
    return content[:2] == b"\x1f\x8b"


def is_utf16(content: bytes) -> bool:
    """UTF-16 or UTF-32: a byte order mark, or Latin letters of two bytes each."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[:4] == b"\0\0\xfe\xff":
        return True
    zeros = "".join("0" if byte == 0 else "x" for byte in content[:4])
    return zeros in ("x0x0", "0x0x")


def is_of_other_format(beginning: bytes) -> bool:
    """ZIP, JSON or markup, by its first characters; the bytes at hand are at most 1 KiB."""
    if beginning[:4] == b"PK\x03\x04":
        return True
    text = beginning.decode("latin-1").lstrip(" \t\n\r\v\f")
    if text[:1] in ("{", "["):
        inside = text[1:].lstrip(" \t\n\r\v\f")
        return inside[:1] != "" and inside[0] in '"{[]}'
    return text[:1] == "<" and text[1:2] != "" and text[1] in string.ascii_letters + "?!"


def cut_line(content: bytes, position: int) -> tuple[bytes, int]:
    """The physical line at `position` without its ending, and where the next one begins."""
    end = position
    while end < len(content) and content[end] != LF:
        end += 1
    line = content[position:end]
    if line.endswith(b"\r"):
        line = line[:-1]
    return line, min(end + 1, len(content))


def parse_row(content: bytes, start: int) -> tuple[list[Cell], int]:
    """One row by RFC 4180, at most 8 KiB long. Raises Broken with the column that breaks the rules."""
    cells: list[Cell] = []
    position = start
    while True:
        column = len(cells) + 1
        cell, position = parse_cell(content, position, start, column)
        cells.append(cell)
        ending = ending_at(content, position)
        if ending is not None:
            return cells, position + ending
        position += 1  # the comma
        if position - start > LONGEST:
            raise Broken(column)


def parse_cell(content: bytes, position: int, row_start: int, column: int) -> tuple[Cell, int]:
    begin = position
    value = bytearray()
    if content[position : position + 1] == b'"':
        position += 1
        while True:
            if position >= len(content) or position - row_start >= LONGEST:
                raise Broken(column)
            if content[position] != QUOTE:
                value.append(content[position])
                position += 1
            elif content[position + 1 : position + 2] == b'"':
                value.append(QUOTE)
                position += 2
            else:
                position += 1
                break
    else:
        while position < len(content) and content[position] not in (QUOTE, COMMA, CR, LF):
            value.append(content[position])
            position += 1
        if column > 1:
            value = value.lstrip(b" ")
    at_comma = content[position : position + 1] == b","
    if not at_comma and ending_at(content, position) is None:
        raise Broken(column)
    if position - row_start > LONGEST:
        raise Broken(column)
    return Cell(content[begin:position], bytes(value)), position


def ending_at(content: bytes, position: int) -> int | None:
    """The length of the line ending at `position`; the end of the content is one, with or without a CR."""
    rest = content[position : position + 2]
    if rest == b"" or (rest == b"\r" and position + 1 == len(content)):
        return len(rest)
    if rest == b"\r\n":
        return 2
    if rest[:1] == b"\n":
        return 1
    return None


def is_header(values: list[bytes]) -> bool:
    words = [value.decode("latin-1").strip(string.whitespace).lower() for value in values]
    return "bucket" in words and not any(is_bucket(value) for value in values)


def is_bucket(value: bytes) -> bool:
    """Lower-case letters, digits and hyphens, not a hyphen first, then a hyphen and the appid, a number without zeros in front."""
    text = value.decode("latin-1")
    name, hyphen, appid = text.rpartition("-")
    letters = string.ascii_lowercase + string.digits
    if hyphen == "" or name == "" or appid == "" or appid[0] == "0":
        return False
    if name[0] not in letters or name[-1] not in letters:
        return False
    return all(c in letters + "-" for c in name) and all(c in string.digits for c in appid)


def is_hex(two: bytes) -> bool:
    return len(two) == 2 and all(chr(byte) in string.hexdigits for byte in two)


def is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
