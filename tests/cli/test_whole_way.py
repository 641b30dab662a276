"""A working day: list a bucket, judge the list, plan, create, wait, read the report, and do again what failed."""

from __future__ import annotations

import os
from pathlib import Path

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import Run

MANIFEST = "cos://manifest-1250000000/restore/list.csv"


def store(bucket: str, key: str, content: bytes, storage_class: str | None = None) -> None:
    objects.write(client_of(os.environ, Clock()), Resource(f"{bucket}-1250000000", key, None), content, storage_class)


def test_restores_what_a_bucket_holds_and_retries_what_failed(run: Run, standin: Standin, tmp_path: Path) -> None:
    for key in ("photos/ü 1.jpg", "photos/2,3.jpg"):
        store("photos", key, b"a photo", "ARCHIVE")
    store("photos", "photos/not-archived.jpg", b"a photo")

    listed = str(tmp_path / "list.csv")
    assert run("build", "--bucket", "photos", "--prefix", "photos/", "--output", listed).json["Rows"] == 3
    assert run("check", listed, "--bucket", "photos-1250000000").json["Verdict"] == "ok"
    store("manifest", "restore/list.csv", Path(listed).read_bytes())

    plan = run("plan", MANIFEST, "--profile", "restore").json["Plan"]
    assert plan["Manifest"]["Rows"] == 3
    created = run("create", MANIFEST, "--profile", "restore", "--plan-digest", plan["Digest"]).json
    ended = run("wait", created["JobId"], "--interval", "0.05", "--timeout", "60")
    assert (ended.code, ended.json["Outcome"]) == (3, "complete with failures")

    prefix = ended.json["Job"]["Report"]["Prefix"]
    report = f"cos://report-1250000000/{prefix}/job-{created['JobId']}/manifest.json"
    again = run("retry", report, "--by-code", str(tmp_path / "again"))
    (written,) = again.json["Manifests"]
    assert written["Rows"] == 1
    assert Path(written["Manifest"]).read_text() == "photos-1250000000,photos/not-archived.jpg\n"
    assert "there is nothing to restore" in again.err
