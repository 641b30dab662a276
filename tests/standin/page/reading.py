"""Reads the page as a person or a screen reader would: its text, its elements, its forms."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

from tests.standin.client import Client, Reply
from tests.standin.documents import SOURCE, TAGGING, operation
from tests.standin.rehearsal import Rehearsal

TAG = operation(TAGGING)
CONFIRM = "<ConfirmationRequired>true</ConfirmationRequired>"
PLANTED = "<script>document.title = 'planted'</script>"
ESCAPED = PLANTED.replace("<", "&lt;").replace(">", "&gt;")


class Page(HTMLParser):
    """The elements and the text of a page; text of scripts and styles is no text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._hidden = False
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else f" {data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, tag: str, attribute: str) -> list[str]:
        """One attribute of all elements that have it."""
        return [str(each[attribute]) for each in self.all(tag) if attribute in each]


def read(client: Client, path: str = "/", language: str = "") -> Page:
    """A page of the stand-in."""
    reply = client.send("GET", path, {"Host": "127.0.0.1", "Accept-Language": language})
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    return Page(reply.body.decode())


def read_job(client: Client, job_id: str, language: str = "") -> Page:
    """The page of one job."""
    return read(client, f"/_standin/job/{job_id}", language)


def post(client: Client, path: str, origin: str = "", **fields: str) -> Reply:
    """Send a form."""
    body = urlencode(fields).encode()
    headers = {"Host": "127.0.0.1:1", "Content-Length": str(len(body)), **({"Origin": origin} if origin else {})}
    return client.send("POST", path, headers, body)


def suspended(rehearsal: Rehearsal, **elements: str) -> str:
    """The id of a job that awaits confirmation."""
    rehearsal.put("a")
    job_id = rehearsal.create(Manifest=rehearsal.keys("a"), Operation=TAG, ConfirmationRequired=CONFIRM, **elements)
    rehearsal.reaches(job_id, "Suspended")
    return job_id


def with_failures(rehearsal: Rehearsal) -> str:
    """The id of a job of twelve tasks of which one succeeded, described with a script and a marker."""
    rehearsal.put("a")
    rows = f"{SOURCE},a,\n{SOURCE},b,v1\n{SOURCE},{PLANTED},\n" + f"{SOURCE},x,\n" * 9
    element = rehearsal.manifest(rows, "Bucket", "Key", "VersionId")
    described = f"<Description>{ESCAPED} [cb:0123abcd]</Description>"
    return rehearsal.run(Manifest=element, Operation=TAG, Description=described).text("Job/JobId")
