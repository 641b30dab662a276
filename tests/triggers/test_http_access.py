"""Who may come in over HTTP, and what a token may ask for."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from cosbatch.configuration.settings import HttpToken
from cosbatch.model.errors import Forbidden, NotFound, Unauthorized
from cosbatch.schemas.calls import ACTIONS
from cosbatch.triggers.http_access import (
    authenticate,
    authorize,
    check_preflight,
    is_preflight,
    origin_headers,
    preflight_headers,
)
from tests.stage import DIGEST, TOKEN, configuration, http

OTHER = hashlib.sha256(b"another token").hexdigest()
BEARER = configuration(COSBATCH_HTTP_AUTH="bearer", COSBATCH_HTTP_TOKENS=f"{OTHER}:archive,{DIGEST}:restore").settings


@pytest.mark.parametrize("authorization", [None, f"Bearer {TOKEN}"])
def test_is_closed_unless_the_configuration_opens_it(authorization: str | None) -> None:
    with pytest.raises(Forbidden, match="set COSBATCH_HTTP_AUTH to bearer, gateway or none"):
        authenticate(authorization, configuration(COSBATCH_HTTP_TOKENS=DIGEST).settings)


@pytest.mark.parametrize("how", ["gateway", "none"])
@pytest.mark.parametrize("authorization", [None, "Bearer wrong"])
def test_asks_for_no_token_where_others_see_to_it(how: str, authorization: str | None) -> None:
    assert authenticate(authorization, configuration(COSBATCH_HTTP_AUTH=how).settings) is None


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f" BEARER  {TOKEN} "])
def test_knows_a_token_by_its_digest(authorization: str) -> None:
    assert authenticate(authorization, BEARER) == HttpToken(DIGEST, frozenset({"restore"}))


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "Send a token: Authorization: Bearer <token>"),
        ("", "Send a token"),
        ("Bearer", "Send a token"),
        ("Bearer  ", "Send a token"),
        (TOKEN, "Send a token"),
        (f"Basic {TOKEN}", "Send a token"),
        ("Bearer wrong", "The token is not known here"),
        (f"Bearer {TOKEN}x", "The token is not known here"),
        (f"Bearer {DIGEST}", "The token is not known here"),
        ("Bearer 清\ud800", "The token is not known here"),
    ],
)
def test_lets_nobody_else_in(authorization: str | None, message: str) -> None:
    with pytest.raises(Unauthorized, match=message):
        authenticate(authorization, BEARER)


def test_compares_with_every_digest_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However near a guess is, and whichever digest it is near to, the work is the same."""
    compared: list[str] = []

    def compare(one: str, other: str) -> bool:
        compared.append(one)
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for authorization in (f"Bearer {TOKEN}", "Bearer another token"):
        authenticate(authorization, BEARER)
    with pytest.raises(Unauthorized):
        authenticate("Bearer wrong", BEARER)
    assert compared == [OTHER, DIGEST] * 3


ALL = set(ACTIONS)
BOUNDS: list[tuple[HttpToken | None, set[str]]] = [
    (None, ALL),
    (HttpToken(DIGEST), ALL),
    (HttpToken(DIGEST, None, frozenset({"ListJobs"})), {"ListJobs"}),
    (HttpToken(DIGEST, frozenset({"restore"})), {"CreateJob", "DescribeJob", "ListJobs"}),
    (HttpToken(DIGEST, frozenset({"restore"}), frozenset({"CreateJob", "DeleteJob"})), {"CreateJob", "DeleteJob"}),
    (HttpToken(DIGEST, None, frozenset()), set()),
]


@pytest.mark.parametrize(("token", "allowed"), BOUNDS)
def test_binds_a_token_to_actions(token: HttpToken | None, allowed: set[str]) -> None:
    for action in ACTIONS:
        if action in allowed:
            authorize(token, action, {"Profile": "restore"})
        else:
            with pytest.raises(Forbidden, match=f"This token may not call {action}"):
                authorize(token, action, {"Profile": "restore"})


@pytest.mark.parametrize("profile", ["archive", "", "Restore", None, 5, [], ["restore"], {"restore": 1}])
def test_binds_a_token_to_profiles(profile: object) -> None:
    token = HttpToken(DIGEST, frozenset({"restore", "tag"}))
    with pytest.raises(Forbidden, match="This token is for the profiles restore, tag; name one in Profile"):
        authorize(token, "CreateJob", {"Profile": profile})
    with pytest.raises(Forbidden):
        authorize(token, "CreateJob", {})
    authorize(token, "CreateJob", {"Profile": "tag"})
    authorize(token, "ListJobs", {})


@pytest.mark.parametrize("profile", ["anything", None, []])
def test_leaves_profiles_free_for_a_token_that_is_bound_to_none(profile: object) -> None:
    authorize(HttpToken(DIGEST), "CreateJob", {"Profile": profile})


Json = dict[str, Any]
ORIGIN = "https://app.example.com"
SETTINGS = configuration(COSBATCH_HTTP_AUTH="none", COSBATCH_HTTP_ORIGINS=f"{ORIGIN} http://localhost:3000").settings
CLOSED = configuration(COSBATCH_HTTP_ORIGINS=ORIGIN).settings
WITHOUT = configuration(COSBATCH_HTTP_AUTH="none").settings
ANYBODY = configuration(COSBATCH_HTTP_AUTH="none", COSBATCH_HTTP_ORIGINS="*").settings


def preflight(path: str = "/jobs", origin: object = ORIGIN, method: str = "OPTIONS", asked: object = "POST") -> Json:
    return http(method, path, headers={"Origin": origin, "Access-Control-Request-Method": asked})


def test_knows_a_preflight_where_origins_are_configured_and_http_is_open() -> None:
    assert is_preflight(preflight(), SETTINGS)
    assert not is_preflight(preflight(), WITHOUT)
    assert not is_preflight(preflight(), CLOSED)


@pytest.mark.parametrize("event", [preflight(method="POST"), preflight(asked=None), http("OPTIONS", "/jobs")])
def test_takes_nothing_else_for_a_preflight(event: Json) -> None:
    assert not is_preflight(event, SETTINGS)


@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:3000"])
def test_lets_configured_origins_in(origin: str) -> None:
    check_preflight(preflight(origin=origin), SETTINGS)
    assert origin_headers(preflight(origin=origin), SETTINGS)["Access-Control-Allow-Origin"] == origin


OTHERS = [
    "https://evil.example", "http://app.example.com", f"{ORIGIN}.evil.example", f"{ORIGIN}:8443", "null", "*", "", None, 5,
    [ORIGIN, "https://evil.example"],
]  # fmt: skip


@pytest.mark.parametrize("origin", OTHERS)
def test_lets_no_other_origin_in(origin: object) -> None:
    with pytest.raises(Forbidden, match="COSBATCH_HTTP_ORIGINS names those that may"):
        check_preflight(preflight(origin=origin), SETTINGS)
    assert origin_headers(preflight(origin=origin), SETTINGS) == {"Vary": "Origin"}


def test_lets_every_origin_in_where_the_configuration_says_so() -> None:
    check_preflight(preflight(origin="https://any.example"), ANYBODY)
    assert origin_headers(preflight(origin="https://any.example"), ANYBODY) == {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate, Allow",
    }
    with pytest.raises(Forbidden):
        check_preflight(preflight(origin=None), ANYBODY)


def test_refuses_a_preflight_for_no_route() -> None:
    with pytest.raises(NotFound):
        check_preflight(preflight("/elsewhere"), SETTINGS)


@pytest.mark.parametrize(
    ("path", "methods"), [("/jobs", "GET, POST"), ("/jobs/j", "DELETE, GET"), ("/x/jobs/j/status", "POST")]
)
def test_says_what_a_page_may_send(path: str, methods: str) -> None:
    assert preflight_headers(preflight(path)) == {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
        "Access-Control-Max-Age": "600",
    }


def test_says_nothing_to_browsers_where_no_origins_are_configured() -> None:
    assert origin_headers(preflight(), WITHOUT) == {}
