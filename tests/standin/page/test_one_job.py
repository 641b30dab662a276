"""The page of one job."""

from __future__ import annotations

import json

import pytest

from cosbatch.standin import Standin
from tests.standin.client import Client
from tests.standin.documents import REPORTS, SOURCE, manifest, operation, report
from tests.standin.page.reading import PLANTED, read_job, suspended, with_failures
from tests.standin.rehearsal import Rehearsal


def test_shows_failures_by_code_and_the_first_of_them(client: Client, rehearsal: Rehearsal) -> None:
    page = read_job(client, with_failures(rehearsal))
    assert "Failures by code Code Tasks NoSuchKey 10 NoSuchVersion 1 The first of them" in page.text
    assert f"{SOURCE}/b (v1): NoSuchVersion" in page.text
    assert page.text.count(f"{SOURCE}/x: NoSuchKey") == 3
    assert f"{SOURCE}/{PLANTED}: NoSuchKey" in page.text
    assert len(page.all("script")) == 1


def test_shows_each_state_with_its_time_and_marks_the_last(
    standin: Standin, client: Client, rehearsal: Rehearsal
) -> None:
    job_id = with_failures(rehearsal)
    page = read_job(client, job_id)
    passed = ["New", "Preparing", "Ready", "Active", "Completing", "Complete"]
    assert [title for title in page.values("span", "title") if title in passed][-6:] == passed
    assert page.values("li", "aria-current") == ["step"]
    assert len(page.all("time")) == 6


def test_folds_the_marker_away(client: Client, rehearsal: Rehearsal) -> None:
    page = read_job(client, with_failures(rehearsal))
    assert "Marker [cb:0123abcd]" in page.text
    assert page.values("details", "id") == ["json", "marker"]
    assert not [details for details in page.all("details") if "open" in details]


def test_shows_the_document_element_by_element_and_as_json(client: Client, rehearsal: Rehearsal) -> None:
    page = read_job(client, with_failures(rehearsal))
    for shown in (
        "Enabled yes",
        "ConfirmationRequired no",
        "Fields Bucket, Key, VersionId",
        "Key a Value b",
        "Priority 10",
    ):
        assert shown in page.text.replace("  ", " ")
    assert '"RoleArn": "qcs::cam::uin/100000000001:roleName/examplerole"' in page.text


def test_says_so_where_an_element_is_empty(standin: Standin, client: Client, rehearsal: Rehearsal) -> None:
    standin.runner.stop()
    what = operation("<COSDeleteObject/>")
    job_id = rehearsal.create(Operation=what, Report=report(prefix="<Prefix/>"), Priority="<Priority>0</Priority>")
    page = read_job(client, job_id)
    assert "COSDeleteObject empty" in page.text.replace("  ", " ")
    assert "Prefix empty" in page.text.replace("  ", " ")
    assert "Priority 0" in page.text.replace("  ", " ")


def links(client: Client, job_id: str) -> dict[str, list[str]]:
    """What the links to files say, and what is found behind them."""
    page = read_job(client, job_id)
    found: dict[str, list[str]] = {}
    for path in page.values("a", "href"):
        if path.startswith("/_standin/objects/"):
            reply = client.send("GET", path, {"Host": "127.0.0.1"})
            assert (reply.status, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
            assert "sandbox" in reply.headers["content-security-policy"]
            found[path.removeprefix("/_standin/objects/")] = reply.body.decode().splitlines()
    return found


def test_links_to_the_manifest_the_report_and_the_receipt(client: Client, rehearsal: Rehearsal) -> None:
    job_id = with_failures(rehearsal)
    for key, job in (("receipts/", job_id), ("others/", "another"), ("lists/", None)):
        receipt = json.dumps([] if job is None else {"JobId": job}).encode()
        rehearsal.put(f"{key}{SOURCE}/manifest.csv.json", receipt, bucket=REPORTS)
    rehearsal.put(f"broken/{SOURCE}/manifest.csv.json", b"{", bucket=REPORTS)
    large = json.dumps({"JobId": job_id, "Message": "x" * 300_000}).encode()
    rehearsal.put(f"large/{SOURCE}/manifest.csv.json", large, bucket=REPORTS)
    found = links(client, job_id)
    base = f"{REPORTS}/results/job-{job_id}/"
    results = sorted(key for key in found if key.startswith(f"{base}results/"))
    assert sorted(found) == sorted(
        [f"{SOURCE}/manifest.csv", f"{base}manifest.json", *results, f"{REPORTS}/receipts/{SOURCE}/manifest.csv.json"]
    )
    assert sorted(len(found[key]) for key in results) == [1, 11]
    assert len(found[f"{SOURCE}/manifest.csv"]) == 12
    text = read_job(client, job_id).text
    for words in ("Manifest", "Report", "Tasks that succeeded", "Tasks that failed", "Receipt"):
        assert f"{words} " in text


def test_links_to_nothing_that_is_not_there(standin: Standin, client: Client, rehearsal: Rehearsal) -> None:
    job_id = rehearsal.run(Manifest=manifest(), Report=report(enabled="false")).text("Job/JobId")
    assert links(client, job_id) == {}
    assert "Files" not in read_job(client, job_id).text


def test_links_to_keys_of_any_characters(client: Client, rehearsal: Rehearsal) -> None:
    etag = rehearsal.put("lists/中 文?#%.csv", f"{SOURCE},a\n".encode()).headers["etag"]
    job_id = rehearsal.run(Manifest=manifest(f"qcs::cos:ap-chengdu::{SOURCE}/lists/中 文?#%.csv", etag)).text(
        "Job/JobId"
    )
    assert [f"{SOURCE},a"] in links(client, job_id).values()


@pytest.mark.parametrize("path", ["/_standin/job/x", "/_standin/objects/never-1250000000/k", "/_standin/objects/x/"])
def test_says_what_is_not_there(client: Client, path: str) -> None:
    reply = client.control("GET", path)
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"This cannot be done" in reply.body


def test_says_why_a_job_has_failed(client: Client, rehearsal: Rehearsal) -> None:
    page = read_job(client, rehearsal.run().text("Job/JobId"))
    assert "NoSuchBucket: The bucket of the manifest" in page.text
    assert "Failures by code" not in page.text


def test_offers_the_buttons_here_too(client: Client, rehearsal: Rehearsal) -> None:
    assert len(read_job(client, suspended(rehearsal)).all("form")) == 2
