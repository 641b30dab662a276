"""A Request in the form in which it goes over the wire: its target and headers encoded, and signed."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import requests

from cosbatch.model import errors
from cosbatch.model.credentials import Credentials
from cosbatch.model.messages import LISTING_LIMIT, Request
from cosbatch.service.signature import SignatureAuth


class LimitedRequest(requests.PreparedRequest):
    """A request that says how long the body of its response may be, in bytes."""

    limit = LISTING_LIMIT


def prepare(
    request: Request, endpoint: str, credentials: Credentials, now: int
) -> tuple[LimitedRequest, SignatureAuth]:
    """The request as it goes out, and what signed it. Raises InvalidRequest."""
    url, headers = endpoint + _target(request), _headers(request, credentials)
    auth = SignatureAuth(credentials, now, request, headers)
    prepared = LimitedRequest()
    prepared.prepare_method(request.method)
    prepared.prepare_headers(headers)
    # As they are: prepare_url would tidy up the path of odd keys, prepare_body announce a length with DELETE.
    prepared.url, prepared.body, prepared.limit = url, request.body or None, request.limit
    auth(prepared)
    return prepared, auth


def _headers(request: Request, credentials: Credentials) -> dict[str, str]:
    headers = {"Host": request.host, "Accept-Encoding": "identity", "Accept": "*/*", "User-Agent": "cosbatch"}
    for name, value in request.headers:
        if not (value.isascii() and value.isprintable()):
            message = f"The header {name} would hold characters that no header can carry; nothing was sent."
            raise errors.InvalidRequest(message)
        # Outer blanks would get lost on the way and break the signature.
        headers[name] = value.strip()
    if request.method == "POST":
        headers["Content-Length"] = str(len(request.body))
    if credentials.token:
        headers["x-cos-security-token"] = credentials.token
    return headers


def _target(request: Request) -> str:
    """Path and query as they go over the wire; a second slash at the start would be taken for a host on the way."""
    try:
        path, query = quote(request.path, safe="/-_.~"), urlencode(request.query, quote_via=quote)
    except UnicodeEncodeError:
        message = "The path or the query has half characters (surrogates); nothing was sent."
        raise errors.InvalidRequest(message) from None
    path = f"/%2F{path[2:]}" if path.startswith("//") else path
    return f"{path}?{query}" if query else path
