"""The first page: what it says of jobs and buckets."""

from __future__ import annotations

import pytest

from cosbatch.standin import Standin
from tests.standin.client import Client
from tests.standin.documents import DELETE, operation
from tests.standin.page.reading import PLANTED, TAG, read, suspended, with_failures
from tests.standin.rehearsal import Rehearsal


def test_says_that_there_is_nothing_yet(client: Client) -> None:
    page = read(client)
    assert "No job has been created yet" in page.text
    assert "There is no bucket yet" in page.text
    assert "0 under way" in page.text


def test_shows_a_job_with_its_state_its_progress_and_a_link(client: Client, rehearsal: Rehearsal) -> None:
    job_id = with_failures(rehearsal)
    page = read(client)
    for shown in (job_id, "Tag objects", "Complete some tasks failed", "1 succeeded 11 failed of 12"):
        assert shown in page.text
    assert f"/_standin/job/{job_id}" in page.values("a", "href")
    assert "1 succeeded, 11 failed, 0 left of 12" in page.values("svg", "aria-label")
    assert "1 with failures" in page.text


def test_leaves_the_marker_to_the_page_of_the_job(client: Client, rehearsal: Rehearsal) -> None:
    with_failures(rehearsal)
    assert "[cb:" not in read(client).text


def test_escapes_whatever_a_client_has_written(client: Client, rehearsal: Rehearsal) -> None:
    with_failures(rehearsal)
    page = read(client)
    assert page.text.count(PLANTED) == 1
    assert len(page.all("script")) == 1


STANDS = {
    "all succeeded": ("a", TAG, "good", "Complete"),
    "some failed": ("ab", TAG, "warn", "Complete some tasks failed"),
    "all failed": ("bc", TAG, "bad", "Complete all tasks failed"),
    "no row": ("", operation(DELETE), "bad", "Failed InvalidManifest: The manifest has no rows"),
}


@pytest.mark.parametrize(("keys", "what", "tone", "words"), STANDS.values(), ids=STANDS.keys())
def test_tells_by_colour_and_word_how_a_job_ended(
    client: Client, rehearsal: Rehearsal, keys: str, what: str, tone: str, words: str
) -> None:
    rehearsal.put("a")
    rehearsal.run(Manifest=rehearsal.keys(keys), Operation=what)
    page = read(client)
    assert f"state {tone}" in page.values("span", "class")
    assert words.replace(" ", "") in page.text.replace(" ", "")


def test_counts_jobs_that_run_and_those_that_wait(standin: Standin, client: Client, rehearsal: Rehearsal) -> None:
    job_id = suspended(rehearsal)
    page = read(client)
    assert "1 await confirmation" in page.text
    assert "state warn" in page.values("span", "class")
    standin.runner.stop()
    rehearsal.set_status(job_id, "Ready")
    page = read(client)
    assert "1 under way" in page.text
    assert "(1) COS stand-in" in page.text
    assert "state busy" in page.values("span", "class")
    rehearsal.set_status(job_id, "Cancelled")
    assert "state rest" in read(client).values("span", "class")


def test_offers_what_can_be_done_to_a_job_and_nothing_else(client: Client, rehearsal: Rehearsal) -> None:
    job_id = suspended(rehearsal)
    asked = [f"/_standin/job/{job_id}/confirm", f"/_standin/job/{job_id}/cancel"]
    page = read(client)
    assert page.values("form", "action") == asked
    assert page.values("button", "aria-label") == ["Confirm: example job", "Cancel: example job"]
    rehearsal.set_status(job_id, "Ready")
    rehearsal.reaches(job_id, "Complete")
    assert read(client).all("form") == []


def test_says_of_a_job_that_is_new_that_it_is_not_counted(
    standin: Standin, client: Client, rehearsal: Rehearsal
) -> None:
    standin.runner.stop()
    rehearsal.create()
    assert "not counted yet" in read(client).text


def test_shows_the_newest_50_jobs(standin: Standin, client: Client, rehearsal: Rehearsal) -> None:
    standin.runner.stop()
    ids = [rehearsal.create() for _ in range(51)]
    page = read(client)
    assert "The 50 newest jobs are shown" in page.text
    assert (ids[0] in page.text, ids[1] in page.text) == (False, True)


def test_shows_the_buckets(client: Client, rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    rehearsal.put("b")
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    client.cos("PUT", "empty-1250000000", body=b"")
    client.cos("PUT", "empty-1250000000", "", [("versioning", "")], body=body)
    text = read(client).text.replace("  ", " ")
    assert "empty-1250000000 ap-chengdu Enabled 0 " in text
    assert "source-1250000000 ap-chengdu never enabled 2 " in text


def test_refreshes_itself_without_a_script_too(client: Client) -> None:
    page = read(client)
    assert page.values("meta", "http-equiv") == ["refresh"]
    assert [tag for tag, _ in page.elements].index("noscript") < [tag for tag, _ in page.elements].index("body")
