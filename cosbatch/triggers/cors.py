"""What browsers ask for before a page of another origin may call (CORS): answered only where origins are configured."""

from __future__ import annotations

from collections.abc import Mapping

from cosbatch.configuration.settings import Settings
from cosbatch.model.errors import Forbidden, InvalidEvent
from cosbatch.triggers.http_event import header, method_of, path_of
from cosbatch.triggers.routes import methods_of

_MAX_AGE = 600


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
        "Access-Control-Max-Age": str(_MAX_AGE),
    }


def origin_headers(event: Mapping[str, object], settings: Settings) -> dict[str, str]:
    """What every reply says to browsers; nothing where no origins are configured."""
    if not settings.http_origins:
        return {}
    origin = _allowed_origin(event, settings)
    if origin is None:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate, Allow",
    }


def _allowed_origin(event: Mapping[str, object], settings: Settings) -> str | None:
    try:
        origin = header(event, "origin")
    except InvalidEvent:
        return None
    if origin and "*" in settings.http_origins:
        return "*"
    return origin if origin in settings.http_origins else None
