"""Answers that mislead: of a clock, of strangers on the way, of an earlier request, with secrets or texts without end."""

from __future__ import annotations

import json
from email.utils import formatdate

import pytest

from tests.raw_server import Visit, reply, serving
from tests.right_job.answers import (
    HEAD,
    HTML,
    ONE_ID,
    OTHER_ID,
    PAGE,
    bodiless,
    by_the_service,
    described,
    document,
    found,
    lines,
    listed,
    made,
    over,
    refused,
    signed_for,
)
from tests.right_job.function import KEY, Function, Json, brief, event
from tests.stage import BUCKET, DOCUMENT, ENVIRON, NOON, timer

LATE = 7200
RIGHT = f"Date: {formatdate(NOON + LATE, usegmt=True)}"
NOTHING = document("ListJobsResult", "<Jobs></Jobs>")

# A thawed instance signs two hours late; its clock is right again when the refusal comes.

WORDINGS = {
    "RequestTimeTooSkewed": "The difference between the request time and the current time is too large.",
    "AccessDenied": "Request has expired",
    "SignatureDoesNotMatch": "The Signature you specified is invalid.",
    "ExpiredToken": "The token has expired.",
}


@pytest.mark.parametrize("code", WORDINGS)
def test_signs_a_create_job_anew_however_the_refusal_of_its_clock_is_worded(code: str) -> None:
    refusal = refused(code, "403 Forbidden", RIGHT, message=WORDINGS[code])
    with over(found(), refusal, made()) as (function, server):
        assert function.told(event())["Outcome"] == "created"
    assert signed_for(server.requests[2]) - signed_for(server.requests[1]) == LATE


@pytest.mark.parametrize("is_proven", [True, False])
def test_signs_a_head_anew_whose_refusal_gives_no_reason(is_proven: bool) -> None:
    refusal = bodiless("403 Forbidden", RIGHT, *[by_the_service()] * is_proven)
    with over(refusal, found(), made()) as (function, server):
        assert function.told(event())["Outcome"] == "created"
    assert signed_for(server.requests[1]) - signed_for(server.requests[0]) == LATE


def test_raises_where_the_clock_stays_wrong_however_it_signs() -> None:
    """The service's Date is not to be trusted either: tried once more, then left to a later delivery."""
    refusal = bodiless("403 Forbidden", RIGHT, by_the_service())
    later = bodiless("403 Forbidden", f"Date: {formatdate(NOON + 2 * LATE, usegmt=True)}", by_the_service())
    with over(refusal, later) as (function, server):
        result = function.told(event())
    assert (result["Raised"], len(server.requests)) == (True, 2)


def test_takes_a_refusal_for_one_where_the_clock_is_right() -> None:
    right = f"Date: {formatdate(NOON + 3, usegmt=True)}"
    with over(found(), refused("AccessDenied", "403 Forbidden", right), NOTHING) as (function, _):
        result = function.told(event())
    assert (result["Code"], result["Raised"]) == ("AccessDenied", False)


# Something on the way answers in the service's place.

STRANGERS = {
    "a bare 403": bodiless("403 Forbidden"),
    "a page with 403": bodiless("403 Forbidden", HTML),
    "a 403 in JSON": bodiless("403 Forbidden", "Content-Type: application/json"),
    "a redirect": bodiless("302 Found", "Location: http://portal.example/"),
    "a page with 404": bodiless("404 Not Found", HTML),
    "a bare 401": bodiless("401 Unauthorized"),
    "a bare 407": bodiless("407 Proxy Authentication Required"),
    "a bare 412": bodiless("412 Precondition Failed"),
    "a page with 200": bodiless("200 OK", HTML, size=900),
    "a page with 502": bodiless("502 Bad Gateway", HTML),
    "a page with a validator": bodiless("200 OK", HTML, 'ETag: "1"', f"Last-Modified: {formatdate(NOON)}", size=9),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_raises_where_a_stranger_answers_a_head(case: str) -> None:
    with over(*[STRANGERS[case]] * 5) as (function, server):
        result = function.told(event())
    assert (result["Outcome"], result["Raised"]) == ("failed", True)
    assert {*lines(server)} == {HEAD}
    assert KEY in result["Message"]
    assert BUCKET in result["Message"]


PAGES = {
    "a page with 200": reply(PAGE, "200 OK", HTML),
    "a page with 302": reply(PAGE, "302 Found", HTML, "Location: http://portal.example/"),
    "a page with 403": reply(PAGE, "403 Forbidden", HTML),
    "a bare 403": reply(b"", "403 Forbidden"),
    "a bare 403 with a request id": reply(b"", "403 Forbidden", "x-cos-request-id: r"),
    "a 403 in JSON": reply(b'{"error": "denied"}', "403 Forbidden", "Content-Type: application/json"),
    "a page with 404": reply(PAGE, "404 Not Found", HTML),
    "a page with 502": reply(PAGE, "502 Bad Gateway", HTML),
    "no document": reply(b"", "200 OK"),
}


@pytest.mark.parametrize("case", PAGES)
def test_finds_the_job_that_there_is_though_a_stranger_answers_its_redelivery(case: str) -> None:
    tries = 5 if case in ("a page with 200", "a page with 502", "no document") else 1
    with over(found(), *[PAGES[case]] * tries, listed(ONE_ID), described()) as (function, _):
        result = function.told(event())
    assert (brief(result), result.get("JobId")) == (("recovered", []), ONE_ID)


@pytest.mark.parametrize("listing", ["nothing is listed", *PAGES])
@pytest.mark.parametrize("case", PAGES)
def test_raises_where_a_stranger_answers_a_create_job_and_a_listing(case: str, listing: str) -> None:
    with over(found(), *[PAGES[case]] * 5, *[PAGES.get(listing, NOTHING)] * 20) as (function, _):
        result = function.told(event())
    assert (result["Outcome"], result["Raised"]) == ("failed", True)


@pytest.mark.parametrize("case", PAGES)
def test_raises_where_a_stranger_answers_for_the_content_of_a_list(case: str) -> None:
    with over(found(), *[PAGES[case]] * 5) as (function, server):
        result = function.told(event(), {"COSBATCH_MANIFEST_CHECK": "head"})
    assert (result["Outcome"], result["Raised"]) == ("failed", True)
    assert not any(line.startswith("POST") for line in lines(server))


# What belongs to another request.


def test_takes_no_late_second_copy_of_an_answer_for_that_to_the_next_request() -> None:
    """A proxy sends each answer twice: the copy lies there when the next request goes out, or comes right behind it."""
    first, second = made(), made(OTHER_ID)

    def sends_twice(visit: Visit) -> None:
        visit.read()
        visit.send(found())
        visit.read()
        visit.send(first + first)

    def is_late(visit: Visit) -> None:
        visit.read()
        visit.send(found('"v2"'))
        visit.read()
        visit.send(second)

    with serving(sends_twice, is_late) as server:
        function = Function(server.endpoint, {}, NOON)
        with function.session:
            results = [function.told(event()) for _ in range(2)]
    assert [result["JobId"] for result in results] == [ONE_ID, OTHER_ID]


def test_makes_the_job_though_a_copy_of_the_last_answer_comes_in_its_place() -> None:
    """The copy comes when the next CreateJob has gone out: it is the same bytes, and is refused."""
    copy = made()

    def copies(visit: Visit) -> None:
        for answer in (found(), copy, found('"v2"'), copy):
            visit.read()
            visit.send(answer)

    def answers(visit: Visit) -> None:
        visit.read()
        visit.send(made(OTHER_ID))

    with serving(copies, answers) as server:
        function = Function(server.endpoint, {}, NOON)
        with function.session:
            results = [function.told(event()) for _ in range(2)]
    assert [result["JobId"] for result in results] == [ONE_ID, OTHER_ID]


@pytest.mark.parametrize("job_id", ["../../etc", "a&#10;b", "", "x" * 200, "..", "a/b", "53dc6228 c50b", "<i>x</i>"])
def test_takes_no_job_id_that_is_none(job_id: str) -> None:
    with over(found(), *[made(job_id) for _ in range(5)], *[NOTHING] * 4) as (function, _):
        result = function.told(event())
    assert (result["Outcome"], result["Code"], result["Raised"]) == ("failed", "UnexpectedResponse", True)


# What gets out of it.

SESSION = "a-session-token+with/signs="


def test_takes_secrets_out_of_a_success_that_quotes_the_request() -> None:
    key = ENVIRON["TENCENTCLOUD_SECRETKEY"]

    def quotes(visit: Visit) -> None:
        visit.read()
        visit.send(found())
        request = visit.read().partition(b"\r\n\r\n")[0].decode().replace("&", "&amp;")
        visit.send(made(more=f"<Echo>{request} {key}</Echo>"))

    with serving(quotes) as server:
        function = Function(server.endpoint, {"TENCENTCLOUD_SESSIONTOKEN": SESSION}, NOON)
        with function.session:
            result = function({**DOCUMENT, "Manifest": {**DOCUMENT["Manifest"], "Location": {"ObjectArn": f"cos://{BUCKET}/a.csv"}}})  # fmt: skip
    said = json.dumps([result, function.log])
    signature = server.requests[1].partition(b"q-signature=")[2].split(b"\r\n")[0].decode()
    assert result["JobId"] == ONE_ID
    assert not [secret for secret in (SESSION, key, signature) if secret in said]


def test_keeps_a_text_of_120_kb_out_of_reply_and_log() -> None:
    long = "x" * 120_000
    function = Function("http://127.0.0.1:9", {}, NOON)
    texts = [f'{{"Action": "CreateJob", "{long}": 1, "{long}": 2}}', json.dumps({**DOCUMENT, long: 1})]
    texts += [json.dumps({**DOCUMENT, name: long}) for name in DOCUMENT]
    texts += [json.dumps({"Action": long}), json.dumps({"Profile": long, "Manifest": long})]
    for answer in [*(function(timer(text)) for text in texts), function({long: long}), function({"Records": [event(key=long)]})]:  # fmt: skip
        assert len(json.dumps(answer)) < 3000
    with over(found(), refused("A" * 20_000, message="b" * 20_000), *[NOTHING] * 4) as (asked, _):
        assert len(json.dumps(asked.told(event()))) < 4000
    assert max(len(json.dumps(line)) for line in [*function.log, *asked.log]) < 3000


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "412 Precondition Failed"])
def test_names_the_object_in_every_failure_of_a_head(status: str) -> None:
    with over(bodiless(status, by_the_service())) as (function, _):
        message = function.told(event())["Message"]
    assert KEY in message
    assert BUCKET in message


def test_counts_tries_and_not_requests() -> None:
    with over(found(), made()) as (function, _):
        function.told(event())
    assert [line["attempts"] for line in function.log] == [1]
    with over(found(), refused("InternalError", "500 No"), made()) as (function, _):
        function.told(event())
    assert [line["attempts"] for line in function.log] == [2]


def test_logs_the_first_three_of_the_faults_that_a_failure_lists() -> None:
    function = Function("http://127.0.0.1:9", {}, NOON)
    wrong: Json = {**DOCUMENT, "Priority": -1, "RoleArn": "r" * 300, "Colour": "red", "Size": 1, "Report": None}
    faults = function(wrong)["Errors"]
    assert len(faults) == 5
    (line,) = function.log
    assert [fault["Pointer"] in line["message"] for fault in faults] == [True, True, True, False, False]
