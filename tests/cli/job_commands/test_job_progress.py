"""How a job stands."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.cli.job_commands.job_progress import Standing, reasons_of, standing_of


def test_reads_state_and_counts() -> None:
    summary = {"NumberOfTasksFailed": 1, "NumberOfTasksSucceeded": 2, "TotalNumberOfTasks": 5}
    standing = standing_of({"Status": "Active", "ProgressSummary": summary})
    assert standing == Standing("Active", 2, 1, 5)
    assert standing.done == 3


@pytest.mark.parametrize("summary", [None, "", [], {"TotalNumberOfTasks": "many"}])
def test_takes_what_is_not_told_for_unknown(summary: Any) -> None:
    assert standing_of({"ProgressSummary": summary}) == Standing("unknown", 0, 0, None)


@pytest.mark.parametrize(
    ("standing", "outcome"),
    [
        (Standing("Active", 5, 0, 5), "unfinished"),
        (Standing("unknown"), "unfinished"),
        (Standing("Complete", 5, 0, 5), "complete"),
        (Standing("Complete"), "complete"),
        (Standing("Complete", 4, 1, 5), "complete with failures"),
        (Standing("Complete", 0, 5, 5), "nothing done"),
        (Standing("Complete", 0, 0, 0), "nothing done"),
        (Standing("Cancelled", 0, 0, 5), "nothing done"),
        (Standing("Cancelled", 1, 0, 5), "cancelled"),
        (Standing("Failed", 1, 1200, 5000), "failed"),
        (Standing("Failed"), "failed"),
    ],
)
def test_says_what_a_job_came_to(standing: Standing, outcome: str) -> None:
    assert standing.outcome == outcome


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (None, []),
        ("", []),
        ([{"FailureCode": "", "FailureReason": ""}, ""], []),
        ([{"FailureCode": "Novelty"}], ["Novelty:"]),
        ([{"FailureCode": "SlowDown", "FailureReason": "busy"}], ["SlowDown: busy Too many requests."]),
    ],
)
def test_gives_the_reasons_of_a_failure(reasons: Any, words: list[str]) -> None:
    told = list(reasons_of({"FailureReasons": reasons}, "en"))
    assert [line[: len(start)] for line, start in zip(told, words, strict=True)] == words
