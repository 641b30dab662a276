"""Who may come in over HTTP, and what a token may ask for."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from cosbatch.configuration.settings import HttpToken
from cosbatch.model.errors import Forbidden, Unauthorized
from cosbatch.schemas.calls import ACTIONS
from cosbatch.triggers.http_auth import authenticate, authorize
from tests.stage import DIGEST, TOKEN, configuration

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
