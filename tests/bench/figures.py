"""The figures that were measured, as a table that says which bound holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.comparisons import Comparison, Work

_HEADER = "| figure | cosbatch | against | ratio | at most | |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Figure:
    """A comparison with both costs, in a unit."""

    comparison: Comparison
    ours: float
    theirs: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def holds(self) -> bool:
        return self.comparison.bound is None or self.ratio <= self.comparison.bound

    def __str__(self) -> str:
        name, _, theirs, bound = self.comparison
        against = theirs.kind if theirs.subject == "function" else theirs.subject
        told = ("", "") if bound is None else (f"{bound:.2f}", "holds" if self.holds else "DOES NOT HOLD")
        costs = f"{self.ours:,.2f} {self.unit} | {against}: {self.theirs:,.2f} {self.unit}"
        return f"| {name} | {costs} | {self.ratio:.2f} | {told[0]} | {told[1]} |"


def figures(comparisons: Sequence[Comparison], costs: Mapping[Work, float], unit: str) -> list[Figure]:
    """One for each comparison; the unit is that of all but memory."""
    return [
        Figure(each, costs[each.ours], costs[each.theirs], "MiB" if each.ours.measured == "memory" else unit)
        for each in comparisons
    ]


def table(rows: Sequence[Figure]) -> str:
    """A markdown table."""
    return "\n".join([_HEADER, *map(str, rows)])
