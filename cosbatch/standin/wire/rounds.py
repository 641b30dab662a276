"""How a call says that the function has made it: by the session token that an invocation is given, as on the platform.

The token counts the rounds: an upload of a client is of round 0; what the function makes of it, and the jobs that it creates
then, are of round 1; what comes of an object that such a job has written is of round 2.
"""

from __future__ import annotations

import re

from cosbatch.standin.wire.messages import Request
from cosbatch.standin.wire.signatures import TOKEN

FORM = re.compile(r"standin-invocation-of-round-([0-9]{1,9})", re.ASCII)


def session_token(number: int) -> str:
    """The session token of an invocation in a round."""
    return f"standin-invocation-of-round-{number}"


def round_of(request: Request) -> int:
    """The round of a call; 0 for one that no invocation has made."""
    found = FORM.fullmatch(request.header(TOKEN) or request.parameter(TOKEN) or "")
    return int(found[1]) if found else 0
