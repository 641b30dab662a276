"""The life of a job: its states in their order, confirmation, cancelling, priorities, the failure rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cosbatch.standin import Standin, running
from cosbatch.standin.jobs import tasks
from cosbatch.standin.jobs.job_rows import FINISHED, NEXT_STATES, STATES, find_job, set_state, update
from tests.standin.client import Reply, client_of, until
from tests.standin.clock import Moved, running_by_clock
from tests.standin.documents import RESTORE, SOURCE, TAGGING, operation, report
from tests.standin.rehearsal import Rehearsal

CONFIRM = "<ConfirmationRequired>true</ConfirmationRequired>"
TAG = operation(TAGGING)
INVENTORY = {
    "destinationBucket": SOURCE,
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key",
    "files": [{"key": "data/1.csv.gz"}],
}


def states(standin: Standin, job_id: str) -> list[str]:
    job = next(job for job in standin.jobs() if job["JobId"] == job_id)
    listed = job["States"]
    assert isinstance(listed, list)
    return [each["Status"] for each in listed]


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[tuple[Standin, Rehearsal]]:
    """A stand-in whose jobs take a step only when the test calls `standin.runner.tick()`."""
    with running(tmp_path, runs_jobs=False) as standin, client_of(standin) as client:
        yield standin, Rehearsal(client)


def tick(standin: Standin, rehearsal: Rehearsal, *jobs: str) -> list[str]:
    standin.runner.tick()
    return [rehearsal.status(job_id) for job_id in jobs]


def priority(value: int) -> str:
    return f"<Priority>{value}</Priority>"


def test_has_the_thirteen_states_of_the_page_and_three_that_end() -> None:
    assert len(STATES) == 13
    assert set(FINISHED) == {"Cancelled", "Complete", "Failed"}
    assert {state for following in NEXT_STATES.values() for state in following} == set(STATES) - {"New"}


# By what a client may ask of a job that has not been confirmed, or need not be: confirm, cancel, delete.
AWAITING = dict.fromkeys(("New", "Preparing", "Suspended"), ("confirm", "cancel", "delete"))
RUNNING = dict.fromkeys(("Ready", "Active", "Pausing", "Paused"), ("cancel",))
ENDING = dict.fromkeys(("Completing", "Failing", "Cancelling", *FINISHED), ("delete",))


@pytest.mark.parametrize(
    ("state", "confirmation", "allowed"),
    [
        *((state, CONFIRM, allowed) for state, allowed in {**AWAITING, **RUNNING, **ENDING}.items()),
        *((state, "", ("cancel",)) for state in ("New", "Preparing", *RUNNING)),
    ],
)
def test_lets_a_client_confirm_cancel_and_delete(
    by_hand: tuple[Standin, Rehearsal], state: str, confirmation: str, allowed: tuple[str, ...]
) -> None:
    standin, rehearsal = by_hand
    asked: dict[str, Callable[[str], Reply]] = {
        "confirm": lambda job_id: rehearsal.set_status(job_id, "Ready"),
        "cancel": lambda job_id: rehearsal.set_status(job_id, "Cancelled"),
        "delete": lambda job_id: rehearsal.client.batch("DELETE", f"/jobs/{job_id}"),
    }
    for name, ask in asked.items():
        job_id = rehearsal.create(ConfirmationRequired=confirmation)
        with standin.service.database.writing() as transaction:
            job = find_job(transaction.connection, job_id, "ap-chengdu")
            update(transaction, job, state=state)
        reply = ask(job_id)
        assert (reply.status, name in allowed) in ((200, True), (400, False)), name
        assert reply.status == 200 or reply.code == "InvalidRequest"


@pytest.mark.parametrize("ticks", [0, 1, 2])
def test_keeps_a_confirmation_until_the_job_is_prepared(by_hand: tuple[Standin, Rehearsal], ticks: int) -> None:
    standin, rehearsal = by_hand
    rehearsal.put("a")
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=CONFIRM)
    for _ in range(ticks):
        standin.runner.tick()
    assert states(standin, job_id)[-1] in ("New", "Preparing")
    confirmed = rehearsal.set_status(job_id, "Ready", "seen")
    assert (confirmed.text("Status"), confirmed.text("StatusUpdateReason")) == ("Ready", "seen")
    assert rehearsal.set_status(job_id, "Ready").code == "InvalidRequest"
    until(lambda: tick(standin, rehearsal, job_id) == ["Complete"])
    passed = ["New", "Preparing", "Suspended", "Ready", "Active", "Completing", "Complete"]
    assert states(standin, job_id) == passed


def test_cancels_a_job_that_was_confirmed_early(by_hand: tuple[Standin, Rehearsal]) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=CONFIRM)
    rehearsal.set_status(job_id, "Ready")
    assert rehearsal.client.batch("DELETE", f"/jobs/{job_id}").code == "InvalidRequest"
    assert rehearsal.set_status(job_id, "Cancelled").text("Status") == "Cancelling"
    assert tick(standin, rehearsal, job_id) == ["Cancelled"]


@pytest.mark.parametrize("requested", ["Ready", "Cancelled"])
def test_lets_terraform_create_confirm_read_prioritize_and_destroy(rehearsal: Rehearsal, requested: str) -> None:
    """The requests of its resource tencentcloud_cos_batch, one right after the other, many times."""
    rehearsal.put("a")
    client, element = rehearsal.client, rehearsal.inventory(INVENTORY, {"data/1.csv.gz": f'"{SOURCE}","a"\n'})
    element = element.replace("<Spec>", "<Spec><Fields></Fields>")
    for _ in range(10):
        job_id = rehearsal.create(Manifest=element, Operation=operation(TAGGING), ConfirmationRequired=CONFIRM)
        assert rehearsal.set_status(job_id, requested).status == 200
        assert client.batch("GET", f"/jobs/{job_id}").text("Job/JobId") == job_id
        changed = client.batch("POST", f"/jobs/{job_id}/priority", [("priority", "2")])
        assert (changed.status, changed.code) in ((200, ""), (404, "NoSuchJob"))
        if requested == "Ready":
            rehearsal.reaches(job_id, "Complete")
        assert client.batch("DELETE", f"/jobs/{job_id}").status == 200
        assert client.batch("GET", f"/jobs/{job_id}").code == "NoSuchJob"
    assert client.batch("GET", "/jobs").text("Jobs/member/JobId") == ""


def test_passes_through_the_states_in_their_order(standin: Standin, rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    described = rehearsal.run(Manifest=rehearsal.keys("ab"), Operation=TAG)
    assert rehearsal.counts(described) == ("Complete", 2, 1, 1)
    assert described.text("Job/StatusUpdateReason") == "Job complete"
    assert described.text("Job/TerminationDate") >= described.text("Job/CreationTime")
    passed = ["New", "Preparing", "Ready", "Active", "Completing", "Complete"]
    assert states(standin, described.text("Job/JobId")) == passed


def test_fails_while_preparing(standin: Standin, rehearsal: Rehearsal) -> None:
    described = rehearsal.run()
    assert described.text("Job/StatusUpdateReason") == "Job failed"
    assert states(standin, described.text("Job/JobId")) == ["New", "Preparing", "Failing", "Failed"]


def test_waits_for_confirmation_and_goes_on_with_it(standin: Standin, rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=CONFIRM)
    suspended = rehearsal.reaches(job_id, "Suspended")
    assert suspended.text("Job/SuspendedCause")
    assert suspended.text("Job/SuspendedDate").endswith("Z")
    assert rehearsal.counts(suspended) == ("Suspended", 1, 0, 0)
    confirmed = rehearsal.set_status(job_id, "Ready", "看过了 +1")
    assert (confirmed.status, confirmed.text("JobId")) == (200, job_id)
    assert (confirmed.text("Status"), confirmed.text("StatusUpdateReason")) == ("Ready", "看过了 +1")
    assert rehearsal.reaches(job_id, "Complete").text("Job/StatusUpdateReason") == "看过了 +1"
    assert states(standin, job_id)[2:4] == ["Suspended", "Ready"]
    assert rehearsal.set_status(job_id, "Ready").code == "InvalidRequest"


def test_is_cancelled_before_it_runs(standin: Standin, rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=CONFIRM)
    cancelled = rehearsal.set_status(job_id, "Cancelled", "取消操作")
    assert (cancelled.text("Status"), cancelled.text("StatusUpdateReason")) == ("Cancelling", "取消操作")
    described = rehearsal.reaches(job_id, "Cancelled")
    assert rehearsal.report(described) == []
    again = rehearsal.set_status(job_id, "Cancelled")
    assert (again.status, again.code) == (400, "InvalidRequest")
    assert states(standin, job_id)[-2:] == ["Cancelling", "Cancelled"]


STATUS_FAULTS = {
    "an unknown status": ([("requestedJobStatus", "Paused")], "InvalidArgument"),
    "no status": ([], "InvalidArgument"),
    "a reason of 257 bytes": (
        [("requestedJobStatus", "Ready"), ("statusUpdateReason", "é" * 129)],
        "InvalidArgument",
    ),
}


@pytest.mark.parametrize(("parameters", "code"), STATUS_FAULTS.values(), ids=STATUS_FAULTS.keys())
def test_refuses_a_change_of_status_with(rehearsal: Rehearsal, parameters: list[tuple[str, str]], code: str) -> None:
    job_id = rehearsal.create()
    reply = rehearsal.client.batch("POST", f"/jobs/{job_id}/status", parameters)
    assert (reply.status, reply.code) == (400, code)


PRIORITY_FAULTS = [
    ([], "InvalidRequest"),
    ([("priority", "")], "InvalidRequest"),
    ([("priority", "2147483648")], "InvalidArgument"),
    ([("priority", "-1")], "InvalidArgument"),
    ([("priority", "ten")], "InvalidArgument"),
]


@pytest.mark.parametrize(("parameters", "code"), PRIORITY_FAULTS)
def test_refuses_a_priority(rehearsal: Rehearsal, parameters: list[tuple[str, str]], code: str) -> None:
    job_id = rehearsal.create()
    reply = rehearsal.client.batch("POST", f"/jobs/{job_id}/priority", parameters)
    assert (reply.status, reply.code) == (400, code)


def test_changes_the_priority_of_a_job_until_it_is_finished(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=CONFIRM)
    changed = rehearsal.client.batch("POST", f"/jobs/{job_id}/priority", [("priority", "2147483647")])
    assert (changed.text("JobId"), changed.text("Priority")) == (job_id, "2147483647")
    assert rehearsal.describe(job_id).text("Job/Priority") == "2147483647"
    rehearsal.set_status(job_id, "Cancelled")
    rehearsal.reaches(job_id, "Cancelled")
    late = rehearsal.client.batch("POST", f"/jobs/{job_id}/priority", [("priority", "1")])
    assert (late.status, late.code) == (404, "NoSuchJob")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/jobs/x/status"), ("POST", "/jobs/x/priority"), ("DELETE", "/jobs/x")]
)
def test_knows_no_job_of_another_name(rehearsal: Rehearsal, method: str, path: str) -> None:
    parameters = [("requestedJobStatus", "Ready"), ("priority", "1")]
    reply = rehearsal.client.batch(method, path, parameters)
    assert (reply.status, reply.code) == (404, "NoSuchJob")
    missing = rehearsal.client.batch(method, path.replace("x", ""), parameters)
    assert (missing.status, missing.code) == (400, "InvalidRequest")


def test_deletes_a_finished_job_and_keeps_its_token(standin: Standin, rehearsal: Rehearsal) -> None:
    token = "<ClientRequestToken>once</ClientRequestToken>"
    rehearsal.put("a")
    elements = {"ClientRequestToken": token, "Manifest": rehearsal.keys("a"), "ConfirmationRequired": CONFIRM}
    job_id = rehearsal.create(**elements)
    rehearsal.set_status(job_id, "Cancelled")
    rehearsal.reaches(job_id, "Cancelled")
    deleted = rehearsal.client.batch("DELETE", f"/jobs/{job_id}")
    assert (deleted.status, deleted.body) == (200, b"")
    assert rehearsal.describe(job_id).code == "NoSuchJob"
    assert rehearsal.client.batch("GET", "/jobs").text("Jobs/member/JobId") == ""
    assert rehearsal.client.create(f"<CreateJobRequest>{token}</CreateJobRequest>").code == "MalformedXML"
    with pytest.raises(AssertionError, match="already exists"):
        rehearsal.create(**elements)
    assert [job["Deleted"] for job in standin.jobs()] == [True]


def test_cancels_a_job_that_awaits_confirmation_before_it_deletes_it(by_hand: tuple[Standin, Rehearsal]) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=CONFIRM)
    until(lambda: tick(standin, rehearsal, job_id) == ["Suspended"])
    assert rehearsal.client.batch("DELETE", f"/jobs/{job_id}").status == 200
    until(lambda: not standin.runner.tick())
    assert states(standin, job_id)[-3:] == ["Suspended", "Cancelling", "Cancelled"]


def test_takes_no_step_that_is_not_in_the_table(by_hand: tuple[Standin, Rehearsal]) -> None:
    standin, rehearsal = by_hand
    job_id = rehearsal.create()
    with standin.service.database.writing() as transaction:
        job = find_job(transaction.connection, job_id, "ap-chengdu")
        with pytest.raises(AssertionError, match="cannot go from New to Active"):
            set_state(transaction, job, "Active", 0.0)
    assert states(standin, job_id) == ["New"]


def test_lets_a_job_with_a_higher_priority_go_first_and_pauses_the_other(
    by_hand: tuple[Standin, Rehearsal], monkeypatch: pytest.MonkeyPatch
) -> None:
    standin, rehearsal = by_hand
    monkeypatch.setitem(tasks.BATCH, "COSPutObjectTagging", 10)
    rehearsal.put("a")
    element = rehearsal.keys(["a"] * 90)
    low = rehearsal.create(Manifest=element, Operation=TAG, Priority=priority(1))
    until(lambda: tick(standin, rehearsal, low) == ["Active"])
    tick(standin, rehearsal)
    high = rehearsal.create(Manifest=element, Operation=TAG, Priority=priority(2))
    equal = rehearsal.create(Manifest=element, Operation=TAG, Priority=priority(2))
    seen = [tick(standin, rehearsal, low, high, equal) for _ in range(45)]
    assert seen[-1] == ["Complete"] * 3
    lows = [low_state for low_state, *_ in seen]
    assert sorted(set(lows), key=lows.index)[:3] == ["Active", "Pausing", "Paused"]
    assert all(low_state != "Active" for low_state, *others in seen if "Active" in others)
    assert ["Paused", "Active", "Active"] in seen
    assert states(standin, low)[3:] == ["Active", "Pausing", "Paused", "Active", "Completing", "Complete"]


def test_holds_a_job_ready_while_one_with_a_higher_priority_runs(by_hand: tuple[Standin, Rehearsal]) -> None:
    standin, rehearsal = by_hand
    element = rehearsal.keys(["a"])
    low = rehearsal.create(Manifest=element, Operation=TAG, Priority=priority(0))
    high = rehearsal.create(Manifest=element, Operation=TAG, Priority=priority(9))
    seen = [tick(standin, rehearsal, low, high) for _ in range(9)]
    assert ["Ready", "Active"] in seen
    assert ["Active", "Complete"] in seen or ["Active", "Completing"] in seen
    raised = rehearsal.create(Manifest=element, Operation=TAG, Priority=priority(1), ConfirmationRequired=CONFIRM)
    assert tick(standin, rehearsal, raised) == ["Preparing"]
    assert not [state for _ in range(5) for state in tick(standin, rehearsal, raised) if state == "Active"]


def test_is_cancelled_in_the_middle_and_reports_what_was_done(by_hand: tuple[Standin, Rehearsal]) -> None:
    standin, rehearsal = by_hand
    rehearsal.put("0")
    element = rehearsal.keys(str(number) for number in range(3000))
    job_id = rehearsal.create(Manifest=element, Operation=TAG, ConfirmationRequired=CONFIRM)
    until(lambda: tick(standin, rehearsal, job_id) == ["Suspended"])
    rehearsal.set_status(job_id, "Ready")
    until(lambda: tick(standin, rehearsal) or rehearsal.counts(rehearsal.describe(job_id))[3] > 0)
    assert rehearsal.set_status(job_id, "Cancelled").text("Status") == "Cancelling"
    assert tick(standin, rehearsal, job_id) == ["Cancelled"]
    described = rehearsal.describe(job_id)
    assert rehearsal.counts(described) == ("Cancelled", 3000, 1, 999)
    assert len(rehearsal.report(described)) == 1000


def some_missing(rehearsal: Rehearsal, missing: int, total: int) -> str:
    """A manifest whose first rows name objects that do not exist."""
    rehearsal.put("there")
    return rehearsal.keys(["not there"] * missing + ["there"] * (total - missing))


RATES = {
    "all of 1,000": (1000, 1000, ("Complete", 1000, 0, 1000)),
    "all of 1,001": (1001, 1001, ("Failed", 1001, 0, 1001)),
    "all of 3,000": (3000, 3000, ("Failed", 3000, 0, 1001)),
    "half of 2,000, not more": (500, 2000, ("Complete", 2000, 1500, 500)),
    "more than half of the first 1,001": (501, 2000, ("Failed", 2000, 500, 501)),
}


@pytest.mark.parametrize(("missing", "total", "outcome"), RATES.values(), ids=RATES.keys())
def test_ends_when_more_than_half_have_failed(
    rehearsal: Rehearsal, missing: int, total: int, outcome: tuple[str, int, int, int]
) -> None:
    described = rehearsal.run(Manifest=some_missing(rehearsal, missing, total), Operation=TAG)
    assert rehearsal.counts(described) == outcome
    assert len(rehearsal.report(described)) == outcome[2] + outcome[3]
    code = described.text("Job/FailureReasons/JobFailure/FailureCode")
    assert code == ("FailureRateExceeded" if outcome[0] == "Failed" else "")


def test_reports_failures_alone_when_asked(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    element = rehearsal.keys("ab")
    described = rehearsal.run(Manifest=element, Operation=TAG, Report=report(scope="FailedTasksOnly"))
    assert rehearsal.codes(described) == {"b": "NoSuchKey"}


@pytest.mark.parametrize("prefix", ["", "<Prefix/>", "<Prefix>/</Prefix>"])
def test_reports_without_a_prefix(rehearsal: Rehearsal, prefix: str) -> None:
    rehearsal.put("a")
    described = rehearsal.run(Manifest=rehearsal.keys("a"), Operation=TAG, Report=report(prefix=prefix))
    key = f"job-{described.text('Job/JobId')}/manifest.json"
    assert rehearsal.client.cos("HEAD", "report-1250000000", key).status == 200


def test_reports_nothing_when_told_so(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    element = report("qcs::cos:ap-chengdu::foreign-1260000000", enabled="false")
    described = rehearsal.run(Manifest=rehearsal.keys("a"), Operation=TAG, Report=element)
    assert rehearsal.counts(described) == ("Complete", 1, 1, 0)
    assert rehearsal.client.cos("GET", "report-1250000000").code == "NoSuchBucket"


def test_lists_jobs_by_state_and_only_those_of_90_days(tmp_path: Path) -> None:
    """A day takes one second."""
    time = Moved()
    with running_by_clock(tmp_path, time.now, speed=86400) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        job_id = rehearsal.create()
        assert client.batch("GET", "/jobs", [("jobStatuses", "Active")]).text("Jobs/member/JobId") == ""
        seen = []
        for time.seconds in (0, 80, 91):
            seen.append(client.batch("GET", "/jobs").text("Jobs/member/JobId"))
        assert seen == [job_id, job_id, ""]
        assert rehearsal.describe(job_id).status == 200


def test_restores_in_the_time_of_the_service_divided_by_the_speed(tmp_path: Path) -> None:
    """Twelve hours take one minute, and three days six."""
    time = Moved()
    with running_by_clock(tmp_path, time.now, speed=12 * 60) as standin, client_of(standin) as client:
        rehearsal = Rehearsal(client)
        rehearsal.archive("a")
        rehearsal.run(Manifest=rehearsal.keys("a"), Operation=operation(RESTORE))
        assert client.cos("HEAD", "source-1250000000", "a").headers["x-cos-restore"] == 'ongoing-request="true"'
        seen = []
        for time.seconds in (0, 61, 421):
            seen.append(client.cos("GET", "source-1250000000", "a").status)
        assert seen == [403, 200, 403]
        assert "x-cos-restore" not in client.cos("HEAD", "source-1250000000", "a").headers
