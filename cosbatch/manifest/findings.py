"""Gathering faults and warnings, each with a sentence that says what is wrong and how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from cosbatch.manifest.verdict import Fault

KEPT = 50  # faults, and as many warnings, that a verdict keeps; counting goes on beyond

FAULTS = {
    "Empty": "The manifest has no rows: write one row for each object.",
    "HeaderRow": "The first row holds the names of the fields and would be taken for an object: remove it.",
    "ColumnCount": "Columns in this row: {found}; expected: {expected}. Divide the values by commas, write a"
    " comma inside a key as %2C, and name every column in Fields (Ignore for those that do not matter).",
    "ForeignBucket": "{value} is {why}: name the bucket with its appid, as in examplebucket-1250000000, and"
    " name only buckets that this manifest may touch.",
    "ByteOrderMark": "The content begins with a byte order mark, which would become a part of the first"
    " bucket's name: save the file as UTF-8 without BOM.",
    "NulByte": "A NUL byte stands here: write the file anew as plain text (a key's own NUL is written %00).",
    "NotUtf8": "These bytes are not UTF-8: save the file as UTF-8, or percent-encode the key.",
    "Utf16": "The content is UTF-16 or UTF-32: save the file as UTF-8 without BOM.",
    "Gzip": "The content is compressed with gzip: upload the plain CSV file.",
    "LineTooLong": "The line is longer than 8 KiB: end each row with a line feed (LF or CRLF).",
    "BadQuoting": '{why}: put quotes around the whole value and double those inside, or write %22 for ", %0D for CR.',
    "EmptyKey": "The key is empty: name an object, or remove the row.",
    "BadEscape": "A % is not followed by two hexadecimal digits: write %25 for the character % itself.",
    "WrongFormat": "The content is {what}, not {expected}: choose the Format that fits, or upload the right file.",
    "InventoryFormat": "{why}: a batch job reads inventories in CSV only: order the inventory as CSV.",
    "InventorySchema": "{why}: a batch job needs the columns Bucket and Key, each once; leave manifest.json"
    " as the inventory wrote it.",
    "InventoryFiles": "{why}: use the manifest.json of a finished inventory, with its data files in place.",
}

WARNINGS = {
    "DoublyEncoded": "The key looks percent-encoded twice (%25 and two hexadecimal digits): encode it once.",
    "NotEncoded": "The key holds characters that need percent-encoding: a blank is %20, a plus %2B, and"
    " others are the %XX of their UTF-8 bytes.",
    "SeveralBuckets": "{value} is a second bucket in this manifest: give each bucket a manifest of its own,"
    " unless that is meant.",
    "DuplicateRow": "The row equals the row before it: remove one, or the object is worked on twice.",
    "BlankAfterComma": "A blank follows the comma and may be taken for a part of the value: remove it.",
    "MixedVersionIds": "Some rows have a version id, some have none and mean the newest version: write the id"
    " in all rows or in none, unless that is meant.",
    "BlankLine": "The line is empty: remove it.",
}

_MESSAGES = {**FAULTS, **WARNINGS}
_ESTIMATED = " (The line number is an estimate: the middle of the file was not read.)"


class Findings:
    """Keeps the first faults and warnings in the order of the file, and counts all of them by name.

    They are noted rule by rule and `settle`d batch by batch: one batch's lines all stand behind the last's.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.totals: dict[str, int] = {}
        self.lines_are_estimates = False
        self._noted: list[tuple[int, str, int | None, bytes, dict[str, str | int]]] = []

    def note(
        self,
        name: str,
        lines: Sequence[int],
        column: int | None = None,
        values: Sequence[bytes] | None = None,
        **words: str | int,
    ) -> None:
        """Note `name` on each of `lines`; the `values` that stand there and `words` fill its message."""
        self.count(name, len(lines))
        for index, line in enumerate(lines[: self.room(name)]):
            self._noted.append((line, name, column, values[index] if values else b"", words))

    def room(self, name: str) -> int:
        """How many more of this name can be kept at most."""
        return KEPT - len(self._kept(name))

    def count(self, name: str, times: int) -> None:
        """Count what is behind the first that are kept."""
        if times:
            self.totals[name] = self.totals.get(name, 0) + times

    def settle(self) -> None:
        """Keep what was noted, line by line; on one line, in the order in which it was noted."""
        for line, name, column, value, words in sorted(self._noted, key=itemgetter(0)):
            if self.room(name):
                message = _MESSAGES[name].format(value=_shown(value), **words)
                self._kept(name).append(Fault(name, line, column, message + _ESTIMATED * self.lines_are_estimates))
        self._noted.clear()

    def _kept(self, name: str) -> list[Fault]:
        return self.warnings if name in WARNINGS else self.faults


def _shown(value: bytes) -> str:
    """A value as a message may show it: one short line of ASCII, whatever its bytes are."""
    return ascii(value[:60].decode("utf-8", "replace")) + "..." * (len(value) > 60)
