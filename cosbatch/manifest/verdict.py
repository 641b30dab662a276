"""What a judge says of a manifest: faults and warnings, each with a message that says how to fix it, and the verdict."""

from __future__ import annotations

from typing import NamedTuple

KEPT = 50  # faults, and as many warnings, that a verdict keeps; counting goes on beyond

FAULTS = {
    "Empty": "The manifest has no rows: write one row for each object.",
    "HeaderRow": "The first row holds the names of the fields and would be taken for an object: remove it.",
    "ColumnCount": "Columns in this row: {}; expected: {}. Divide the values by commas, write a comma inside a key as %2C, and"
    " name every column in Fields (Ignore for those that do not matter).",
    "ForeignBucket": "{} is {}.",
    "ByteOrderMark": "The content begins with a byte order mark, which would become a part of the first bucket's name: save"
    " the file as UTF-8 without BOM.",
    "NulByte": "A NUL byte stands here: write the file anew as plain text (a key's own NUL is written %00).",
    "NotUtf8": "These bytes are not UTF-8: save the file as UTF-8, or percent-encode the key.",
    "Utf16": "The content is UTF-16 or UTF-32: save the file as UTF-8 without BOM.",
    "Gzip": "The content is compressed with gzip: upload the plain CSV file.",
    "LineTooLong": "The line is longer than 8 KiB: end each row with a line feed (LF or CRLF).",
    "BadQuoting": '{}: put quotes around the whole value and double those inside, or write %22 for ", %0D for CR.',
    "EmptyKey": "The key is empty: name an object, or remove the row.",
    "BadEscape": "A % is not followed by two hexadecimal digits: write %25 for the character % itself.",
    "WrongFormat": "The content is {}, not {}: choose the Format that fits, or upload the right file.",
    "InventoryFormat": "{}: a batch job reads inventories in CSV only: order the inventory as CSV.",
    "InventorySchema": "{}: leave manifest.json as the inventory wrote it.",
    "InventoryFiles": "{}: use the manifest.json of a finished inventory, with its data files in place.",
}
WARNINGS = {
    "DoublyEncoded": "The key looks percent-encoded twice (%25 and two hexadecimal digits): encode it once.",
    "NotEncoded": "The key holds characters that need percent-encoding: a blank is %20, a plus %2B, and others are the %XX of"
    " their UTF-8 bytes.",
    "SeveralBuckets": "{} is a second bucket in this manifest: give each bucket a manifest of its own, unless that is meant.",
    "DuplicateRow": "The row equals the row before it: remove one, or the object is worked on twice.",
    "BlankAfterComma": "A blank follows the comma and may be taken for a part of the value: remove it.",
    "MixedVersionIds": "Some rows have a version id, some have none and mean the newest version: write the id in all rows or in"
    " none, unless that is meant.",
    "StrangeVersionId": "This is no version id: leave it empty, or, where a comma stands in the key, write it as %2C.",
    "LeadingSlash": "The key begins with a slash, as few do: remove it, unless that is meant.",
    "BlankLine": "The line is empty: remove it.",
}
_MESSAGES = {**FAULTS, **WARNINGS}
_ESTIMATED = " (The line number is an estimate: the middle of the file was not read.)"


class Fault(NamedTuple):
    """One thing wrong with a manifest, or worth a warning. `line` is the physical line, from 1, on which the row begins;
    `column` counts CSV fields from 1 and is None where the row or the whole file is meant."""

    fault: str
    line: int
    column: int | None
    message: str

    @property
    def place(self) -> str:
        """In words, for a message."""
        return f"line {self.line}" + (f", column {self.column}" if self.column else "")

    def as_json(self) -> dict[str, object]:
        return {"Fault": self.fault, "Line": self.line, "Column": self.column, "Message": self.message}


class Verdict(NamedTuple):
    """What came of judging a manifest.

    `rows` counts the rows that were seen (for a manifest.json by itself: those it speaks of, None when it does not say);
    `columns` are those of the first row, `fields` what they were taken for; `buckets` stand in the order of their first row.
    `faults` and `warnings` keep the first 50 each in the order of the file, `totals` counts all of them by name. `complete`
    is False when a part was left unread that could have changed the verdict; `estimated_rows` then estimates the rows of the
    whole file.
    `size` is the number of bytes read; `files_left` counts the data files of an inventory that were not looked at.
    """

    rows: int | None
    columns: int | None
    buckets: tuple[str, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    totals: dict[str, int]
    size: int
    fields: tuple[str, ...] | None
    estimated_rows: int | None
    complete: bool = True
    files_left: int = 0

    @property
    def ok(self) -> bool:
        return not self.faults

    def as_json(self) -> dict[str, object]:
        """The shape that the command line prints and replies hold."""
        return {
            "Verdict": "ok" if self.ok else "faulty",
            "Rows": self.rows,
            "Columns": self.columns,
            "Buckets": list(self.buckets),
            "Faults": [fault.as_json() for fault in self.faults],
            "Warnings": [warning.as_json() for warning in self.warnings],
            "Complete": self.complete,
        }


class Findings:
    """Keeps the first faults and warnings in the order in which they are noted, and counts all of them by name."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.counts = dict.fromkeys(_MESSAGES, 0)
        self.lines_are_estimates = False

    @property
    def totals(self) -> dict[str, int]:
        return {name: count for name, count in self.counts.items() if count}

    def note(self, name: str, line: int, column: int | None = None, *words: object) -> None:
        """Note a fault or a warning; `words` fill the gaps of its message."""
        self.counts[name] += 1
        kept = self.warnings if name in WARNINGS else self.faults
        if len(kept) < KEPT:
            message = _MESSAGES[name].format(*words) + _ESTIMATED * self.lines_are_estimates
            kept.append(Fault(name, line, column, message))


def shown(value: object, longest: int = 60) -> str:
    """A value as a message shows it: one short line of ASCII."""
    text = "missing" if value is None else ascii(value)
    return text if len(text) <= longest else text[:longest] + "..."
