"""What browsers are told before a page of another origin may call: nothing, unless origins are configured."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.model.errors import Forbidden, NotFound
from cosbatch.triggers import cors
from tests.stage import configuration, http

Json = dict[str, Any]
ORIGIN = "https://app.example.com"
SETTINGS = configuration(COSBATCH_HTTP_AUTH="none", COSBATCH_HTTP_ORIGINS=f"{ORIGIN} http://localhost:3000").settings
CLOSED = configuration(COSBATCH_HTTP_ORIGINS=ORIGIN).settings
WITHOUT = configuration(COSBATCH_HTTP_AUTH="none").settings
ANYBODY = configuration(COSBATCH_HTTP_AUTH="none", COSBATCH_HTTP_ORIGINS="*").settings


def preflight(path: str = "/jobs", origin: object = ORIGIN, method: str = "OPTIONS", asked: object = "POST") -> Json:
    return http(method, path, headers={"Origin": origin, "Access-Control-Request-Method": asked})


def test_knows_a_preflight_where_origins_are_configured_and_http_is_open() -> None:
    assert cors.is_preflight(preflight(), SETTINGS)
    assert not cors.is_preflight(preflight(), WITHOUT)
    assert not cors.is_preflight(preflight(), CLOSED)


@pytest.mark.parametrize("event", [preflight(method="POST"), preflight(asked=None), http("OPTIONS", "/jobs")])
def test_takes_nothing_else_for_a_preflight(event: Json) -> None:
    assert not cors.is_preflight(event, SETTINGS)


@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:3000"])
def test_lets_configured_origins_in(origin: str) -> None:
    cors.check_preflight(preflight(origin=origin), SETTINGS)
    assert cors.origin_headers(preflight(origin=origin), SETTINGS)["Access-Control-Allow-Origin"] == origin


OTHERS = [
    "https://evil.example", "http://app.example.com", f"{ORIGIN}.evil.example", f"{ORIGIN}:8443", "null", "*", "", None, 5,
    [ORIGIN, "https://evil.example"],
]  # fmt: skip


@pytest.mark.parametrize("origin", OTHERS)
def test_lets_no_other_origin_in(origin: object) -> None:
    with pytest.raises(Forbidden, match="COSBATCH_HTTP_ORIGINS names those that may"):
        cors.check_preflight(preflight(origin=origin), SETTINGS)
    assert cors.origin_headers(preflight(origin=origin), SETTINGS) == {"Vary": "Origin"}


def test_lets_every_origin_in_where_the_configuration_says_so() -> None:
    cors.check_preflight(preflight(origin="https://any.example"), ANYBODY)
    assert cors.origin_headers(preflight(origin="https://any.example"), ANYBODY) == {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate, Allow",
    }
    with pytest.raises(Forbidden):
        cors.check_preflight(preflight(origin=None), ANYBODY)


def test_refuses_a_preflight_for_no_route() -> None:
    with pytest.raises(NotFound):
        cors.check_preflight(preflight("/elsewhere"), SETTINGS)


@pytest.mark.parametrize(
    ("path", "methods"), [("/jobs", "GET, POST"), ("/jobs/j", "DELETE, GET"), ("/x/jobs/j/status", "POST")]
)
def test_says_what_a_page_may_send(path: str, methods: str) -> None:
    assert cors.preflight_headers(preflight(path)) == {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
        "Access-Control-Max-Age": "600",
    }


def test_says_nothing_to_browsers_where_no_origins_are_configured() -> None:
    assert cors.origin_headers(preflight(), WITHOUT) == {}
