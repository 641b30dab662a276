"""Medians, spreads and ratios of what was measured, as JSON and as a table for people."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    """One figure of one subject, round by round; the rounds of all series of a figure belong together."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def over(self, other: Series) -> Ratio:
        """The ratio, from the pairs of each round: what slows the machine for a while slows both of a pair."""
        ratios = sorted(mine / theirs for mine, theirs in zip(self.values, other.values, strict=True))
        if len(ratios) == 1:
            return Ratio(ratios[0], ratios[0], ratios[0])
        low, _, high = statistics.quantiles(ratios, n=4)
        return Ratio(statistics.median(ratios), low, high)


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios, and between which two their middle half lies."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, in which unit, ours against another, and how high the ratio may be."""

    name: str
    unit: str
    ours: Series
    against: str
    theirs: Series
    bound: float | None = None

    @property
    def ratio(self) -> Ratio:
        return self.ours.over(self.theirs)

    def as_json(self) -> dict[str, object]:
        ratio = self.ratio
        return {
            "Figure": self.name,
            "Unit": self.unit,
            "Ours": round(self.ours.median, 3),
            "Against": self.against,
            "Theirs": round(self.theirs.median, 3),
            "Ratio": round(ratio.median, 4),
            "Quartiles": [round(ratio.low, 4), round(ratio.high, 4)],
            "Bound": self.bound,
            "Rounds": len(self.ours.values),
        }

    def as_row(self) -> str:
        bound = f"at most {self.bound:.2f}" if self.bound is not None else ""
        ours, theirs = f"{self.ours.median:,.1f} {self.unit}", f"{self.theirs.median:,.1f} {self.unit}"
        return f"| {self.name} | {ours} | {self.against}: {theirs} | {self.ratio} | {bound} |"


HEADER = "| figure | cosbatch | against | ratio (middle half) | bound |\n|---|---|---|---|---|"


def table(figures: Sequence[Figure]) -> str:
    """A markdown table."""
    return "\n".join([HEADER, *(figure.as_row() for figure in figures)])
