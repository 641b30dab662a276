"""Rows of a manifest: lines into values by RFC 4180, and the rules by which a value names an object (spec 5.1).

Sources are silent on most of this and disagree on the rest; README.md says what was chosen for each. Where a list
is read in two ways by two readers, it is refused in words rather than guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO
from urllib.parse import unquote

from cosbatch.standin.wire.addresses import BUCKET_NAME

Row = tuple[str, str, str]

LONGEST = 8192
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A value, in quotes or not, and what ends it.
VALUE = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\Z)')
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
NAMES_KEPT = 1000


class BadRow(Exception):
    """A row that names no object; the text says on which line, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"Line {line} of the manifest {reason}")


def read_lines(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The values of each row, and the number of the line on which it begins; empty lines are none. Raises BadRow."""
    number = 0
    while line := file.readline(LONGEST + 3):
        number, first = number + 1, number + 1
        if b'"' in line:
            while line.count(b'"') % 2 and len(line) <= LONGEST and (more := file.readline(LONGEST + 3)):
                line, number = line + more, number + 1
        content = line.removesuffix(b"\n").removesuffix(b"\r")
        if content:
            yield first, _values(first, content)


def _values(number: int, content: bytes) -> list[str]:
    if len(content) > LONGEST:
        raise BadRow(number, "is longer than 8 KiB")
    if b"\0" in content:
        raise BadRow(number, "holds a NUL byte")
    if number == 1 and content.startswith(BYTE_ORDER_MARK):
        raise BadRow(number, "begins with a byte order mark")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise BadRow(number, f"is not UTF-8: {error}") from None
    if '"' in text or "\r" in text or ", " in text:
        return _quoted(text) or _split(number, text)
    return text.split(",")


def _quoted(text: str) -> list[str]:
    """The values of a row as inventories write it, all in quotes and none holding any; empty for another row."""
    values = text[1:-1].split('","')
    is_plain = text[0] == text[-1] == '"' and text.count('"') == 2 * len(values)
    return values if is_plain else []


def _split(number: int, text: str) -> list[str]:
    """The values of any row; blanks behind a comma are no part of what follows."""
    values: list[str] = []
    end = 0
    while found := VALUE.match(text, end):
        if found[1] is not None:
            values.append(found[1].replace('""', '"'))
        else:
            values.append(found[2].lstrip(" ") if values else found[2])
        end = found.end()
        if not found[3]:
            return values
    what = "a quote that stands out of place or is not closed" if '"' in text else "a carriage return that stands alone"
    raise BadRow(number, f"has {what} in column {len(values) + 1}")


class RowReader:
    """Makes rows of values. `fields` says what the columns are, `appid` is put behind bucket names without one."""

    def __init__(self, fields: Sequence[str], appid: str) -> None:
        places = {name: place for place, name in enumerate(fields)}
        self._width = len(fields)
        self._bucket, self._key = places["Bucket"], places["Key"]
        self._version, self._appid = places.get("VersionId"), places.get("Appid")
        self._usual_appid = appid
        self._names: dict[tuple[str, str], str] = {}

    def read(self, number: int, values: list[str]) -> Row:
        """Bucket, key and version id (or an empty text) of a row. Raises BadRow."""
        if number == 1 and _is_header(values):
            raise BadRow(number, "holds the names of the columns and no object")
        if len(values) != self._width:
            raise BadRow(number, f"has {len(values)} columns where {self._width} are expected")
        key = values[self._key]
        if not key:
            raise BadRow(number, "has an empty key")
        if "%" in key:
            if BAD_ESCAPE.search(key):
                raise BadRow(number, "has a % in its key that is no escape")
            try:
                key = unquote(key, errors="strict")
            except UnicodeDecodeError:
                raise BadRow(number, "has escapes in its key that are no UTF-8") from None
        name = values[self._bucket], self._usual_appid if self._appid is None else values[self._appid]
        bucket = self._names.get(name) or self._full_name(number, *name)
        return bucket, key, "" if self._version is None else values[self._version]

    def _full_name(self, number: int, bucket: str, appid: str) -> str:
        """The full name of a bucket that may be new; names are remembered, for most rows repeat one."""
        full = with_appid(bucket, appid)
        if not BUCKET_NAME.fullmatch(full):
            raise BadRow(number, "names no bucket with its APPID")
        if len(self._names) == NAMES_KEPT:
            self._names.clear()
        self._names[bucket, appid] = full
        return full


def _is_header(values: Sequence[str]) -> bool:
    """Some value reads "bucket", and none names one."""
    words = {value.strip().lower() for value in values}
    return "bucket" in words and not any(map(BUCKET_NAME.fullmatch, values))


def with_appid(bucket: str, appid: str) -> str:
    """A bucket's full name; it is full already if it ends in the APPID."""
    return bucket if not appid or bucket.endswith(f"-{appid}") else f"{bucket}-{appid}"
