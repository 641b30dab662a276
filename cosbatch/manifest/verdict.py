"""What a judge says of a manifest, as values and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict


class FaultJson(TypedDict):
    """A fault or warning as the command line and the replies show it."""

    Fault: str
    Line: int
    Column: int | None
    Message: str


class VerdictJson(TypedDict):
    """A verdict as the command line prints it."""

    Verdict: str
    Rows: int | None
    Columns: int | None
    Buckets: list[str]
    Faults: list[FaultJson]
    Warnings: list[FaultJson]
    Complete: bool


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a manifest, or worth a warning.

    `line` counts physical lines from 1 and is the line on which the row begins; `column` counts CSV fields
    from 1 and is None where the row or the whole file is meant.
    """

    fault: str
    line: int
    column: int | None
    message: str

    def as_json(self) -> FaultJson:
        return {"Fault": self.fault, "Line": self.line, "Column": self.column, "Message": self.message}


@dataclass(frozen=True)
class Verdict:
    """What came of judging a manifest.

    `rows` counts the rows that were seen (for an inventory: those it speaks of, None when it does not say);
    `columns` are those of the first row; `buckets` stand in the order of their first row. `faults` and
    `warnings` keep the first 50 each in the order of the file, `totals` counts all of them by name.
    `complete` is False when a part was left unread that could have changed the verdict; `estimated_rows` then
    reckons the rows of the whole file. `size` is the number of bytes read, `fields` what the columns were
    taken for.
    """

    rows: int | None
    columns: int | None = None
    buckets: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    complete: bool = True
    size: int = 0
    fields: tuple[str, ...] | None = None
    estimated_rows: int | None = None
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def duplicates(self) -> int:
        """Rows that equal the row before them."""
        return self.totals.get("DuplicateRow", 0)

    def as_json(self) -> VerdictJson:
        return {
            "Verdict": "ok" if self.ok else "faulty",
            "Rows": self.rows,
            "Columns": self.columns,
            "Buckets": list(self.buckets),
            "Faults": [fault.as_json() for fault in self.faults],
            "Warnings": [warning.as_json() for warning in self.warnings],
            "Complete": self.complete,
        }
