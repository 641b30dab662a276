"""`restore`, `copy`, `tag`, `delete-objects` and `create` over each kind of LIST, against the stand-in: each to the end of its job."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shlex
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from cosbatch.cli.job_commands import from_list
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client, client_of
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import UpstreamUnreachable
from cosbatch.model.hints import hint_for
from cosbatch.model.messages import Request
from cosbatch.model.names import Resource
from cosbatch.service import actions
from cosbatch.standin import Standin, running
from tests.cli.running import BRISK, Run, Said, SteppingClock, Terminal
from tests.stage import REPORT, RESTORE, ROLE

PHOTOS, LISTS, COPIES = "photos-1250000000", "lists-1250000000", "copies-1250000000"
JOB = {"Description": "do {key}", "Priority": 3, "Report": REPORT, "RoleArn": ROLE}
PROFILES = [
    {"name": "restore", "job": {**JOB, "Operation": RESTORE}, "open": ["Priority"], "limits": {"max_objects": 2}},
    {"name": "delete", "job": {**JOB, "Operation": {"COSDeleteObject": {}}}, "unattended": True},
    {"name": "bare", "job": {"Priority": 3, "RoleArn": ROLE, "Operation": RESTORE}, "open": ["Report"]},
    {"name": "any", "job": {**JOB}, "open": ["Operation"]},
    {"name": "taking", "match": {"bucket": LISTS, "prefix": "taken/"}, "job": {**JOB, "Operation": RESTORE}},
]
KEYS = ("1.jpg", "ü 2.jpg")
ENCODED = ("1.jpg", "%C3%BC%202.jpg")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    with running(tmp_path_factory.mktemp("standin")) as standin:
        yield standin


@pytest.fixture(autouse=True)
def here(server: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with profiles.json, an empty stand-in, and two archived photos there."""
    server.reset()
    monkeypatch.chdir(tmp_path)
    for name, value in {**server.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COSBATCH_ROLE", "COSBatch_QcsRole")
    monkeypatch.setenv("COSBATCH_REPORT", "cos://report-1250000000/reports/")
    Path("profiles.json").write_text(json.dumps({"profiles": PROFILES}))
    for key in KEYS:
        store(PHOTOS, f"photos/{key}", b"x", "ARCHIVE")
    Path("list.csv").write_text("".join(f"{PHOTOS},photos/{key}\n" for key in ENCODED))
    return tmp_path


@pytest.fixture
def wait(run: Run) -> Run:
    """Runs commands with a clock on which waiting is short."""

    def run_quickly(*arguments: str) -> Said:
        return run(*arguments, clock=BRISK)

    return run_quickly


def client() -> Client:
    return client_of(os.environ, Clock())


def store(bucket: str, key: str, content: bytes, storage_class: str | None = None) -> None:
    objects.write(client(), Resource(bucket, key, None), content, storage_class)


def keys(bucket: str) -> list[str]:
    host = f"{bucket}.cos.ap-chengdu.myqcloud.com"
    body = client().ask(Request("GET", host, "/"), lambda response: response.body.decode())
    return [part.partition("</Key>")[0] for part in body.split("<Key>")[1:]]


def headers(bucket: str, key: str, **query: str) -> dict[str, str]:
    host = f"{bucket}.cos.ap-chengdu.myqcloud.com"
    return client().ask(Request("HEAD", host, f"/{key}", tuple(query.items())), lambda response: {**response.headers})


def tags(key: str) -> str:
    request = Request("GET", f"{PHOTOS}.cos.ap-chengdu.myqcloud.com", f"/{key}", (("tagging", ""),))
    return client().ask(request, lambda response: response.body.decode())


def list_of(kind: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A LIST of this kind, of both photos."""
    rows = Path("list.csv").read_bytes()
    match kind:
        case "file":
            return "list.csv"
        case "stdin":
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(rows)))
            return "-"
        case "object":
            store(LISTS, "mine/list.csv", rows)
            return f"cos://{LISTS}/mine/list.csv"
        case "inventory":
            data = gzip.compress(rows)
            store(LISTS, "inventory/data.csv.gz", data)
            file = {"key": "inventory/data.csv.gz", "size": len(data), "MD5checksum": hashlib.md5(data).hexdigest()}
            source = {
                "sourceBucket": PHOTOS,
                "destinationBucket": LISTS,
                "fileFormat": "CSV",
                "fileSchema": "Bucket, Key",
            }
            store(LISTS, "inventory/manifest.json", json.dumps({**source, "files": [file]}).encode())
            return f"cos://{LISTS}/inventory/manifest.json"
    return f"cos://{PHOTOS}/photos/"


COMMANDS: dict[str, tuple[str, ...]] = {
    "restore": ("--days", "7", "--tier", "Bulk"),
    "copy": ("--to", f"cos://{COPIES}/new", "--storage-class", "ARCHIVE"),
    "tag": ("team=ops", "a=b"),
    "delete-objects": ("--profile", "delete"),
}


def check_done(command: str) -> None:
    match command:
        case "restore":
            assert all("x-cos-restore" in headers(PHOTOS, f"photos/{key}") for key in KEYS)
        case "copy":
            assert keys(COPIES) == [f"new/photos/{key}" for key in KEYS]
            assert headers(COPIES, f"new/photos/{KEYS[0]}")["x-cos-storage-class"] == "ARCHIVE"
        case "tag":
            assert all("".join(tags(f"photos/{key}").split()).count("<Key>team</Key><Value>ops<") == 1 for key in KEYS)
        case "delete-objects":
            assert keys(PHOTOS) == []


@pytest.mark.parametrize("kind", ["file", "stdin", "object", "inventory", "prefix"])
@pytest.mark.parametrize("command", COMMANDS)
def test_runs_to_its_end(wait: Run, server: Standin, monkeypatch: pytest.MonkeyPatch, command: str, kind: str) -> None:
    if command == "copy":
        # What is archived has to be restored before it can be copied.
        for key in KEYS:
            store(PHOTOS, f"photos/{key}", b"x")
    said = wait(command, list_of(kind, monkeypatch), *COMMANDS[command], "--yes", "--wait")
    assert said.code == 0, said.err
    assert (said.json["Outcome"], said.json["Rows"]) == ("created", 2)
    end = said.json["End"]
    report = end.pop("Report")
    assert report.endswith(f"/job-{said.json['JobId']}/manifest.json")
    assert end == {"Status": "Complete", "Outcome": "complete", "Succeeded": 2, "Failed": 0, "Left": 0}
    (job,) = server.jobs()
    assert job["JobId"] == said.json["JobId"]
    check_done(command)


@pytest.mark.parametrize("timeout", [(), ("--timeout", "0.05")])
def test_waits_for_no_confirmation_where_nobody_sees_that_it_is_needed(
    wait: Run, server: Standin, timeout: tuple[str, ...]
) -> None:
    given = ("--role", "COSBatch_QcsRole", "--report", "cos://report-1250000000/r", "--yes", "--wait")
    said = wait("delete-objects", "list.csv", *given, *timeout)
    assert (said.code, said.json["End"]["Outcome"]) == (4, "unfinished")
    assert f"It waits to be confirmed: cosbatch confirm {said.json['JobId']}" in said.err
    assert keys(PHOTOS) != []


def test_tells_programs_which_jobs_wait_to_be_confirmed(run: Run) -> None:
    for arguments, waits in ((("delete-objects", "list.csv"), True), (("tag", "list.csv", "a=b"), None)):
        assert run(*arguments, "--yes").json.get("ConfirmationRequired") is waits
        jobs = run(*arguments, "--yes", "--split", "1").json["Jobs"]
        assert [job.get("ConfirmationRequired") for job in jobs] == [waits, waits]


@pytest.mark.parametrize("kind", ["file", "object", "prefix"])
def test_creates_the_job_of_a_profile_for_any_list(wait: Run, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    said = wait("create", "--profile", "restore", list_of(kind, monkeypatch), "--wait")
    assert (said.code, said.json["End"]["Outcome"]) == (0, "complete"), said.err
    check_done("restore")


# What the job is like.


def plan(run: Run, *arguments: str) -> str:
    said = run(*arguments, "--dry-run")
    assert said.code == 0, said.err
    body: str = said.json["Plan"]["Body"]
    return body


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("restore", "list.csv", "--days", "7"), ["<ExpirationInDays>7<", "<JobTier>Standard<", "<Priority>10<"]),
        (
            ("restore", "list.csv", "--days", "7"),
            ["roleName/COSBatch_QcsRole<", "<Prefix>reports<", "report-1250000000<"],
        ),
        (("restore", "list.csv", "--days", "7", "--priority", "5"), ["<Priority>5<"]),
        (("restore", "list.csv", "--days", "7", "--role", ROLE), [f"<RoleArn>{ROLE}<"]),
        (("restore", "list.csv", "--days", "7", "--report", "cos://other-1250000000"), ["other-1250000000</Bucket>"]),
        (("restore", "list.csv", "--days", "7", "--report-scope", "failed"), ["FailedTasksOnly"]),
        (("restore", "list.csv", "--days", "7"), [f"<Description>restore 2 objects of {PHOTOS} [cb:"]),
        (("restore", "list.csv", "--days", "7", "--description", "mine"), ["<Description>mine [cb:"]),
        (
            ("restore", "list.csv", "--profile", "restore"),
            ["<JobTier>Bulk<", "<Priority>3<", "<Prefix>reports/restore<"],
        ),
        (("restore", "list.csv", "--profile", "restore", "--days", "7", "--tier", "Bulk"), ["<JobTier>Bulk<"]),
        (("restore", "list.csv", "--profile", "restore", "--priority", "9"), ["<Priority>9<"]),
        (("restore", "list.csv", "--profile", "any", "--days", "9"), ["<ExpirationInDays>9<", "<Priority>3<"]),
        (("copy", "list.csv", "--to", f"cos://{COPIES}"), [f":{COPIES}</TargetResource>"]),
        (("copy", "list.csv", "--to", f"cos://{COPIES}/a/"), ["<PrefixReplace>true<", "<TargetKeyPrefix>a/<"]),
        (("copy", "list.csv", "--to", f"cos://{COPIES}", "--strip", "b/"), ["<ResourcesPrefix>b/<"]),
        (("tag", "list.csv", "a=b=c", "d="), ["<TaggingDirective>Add<", "<Value>b=c</Value>", "<Value></Value>"]),
        (("tag", "list.csv", "a=b", "--replace"), ["<TaggingDirective>Replaced<"]),
        (("delete-objects", "list.csv"), ["<COSDeleteObject></COSDeleteObject>", "<ConfirmationRequired>true<"]),
        (("create", "list.csv", "--profile", "restore"), ["<Description>do cosbatch-lists/"]),
    ],
)
def test_asks_for_the_job_that_is_described(run: Run, arguments: tuple[str, ...], parts: list[str]) -> None:
    body = plan(run, *arguments)
    assert [part for part in parts if part not in body] == []


def test_writes_truth_in_a_plan_for_people_as_the_service_does(run: Run) -> None:
    said = run("copy", "list.csv", "--to", f"cos://{COPIES}/a/", "--dry-run")
    assert "PrefixReplace=true TargetKeyPrefix=a/" in " ".join(said.err.split()), said.err


def test_takes_the_priority_of_a_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_PRIORITY", "77")
    assert "<Priority>77<" in plan(run, "restore", "list.csv", "--days", "7")
    assert "<Priority>3<" in plan(run, "restore", "list.csv", "--profile", "restore")


def test_puts_the_scope_of_a_report_upon_a_profile_that_opens_it(run: Run) -> None:
    opened = {"name": "open", "job": {**JOB, "Operation": RESTORE}, "open": ["Report"]}
    Path("profiles.json").write_text(json.dumps({"profiles": [opened]}))
    body = plan(run, "restore", "list.csv", "--profile", "open", "--report-scope", "failed")
    assert "FailedTasksOnly" in body
    assert "<Prefix>reports/restore<" in body


@pytest.mark.parametrize(
    ("arguments", "variable", "place"),
    [
        ((), None, "report-1250000000/cosbatch-lists/"),
        ((), f"cos://{LISTS}/a", f"{LISTS}/a/"),
        (("--upload-to", f"cos://{LISTS}/b/"), f"cos://{LISTS}/a", f"{LISTS}/b/"),
        (("--upload-to", f"cos://{LISTS}"), None, f"{LISTS}/"),
        (("--profile", "taking"), None, f"{LISTS}/cosbatch-lists/"),
    ],
)
def test_uploads_where_it_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], variable: str | None, place: str
) -> None:
    if variable is not None:
        monkeypatch.setenv("COSBATCH_UPLOAD_TO", variable)
    days = () if "--profile" in arguments else ("--days", "7")
    digest = hashlib.sha256(Path("list.csv").read_bytes()).hexdigest()[:32]
    assert f"::{place}{digest}.csv</ObjectArn>" in plan(run, "restore", "list.csv", *days, *arguments)


# Nothing is done that was not agreed to.


@pytest.mark.parametrize("kind", ["file", "object", "prefix"])
@pytest.mark.parametrize("name", ["restore", "plan"])
def test_leaves_nothing_behind_when_it_only_plans(
    run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    arguments = ("--dry-run",) if name == "restore" else ()
    said = run(name, list_of(kind, monkeypatch), "--profile", "restore", *arguments)
    assert said.code == 0, said.err
    assert said.json["Plan"]["Manifest"]["Rows"] == 2
    assert "Nothing was sent. To create just this job, add --plan-digest sha256:" in said.err
    assert server.jobs() == []
    assert all("cosbatch-lists" not in key for key in keys("report-1250000000"))


def test_makes_just_the_job_that_was_planned(run: Run, server: Standin) -> None:
    digest = run("restore", "list.csv", "--profile", "restore", "--dry-run").json["Plan"]["Digest"]
    refused = run("restore", "list.csv", "--days", "7", "--plan-digest", digest, "--yes")
    assert (refused.code, refused.json["Code"]) == (1, "IdempotencyMismatch")
    assert run("restore", "list.csv", "--profile", "restore", "--plan-digest", digest, "--yes").code == 0
    assert len(server.jobs()) == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_refuses_to_go_on_where_nobody_can_be_asked(run: Run, server: Standin, command: str) -> None:
    said = run(command, "nowhere.csv", *COMMANDS[command])
    assert said.code == 2
    assert "--yes does it without asking" in said.err
    assert server.jobs() == []


@pytest.mark.parametrize(
    ("arguments", "question"),
    [
        (("restore", "list.csv", "--days", "7"), "Restore 2 objects for 7 days? [y/N]"),
        (
            ("copy", "list.csv", "--to", f"cos://{COPIES}/a"),
            f"Copy 2 objects to {COPIES}? What is there by the same names",
        ),
        (("tag", "list.csv", "a=b", "c=d"), "Tag 2 objects with a=b, c=d? Their other tags stay."),
        (("tag", "list.csv", "a=b", "--replace"), "Tag 2 objects with a=b? Their other tags are lost."),
        (("delete-objects", "list.csv"), "DELETE 2 objects? Where a bucket keeps no versions, they are gone for good."),
        (("delete-objects", "versions.csv"), "DELETE 1 object? The versions that the list names are gone for good."),
    ],
)
def test_shows_what_it_is_about_to_do_and_asks(
    run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], question: str
) -> None:
    Path("versions.csv").write_text(f"{PHOTOS},a,v1\n")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("n\ny\n"))
    monkeypatch.setattr(sys, "stderr", terminal)
    assert (run(*arguments).code, server.jobs()) == (1, [])
    assert keys("report-1250000000") == []
    assert run(*arguments).code == 0
    shown = terminal.getvalue()
    assert f"\n{question}" in shown
    for part in (PHOTOS, "cos://report-1250000000/reports, AllTasks", "roleName/COSBatch_QcsRole", "cosbatch-lists/"):
        assert part in shown
    assert len(server.jobs()) == 1


def test_shows_the_first_warnings_of_many(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("list.csv").write_text("".join(f"{PHOTOS}, /{number}\n" for number in range(9)))
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run("tag", "list.csv", "a=b").code == 1
    assert len(re.findall(r"Warning: line \d: ", terminal.getvalue())) == 5
    assert "and 13 warnings more; --dry-run --json shows all" in terminal.getvalue()
    Path("list.csv").write_text("".join(f"{PHOTOS}, /{number}\n" for number in range(3)))
    run("tag", "list.csv", "a=b", "--dry-run")
    assert "and 1 warning more; --dry-run --json shows all" in terminal.getvalue()


def test_speaks_of_one_object_as_one(run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    store(PHOTOS, "one/1.jpg", b"x")
    said = run("tag", f"cos://{PHOTOS}/one/", "a=b", "--yes")
    assert "Listed: 1 object.\n" in said.err
    assert f"Job {said.json['JobId']}, of 1 object, is created.\n" in said.err
    assert f"tag 1 object of {PHOTOS}" in run("describe", said.json["JobId"]).json["Job"]["Description"]
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    run("tag", "list.csv", "a=b", "--split", "1", "--dry-run")
    assert re.search("Jobs +2, of at most 1 object\n", terminal.getvalue())


def test_shows_the_plan_to_a_person(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    said = run("tag", "list.csv", "team=ops", "--dry-run")
    assert said.code == 0
    assert terminal.getvalue().startswith("Operation    COSPutObjectTagging TaggingDirective=Add team=ops\n")
    assert "to be uploaded to" in terminal.getvalue()
    assert "<CreateJobRequest>" not in terminal.getvalue()


def test_shows_the_document_too_when_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("tag", "list.csv", "team=ops", "--dry-run", "--document").code == 0
    assert "\n\n<CreateJobRequest>\n  <ClientRequestToken>" in terminal.getvalue()


def test_tells_its_warnings_when_it_only_plans(run: Run) -> None:
    said = run("copy", "list.csv", "--to", f"cos://{PHOTOS}", "--dry-run")
    assert "Warning: the target is a source too" in said.err


def test_passes_on_why_a_list_cannot_be_looked_at(run: Run, server: Standin) -> None:
    server.order({"action": "HeadObject", "fault": "AccessDenied"})
    said = run("restore", f"cos://{PHOTOS}/list.csv", "--days", "7", "--yes")
    assert (said.code, said.json["Code"]) == (1, "AccessDenied")
    assert "slash" not in said.json["Message"]


def test_names_the_action_that_refuses_the_job(run: Run, server: Standin) -> None:
    server.order({"action": "CreateJob", "fault": "AccessDenied"})
    said = run("restore", "list.csv", "--days", "7", "--yes")
    assert (said.code, said.json["Code"]) == (1, "AccessDenied")
    assert said.json["Message"].endswith(". That was CreateJob.")


def test_says_how_a_prefix_is_written(run: Run) -> None:
    said = run("restore", f"cos://{PHOTOS}/photos", "--days", "7", "--yes")
    assert (said.code, said.json["Code"]) == (1, "NoSuchKey")
    assert "end it with a slash" in said.json["Message"]


@pytest.mark.parametrize(
    ("command", "content", "storage_class"),
    [
        ("restore --days 7", b"x", "ARCHIVE"),
        ("restore --days 7 --split 1", b"x", "ARCHIVE"),
        ("create --profile restore", b"x", "ARCHIVE"),
        ("tag a=b", b"\xff\xd8\xff\xe0\0", None),
        ("tag a=b --split 1", b"\xff\xd8\xff\xe0\0", None),
    ],
)
def test_names_the_command_for_one_object_which_works(
    wait: Run, monkeypatch: pytest.MonkeyPatch, command: str, content: bytes, storage_class: str | None
) -> None:
    name, *more = command.split()
    agreed = () if name == "create" else ("--yes",)
    store(PHOTOS, "one/ü, '~' 1.jpg", content, storage_class)
    refused = wait(name, f"cos://{PHOTOS}/one/ü, '~' 1.jpg", *more, *agreed)
    assert refused.code == 1
    words = shlex.split(refused.json["Hint"].partition("For this one object alone: ")[2])
    assert words[0] == "echo"
    Path("one.csv").write_text(f"{words[1]}\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("one.csv").read_bytes())))
    said = wait(*words[words.index("cosbatch") + 1 :], "--wait")
    job = said.json.get("Jobs", [said.json])[0]
    assert (said.code, job["Rows"], job["End"]["Outcome"]) == (0, 1, "complete"), said.err


def test_takes_the_rows_that_grep_leaves_of_a_listing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    store(PHOTOS, "photos/3.txt", b"x", "ARCHIVE")
    rows = run("build", "--bucket", PHOTOS, "--storage-class", "ARCHIVE").out.splitlines(keepends=True)
    found = "".join(row for row in rows if re.search(r"\.jpg$", row))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(found.encode())))
    said = run("restore", "-", "--days", "7", "--yes")
    assert (len(rows), said.json["Rows"]) == (3, 2)


# What is wrong is told before anything is uploaded.


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (f"{PHOTOS},a\n{PHOTOS},\n", "EmptyKey at line 2, column 2"),
        ("bucket,key\n", "HeaderRow at line 1"),
        ("", "Empty at line 1"),
        ("other-1300000000,a\n", "ForeignBucket at line 1"),
        ("<html>", "WrongFormat at line 1"),
    ],
)
@pytest.mark.parametrize("kind", ["file", "object"])
def test_refuses_a_faulty_list_before_anything_is_sent(
    run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch, content: str, fault: str, kind: str
) -> None:
    Path("list.csv").write_text(content)
    said = run("restore", list_of(kind, monkeypatch), "--days", "7", "--yes")
    assert (said.code, said.json["Code"]) == (1, "InvalidManifest")
    assert fault in said.err
    assert server.jobs() == []
    assert keys("report-1250000000") == []


@pytest.mark.parametrize("split", [(), ("--split", "9")])
def test_shows_a_person_the_first_faults_of_many(
    run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch, split: tuple[str, ...]
) -> None:
    Path("list.csv").write_text(f"{PHOTOS},\n" * 75)
    command = ("restore", "list.csv", "--days", "7", "--yes", *split)
    assert run(*command).json["Totals"]["EmptyKey"] == 75
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run(*command).code == 1
    assert terminal.getvalue().count("EmptyKey at line ") == 10
    assert "75 EmptyKey" in terminal.getvalue()


def test_reads_a_list_to_its_end_before_anything_is_sent(run: Run, server: Standin) -> None:
    rows = "".join(f"{PHOTOS},{number}.jpg\n" for number in range(20_000))
    Path("list.csv").write_text(f"{rows}{PHOTOS},\n{rows}")
    said = run("restore", "list.csv", "--days", "7", "--yes")
    assert (said.code, said.json["Verdict"]["Faults"][0]["Line"]) == (1, 20_001)


def test_restores_of_a_prefix_what_is_archived_unless_it_is_told_otherwise(run: Run, server: Standin) -> None:
    store(PHOTOS, "photos/not archived.jpg", b"x")
    command = ("restore", f"cos://{PHOTOS}/photos/", "--days", "7", "--dry-run")
    assert run(*command).json["Plan"]["Manifest"]["Rows"] == 2
    assert run(*command, "--from-class", "STANDARD").json["Plan"]["Manifest"]["Rows"] == 1
    assert run("tag", command[1], "a=b", "--connections", "4", "--dry-run").json["Plan"]["Manifest"]["Rows"] == 3


def test_restores_of_a_prefix_what_is_archived_by_a_profile_too(run: Run, server: Standin) -> None:
    store(PHOTOS, "photos/not archived.jpg", b"x")
    command = ("create", f"cos://{PHOTOS}/photos/", "--profile", "restore", "--dry-run")
    assert run(*command).json["Plan"]["Manifest"]["Rows"] == 2
    assert run(*command, "--from-class", "STANDARD").json["Plan"]["Manifest"]["Rows"] == 1
    assert run("plan", *command[1:4]).json["Plan"]["Manifest"]["Rows"] == 2
    assert run("plan", command[1], "--profile", "delete").json["Plan"]["Manifest"]["Rows"] == 3


def test_refuses_a_list_that_is_longer_than_its_profile_allows_with_the_command_that_helps(run: Run) -> None:
    with open("list.csv", "a") as file:
        file.write(f"{PHOTOS},a\n")
    said = run("restore", "list.csv", "--profile", "restore", "--yes")
    assert (said.code, said.json["Code"]) == (1, "InvalidManifest")
    assert "cosbatch split LIST --rows 2" in said.err
    assert "or on the way: add --split 2" in said.err


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("restore", "list.csv"), "--days N is needed"),
        (("restore", "list.csv", "--profile", "restore", "--tier", "Bulk"), "--days N is needed"),
        (("restore", "list.csv", "--days", "366"), "whole number from 1 to 365"),
        (("restore", "--days", "7"), "LIST"),
        (("restore", "nowhere.csv", "--days", "7"), "nowhere.csv cannot be read"),
        (("restore", ".", "--days", "7"), ". cannot be read"),
        (("restore", "manifest.json", "--days", "7"), "cos://bucket/manifest.json"),
        (("restore", "cos://photos/", "--days", "7"), "names no list"),
        (("restore", "list.csv", "--profile", "delete"), "is for COSDeleteObject, not for COSInitiateRestoreObject"),
        (("restore", "list.csv", "--profile", "any"), "is for any operation, not for COSInitiateRestoreObject"),
        (("restore", "list.csv", "--days", "7", "--report", "report"), "--report names no bucket"),
        (("restore", "list.csv", "--days", "7", "--upload-to", "x"), "--upload-to names no bucket"),
        (("restore", "list.csv", "--days", "7", "--upload-to", f"cos://{LISTS}/taken"), "taken by profile taking"),
        (("restore", "list.csv", "--days", "7", "--again", "--token", "t"), "not allowed with"),
        (("copy", "list.csv"), "--to says where"),
        (("copy", "list.csv", "--to", "archive"), "--to names no bucket"),
        (("copy", "list.csv", "--profile", "any", "--strip", "a"), "--to says where"),
        (("copy", "list.csv", "--profile", "restore"), "is for COSInitiateRestoreObject, not for COSPutObjectCopy"),
        (("tag", "list.csv"), "KEY=VALUE"),
        (("tag", "list.csv", "ops"), "'ops' is no tag"),
        (("tag", "list.csv", "=ops"), "'=ops' is no tag"),
        (("tag", "list.csv", "a=1", "b=2", "a=3"), "tag 'a' is given more than once"),
        (("create", "list.csv"), "name a profile with --profile"),
        (("create", "--profile", "bare", "list.csv"), "nothing says where the list is uploaded"),
        (("create", "nowhere"), "nowhere cannot be read"),
        (("create", "call.json", "--split", "5"), "--split is for lists"),
        (("create", "manifest.json"), "cos://bucket/manifest.json"),
    ],
)
def test_says_wrong_usage(run: Run, server: Standin, arguments: tuple[str, ...], fault: str) -> None:
    Path("manifest.json").write_text('{"fileSchema": "Bucket, Key", "files": []}')
    said = run(*arguments, *(() if arguments[0] == "create" else ("--yes",)))
    assert said.code == 2
    assert fault in said.err
    assert server.jobs() == []


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"COSBATCH_ROLE": ""}, "nothing says whose rights the job has (--role, COSBATCH_ROLE); --profile"),
        (
            {"COSBATCH_ROLE": "", "COSBATCH_REPORT": ""},
            "COSBATCH_ROLE), nor where its report goes (--report, COSBATCH_REPORT)",
        ),
        ({"COSBATCH_REPORT": "report"}, "COSBATCH_REPORT names no bucket"),
        ({"COSBATCH_UPLOAD_TO": "https://u:secret@x/"}, "COSBATCH_UPLOAD_TO names no bucket"),
        ({"COSBATCH_PRIORITY": "https://u:secret@x/"}, "COSBATCH_PRIORITY is not a whole number"),
    ],
)
def test_names_the_variable_that_is_missing_or_wrong(
    run: Run, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], fault: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    said = run("restore", "list.csv", "--days", "7", "--yes")
    assert said.code == 2
    assert fault in said.err


@pytest.mark.parametrize(
    ("arguments", "code", "pointer"),
    [
        (("restore", "list.csv", "--profile", "nobody"), "InvalidRequest", "/Profile"),
        (("restore", "list.csv", "--profile", "restore", "--days", "9"), "Forbidden", "/Operation"),
        (("restore", "list.csv", "--profile", "restore", "--role", "other"), "Forbidden", "/RoleArn"),
        (("restore", "list.csv", "--days", "7", "--report", "cos://report-1300000000"), "Forbidden", "/Report/Bucket"),
        (
            ("copy", "list.csv", "--to", f"cos://{LISTS}/taken"),
            "Forbidden",
            "/Operation/COSPutObjectCopy/TargetKeyPrefix",
        ),
        (
            ("tag", "list.csv", *(f"{number}=x" for number in range(11))),
            "InvalidRequest",
            "/Operation/COSPutObjectTagging/TagSet",
        ),
        (("restore", "cos://lists-1300000000/list.csv", "--days", "7"), "Forbidden", "/Manifest/Location/ObjectArn"),
        (("restore", "cos://nobody-1250000000/list.csv", "--days", "7"), "NoSuchKey", None),
        (("restore", f"cos://{PHOTOS}/nowhere.csv", "--days", "7"), "NoSuchKey", None),
        (("restore", f"cos://{PHOTOS}/nowhere/", "--days", "7"), "InvalidManifest", None),
    ],
)
def test_refuses_what_the_function_would_refuse(
    run: Run, server: Standin, arguments: tuple[str, ...], code: str, pointer: str | None
) -> None:
    said = run(*arguments, "--yes")
    assert (said.code, said.json["Code"]) == (1, code), said.out
    assert pointer is None or pointer in {problem["Pointer"] for problem in said.json["Errors"]}
    assert server.jobs() == []
    assert keys("report-1250000000") == []


def test_names_the_profile_that_there_is_none_of(run: Run) -> None:
    Path("call.json").write_text('{"Profile": "typo"}')
    for arguments in (("restore", "list.csv", "--profile", "typo", "--yes"), ("create", "call.json")):
        said = run(*arguments)
        assert (said.code, said.json["Message"]) == (1, "There is no profile typo; nothing was sent.")
        assert "is not a profile; there are: restore" in said.err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--profile", "restore", "--days", "9"), "  --days  is fixed by profile restore, which opens "),
        (("--profile", "restore", "--role", "other"), "  --role  is fixed by profile restore, which opens "),
        (
            ("--days", "7", "--report", "cos://report-1300000000"),
            "  --report  report-1300000000 is a bucket of another account than the job's, APPID 1250000000",
        ),
    ],
)
def test_names_to_people_what_they_typed(run: Run, server: Standin, arguments: tuple[str, ...], line: str) -> None:
    said = run("restore", "list.csv", *arguments, "--yes")
    assert line in said.err
    assert "bound by profiles.json" in said.json["Hint"] and "function" not in said.json["Message"]
    assert not re.search(r"^  /", said.err, re.MULTILINE), said.err


# One job, whatever happens on the way.


@pytest.mark.parametrize("kind", ["file", "object", "prefix"])
def test_makes_one_job_of_one_list_however_often_it_is_told_to(
    run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    name = list_of(kind, monkeypatch)
    answers = [run("restore", name, "--days", "7", "--yes").json for _ in range(3)]
    assert [answer["Outcome"] for answer in answers] == ["created", "recovered", "recovered"]
    assert len(server.jobs()) == 1


ONE = "one-1250000000"


@pytest.mark.parametrize(
    ("command", "left_out"),
    [
        (("tag", "a=b"), "cosbatch-lists/, reports/"),
        (("copy", "--to", f"cos://{ONE}/copies/"), "cosbatch-lists/, reports/, copies/"),
        (("tag", "a=b", "--profile", "dated"), "cosbatch-lists/, reports/"),
    ],
)
def test_makes_one_job_of_all_that_is_in_the_bucket_where_it_writes(
    wait: Run, server: Standin, command: tuple[str, ...], left_out: str
) -> None:
    job = {**JOB, "Report": {"Bucket": f"cos://{ONE}", "Enabled": True, "Prefix": "reports/{date}"}}
    Path("profiles.json").write_text(json.dumps({"profiles": [{"name": "dated", "job": job, "open": ["Operation"]}]}))
    report = () if "--profile" in command else ("--report", f"cos://{ONE}/reports")
    for key in ("a.jpg", "photos/b.jpg", "reporting.jpg"):
        store(ONE, key, b"x")
    answers = [wait(command[0], f"cos://{ONE}", *command[1:], *report, "--yes", "--wait") for _ in range(2)]
    assert [(said.json["Outcome"], said.json["Rows"]) for said in answers] == [("created", 3), ("recovered", 3)]
    assert f"Left out: {left_out}, where jobs write and lists are uploaded." in answers[0].err
    assert len(server.jobs()) == 1


def test_leaves_nothing_out_of_what_is_asked_for_by_name(run: Run) -> None:
    store(ONE, "reports/job-1/old.csv", b"x")
    said = run("delete-objects", f"cos://{ONE}/reports/job-1/", "--report", f"cos://{ONE}/reports", "--dry-run")
    assert (said.code, said.json["Plan"]["Manifest"]["Rows"]) == (0, 1)
    assert "Left out" not in said.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("tag cos://one-1250000000 a=b --report cos://one-1250000000", "the report would go to"),
        ("tag cos://one-1250000000/a/ a=b --report cos://one-1250000000/a", "the report would go to"),
        ("tag cos://one-1250000000/a/ a=b --upload-to cos://one-1250000000/a/", "the list itself would go to"),
        ("copy cos://one-1250000000/a/ --to cos://one-1250000000/a/", "copies would go to"),
        ("copy cos://one-1250000000/a/ --to cos://one-1250000000 --strip a/", "copies would go to"),
        ("copy cos://one-1250000000 --to cos://one-1250000000 --strip a/", "copies would go to"),
        ("copy cos://one-1250000000/a/ --to cos://one-1250000000/a/ --strip a/a/", "copies would go to"),
    ],
)
def test_refuses_to_write_among_what_it_lists(run: Run, server: Standin, line: str, told: str) -> None:
    store(ONE, "a/a/b.jpg", b"x")
    said = run(*line.split(), "--yes")
    assert (said.code, told in said.err, server.jobs()) == (2, True, [])


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("copy cos://one-1250000000/a/ --to cos://one-1250000000 --storage-class ARCHIVE", 3),
        ("copy cos://one-1250000000/a/ --to cos://one-1250000000/a/ --strip a/", 3),
        ("copy cos://one-1250000000/a/a/ --to cos://one-1250000000/a/", 1),
        ("copy cos://one-1250000000/a/ --to cos://one-1250000000/b/ --strip a/", 3),
    ],
    ids=["in place", "in place by its prefix", "where copies go is left out", "beside"],
)
def test_makes_one_job_of_copies_that_stay_apart(wait: Run, server: Standin, line: str, rows: int) -> None:
    for key in ("a/1.jpg", "a/a/2.jpg", "a/a/a/3.jpg"):
        store(ONE, key, b"x")
    answers = [wait(*line.split(), "--yes", "--wait") for _ in range(2)]
    assert [(said.json["Outcome"], said.json["Rows"]) for said in answers] == [("created", rows), ("recovered", rows)]
    assert len(server.jobs()) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tag list.csv a=b c=d", "tag list.csv c=d a=b"),
        ("tag list.csv a=b", "tag list.csv a=b --report-scope all"),
        ("tag list.csv a=b", "tag list.csv a=b --priority 10"),
    ],
)
def test_makes_one_job_of_one_order_however_it_is_typed(run: Run, server: Standin, one: str, other: str) -> None:
    outcomes = [run(*line.split(), "--yes").json["Outcome"] for line in (one, other)]
    assert (outcomes, len(server.jobs())) == (["created", "recovered"], 1)


@pytest.mark.parametrize(("action", "is_there"), [("HeadObject", False), ("PutObject", False), ("HeadObject", True)])
def test_makes_no_job_of_a_list_that_somebody_is_still_writing(
    run: Run, server: Standin, action: str, is_there: bool
) -> None:
    def written(_seconds: float) -> None:
        with open("list.csv", "a") as file:
            file.write(f"{PHOTOS},more/1.jpg\n")

    rows = Path("list.csv").read_bytes()
    if is_there:
        store("report-1250000000", f"cosbatch-lists/{hashlib.sha256(rows).hexdigest()[:32]}.csv", rows)
    server.order({"action": action, "fault": "ServiceUnavailable"})
    said = run("tag", "list.csv", "a=b", "--yes", clock=Clock(sleep=written))
    assert (said.code, "list.csv has changed while it was read" in said.err, server.jobs()) == (2, True, [])


def test_makes_one_job_of_a_list_under_another_name(run: Run, server: Standin) -> None:
    assert run("restore", "list.csv", "--days", "7", "--yes").code == 0
    os.rename("list.csv", "renamed.csv")
    assert run("restore", "renamed.csv", "--days", "7", "--yes").json["Outcome"] == "recovered"
    assert len(server.jobs()) == 1


@pytest.mark.parametrize(
    "change",
    [
        ("--days", "8"),
        ("--tier", "Bulk"),
        ("--priority", "4"),
        ("--again",),
        ("--token", "mine"),
        ("--upload-to", "cos://" + LISTS),
    ],
)
def test_makes_another_job_of_another_wish(run: Run, server: Standin, change: tuple[str, ...]) -> None:
    assert run("restore", "list.csv", "--days", "7", "--yes").code == 0
    assert run("restore", "list.csv", "--days", "7", *change, "--yes").json["Outcome"] == "created"
    assert len(server.jobs()) == 2


def test_makes_another_job_of_another_list(run: Run, server: Standin) -> None:
    assert run("restore", "list.csv", "--days", "7", "--yes").code == 0
    Path("list.csv").write_text(f"{PHOTOS},photos/1.jpg\n")
    assert run("restore", "list.csv", "--days", "7", "--yes").json["Outcome"] == "created"
    assert len(server.jobs()) == 2


def test_makes_one_job_of_a_list_in_a_bucket_that_keeps_versions(run: Run, server: Standin) -> None:
    store("report-1250000000", "other.csv", b"x")
    on = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    headers = (("Content-Length", str(len(on))), ("Content-MD5", b64encode(hashlib.md5(on).digest()).decode()))
    host = "report-1250000000.cos.ap-chengdu.myqcloud.com"
    client().ask(Request("PUT", host, "/", (("versioning", ""),), headers, on), actions.checked)
    answers = [run("restore", "list.csv", "--days", "7", "--yes").json for _ in range(2)]
    assert [answer["Outcome"] for answer in answers] == ["created", "recovered"]
    assert "ObjectVersionId" in str(client().call({"Action": "DescribeJob", "JobId": answers[0]["JobId"]}))


def test_makes_one_job_also_on_the_next_day(run: Run, server: Standin) -> None:
    dated = {"name": "dated", "job": {**JOB, "Operation": RESTORE, "Report": {**REPORT, "Prefix": "r/{date}"}}}
    Path("profiles.json").write_text(json.dumps({"profiles": [dated]}))
    assert run("restore", "list.csv", "--profile", "dated", "--yes").json["Outcome"] == "created"
    tomorrow = Clock(now=lambda: time.time() + 86400)
    said = run("restore", "list.csv", "--profile", "dated", "--yes", clock=tomorrow)
    assert (said.code, said.json.get("Outcome")) == (0, "recovered"), said.err


def test_says_what_else_the_token_was_used_for(run: Run, server: Standin) -> None:
    assert run("restore", "list.csv", "--days", "7", "--token", "mine", "--yes").code == 0
    said = run("restore", "list.csv", "--days", "8", "--token", "mine", "--yes")
    assert (said.code, said.json["Code"]) == (1, "IdempotencyMismatch")
    assert "--again makes it" in said.json["Message"]


@pytest.mark.parametrize(
    "faults",
    [
        [
            {"action": "CreateJob", "fault": "LostReply", "times": 9},
            {"action": "ListJobs", "fault": "Reset", "times": 99},
        ],
        [{"action": "CreateJob", "fault": "ServiceUnavailable", "times": 9}],
        [{"action": "HeadObject", "fault": "ServiceUnavailable", "after": 1, "times": 9}],
        [{"action": "PutObject", "fault": "LostReply", "times": 9}],
    ],
)
def test_goes_on_after_a_failure_and_makes_one_job(run: Run, server: Standin, faults: list[dict[str, Any]]) -> None:
    server.order(*faults)
    broken = run("restore", "list.csv", "--days", "7", "--yes", clock=Clock(sleep=lambda seconds: None))
    assert broken.code != 0
    assert "The same command goes on, and makes no job twice." in broken.err
    server.faults.clear()
    assert run("restore", "list.csv", "--days", "7", "--yes").code == 0
    assert len(server.jobs()) == 1


def test_leaves_it_to_the_hint_how_a_deleted_job_is_made_once_more(wait: Run, server: Standin) -> None:
    command = ("restore", "list.csv", "--days", "7", "--yes", "--wait")
    job_id = wait(*command).json["JobId"]
    assert wait("delete", job_id, "--yes").code == 0
    broken = wait(*command)
    assert (broken.json["Code"], broken.json["Hint"]) == ("DuplicateUnresolved", hint_for("DuplicateUnresolved"))
    assert wait(*command, "--again").json["Outcome"] == "created"


def test_makes_no_job_of_what_has_taken_the_place_of_the_uploaded_list(run: Run, server: Standin) -> None:
    """Another list is put there while the command looks at the object that it has just uploaded."""

    def overwrite(seconds: float) -> None:
        for key in keys("report-1250000000"):
            store("report-1250000000", key, f"{PHOTOS},photos/another.jpg\n".encode())

    command = ("restore", "list.csv", "--days", "7", "--yes")
    server.order({"action": "HeadObject", "fault": "ServiceUnavailable", "after": 1})
    refused = run(*command, clock=Clock(sleep=overwrite))
    assert (refused.code, refused.json["Code"]) == (1, "IdempotencyMismatch")
    assert "was overwritten" in refused.json["Message"]
    assert server.jobs() == []
    assert run(*command).json["Rows"] == len(KEYS)
    assert counts(server) == [len(KEYS)]


@pytest.mark.parametrize("kind", ["file", "stdin", "object", "inventory"])
@pytest.mark.parametrize("command", ["restore", "delete-objects"])
def test_takes_no_storage_class_where_all_rows_of_a_list_are_taken(
    run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch, command: str, kind: str
) -> None:
    name = list_of(kind, monkeypatch)
    said = run(command, name, *COMMANDS[command], "--from-class", "STANDARD", "--yes")
    assert said.code == 2
    assert f"--from-class is for cos://bucket/prefix/; of {name}, all rows are taken" in said.err
    assert server.jobs() == []


@pytest.mark.parametrize("split", [(), ("--split", "1")])
def test_says_how_to_go_on_with_one_job_more(run: Run, server: Standin, split: tuple[str, ...]) -> None:
    command, jobs = ("restore", "list.csv", "--days", "7", "--yes", *split), 1 + len(split) // 2
    assert run(*command).code == 0
    server.order(
        {"action": "CreateJob", "fault": "LostReply", "times": 9},
        {"action": "ListJobs", "fault": "InternalError", "times": 99},
    )
    broken = run(*command, "--again", clock=Clock(sleep=lambda seconds: None))
    server.faults.clear()
    token = broken.err.partition("The same command with --token ")[2].partition(" instead of --again")[0]
    for _ in range(2):
        assert run(*command, "--token", token).code == 0
    assert len(server.jobs()) == 2 * jobs


# Several jobs of one list.

ROWS = 5


@pytest.fixture
def five() -> list[str]:
    """A list of five rows; the command that makes three jobs of it."""
    Path("five.csv").write_text("".join(f"{PHOTOS},photos/{number}.jpg\n" for number in range(ROWS)))
    return ["restore", "five.csv", "--days", "7", "--split", "2", "--yes"]


def counts(server: Standin) -> list[int]:
    """How many objects each job is of, when it has ended."""
    server.wait()
    return sorted(int(str(job["TotalNumberOfTasks"])) for job in server.jobs())


def test_makes_a_job_for_each_part(run: Run, server: Standin, five: list[str]) -> None:
    said = run(*five)
    assert said.code == 0, said.err
    assert [job["Rows"] for job in said.json["Jobs"]] == [2, 2, 1]
    assert len({job["ClientRequestToken"] for job in said.json["Jobs"]}) == 3
    assert counts(server) == [1, 2, 2]


def test_makes_no_more_jobs_when_it_is_told_again(run: Run, server: Standin, five: list[str]) -> None:
    first, second = run(*five), run(*five)
    assert [job["Outcome"] for job in second.json["Jobs"]] == ["recovered"] * 3
    assert [job["JobId"] for job in first.json["Jobs"]] == [job["JobId"] for job in second.json["Jobs"]]
    assert len(server.jobs()) == 3


@pytest.mark.parametrize(
    ("action", "after", "stored"),
    [
        ("CreateJob", 0, False),
        ("CreateJob", 1, True),
        ("CreateJob", 2, True),
        ("PutObject", 1, False),
        ("PutObject", 2, True),
        ("HeadObject", 3, False),
    ],
)
def test_goes_on_where_the_jobs_of_a_list_were_broken_off(
    run: Run, server: Standin, five: list[str], action: str, after: int, stored: bool
) -> None:
    server.order(
        {"action": action, "fault": "AccessDenied", "after": after, "stored": stored, "times": None},
        {"action": "ListJobs", "fault": "AccessDenied", "times": None},
    )
    broken = run(*five)
    assert broken.code == 1
    what, failure, *_ = broken.err[broken.err.index("Of 3 jobs, ") :].splitlines()
    assert (what.endswith(", or found them made."), failure.split()[0]) == (True, "AccessDenied:")
    assert broken.err.endswith(" Once that is fixed, the same command goes on, and makes no job twice.\n")
    assert 0 < len(server.jobs()) + (after == 0) <= 3
    server.faults.clear()
    assert run(*five).code == 0
    assert counts(server) == [1, 2, 2]


def test_tells_a_program_which_jobs_were_made_before_one_was_refused(
    run: Run, server: Standin, five: list[str]
) -> None:
    server.order({"action": "CreateJob", "fault": "TooManyJobs", "after": 1, "times": 1})
    said = run(*five)
    assert (said.code, said.json["Code"]) == (1, "TooManyJobs")
    assert [job["JobId"] for job in said.json["Jobs"]] == [job["JobId"] for job in server.jobs()]
    assert "nothing was created" not in said.err


def test_counts_the_lines_of_warnings_in_the_whole_list(run: Run, server: Standin) -> None:
    keys = ["a a", "b", "c c", "d", "e e"]
    Path("five.csv").write_text("".join(f"{PHOTOS},{key}\n" for key in keys))
    said = run("restore", "five.csv", "--days", "7", "--split", "2", "--dry-run")
    assert [line for line in range(1, 6) if f"Warning: line {line}: " in said.err] == [1, 3, 5]


def test_tells_where_in_the_whole_list_a_row_may_not_stand(run: Run, server: Standin) -> None:
    rows = [PHOTOS, "other-99", PHOTOS, "other-99", PHOTOS]
    Path("five.csv").write_text("".join(f"{bucket},{number}\n" for number, bucket in enumerate(rows)))
    said = run("restore", "five.csv", "--days", "7", "--split", "2", "--dry-run")
    assert [fault["Line"] for fault in said.json["Verdict"]["Faults"]] == [2, 4]


def test_divides_a_list_by_the_columns_that_its_profile_names(run: Run, server: Standin) -> None:
    spec = {"Format": "COSBatchOperations_CSV_V1", "Fields": ["Ignore", "Bucket", "Key"]}
    named = {"name": "named", "job": {**JOB, "Operation": RESTORE, "Manifest": {"Spec": spec}}}
    Path("profiles.json").write_text(json.dumps({"profiles": [named]}))
    Path("three.csv").write_text(f"other-99,{PHOTOS},1.jpg\nother-99,{PHOTOS},2.jpg\n")
    said = run("create", "--profile", "named", "three.csv", "--split", "1", "--dry-run")
    assert [plan["Manifest"]["Rows"] for plan in said.json["Plans"]] == [1, 1]


def test_tells_which_jobs_were_made_before_the_list_was_changed(
    run: Run, server: Standin, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        from_list,
        "_made_once",
        Mock(side_effect=[{"JobId": "1", "Outcome": "created", "Rows": 2}, WrongUsage("changed")]),
    )
    said = run(*five)
    assert (said.code, [job["JobId"] for job in said.json["Jobs"]]) == (2, ["1"])
    assert "Of 3 jobs, this run has made 1, or found them made." in said.err


def test_looks_at_each_job_once_where_an_outage_was_waited_for(
    run: Run, server: Standin, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = Mock(side_effect=[UpstreamUnreachable("gone") for _ in range(3)])
    monkeypatch.setattr(from_list, "follow", follow)
    assert run(*five, "--wait").code == 5
    assert [call.args[3] for call in follow.call_args_list] == [None, 0.0, 0.0]


def test_makes_one_job_of_parts_that_are_the_same(run: Run, server: Standin) -> None:
    Path("same.csv").write_text("".join(f"{PHOTOS},{key}\n" for key in ("a", "b", "a")))
    said = run("tag", "same.csv", "k=v", "--split", "1", "--yes")
    assert [job["Outcome"] for job in said.json["Jobs"]] == ["created", "created"]
    assert len(server.jobs()) == 2


def test_goes_on_with_a_list_that_was_planned_on_the_day_before_it_was_uploaded(run: Run, server: Standin) -> None:
    dated = {"name": "dated", "job": {**JOB, "Operation": RESTORE, "Description": "on {date}"}}
    Path("profiles.json").write_text(json.dumps({"profiles": [dated]}))
    first = run("create", "--profile", "dated", "list.csv", clock=Clock(now=lambda: time.time() - 86_400))
    again = run("create", "--profile", "dated", "list.csv")
    assert (first.json["Outcome"], again.json["Outcome"]) == ("created", "recovered")
    assert again.json["JobId"] == first.json["JobId"]


def test_lists_no_prefix_by_a_class_that_the_copies_change(run: Run, server: Standin) -> None:
    copying = ("copy", f"cos://{PHOTOS}/photos/", "--to", f"cos://{PHOTOS}", "--dry-run", "--from-class", "ARCHIVE")
    assert run(*copying, "--storage-class", "ARCHIVE").code == 0
    refused = run(*copying)
    assert (refused.code, "the copies change the class by which" in refused.err) == (2, True)


def test_takes_no_digest_of_one_plan_for_several_jobs(run: Run, five: list[str]) -> None:
    said = run(*five, "--plan-digest", "sha256:0")
    assert (said.code, "--plan-digest" in said.err) == (2, True)


def test_waits_for_all_jobs_no_longer_than_it_is_told(run: Run, server: Standin, five: list[str]) -> None:
    time = SteppingClock()
    said = run("delete-objects", "five.csv", "--split", "2", "--yes", "--wait", "--timeout", "60", clock=time.clock())
    assert [job["End"]["Status"] for job in said.json["Jobs"]] == ["Suspended"] * 3
    assert (said.code, sum(time.naps) < 70) == (4, True)


def test_says_that_a_job_waits_only_as_long_as_it_does(run: Run, server: Standin) -> None:
    deleting = ("delete-objects", "list.csv", "--yes")
    first = run(*deleting).json
    assert (first["ConfirmationRequired"], run(*deleting).json["ConfirmationRequired"]) == (True, True)
    server.wait()
    assert run("confirm", first["JobId"], "--yes").code == 0
    server.wait()
    again = run(*deleting).json
    assert (again["Outcome"], "ConfirmationRequired" in again) == ("recovered", False)


def test_blames_the_option_for_the_place_that_a_list_cannot_go_to(run: Run) -> None:
    said = run("restore", "list.csv", "--days", "7", "--upload-to", "cos://lists-99/a/", "--dry-run")
    assert (said.code, "lists cannot go to cos://lists-99/a/: " in said.err) == (2, True)
    assert said.err.rstrip().endswith("name another place with --upload-to")


def test_takes_off_no_prefix_that_no_key_can_have(run: Run, server: Standin) -> None:
    copying = ("copy", f"cos://{PHOTOS}/photos/", "--to", "cos://copies-1250000000/2030", "--dry-run", "--strip")
    refused = run(*copying, "pictures/")
    assert (refused.code, "begins with pictures/, which --strip would take off" in refused.err) == (2, True)
    for prefix, is_told in (("photos", True), ("photos/", False), ("photos/a", True)):
        planned = run(*copying, prefix)
        assert (planned.code, f"--strip takes off {prefix} as it is" in planned.err) == (0, is_told)


def test_tells_where_a_list_looks_as_if_a_comma_stood_in_a_key(run: Run) -> None:
    Path("comma.csv").write_text(f"{PHOTOS},a,2026.jpg\n")
    said = run("restore", "comma.csv", "--days", "7", "--dry-run")
    assert [problem["Pointer"] for problem in said.json["Errors"]] == [
        "/Manifest/Spec/Fields",
        "/Manifest/Location/ObjectArn",
    ]
    assert "line 1, column 3" in said.json["Errors"][1]["Message"]


def test_goes_on_after_an_interruption_at_the_keyboard(run: Run, server: Standin, five: list[str]) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    server.order({"action": "CreateJob", "fault": "ServiceUnavailable", "after": 1})
    broken = run(*five, clock=Clock(sleep=interrupt))
    assert broken.code == 130
    assert "Of 3 jobs, this run has made 1, or found them made.\nThe same command goes on" in broken.err
    assert run(*five).code == 0
    assert counts(server) == [1, 2, 2]


@pytest.mark.parametrize("again", [(), ("--again",)])
def test_says_how_to_follow_all_jobs_after_an_interruption(
    run: Run, server: Standin, five: list[str], again: tuple[str, ...]
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    server.order({"action": "DescribeJob", "fault": "ServiceUnavailable"})
    broken = run(*five, "--wait", *again, clock=Clock(sleep=interrupt))
    told = re.search(r"not the jobs\. The same command(?: with --token (\S+) instead of --again)? follows", broken.err)
    assert (broken.code, "cosbatch wait" in broken.err) == (130, False)
    assert told, broken.err
    assert bool(told[1]) is bool(again)
    followed = run(*five, *(("--token", told[1]) if told[1] else ()))
    assert [job["Outcome"] for job in followed.json["Jobs"]] == ["recovered"] * 3


def test_splits_what_lies_in_a_bucket(run: Run, server: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("object", "inventory", "prefix"):
        name = list_of(kind, monkeypatch)
        said = run("restore", name, "--days", "7", "--split", "1", "--yes")
        assert [job["Rows"] for job in said.json["Jobs"]] == [1, 1]
    # They are the same parts of the same list, wherever it came from.
    assert len(server.jobs()) == 2


def test_shows_a_person_a_row_for_each_job(
    wait: Run, server: Standin, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(*more: str) -> list[tuple[str, str]]:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        wait(*five, *more)
        header, *rows = terminal.getvalue().splitlines()
        assert header.split() == ["JobId", "Rows", "Outcome"]
        return [(row.split()[1], row.split(maxsplit=2)[2]) for row in rows]

    assert shown() == [("2", "created"), ("2", "created"), ("1", "created")]
    assert shown("--wait") == [("2", "complete with failures"), ("2", "nothing done"), ("1", "nothing done")]
    server.order({"action": "DescribeJob", "fault": "AccessDenied"})
    seen = [("2", "created"), ("2", "nothing done"), ("1", "nothing done")]
    assert shown("--wait", "--again") == seen  # the first could not be looked at


def test_shows_the_plans_of_all_parts(run: Run, server: Standin, five: list[str]) -> None:
    said = run(*five[:-1], "--dry-run")
    assert [plan["Manifest"]["Rows"] for plan in said.json["Plans"]] == [2, 2, 1]
    assert server.jobs() == []


def test_asks_once_for_all_parts(run: Run, server: Standin, five: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run(*five[:-1]).code == 0
    shown = terminal.getvalue()
    assert "3, of at most 2 objects\n" in shown
    assert "3 jobs: no page says how many an account may have." in shown
    assert shown.count("[y/N]") == 1


def test_takes_a_list_that_its_profile_finds_too_long_in_parts(run: Run, server: Standin, five: list[str]) -> None:
    assert run("create", "--profile", "restore", "five.csv").code == 1
    assert run("create", "--profile", "restore", "five.csv", "--split", "2").code == 0
    assert counts(server) == [1, 2, 2]


def test_ends_with_the_worst_end_of_its_jobs(wait: Run, server: Standin) -> None:
    store(PHOTOS, "photos/not archived.jpg", b"x")
    rows = Path("list.csv").read_text()
    Path("list.csv").write_text(f"{PHOTOS},photos/not%20archived.jpg\n{rows}")
    said = wait("restore", "list.csv", "--days", "7", "--split", "1", "--yes", "--wait")
    assert said.code == 3
    assert [job["End"]["Failed"] for job in said.json["Jobs"]] == [1, 0, 0]
