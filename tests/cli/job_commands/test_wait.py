"""`wait`: looks again and again, and says how the job ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.service.exchange import ATTEMPTS
from cosbatch.standin import Standin
from tests.cli.running import Run, SteppingClock, Terminal
from tests.mocked_service import responses

ROOT = Path(__file__).parents[3]
JOB = "53dc6228-c50b-46f7-8ad7-65e7159f1aae"
URL = f"https://100000000001.cos-control.ap-chengdu.myqcloud.com/jobs/{JOB}"


def look(status: str, succeeded: int = 0, failed: int = 0, more: str = "") -> None:
    body = (
        f"<DescribeJobResult><Job><Status>{status}</Status><ProgressSummary><NumberOfTasksFailed>{failed}"
        f"</NumberOfTasksFailed><NumberOfTasksSucceeded>{succeeded}</NumberOfTasksSucceeded><TotalNumberOfTasks>10"
        f"</TotalNumberOfTasks></ProgressSummary>{more}</Job></DescribeJobResult>"
    )
    responses.get(URL, body=body)


@pytest.fixture
def time() -> SteppingClock:
    return SteppingClock()


@responses.activate
def test_follows_a_job_to_its_end(run: Run, time: SteppingClock) -> None:
    for status, succeeded in (("Preparing", 0), ("Active", 3), ("Active", 7), ("Complete", 10)):
        look(status, succeeded)
    said = run("wait", JOB, clock=time.clock())
    assert said.code == 0
    assert (said.json["JobId"], said.json["Status"], said.json["Outcome"]) == (JOB, "Complete", "complete")
    assert said.json["Job"]["ProgressSummary"]["NumberOfTasksSucceeded"] == 10
    assert time.naps == [5.0, 5.0, 5.0]
    assert said.err.splitlines() == [
        "Preparing: 0 of 10 done",
        "Active: 3 of 10 done",
        "Complete: 10 of 10 done",
        "Complete: 10 of 10 tasks succeeded, 0 failed; state Complete.",
    ]


@responses.activate
def test_points_at_the_report_where_tasks_failed(run: Run, time: SteppingClock) -> None:
    report = "<Report><Bucket>qcs::cos:ap-chengdu::report-1250000000</Bucket><Enabled>true</Enabled><Prefix>r</Prefix></Report>"
    look("Complete", 8, 2, report)
    said = run("wait", JOB, clock=time.clock())
    assert (said.code, said.json["Outcome"]) == (3, "complete with failures")
    assert f"Its report: cos://report-1250000000/r/job-{JOB}/manifest.json" in said.err


@responses.activate
def test_says_so_where_no_report_was_ordered(run: Run, time: SteppingClock) -> None:
    look("Failed", 3, 7)
    said = run("wait", JOB, clock=time.clock())
    assert (said.code, said.json["Outcome"]) == (3, "failed")
    assert "no report was ordered" in said.err


@responses.activate
@pytest.mark.parametrize("status", ["Cancelled", "Failed"])
def test_says_what_a_job_has_done_that_did_not_come_to_its_end(run: Run, time: SteppingClock, status: str) -> None:
    look(status, 3, 2)
    said = run("wait", JOB, clock=time.clock())
    assert (said.code, said.json["Outcome"]) == (3, status.lower())
    assert (said.json["Succeeded"], said.json["Failed"], said.json["Left"]) == (3, 2, 5)
    assert f"{status}: 3 of 10 tasks succeeded, 2 failed, 5 left" in said.err


@responses.activate
def test_says_how_to_confirm_a_suspended_job_once(run: Run, time: SteppingClock) -> None:
    for status, succeeded in (("Suspended", 0), ("Suspended", 0), ("Ready", 0), ("Complete", 10)):
        look(status, succeeded)
    said = run("wait", JOB, "--interval", "60", "--timeout", "600", clock=time.clock())
    assert said.code == 0
    assert said.err.count(f"cosbatch confirm {JOB}") == 1
    assert time.naps == [60.0, 60.0, 60.0]


@responses.activate
def test_follows_a_suspended_job_no_further_where_nobody_sees_that_it_has_to_be_confirmed(
    run: Run, time: SteppingClock
) -> None:
    look("Suspended")
    look("Complete", 10)
    said = run("wait", JOB, clock=time.clock())
    assert (said.code, said.json["Outcome"], time.naps) == (4, "unfinished", [])
    assert f"It waits to be confirmed: cosbatch confirm {JOB}\n" in said.err


@responses.activate
def test_follows_a_suspended_job_on_where_somebody_sits_at_a_terminal(
    run: Run, time: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    look("Suspended")
    look("Complete", 10)
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert (run("wait", JOB, clock=time.clock()).code, time.naps) == (0, [5.0])


@responses.activate
def test_stops_when_the_time_is_over_after_a_last_look(run: Run, time: SteppingClock) -> None:
    look("Active", 3)
    said = run("wait", JOB, "--timeout", "12", clock=time.clock())
    assert (said.code, said.json["Outcome"], said.json["Status"]) == (4, "unfinished", "Active")
    assert time.naps == [5.0, 5.0, 2.0]


@responses.activate
def test_shows_an_unknown_total_as_such(run: Run, time: SteppingClock) -> None:
    responses.get(URL, body="<DescribeJobResult><Job><Status>Complete</Status></Job></DescribeJobResult>")
    said = run("wait", JOB, clock=time.clock())
    assert said.code == 0
    assert "0 failed of an unknown number of tasks" in said.err


@responses.activate
def test_looks_again_after_a_failure_that_time_can_fix(run: Run, time: SteppingClock) -> None:
    look("Active", 3)
    for _ in range(5):
        responses.get(URL, status=503)
    look("Complete", 10)
    said = run("wait", JOB, clock=time.clock())
    assert said.code == 0
    _, failure, back, *_ = said.err.splitlines()
    assert failure.startswith("UnexpectedResponse: ")
    assert (failure.partition(". ")[2], back) == ("Looking again, up to 10 times.", "The service answers again.")


@responses.activate
def test_gives_up_where_looking_fails_again_and_again(run: Run, time: SteppingClock) -> None:
    responses.get(URL, status=503)
    said = run("wait", JOB, clock=time.clock())
    assert (said.code, said.json["Code"]) == (1, "UnexpectedResponse")
    assert said.err.count("Looking again") == 1
    assert "Given up after 11 looks in a row." in said.json["Message"]


@responses.activate
def test_says_that_it_looks_for_the_last_time(run: Run, time: SteppingClock) -> None:
    for status in [503] * 9 + [504] * 2:
        for _ in range(ATTEMPTS):
            responses.get(URL, status=status, body=f"<Error><Code>Of{status}</Code></Error>")
    assert "Looking again, up to 1 time.\n" in run("wait", JOB, clock=time.clock()).err


@responses.activate
def test_says_once_more_that_it_looks_again_where_the_failure_becomes_another(run: Run, time: SteppingClock) -> None:
    for status in (503, 504):
        for _ in range(2 * ATTEMPTS):
            responses.get(URL, status=status, body=f"<Error><Code>Of{status}</Code></Error>")
    look("Complete", 10)
    said = run("wait", JOB, clock=time.clock())
    told = [line.partition(":")[0] for line in said.err.splitlines() if "Looking again" in line]
    assert (said.code, told) == (0, ["Of503", "Of504"])
    assert "Looking again, up to 8 times." in said.err


@responses.activate
def test_counts_only_failures_in_a_row(run: Run, time: SteppingClock) -> None:
    for status in ("Active", "Complete"):
        for _ in range(6 * ATTEMPTS):
            responses.get(URL, status=503)
        look(status, 10)
    said = run("wait", JOB, clock=time.clock())
    assert (said.code, said.err.count("Looking again"), said.err.count("answers again")) == (0, 2, 2)


@responses.activate
def test_ends_with_no_job_at_all_when_the_time_is_over_before_one_was_seen(run: Run, time: SteppingClock) -> None:
    responses.get(URL, status=503)
    said = run("wait", JOB, "--timeout", "6", clock=time.clock())
    assert (said.code, said.json["Code"]) == (1, "UnexpectedResponse")


@responses.activate
def test_pauses_no_longer_for_a_busy_service_than_its_time_is(run: Run, time: SteppingClock) -> None:
    responses.get(URL, status=503, headers={"Retry-After": "9" * 17}, body="<Error><Code>SlowDown</Code></Error>")
    said = run("wait", JOB, "--timeout", "12", clock=time.clock())
    assert (said.code, said.json["Code"]) == (1, "SlowDown")
    assert sum(time.naps) == 12


@responses.activate
def test_does_not_look_twice_for_a_job_that_is_not_there(run: Run, time: SteppingClock) -> None:
    responses.get(URL, status=404, body="<Error><Code>NoSuchJob</Code></Error>")
    said = run("wait", JOB, clock=time.clock())
    assert (said.code, said.json["Code"], time.naps) == (1, "NoSuchJob", [])


@responses.activate
def test_draws_a_bar_for_a_person(run: Run, time: SteppingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    look("Active", 5)
    look("Complete", 10)
    stdout, stderr = Terminal(), Terminal()
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "stderr", stderr)
    assert run("wait", JOB, clock=time.clock()).code == 0
    assert "[############............]   50 %  5/10" in stderr.getvalue()
    assert "100 %  10/10\n" in stderr.getvalue()
    assert stdout.getvalue().splitlines()[2] == "Outcome    complete"


# A shell has what it runs in the background ignore interrupts, and that is inherited.
HEAR_AND_RUN = """
import signal, sys
from cosbatch.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""


def test_says_what_becomes_of_the_job_when_interrupted(run: Run, standin: Standin) -> None:
    """The real thing: a process of its own, and the signal that Ctrl-C sends."""
    job_id = suspended_job(run)
    command = [sys.executable, "-c", HEAR_AND_RUN, "wait", job_id, "--interval", "600", "--timeout", "600"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        said = [process.stderr.readline(), process.stderr.readline()]
        while "waits to be confirmed" not in said[-1]:
            assert said[-1], said
            said.append(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        confirm = f"It waits to be confirmed: cosbatch confirm {job_id}\n"
        told = f"{confirm}Only this command is stopped, not the job. Follow it with: cosbatch wait {job_id}\n"
        assert (process.stdout.read(), process.stderr.read(), process.wait()) == ("", told, 130)


def interrupted(seconds: float) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("status", "confirm"), [("Active", []), ("Suspended", 2 * [f"It waits to be confirmed: cosbatch confirm {JOB}"])]
)
@responses.activate
def test_says_when_interrupted_how_the_job_goes_on(run: Run, status: str, confirm: list[str]) -> None:
    look(status, 3)
    said = run("wait", JOB, "--timeout", "600", clock=Clock(sleep=interrupted))
    assert said.code == 130
    stopped = f"Only this command is stopped, not the job. Follow it with: cosbatch wait {JOB}"
    assert said.err.splitlines()[1:] == [*confirm, stopped]


def test_follows_a_real_job_from_its_confirmation_to_its_end(run: Run, standin: Standin) -> None:
    job_id = suspended_job(run)
    assert run("wait", job_id, "--timeout", "0.1", "--interval", "0.05").json["Outcome"] == "unfinished"
    assert run("priority", job_id, "7").json["Priority"] == 7
    assert run("confirm", job_id, "--yes").json["Status"] == "Ready"
    said = run("wait", job_id, "--interval", "0.05", "--timeout", "60")
    assert (said.code, said.json["Outcome"]) == (3, "nothing done")
    assert [job["JobId"] for job in run("jobs", "--state", "Complete").json["Jobs"]] == [job_id]
    assert run("delete", job_id, "--yes").code == 0
    assert run("jobs").json["Jobs"] == []


def test_follows_a_real_job_to_its_cancellation(run: Run, standin: Standin) -> None:
    job_id = suspended_job(run)
    assert run("cancel", job_id, "--yes", "--reason", "wrong list 错").code == 0
    said = run("wait", job_id, "--interval", "0.05", "--timeout", "60")
    assert (said.code, said.json["Status"], said.json["Outcome"]) == (3, "Cancelled", "cancelled")
    assert said.json["Job"]["StatusUpdateReason"] == "wrong list 错"


def suspended_job(run: Run) -> str:
    """A job that waits for confirmation; the object that it lists is not there."""
    client = client_of(os.environ, Clock())
    place = Resource("manifest-1250000000", "list.csv", None)
    objects.write(client, place, b"examplebucket-1250000000,photos/1.jpg\n")
    document = {
        "ConfirmationRequired": True,
        "Manifest": {
            "Location": {"ObjectArn": "cos://manifest-1250000000/list.csv"},
            "Spec": {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"},
        },
        "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 1, "JobTier": "Bulk"}},
        "Priority": 1,
        "Report": {"Bucket": "cos://report-1250000000", "Enabled": False},
        "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
    }
    job_id = str(client.call(document)["JobId"])
    states = (run("describe", job_id).json["Job"]["Status"] for _ in range(10_000))
    assert "Suspended" in states
    return job_id


@pytest.mark.parametrize(
    "arguments", [("--timeout", "0"), ("--interval", "-1"), ("--timeout", "soon"), ("--timeout", "1e10")]
)
def test_says_wrong_usage_for_odd_times(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("wait", JOB, *arguments).code == 2
