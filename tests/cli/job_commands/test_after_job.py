"""What is left to do after a job: told by `wait`, done by `retry JOBID`; against the stand-in, with jobs that really ran."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cosbatch.cli.job_commands import after_job
from cosbatch.cli.job_commands.job_progress import JobProgress, job_progress_of
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.cli.terminal.language import _
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import BRISK, Run, Terminal

BUCKET = "examplebucket-1250000000"
RESTORE = {"COSInitiateRestoreObject": {"ExpirationInDays": 1, "JobTier": "Bulk"}}


def test_has_a_name_of_its_own_for_each_field_of_an_end_in_chinese_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh")
    told = after_job.End(JobProgress("Complete", 1, 2, 3), "cos://a-1/b", {"NoSuchKey": 2}).as_json()
    assert len({_(name) for name in told}) == len(told)


def create(*keys: str, operation: object = RESTORE, **report: object) -> str:
    """A job over these objects; its id."""
    client = client_of(os.environ, Clock())
    place = Resource("manifest-1250000000", "list.csv", None)
    objects.write(client, place, "".join(f"{BUCKET},{key}\n" for key in keys).encode())
    document = {
        "Description": "restore what is old",
        "Manifest": {
            "Location": {"ObjectArn": "cos://manifest-1250000000/list.csv"},
            "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
        },
        "Operation": operation,
        "Priority": 7,
        "Report": {"Bucket": "cos://report-1250000000", "Enabled": True, "Prefix": "reports", **report},
        "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
    }
    return str(client.call(document)["JobId"])


def ended(run: Run, **report: object) -> str:
    """A job that has ended: of three tasks, two failed, each in its own way; its id."""
    client = client_of(os.environ, Clock())
    for key, storage_class in (("old", "ARCHIVE"), ("new", None)):
        objects.write(client, Resource(BUCKET, key, None), b"x", storage_class)
    job_id = create("old", "new", "gone", **report)
    assert run("wait", job_id, clock=BRISK).code == 3
    return job_id


def test_wait_ends_with_what_failed_where_the_report_is_and_what_comes_next(run: Run, standin: Standin) -> None:
    job_id = ended(run)
    said = run("wait", job_id)
    report = f"cos://report-1250000000/reports/job-{job_id}/manifest.json"
    assert (said.json["Report"], said.json["Failures"]) == (report, {"NoSuchKey": 1, "RestoreNonArchiveObject": 1})
    end = said.err.splitlines()[-7:]
    assert [line.partition(":")[0] for line in end[:2]] == ["1 NoSuchKey", "1 RestoreNonArchiveObject"]
    assert end[2:] == [
        f"Its report: {report}",
        "A list of what failed:",
        f"  cosbatch retry {job_id} --output again-{job_id[:8]}.csv",
        "A new job for it:",
        f"  cosbatch retry {job_id} --create",
    ]


def test_tells_the_next_commands_with_the_service_that_this_one_was_told(
    run: Run, standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    job_id, region, endpoint = ended(run), os.environ["COSBATCH_REGION"], os.environ["COSBATCH_ENDPOINT"]
    monkeypatch.delenv("COSBATCH_REGION")
    monkeypatch.delenv("COSBATCH_ENDPOINT")
    said = run("wait", job_id, "--region", region, "--endpoint", endpoint)
    commands = [line.split() for line in said.err.splitlines() if line.startswith("  cosbatch ")]
    assert [command[1] for command in commands] == ["retry", "retry"]
    for command in commands:
        assert run(*command[1:], *(["--dry-run"] if "--create" in command else [])).code == 0


def test_wait_names_the_report_of_a_job_without_failures(run: Run, standin: Standin) -> None:
    objects.write(client_of(os.environ, Clock()), Resource(BUCKET, "old", None), b"x", "ARCHIVE")
    said = run("wait", create("old"), clock=BRISK)
    assert (said.code, "Failures" in said.json) == (0, False)
    assert said.err.splitlines()[-1] == f"Its report: {said.json['Report']}"


def test_wait_says_so_where_the_report_cannot_be_read(run: Run, standin: Standin) -> None:
    job_id = ended(run)
    standin.order({"action": "GetObject", "fault": "AccessDenied", "times": 1})
    said = run("wait", job_id)
    assert (said.code, "Failures" in said.json) == (3, False)
    assert "It could not be read to its end: AccessDenied: " in said.err
    assert said.err.splitlines()[-1].endswith("--create")


def test_wait_counts_no_more_than_it_has_to(run: Run, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = ended(run)
    monkeypatch.setattr(after_job, "_MOST", 1)
    job = {"Status": "Complete", "ProgressSummary": {"NumberOfTasksFailed": 2}}
    with_more = after_job.End(job_progress_of(job), "cos://r-1/r", {"E": 1})
    assert [*after_job.told_at_end("1", job, with_more, "en")][1] == "Of the first 1 failed task:"
    assert sum(run("wait", job_id).json["Failures"].values()) >= 1


@pytest.mark.parametrize(
    ("failures", "is_worth_a_job"),
    [
        ({"RestoreAlreadyInProgress": 2}, False),
        ({"RestoreAlreadyInProgress": 1, "RestoreNonArchiveObject": 1}, False),
        ({"RestoreAlreadyInProgress": 1, "InternalError": 1}, True),
        ({"RestoreAlreadyInProgress": 1}, True),
        ({}, True),
    ],
)
def test_advises_a_new_job_only_where_one_can_help(failures: dict[str, int], is_worth_a_job: bool) -> None:
    job = {"Status": "Complete", "ProgressSummary": {"NumberOfTasksFailed": 2}}
    told = [*after_job.told_at_end("1", job, after_job.End(job_progress_of(job), "cos://r-1/r", failures), "en")]
    assert ("  cosbatch retry 1 --create" in told) == is_worth_a_job


def test_tells_of_what_a_job_never_came_to(run: Run, standin: Standin, tmp_path: Path) -> None:
    """A job of 1,003 tasks which fail ends after 1,001 of them."""
    job_id = create(*(f"gone/{number}" for number in range(1_003)))
    told = (
        "Tasks that were never worked on, and so are in no report: 2.\n"
        "With --again, the command that made the job takes its whole list once more: cos://manifest-1250000000/list.csv\n"
    )
    waited = run("wait", job_id, clock=BRISK)
    assert (waited.code, waited.json["Left"], waited.err.endswith(told)) == (3, 2, True), waited.err
    warned = [{"Warning": "TasksLeft", "Left": 2, "Message": told.splitlines()[0]}]
    lists = ("--output", str(tmp_path / "again.csv")), ("--by-code", str(tmp_path))
    for where in (*lists, ("--create", "--dry-run"), ("--create", "--yes")):
        said = run("retry", job_id, *where)
        assert (said.code, told in said.err, said.json["Warnings"]) == (0, True, warned)
        assert said.err.endswith(f"  cosbatch retry {job_id} --create\n{told}") == ("--create" not in where)
    assert told in run("retry", job_id).err


def test_names_no_list_where_the_job_does_not() -> None:
    job = {"Status": "Cancelled", "ProgressSummary": {"TotalNumberOfTasks": 1_000}}
    first, second = after_job.left_told(job)
    assert (first.split()[-1], second.partition("once more: ")[2]) == ("1,000.", "that it does not name")


def test_says_at_once_that_a_job_waits_to_be_confirmed(run: Run, standin: Standin) -> None:
    job_id = create("old", operation={"COSDeleteObject": {}})
    said = run("wait", job_id, "--timeout", "0.1", "--interval", "0.05")
    assert said.err.count(f"It waits to be confirmed: cosbatch confirm {job_id}") == 1
    listed = run("retry", job_id)
    assert (listed.code, f"cosbatch wait {job_id}" in listed.err) == (2, True)


def test_retry_finds_the_report_of_a_job(run: Run, standin: Standin) -> None:
    job_id = ended(run)
    assert run("retry", job_id).out == f"{BUCKET},gone\n{BUCKET},new\n"
    assert run("retry", job_id, "--code", "NoSuchKey").out == f"{BUCKET},gone\n"


def test_retry_says_where_there_is_no_report(run: Run, standin: Standin) -> None:
    job_id = ended(run, Enabled=False)
    said = run("retry", job_id)
    assert (said.code, f"job {job_id} has no report" in said.err) == (2, True)
    assert "no report was ordered" in run("wait", job_id).err


def test_retry_makes_the_job_once(run: Run, standin: Standin) -> None:
    job_id = ended(run)
    said = run("retry", job_id, "--create", "--yes")
    assert (said.code, said.json["Outcome"], said.json["Rows"]) == (0, "created", 2), said.err
    assert "1 NoSuchKey: " in said.err
    first, second = (run("describe", job).json["Job"] for job in (job_id, said.json["JobId"]))
    for name in ("Operation", "Priority", "Report", "RoleArn"):
        assert second[name] == first[name]
    assert second["Description"].startswith(f"what failed in job {job_id}")
    again = run("retry", job_id, "--create", "--yes").json
    assert (again["JobId"], again["Outcome"]) == (said.json["JobId"], "recovered")
    assert len(standin.jobs()) == 2


def test_retry_takes_rows_of_one_code_into_the_job(run: Run, standin: Standin) -> None:
    said = run("retry", ended(run), "--create", "--yes", "--code", "NoSuchKey", "--wait", clock=BRISK)
    assert (said.code, said.json["Rows"], said.json["End"]["Failures"]) == (3, 1, {"NoSuchKey": 1})


def test_retry_plans_the_job_without_sending_anything(run: Run, standin: Standin) -> None:
    said = run("retry", ended(run), "--create", "--dry-run")
    assert (said.code, said.json["Plan"]["Manifest"]["Rows"], len(standin.jobs())) == (0, 2, 1)


def test_retry_makes_no_job_where_nothing_failed(run: Run, standin: Standin) -> None:
    objects.write(client_of(os.environ, Clock()), Resource(BUCKET, "old", None), b"x", "ARCHIVE")
    job_id = create("old")
    assert run("wait", job_id, clock=BRISK).code == 0
    for code in ((), ("--code", "SlowDown")):
        said = run("retry", job_id, "--create", "--yes", *code)
        assert (said.code, said.json, len(standin.jobs())) == (0, {"Manifests": []}, 1)
        assert said.err == "No task failed: there is nothing to try again.\n"


@pytest.mark.parametrize("where", [(), ("--output", "again.csv"), ("--create", "--yes")])
def test_retry_says_by_which_codes_tasks_failed_where_none_did_by_the_named_ones(
    run: Run, standin: Standin, where: tuple[str, ...]
) -> None:
    said = run("retry", ended(run), "--code", "SlowDown", "--code", "nope", *where)
    assert (said.code, said.out, len(standin.jobs())) == (2, "", 1)
    told = "cosbatch: no task failed with SlowDown, nope; some did with NoSuchKey, RestoreNonArchiveObject\n"
    assert said.err == told


def test_retry_says_which_command_comes_next(run: Run, standin: Standin, tmp_path: Path) -> None:
    job_id, path = ended(run), str(tmp_path / "again.csv")
    said = run("retry", job_id, "--code", "NoSuchKey", "--output", path)
    next_command = f"  cosbatch retry {job_id} --create --code NoSuchKey"
    assert said.err.splitlines()[-2:] == ["A new job for it:", next_command]
    assert run("retry", *next_command.split()[2:], "--dry-run").json["Plan"]["Manifest"]["Rows"] == 1
    assert "--create" not in run("retry", job_id, "--code", "RestoreNonArchiveObject", "--output", path).err


@pytest.mark.parametrize(("answer", "jobs"), [("y\n", 2), ("\n", 1)])
def test_retry_asks_at_a_terminal(
    run: Run, standin: Standin, monkeypatch: pytest.MonkeyPatch, answer: str, jobs: int
) -> None:
    job_id = ended(run)
    stdin, stderr = Terminal(answer), Terminal()
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "stderr", stderr)
    assert run("retry", job_id, "--create").code == (0 if jobs == 2 else 1)
    assert "[y/N]" in stderr.getvalue()
    assert len(standin.jobs()) == jobs


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("report.csv", "--create", "--yes"), "name that by its JobId"),
        (("53dc6228", "--create"), "--yes does it without asking"),
        (("53dc6228", "--wait"), "--wait is for --create"),
        (("53dc6228", "--upload-to", "cos://a-1/b/"), "--upload-to is for --create"),
        (("53dc6228", "--create", "--output", "x.csv"), "not allowed with"),
        (("53dc6228", "--create", "--yes", "--keys", "odd"), "invalid choice"),
        (("53dc6228", "--create", "--yes", "--from-class", "ARCHIVE"), "unrecognized arguments: --from-class ARCHIVE"),
        (("nowhere.csv",), "nowhere.csv cannot be read"),
    ],
)
def test_retry_says_wrong_usage_for_what_does_not_go_together(run: Run, arguments: tuple[str, ...], words: str) -> None:
    said = run("retry", *arguments)
    assert (said.code, words in said.err) == (2, True), said.err


def test_retry_says_so_where_there_is_no_such_job(run: Run, standin: Standin) -> None:
    said = run("retry", "53dc6228-c50b-46f7-8ad7-65e7159f1aae", "--output", "again.csv")
    assert (said.code, said.json["Code"]) == (1, "NoSuchJob")
