"""Ordering faults, and what a client sees of each over a real socket."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import cosbatch.standin
from cosbatch.standin import Standin
from cosbatch.standin.faults.ordered import LIMITS, MENU, Fault, Faults, UnknownFault, read_order
from cosbatch.standin.wire.errors import KNOWN
from tests.standin.client import Client, Reply, client_of
from tests.standin.documents import document

CLOSED = (http.client.RemoteDisconnected, ConnectionResetError)


def order(client: Client, *faults: dict[str, object]) -> None:
    assert client.control("POST", "/_standin/faults", list(faults)).status == 200


def lost(client: Client, kinds: tuple[type[Exception], ...] = CLOSED) -> Reply | None:
    with pytest.raises(kinds):
        client.create(document())
    return None


SILENT = {
    "LostReply": (CLOSED, 1),
    "CloseBeforeReading": (CLOSED, 0),
    "CloseAfterReading": ((http.client.RemoteDisconnected,), 0),
    "Reset": ((ConnectionResetError,), 0),
}


@pytest.mark.parametrize("stored", [False, True], ids=["not carried out", "carried out"])
@pytest.mark.parametrize(("name", "seen"), SILENT.items(), ids=SILENT.keys())
def test_ends_the_connection_without_a_reply(
    client: Client, standin: Standin, name: str, seen: tuple[tuple[type[Exception], ...], int], stored: bool
) -> None:
    kinds, jobs = seen
    order(client, {"action": "CreateJob", "fault": name, "stored": stored})
    lost(client, kinds)
    assert len(standin.jobs()) == (1 if stored else jobs)
    assert client.create(document()).status == 200


@pytest.mark.parametrize("stored", [False, True], ids=["not carried out", "carried out"])
def test_hangs_until_the_client_gives_up(standin: Standin, client: Client, stored: bool) -> None:
    order(client, {"action": "CreateJob", "fault": "Hang", "stored": stored})
    with client_of(standin, timeout=0.1) as impatient:
        lost(impatient, (TimeoutError,))
    assert len(standin.jobs()) == int(stored)


def test_hangs_no_longer_than_ordered(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "Hang", "seconds": 0.05})
    lost(client)


def test_delays_the_reply_of_a_call_that_is_carried_out(standin: Standin, client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "Delay", "seconds": 0.1})
    began = time.monotonic()
    assert client.create(document()).status == 200
    assert time.monotonic() - began > 0.1
    assert len(standin.jobs()) == 1


def test_stops_in_the_middle_of_a_delay(standin: Standin, client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "Delay", "seconds": 3600})
    with client_of(standin, timeout=0.1) as impatient:
        lost(impatient, (TimeoutError,))


def test_drips_the_reply_byte_by_byte(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "Drip", "seconds": 0.0005})
    began = time.monotonic()
    reply = client.create(document())
    assert (reply.status, reply.xml().tag) == (200, "CreateJobResult")
    assert time.monotonic() - began > 0.1


def test_stops_in_the_middle_of_a_drip(standin: Standin, client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "Drip", "seconds": 3600})
    with client_of(standin, timeout=0.1) as impatient:
        lost(impatient, (TimeoutError,))


def test_ends_in_the_middle_of_the_body(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "ShortBody"})
    with pytest.raises(http.client.IncompleteRead) as cut:
        client.create(document())
    assert len(cut.value.partial) == 44


def test_announces_half_of_the_body(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "WrongContentLength"})
    reply = client.create(document())
    assert (reply.headers["content-length"], len(reply.body)) == ("44", 44)


def is_gzip(reply: Reply) -> bool:
    return reply.headers["content-encoding"] == "gzip" and b"<JobId>" in gzip.decompress(reply.body)


def is_bomb(reply: Reply) -> bool:
    return len(reply.body) < 10_000 and len(gzip.decompress(reply.body)) == 2 * 1024 * 1024


def is_utf16(reply: Reply) -> bool:
    return "charset=utf-8" in reply.headers["content-type"] and "<JobId>" in reply.body.decode("utf-16")


BODIES: dict[str, tuple[int, Callable[[Reply], bool]]] = {
    "Gzip": (1, is_gzip),
    "WrongCharset": (1, is_utf16),
    "UnknownCharset": (1, lambda reply: reply.body.startswith(b"<?xml version='1.0' encoding='x-none'?><Cr")),
    "Html": (0, lambda reply: reply.headers["content-type"].startswith("text/html")),
    "Empty": (0, lambda reply: reply.body == b""),
    "GzipBomb": (0, is_bomb),
    "EntityBomb": (0, lambda reply: reply.body.count(b"<!ENTITY") == 10),
    "Dtd": (0, lambda reply: b"<!DOCTYPE" in reply.body),
    "ExternalEntity": (0, lambda reply: b'SYSTEM "file:///etc/hostname"' in reply.body),
}


@pytest.mark.parametrize(("name", "seen"), BODIES.items(), ids=BODIES.keys())
def test_answers_200_with(
    client: Client, standin: Standin, name: str, seen: tuple[int, Callable[[Reply], bool]]
) -> None:
    jobs, is_so = seen
    order(client, {"action": "CreateJob", "fault": name, "size": 2})
    reply = client.create(document())
    assert reply.status == 200
    assert is_so(reply)
    assert len(standin.jobs()) == jobs


def test_misdeclares_an_error_document_too(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "UnknownCharset"})
    assert client.create("").body.count(b"<?xml") == 1


CODES = {
    "InternalError": ({}, 500, ""),
    "ServiceUnavailable": ({}, 500, ""),
    "TooManyJobs": ({}, 500, ""),
    "SlowDown": ({}, 503, "1"),
    "InvalidRequest": ({"retry_after": 7}, 400, "7"),
    "RequestTimeTooSkewed": ({}, 403, ""),
}


@pytest.mark.parametrize(("code", "seen"), CODES.items(), ids=CODES.keys())
@pytest.mark.parametrize("stored", [False, True], ids=["not carried out", "carried out"])
def test_answers_with_any_code_of_the_service(
    client: Client, standin: Standin, code: str, seen: tuple[dict[str, object], int, str], stored: bool
) -> None:
    options, status, retry_after = seen
    order(client, {"action": "CreateJob", "fault": code, "stored": stored, **options})
    reply = client.create(document())
    assert (reply.status, reply.code, reply.headers.get("retry-after", "")) == (status, code, retry_after)
    assert len(standin.jobs()) == int(stored)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_answers_with_a_status_and_no_xml(client: Client, status: int) -> None:
    order(
        client,
        {"action": "CreateJob", "fault": "EmptyError", "status": status},
        {"action": "CreateJob", "fault": "HtmlError", "status": status},
        {"action": "CreateJob", "fault": "InternalError", "status": status},
    )
    empty, page, xml = (client.create(document()) for _ in range(3))
    assert [empty.status, page.status, xml.status] == [status] * 3
    assert empty.body == b""
    assert page.body.startswith(b"<!DOCTYPE html>")
    assert xml.code == "InternalError"


def test_redirects(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "Redirect", "location": "http://evil.example/"})
    reply = client.create(document())
    assert (reply.status, reply.headers["location"]) == (307, "http://evil.example/")


def test_hits_object_calls_too(client: Client) -> None:
    bucket = "examplebucket-1250000000"
    order(client, {"action": "PutObject", "fault": "SlowDown"}, {"action": "HeadObject", "fault": "HtmlError"})
    assert client.cos("PUT", bucket, "a", body=b"x").code == "SlowDown"
    assert client.cos("PUT", bucket, "a", body=b"x").status == 200
    assert client.cos("HEAD", bucket, "a").status == 502
    order(client, {"action": "GetObject", "fault": "ShortBody"})
    with pytest.raises(http.client.IncompleteRead):
        client.cos("GET", bucket, "a")
    assert client.cos("GET", bucket, "a").body == b"x"


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_moves_the_service_s_clock_until_it_is_told_to_stop(client: Client, seconds: int) -> None:
    order(client, {"action": "*", "fault": "ClockSkew", "seconds": seconds})
    for _ in range(2):
        reply = client.create(document())
        assert (reply.status, reply.code) == (403, "RequestTimeTooSkewed")
    told = time.mktime(time.strptime(reply.headers["date"], "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone
    assert abs(told - time.time() - seconds) < 5
    client.control("DELETE", "/_standin/faults")
    assert client.create(document()).status == 200


def listed(client: Client) -> int:
    return len(client.batch("GET", "/jobs").xml().findall("Jobs/member"))


def test_lets_the_list_lag_for_some_calls(client: Client) -> None:
    client.create(document())
    order(client, {"action": "ListJobs", "fault": "ListingLag", "times": 2})
    client.create(document())
    assert [listed(client) for _ in range(3)] == [1, 1, 2]


def test_lets_the_list_lag_for_some_time(client: Client) -> None:
    order(client, {"action": "ListJobs", "fault": "ListingLag", "seconds": 3600})
    client.create(document())
    assert listed(client) == 0
    order(client, {"action": "ListJobs", "fault": "ListingLag", "seconds": 0})
    client.control("DELETE", "/_standin/faults")
    order(client, {"action": "ListJobs", "fault": "ListingLag", "seconds": 0})
    assert listed(client) == 1


def test_moves_the_clock_by_an_hour_unless_told_otherwise(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "ClockSkew", "times": 1})
    assert client.create(document()).code == "RequestTimeTooSkewed"
    assert client.create(document()).status == 200


def test_hits_as_many_calls_as_ordered_after_those_that_pass(client: Client) -> None:
    order(client, {"action": "CreateJob", "fault": "TooManyJobs", "after": 1, "times": 2})
    assert [client.create(document()).status for _ in range(4)] == [200, 500, 500, 200]


def test_shows_and_forgets_what_is_waiting(client: Client) -> None:
    order(client, {"action": "ListJobs", "fault": "Html", "times": 3})
    client.batch("GET", "/jobs")
    waiting = json.loads(client.control("GET", "/_standin/faults").body)["Faults"]
    assert [(fault["action"], fault["fault"], fault["times"]) for fault in waiting] == [("ListJobs", "Html", 2)]
    assert json.loads(client.control("DELETE", "/_standin/faults").body) == {"Faults": []}


def test_takes_a_single_fault_without_a_list(client: Client) -> None:
    client.control("POST", "/_standin/faults", {"action": "CreateJob", "fault": "TooManyJobs"})
    assert client.create(document()).code == "TooManyJobs"


WRONG = {
    "an event's fault for a call": ('{"action": "CreateJob", "fault": "EventTwice"}', "for the action Event there are"),
    "an event's fault for every call": ('{"action": "*", "fault": "EventLate"}', "these are for no other"),
    "a call's fault for an event": ('{"action": "Event", "fault": "LostReply"}', "for the action Event there are"),
    "no JSON": (b"{", "not JSON"),
    "too deep": (b"[" * 100_000, "not JSON"),
    "no object": (b"[1]", "Each fault is an object"),
    "no action": (b'[{"fault": "Html"}]', "action has to be one of"),
    "another action": (b'[{"action": "createjob", "fault": "Html"}]', "action has to be one of"),
    "no fault": (b'[{"action": "*"}]', "fault has to be one of"),
    "an unknown fault": (b'[{"action": "*", "fault": "Fire"}]', "ClockSkew"),
    "an unknown option": (b'[{"action": "*", "fault": "Html", "time": 1}]', "time is no option"),
    "an option of another kind": (b'[{"action": "*", "fault": "Html", "times": "2"}]', 'times cannot be "2"'),
    "no number of seconds": (b'[{"action": "*", "fault": "Drip", "seconds": NaN}]', "seconds cannot be NaN"),
    "no time at all": (b'[{"action": "*", "fault": "Html", "times": 0}]', "times cannot be 0"),
    "a status that is none": (
        b'[{"action": "*", "fault": "EmptyError", "status": 99}]',
        "status cannot be 99",
    ),
    "a boolean for a number": (b'[{"action": "*", "fault": "Html", "times": true}]', "times cannot be true"),
}


@pytest.mark.parametrize(("body", "message"), WRONG.values(), ids=WRONG.keys())
def test_refuses_an_order_with(body: bytes, message: str) -> None:
    with pytest.raises(UnknownFault, match=message):
        read_order(body, 0.0)


def test_says_what_is_wrong_with_an_order(client: Client) -> None:
    reply = client.control("POST", "/_standin/faults", [{"action": "*", "fault": "Fire"}])
    assert reply.status == 400
    assert "fault has to be one of" in json.loads(reply.body)["Error"]


def test_leaves_calls_of_other_actions_alone() -> None:
    faults = Faults()
    faults.order([Fault("CreateJob", "Html")])
    assert faults.take("ListJobs") is None
    assert faults.take("CreateJob") == Fault("CreateJob", "Html")
    assert faults.take("CreateJob") is None


def test_is_documented_with_every_name() -> None:
    described = Path(cosbatch.standin.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert [name for name in MENU if name not in KNOWN and f"`{name}`" not in described] == []
    assert [name for name in LIMITS if f"`{name}`" not in described] == []
    assert len(set(MENU)) == len(MENU)
