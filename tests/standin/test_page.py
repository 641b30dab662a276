"""The page for people: its HTML, and what a browser makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from cosbatch.standin import Standin
from tests.standin.client import Client
from tests.standin.documents import SOURCE, TAGGING, operation
from tests.standin.rehearsal import Rehearsal

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
TAG = operation(TAGGING)
PLANTED = "<script>document.title = 'planted'</script>"
ESCAPED = PLANTED.replace("<", "&lt;").replace(">", "&gt;")


class Reader(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(client: Client) -> Reader:
    reply = client.control("GET", "/")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    return Reader(reply.body.decode())


def refreshes(page: Reader) -> bool:
    return any(tag == "meta" and values.get("http-equiv") == "refresh" for tag, values in page.elements)


def test_says_that_there_is_nothing_yet(client: Client) -> None:
    page = read(client)
    assert "No job has been created yet" in page.text
    assert "There is no bucket yet" in page.text
    assert not refreshes(page)


def a_job_with_failures(rehearsal: Rehearsal) -> str:
    rehearsal.put("a")
    element = rehearsal.manifest(
        f"{SOURCE},a,\n{SOURCE},b,v1\n{SOURCE},{PLANTED},\n" + f"{SOURCE},x,\n" * 9,
        "Bucket",
        "Key",
        "VersionId",
    )
    described = rehearsal.run(Manifest=element, Operation=TAG, Description=f"<Description>{ESCAPED}</Description>")
    return described.text("Job/JobId")


def test_shows_jobs_with_state_progress_and_the_first_failures(client: Client, rehearsal: Rehearsal) -> None:
    job_id = a_job_with_failures(rehearsal)
    page = read(client)
    for shown in (job_id, "COSPutObjectTagging", "Complete", "100 %", f"{SOURCE}/b (v1): NoSuchVersion"):
        assert shown in page.text
    assert page.text.count(f"{SOURCE}/x: NoSuchKey") == 3
    progress = [values for tag, values in page.elements if tag == "progress"]
    assert progress == [{"max": "12", "value": "12"}]
    assert not refreshes(page)


def test_escapes_whatever_a_client_has_written(client: Client, rehearsal: Rehearsal) -> None:
    a_job_with_failures(rehearsal)
    page = read(client)
    assert page.text.count(PLANTED) == 2
    assert "script" not in [tag for tag, _ in page.elements]


def test_shows_why_a_job_has_failed(client: Client, rehearsal: Rehearsal) -> None:
    rehearsal.run()
    assert "NoSuchBucket: The bucket of the manifest" in read(client).text


def test_shows_the_buckets(client: Client, rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    rehearsal.put("b")
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    client.cos("PUT", "empty-1250000000", body=b"")
    client.cos("PUT", "empty-1250000000", "", [("versioning", "")], body=body)
    text = re.sub(r"\s+", " ", read(client).text)
    assert "empty-1250000000ap-chengduEnabled0 " in text
    assert "source-1250000000ap-chengdunever enabled2 " in text


def test_refreshes_while_a_job_is_on_its_way(standin: Standin, client: Client, rehearsal: Rehearsal) -> None:
    confirm = "<ConfirmationRequired>true</ConfirmationRequired>"
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), ConfirmationRequired=confirm)
    rehearsal.reaches(job_id, "Suspended")
    assert not refreshes(read(client))
    standin.runner.stop()
    rehearsal.set_status(job_id, "Ready")
    page = read(client)
    assert refreshes(page)
    assert "(1) COS stand-in" in page.text


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; the tests on the HTML always run")
def test_is_read_by_a_browser(standin: Standin, rehearsal: Rehearsal) -> None:
    job_id = a_job_with_failures(rehearsal)
    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--dump-dom",
        f"{standin.endpoint}/",
    ]
    seen = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    page = Reader(seen)
    assert "<title>COS stand-in</title>" in seen
    assert job_id in page.text
    assert PLANTED in page.text
    assert [values["value"] for tag, values in page.elements if tag == "progress"] == ["12"]
