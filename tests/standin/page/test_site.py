"""The two buttons: what they do, and for whom; and the languages."""

from __future__ import annotations

import re

import pytest

from cosbatch.standin.page.words import CHINESE, EN, ZH, Language, preferred
from tests.standin.client import Client
from tests.standin.page.reading import Page, post, read, read_job, suspended, with_failures
from tests.standin.rehearsal import Rehearsal


def token_of(page: Page) -> str:
    return str(next(field["value"] for field in page.all("input") if field["name"] == "token"))


@pytest.mark.parametrize(
    ("what", "state", "reason"),
    [
        ("confirm", "Complete", "confirmed on the page of the stand-in"),
        ("cancel", "Cancelled", "cancelled on the page of the stand-in"),
    ],
)
@pytest.mark.parametrize("origin", ["", "http://127.0.0.1:1", "https://127.0.0.1:1"])
def test_confirms_and_cancels(
    client: Client, rehearsal: Rehearsal, what: str, state: str, reason: str, origin: str
) -> None:
    job_id = suspended(rehearsal)
    reply = post(client, f"/_standin/job/{job_id}/{what}", origin, token=token_of(read(client)))
    assert (reply.status, reply.headers["location"]) == (303, f"/_standin/job/{job_id}")
    assert rehearsal.reaches(job_id, state).text("Job/StatusUpdateReason") == reason


REFUSED = {
    "no token": ("", {}, "too old"),
    "a wrong token": ("", {"token": "é"}, "too old"),
    "another page's origin": ("http://evil.example", {"token": "TOKEN"}, "no page of another origin"),
    "an origin that hides": ("null", {"token": "TOKEN"}, "no page of another origin"),
    "another port of this machine": ("http://127.0.0.1:2", {"token": "TOKEN"}, "no page of another origin"),
}


@pytest.mark.parametrize(("origin", "fields", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_does_nothing_for_a_form_with(
    client: Client, rehearsal: Rehearsal, origin: str, fields: dict[str, str], words: str
) -> None:
    job_id = suspended(rehearsal)
    own = token_of(read(client))
    sent = {name: value.replace("TOKEN", own) for name, value in fields.items()}
    reply = post(client, f"/_standin/job/{job_id}/confirm", origin, **sent)
    assert (reply.status, words in reply.body.decode()) == (403, True)
    assert rehearsal.status(job_id) == "Suspended"


def test_says_what_cannot_be_done(client: Client, rehearsal: Rehearsal) -> None:
    job_id = suspended(rehearsal)
    token = token_of(read(client))
    assert post(client, "/_standin/job/unknown/cancel", token=token).status == 404
    rehearsal.set_status(job_id, "Cancelled")
    rehearsal.reaches(job_id, "Cancelled")
    late = post(client, f"/_standin/job/{job_id}/confirm", token=token)
    assert (late.status, b"A job that is Cancelled cannot be set to Ready" in late.body) == (400, True)


def test_has_another_token_in_each_stand_in(client: Client, rehearsal: Rehearsal) -> None:
    suspended(rehearsal)
    token = token_of(read(client))
    assert len(token) >= 20
    assert token in {str(field["value"]) for field in read(client).all("input")}


PREFERENCES = {
    "": EN,
    "zh": ZH,
    "zh-CN,zh;q=0.9,en;q=0.8": ZH,
    "en-GB,zh;q=0.9": EN,
    "en;q=0.1, zh-TW;q=0.2": ZH,
    "fr, ZH-hans-CN ; q=0.5": ZH,
    "fr,de": EN,
    "zh;q=0, en": EN,
    "zhx, nonsense;;q": EN,
}


@pytest.mark.parametrize(("header", "language"), PREFERENCES.items(), ids=repr)
def test_speaks_what_the_browser_asks_for(header: str, language: Language) -> None:
    assert preferred(header) is language


def test_says_everything_but_the_document_in_chinese(client: Client, rehearsal: Rehearsal) -> None:
    ids = [with_failures(rehearsal), suspended(rehearsal)]
    for page in (read(client, language="zh"), *(read_job(client, job_id, "zh") for job_id in ids)):
        assert page.values("html", "lang") == ["zh-CN"]
        shown = page.text.partition("任务文档")[0]
        left = [english for english in CHINESE if re.search(rf"(?<!\w){re.escape(english)}(?!\w)", shown)]
        assert left == []


def test_speaks_english_where_a_word_is_missing() -> None:
    assert ZH.say("a {thing} without a translation", thing=1) == "a 1 without a translation"


def test_fills_in_the_same_values_in_both_languages() -> None:
    for english, chinese in CHINESE.items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", chinese)), english
