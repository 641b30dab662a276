"""The progress of a job, in figures and in words."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.cli.job_commands.job_progress import JobProgress, job_progress_of, reasons_of, verdict_of
from cosbatch.cli.terminal.language import speak


def test_reads_state_and_counts() -> None:
    summary = {"NumberOfTasksFailed": 1, "NumberOfTasksSucceeded": 2, "TotalNumberOfTasks": 5}
    progress = job_progress_of({"Status": "Active", "ProgressSummary": summary})
    assert progress == JobProgress("Active", 2, 1, 5)
    assert progress.done == 3


@pytest.mark.parametrize("summary", [None, "", [], {"TotalNumberOfTasks": "many"}])
def test_takes_what_is_not_told_for_unknown(summary: Any) -> None:
    assert job_progress_of({"ProgressSummary": summary}) == JobProgress("unknown", 0, 0, None)


@pytest.mark.parametrize(
    ("progress", "outcome"),
    [
        (JobProgress("Active", 5, 0, 5), "unfinished"),
        (JobProgress("unknown"), "unfinished"),
        (JobProgress("Complete", 5, 0, 5), "complete"),
        (JobProgress("Complete"), "complete"),
        (JobProgress("Complete", 4, 1, 5), "complete with failures"),
        (JobProgress("Complete", 0, 5, 5), "nothing done"),
        (JobProgress("Complete", 0, 0, 0), "nothing done"),
        (JobProgress("Cancelled", 0, 0, 5), "cancelled"),
        (JobProgress("Failed", 0, 5, 5), "failed"),
        (JobProgress("Failed", 0, 0, 0), "failed"),
        (JobProgress("Cancelled", 1, 0, 5), "cancelled"),
        (JobProgress("Failed", 1, 1200, 5000), "failed"),
        (JobProgress("Failed"), "failed"),
    ],
)
def test_names_the_outcome_of_a_job(progress: JobProgress, outcome: str) -> None:
    assert progress.outcome == outcome


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


JOB = {
    "Status": "Cancelled",
    "ProgressSummary": {"NumberOfTasksFailed": 2, "NumberOfTasksSucceeded": 1300, "TotalNumberOfTasks": 5000},
}


def job_of_one(status: str, succeeded: int) -> dict[str, Any]:
    return {"Status": status, "ProgressSummary": {"NumberOfTasksSucceeded": succeeded, "TotalNumberOfTasks": 1}}


@pytest.mark.parametrize(
    ("job", "line"),
    [
        (JOB, "Cancelled: 1,300 of 5,000 tasks succeeded, 2 failed, 3,698 left; state Cancelled."),
        ({**JOB, "Status": "Failed"}, "Failed: 1,300 of 5,000 tasks succeeded, 2 failed, 3,698 left; state Failed."),
        (
            {**JOB, "Status": "Active"},
            "Unfinished: 1,300 of 5,000 tasks succeeded, 2 failed, 3,698 left; state Active.",
        ),
        (
            {"Status": "Cancelled"},
            "Cancelled: 0 succeeded and 0 failed of an unknown number of tasks; state Cancelled.",
        ),
        (job_of_one("Complete", 1), "Complete: 1 of 1 task succeeded, 0 failed; state Complete."),
        (job_of_one("Active", 0), "Unfinished: 0 of 1 task succeeded, 0 failed, 1 left; state Active."),
    ],
)
def test_says_what_a_job_has_done_and_what_it_left(job: dict[str, Any], line: str) -> None:
    assert next(verdict_of(job, "en")) == line


@pytest.mark.parametrize(
    ("status", "counts", "line"),
    [
        ("Complete", (3, 0, 3), "已完成：共 3 个任务项，成功 3，失败 0；状态 Complete。"),
        ("Complete", (2, 1, 3), "已完成，但有失败：共 3 个任务项，成功 2，失败 1；状态 Complete。"),
        ("Active", (1, 0, 3), "尚未结束：共 3 个任务项，成功 1，失败 0，剩余 2；状态 Active。"),
        ("Cancelled", (1, 0, None), "已取消：任务项总数未知，成功 1，失败 0；状态 Cancelled。"),
    ],
)
def test_says_it_in_chinese(
    monkeypatch: pytest.MonkeyPatch, status: str, counts: tuple[int, int, int | None], line: str
) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh")
    speak()
    names = ("NumberOfTasksSucceeded", "NumberOfTasksFailed", "TotalNumberOfTasks")
    summary = dict(zip(names, counts, strict=True))
    assert next(verdict_of({"Status": status, "ProgressSummary": summary}, "zh")) == line
