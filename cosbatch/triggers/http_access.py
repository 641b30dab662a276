"""Who may call over HTTP, and from which pages of a browser (CORS): nobody, unless the configuration says so."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from cosbatch.configuration.settings import HttpToken, Settings
from cosbatch.model.errors import Forbidden, InvalidEvent, Unauthorized
from cosbatch.triggers.http_event import header, method_of, methods_of, path_of

# What a token may do that is bound to profiles and names no actions.
_WITH_PROFILES = frozenset({"CreateJob", "DescribeJob", "ListJobs"})


def authenticate(authorization: str | None, settings: Settings) -> HttpToken | None:
    """The token that the caller holds; None where others have seen to it. Raises Unauthorized, Forbidden."""
    if settings.http_auth is None:
        raise Forbidden("HTTP is closed: set COSBATCH_HTTP_AUTH to bearer, gateway or none to open it.")
    if settings.http_auth != "bearer":
        return None
    scheme, _, secret = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthorized("Send a token: Authorization: Bearer <token>.")
    digest = hashlib.sha256(secret.strip().encode(errors="surrogatepass")).hexdigest()
    # All are compared, each in constant time: how long it takes tells nothing.
    holders = [token for token in settings.http_tokens if hmac.compare_digest(token.digest, digest)]
    if not holders:
        raise Unauthorized("The token is not known here.")
    return holders[0]


def authorize(token: HttpToken | None, action: str, fields: Mapping[str, object]) -> None:
    """Raises Forbidden where the token is bound to other actions or profiles."""
    if token is None:
        return
    actions = token.actions
    if actions is None and token.profiles is not None:
        actions = _WITH_PROFILES
    if actions is not None and action not in actions:
        raise Forbidden(f"This token may not call {action}.")
    # A list: what a caller gives as the name may have no hash.
    if action == "CreateJob" and token.profiles is not None and fields.get("Profile") not in [*token.profiles]:
        raise Forbidden(f"This token is for the profiles {', '.join(sorted(token.profiles))}; name one in Profile.")


def is_preflight(event: Mapping[str, object], settings: Settings) -> bool:
    """Whether a browser asks beforehand, and this function answers that. Raises InvalidEvent."""
    asks = method_of(event) == "OPTIONS" and header(event, "access-control-request-method") is not None
    return asks and bool(settings.http_origins) and settings.http_auth is not None


def check_preflight(event: Mapping[str, object], settings: Settings) -> None:
    """Raises NotFound for a path that has no methods, Forbidden for an origin that is not let in."""
    methods_of(path_of(event))
    if _allowed_origin(event, settings) is None:
        raise Forbidden("Pages of this origin may not call; COSBATCH_HTTP_ORIGINS names those that may.")


def preflight_headers(event: Mapping[str, object]) -> dict[str, str]:
    """What a page may send, for a preflight that has passed its check."""
    return {
        "Access-Control-Allow-Methods": ", ".join(sorted(methods_of(path_of(event)))),
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
        "Access-Control-Max-Age": "600",  # seconds for which a browser may keep this answer
    }


def origin_headers(event: Mapping[str, object], settings: Settings) -> dict[str, str]:
    """What every reply says to browsers; nothing where no origins are configured."""
    if not settings.http_origins:
        return {}
    headers = {"Vary": "Origin"}
    if origin := _allowed_origin(event, settings):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = "Retry-After, WWW-Authenticate, Allow"
    return headers


def _allowed_origin(event: Mapping[str, object], settings: Settings) -> str | None:
    try:
        origin = header(event, "origin")
    except InvalidEvent:
        return None
    if origin and "*" in settings.http_origins:
        return "*"
    return origin if origin in settings.http_origins else None
