"""Who may come in over HTTP: nobody, unless the configuration says how callers are known."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from cosbatch.configuration.settings import HttpToken, Settings
from cosbatch.model.errors import Forbidden, Unauthorized

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
    actions = token.actions if token.actions is not None else (_WITH_PROFILES if token.profiles is not None else None)
    if actions is not None and action not in actions:
        raise Forbidden(f"This token may not call {action}.")
    if action == "CreateJob" and token.profiles is not None and not _is_among(fields.get("Profile"), token.profiles):
        raise Forbidden(f"This token is for the profiles {', '.join(sorted(token.profiles))}; name one in Profile.")


def _is_among(name: object, names: frozenset[str]) -> bool:
    return isinstance(name, str) and name in names
