"""The commands for jobs that exist."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from responses import matchers

from tests.cli.running import Run, Terminal
from tests.mocked_service import responses

HOST = "https://100000000001.cos-control.ap-chengdu.myqcloud.com"
JOB = "53dc6228-c50b-46f7-8ad7-65e7159f1aae"


def member(job_id: str, created: str, status: str = "Active") -> str:
    return (
        f"<member><CreationTime>{created}</CreationTime><Description>restore [cb:{'0' * 20}.{'1' * 20}]</Description>"
        f"<JobId>{job_id}</JobId><Operation>COSInitiateRestoreObject</Operation><Priority>10</Priority>"
        "<ProgressSummary><NumberOfTasksFailed>1</NumberOfTasksFailed><NumberOfTasksSucceeded>2000</NumberOfTasksSucceeded>"
        f"<TotalNumberOfTasks>5000</TotalNumberOfTasks></ProgressSummary><Status>{status}</Status></member>"
    )


def listing(*members: str, **parameters: str) -> None:
    body = f"<ListJobsResult><Jobs>{''.join(members)}</Jobs></ListJobsResult>"
    query = {"maxResults": "1000", **parameters}
    responses.get(f"{HOST}/jobs", body=body, match=[matchers.query_param_matcher(query)])


def describing(job: str) -> None:
    responses.get(f"{HOST}/jobs/{JOB}", body=f"<DescribeJobResult><Job>{job}</Job></DescribeJobResult>")


@responses.activate
def test_lists_jobs_the_newest_first(run: Run) -> None:
    listing(member("old", "2026-11-01T00:00:00Z"), member("new", "2026-11-23T00:00:00Z"))
    said = run("jobs")
    assert said.code == 0
    assert [job.get("JobId") for job in said.json["Jobs"]] == ["new", "old"]


@responses.activate
@pytest.mark.parametrize(
    ("arguments", "query", "told"),
    [
        ((), {}, "There are no jobs in ap-chengdu.\n"),
        (("--state", "Active"), {"jobStatuses": "Active"}, "There is no such job in ap-chengdu.\n"),
    ],
)
def test_says_where_there_is_no_job(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], query: dict[str, str], told: str
) -> None:
    listing(**query)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("jobs", *arguments).code == 0
    assert terminal.getvalue() == told


@responses.activate
def test_lists_the_newest_few(run: Run) -> None:
    listing(member("old", "2026-11-01T00:00:00Z"), member("new", "2026-11-23T00:00:00Z"))
    assert [job["JobId"] for job in run("jobs", "--limit", "1").json["Jobs"]] == ["new"]


@responses.activate
def test_lists_jobs_of_several_states(run: Run) -> None:
    listing(member("a", "2026-11-01T00:00:00Z"), jobStatuses="Active")
    listing(member("r", "2026-11-02T00:00:00Z", "Ready"), jobStatuses="Ready")
    said = run("jobs", "--state", "Active", "--state", "Ready")
    assert [job["JobId"] for job in said.json["Jobs"]] == ["r", "a"]
    twice = run("jobs", "--state", "Active", "--state", "Active")
    assert [job["JobId"] for job in twice.json["Jobs"]] == ["a"]


@responses.activate
def test_lays_jobs_out_as_a_table_for_a_person(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    listing(member("new", "2026-11-23T00:00:00Z"))
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("jobs").code == 0
    assert terminal.getvalue().splitlines() == [
        "JobId  Status  Operation                 Priority  Succeeded  Failed  Total",
        "new    Active  COSInitiateRestoreObject        10      2,000       1  5,000",
        "    Created: 2026-11-23T00:00:00Z, Description: restore",
    ]


@responses.activate
@pytest.mark.parametrize("arguments", [("--table", "jobs"), ("jobs", "--table")])
def test_lays_jobs_out_in_a_pipe_when_asked_as_wide_as_columns_says(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    listing(member("new", "2026-11-23T00:00:00Z"))
    monkeypatch.setenv("COLUMNS", "120")
    assert [line.split()[-1] for line in run(*arguments).out.splitlines()] == ["Description", "restore"]


@responses.activate
def test_describes_a_job(run: Run) -> None:
    describing(f"<JobId>{JOB}</JobId><Status>Active</Status><New>thing</New>")
    said = run("describe", JOB)
    assert (said.code, said.err) == (0, "")
    assert said.json["Job"] == {"JobId": JOB, "Status": "Active", "New": "thing"}


@responses.activate
def test_shows_a_person_the_description_without_the_marker(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = f"clean up [cb:{'0' * 20}.{'1' * 20}]"
    describing(f"<Status>Active</Status><Description>{marked}</Description>")
    assert run("describe", JOB).json["Job"]["Description"] == marked
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("describe", JOB).code == 0
    assert terminal.getvalue() == "Status       Active\nDescription  clean up\n"


@responses.activate
def test_shows_a_person_no_empty_rows(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "<JobFailure><FailureCode></FailureCode><FailureReason></FailureReason></JobFailure>"
    describing(f"<Status>Complete</Status><FailureReasons>{reason}</FailureReasons>")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("describe", JOB).code == 0
    assert terminal.getvalue() == "Status  Complete\n"


@responses.activate
def test_explains_why_a_job_failed(run: Run) -> None:
    reason = "<JobFailure><FailureCode>AccessDenied</FailureCode><FailureReason>no role</FailureReason></JobFailure>"
    describing(f"<Status>Failed</Status><FailureReasons>{reason}</FailureReasons>")
    said = run("describe", JOB)
    assert said.err.startswith("AccessDenied: no role The function's role, or on the command line the owner")


CHANGES: list[tuple[tuple[str, ...], str, str, dict[str, str], str, dict[str, Any]]] = [
    (
        ("priority", JOB, "7"),
        "POST",
        "/priority",
        {"priority": "7"},
        f"<UpdateJobPriorityResult><JobId>{JOB}</JobId><Priority>7</Priority></UpdateJobPriorityResult>",
        {"JobId": JOB, "Priority": 7},
    ),
    (
        ("confirm", JOB, "--yes"),
        "POST",
        "/status",
        {"requestedJobStatus": "Ready"},
        f"<UpdateJobStatusResult><JobId>{JOB}</JobId><Status>Ready</Status></UpdateJobStatusResult>",
        {"JobId": JOB, "Status": "Ready"},
    ),
    (
        ("cancel", JOB, "--yes"),
        "POST",
        "/status",
        {"requestedJobStatus": "Cancelled"},
        "<UpdateJobStatusResult><Status>Cancelling</Status></UpdateJobStatusResult>",
        {"Status": "Cancelling"},
    ),
    (
        ("--yes", "cancel", JOB, "--reason", "wrong list 错"),
        "POST",
        "/status",
        {"requestedJobStatus": "Cancelled", "statusUpdateReason": "wrong list 错"},
        "<UpdateJobStatusResult><Status>Cancelled</Status></UpdateJobStatusResult>",
        {"Status": "Cancelled"},
    ),
    (("delete", JOB, "--yes"), "DELETE", "", {}, "", {"JobId": JOB}),
]


@responses.activate
@pytest.mark.parametrize(("arguments", "method", "part", "query", "body", "answer"), CHANGES)
def test_changes_a_job(
    run: Run,
    arguments: tuple[str, ...],
    method: str,
    part: str,
    query: dict[str, str],
    body: str,
    answer: dict[str, Any],
) -> None:
    responses.add(method, f"{HOST}/jobs/{JOB}{part}", body=body, match=[matchers.query_param_matcher(query)])
    said = run(*arguments)
    assert (said.code, said.json) == (0, answer)


@responses.activate
def test_tells_what_the_service_refuses(run: Run) -> None:
    body = "<Error><Code>NoSuchJob</Code><Message>The job does not exist.</Message></Error>"
    responses.post(f"{HOST}/jobs/{JOB}/status", status=404, body=body)
    said = run("confirm", JOB, "--yes")
    assert (said.code, said.json["Code"], said.json["Status"]) == (1, "NoSuchJob", 404)


@responses.activate
@pytest.mark.parametrize(
    ("arguments", "method", "path", "action"),
    [
        (("jobs",), "GET", "", "ListJobs"),
        (("describe", JOB), "GET", f"/{JOB}", "DescribeJob"),
        (("priority", JOB, "1"), "POST", f"/{JOB}/priority", "UpdateJobPriority"),
        (("confirm", JOB, "--yes"), "POST", f"/{JOB}/status", "UpdateJobStatus"),
        (("delete", JOB, "--yes"), "DELETE", f"/{JOB}", "DeleteJob"),
    ],
)
def test_names_the_action_that_the_keys_may_not_do_and_the_policy_that_grants_it(
    run: Run, arguments: tuple[str, ...], method: str, path: str, action: str
) -> None:
    body = "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>"
    responses.add(method, f"{HOST}/jobs{path}", status=403, body=body)
    said = run(*arguments)
    assert (said.code, said.json["Message"]) == (1, f"Access Denied. That was {action}.")
    assert "`cosbatch policy --commands`" in said.json["Hint"]


@responses.activate
def test_hints_at_the_state_of_a_job_that_cannot_be_changed_so(run: Run) -> None:
    body = (
        "<Error><Code>InvalidRequest</Code><Message>A job that is Complete cannot be set to Cancelled</Message></Error>"
    )
    responses.post(f"{HOST}/jobs/{JOB}/status", status=400, body=body)
    said = run("cancel", JOB, "--yes")
    assert said.json["Hint"].startswith("The job's state does not allow that")
    assert "CreateJob" not in said.json["Hint"]


def test_gives_the_service_s_reasons_only_for_what_was_sent(run: Run) -> None:
    said = run("cancel", JOB, "--reason", "x" * 300, "--yes")
    assert (said.code, said.json["Code"]) == (1, "InvalidRequest")
    assert said.json["Hint"].startswith("The call breaks rules of its page")


@pytest.mark.parametrize("job_id", ["x" * 65, "a\nb", "\udcff", "a/status", "..", "a?b"])
def test_sends_nothing_for_what_is_no_job_id(run: Run, job_id: str) -> None:
    said = run("describe", job_id)
    assert said.code == 1
    assert said.json["Code"] in ("InvalidRequest", "InvalidEvent")


SUSPENDED = (
    f"<JobId>{JOB}</JobId><Status>Suspended</Status><Description>clean up [cb:{'0' * 20}.{'1' * 20}]</Description>"
    "<Operation><COSDeleteObject></COSDeleteObject></Operation><Manifest><Location><ObjectArn>qcs::cos:ap-chengdu::lists-1/a.csv"
    "</ObjectArn></Location></Manifest><ProgressSummary><NumberOfTasksFailed>0</NumberOfTasksFailed>"
    "<NumberOfTasksSucceeded>0</NumberOfTasksSucceeded><TotalNumberOfTasks>5000</TotalNumberOfTasks></ProgressSummary>"
)
ASKING = [
    ("confirm", "POST", "/status", "Confirm it, so that it runs? [y/N] "),
    ("cancel", "POST", "/status", "Cancel it? What it has done stays done. [y/N] "),
    ("delete", "DELETE", "", "Take it out of the listing, for good? Its token stays used. [y/N] "),
]


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> Terminal:
    """A person at a terminal who says this; what they see."""
    stderr = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", stderr)
    return stderr


@dataclass
class Failing:
    """A terminal at which nothing can be read."""

    error: BaseException

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        raise self.error


@responses.activate
def test_says_that_what_was_typed_cannot_be_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    describing(SUSPENDED)
    stderr = answering(monkeypatch, "")
    monkeypatch.setattr(sys, "stdin", Failing(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no")))
    assert run("cancel", JOB).code == 2
    # Who typed the line has begun the next one.
    assert stderr.getvalue().endswith("[y/N] cosbatch: what was typed is not utf-8; begin again\n")


@responses.activate
def test_says_that_quiet_cannot_ask_at_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    describing(SUSPENDED)
    stderr = answering(monkeypatch, "y\n")
    assert run("cancel", JOB, "--quiet").code == 2
    assert stderr.getvalue() == "cosbatch: --quiet cannot ask; --yes does it without asking\n"


@responses.activate
@pytest.mark.parametrize(
    ("is_terminal", "told"),
    [
        ("stderr", "stdin is no terminal, so nobody can answer"),
        ("stdin", "stderr is no terminal, so nobody would see the question"),
    ],
)
def test_says_which_stream_is_no_terminal_to_ask_at(
    run: Run, monkeypatch: pytest.MonkeyPatch, is_terminal: str, told: str
) -> None:
    streams = {"stdin": io.StringIO("y\n"), "stderr": io.StringIO(), is_terminal: Terminal("y\n")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    assert run("cancel", JOB).code == 2
    assert f"cosbatch: {told}; --yes does it" in streams["stderr"].getvalue()


@responses.activate
@pytest.mark.parametrize(("name", "method", "part", "question"), ASKING)
@pytest.mark.parametrize("answer", ["y\n", "YES\n"])
def test_shows_what_is_at_stake_and_goes_on_after_a_yes(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, method: str, part: str, question: str, answer: str
) -> None:
    describing(SUSPENDED)
    responses.add(method, f"{HOST}/jobs/{JOB}{part}", body="<UpdateJobStatusResult></UpdateJobStatusResult>")
    stderr = answering(monkeypatch, answer)
    assert run(name, JOB).code == 0
    assert stderr.getvalue().splitlines()[:4] == [
        "COSDeleteObject, over the list cos://lists-1/a.csv",
        "  clean up",
        "  0 of 5,000 tasks succeeded, 0 failed, 5,000 left; state Suspended",
        question,
    ]
    assert len(responses.calls) == 2


@responses.activate
@pytest.mark.parametrize(("name", "method", "part", "question"), ASKING)
@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yikes\n"])
def test_changes_nothing_without_a_yes(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, method: str, part: str, question: str, answer: str
) -> None:
    describing("<Status>Active</Status><Operation>New</Operation>")
    stderr = answering(monkeypatch, answer)
    assert run(name, JOB).code == 1
    # A person's terminal shows the end of the line that is typed.
    assert stderr.getvalue().endswith(f"{question}{'' if answer else chr(10)}Nothing was changed.\n")
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize("status", ["Cancelled", "Complete", "Failed"])
@pytest.mark.parametrize(("name", "asks"), [("confirm", False), ("cancel", False), ("delete", True)])
def test_asks_nobody_to_stop_or_confirm_a_job_that_has_ended(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, asks: bool, status: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    describing(f"<Status>{status}</Status>")
    stderr = answering(monkeypatch, "n\n")
    said = run(name, JOB)
    assert (said.code, "[y/N]" in stderr.getvalue(), len(responses.calls)) == (1, asks, 1)
    if not asks:
        assert said.json["Code"] == "InvalidRequest"
        told = f" {status}\nInvalidRequest: The job is {status}: it has ended; nothing was changed.\n"
        assert told in stderr.getvalue()
        assert said.json["Hint"].startswith("The job's state does not allow that")


@responses.activate
@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("<Location><ObjectArn>somewhere else</ObjectArn></Location>", "somewhere else"),
        ("<Location></Location>", "that it does not name"),
        ("", "that it does not name"),
    ],
)
def test_shows_the_list_as_far_as_the_service_names_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, told: str, shown: str
) -> None:
    describing(f"<Status>Suspended</Status><Manifest>{told}</Manifest>")
    stderr = answering(monkeypatch, "n\n")
    run("confirm", JOB)
    assert stderr.getvalue().splitlines()[0] == f"A job, over the list {shown}"


@responses.activate
@pytest.mark.parametrize("name", ["confirm", "cancel", "delete"])
@pytest.mark.parametrize(("stdin", "stderr"), [(False, True), (True, False), (False, False)])
def test_sends_nothing_where_nobody_can_be_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, stdin: bool, stderr: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n") if stdin else io.StringIO("y\n"))
    told = Terminal() if stderr else io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    assert run(name, JOB).code == 2
    assert "--yes" in told.getvalue()
    assert len(responses.calls) == 0
