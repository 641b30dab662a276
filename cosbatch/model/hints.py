"""For every Code that can come back: what is behind it, and how to fix it, in English and in Chinese.

The texts stand in hints.json: our own Codes, then the service's (436/38610, 436/7730). What a Code means in the result of one
action stands there as `Code of Action`, where it is something else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cosbatch.model.errors import CosbatchError, ServiceError

OTHER = "any other"  # stands for a Code that no page has


@cache
def hints() -> Mapping[str, Mapping[str, str]]:
    """The texts by Code and language, `en` and `zh`."""
    table: Mapping[str, Mapping[str, str]] = json.loads(Path(__file__).with_name("hints.json").read_text("utf-8"))
    return table


def hint_for(code: str, language: str = "en", action: str = "") -> str:
    """What to do about the Code, which came of that action where one is given; `language` is `en` or `zh`."""
    known = hints()
    return (known.get(f"{code} of {action}") or known.get(code) or known[OTHER])[language]


def hint_on(error: CosbatchError, language: str, action: str) -> str:
    """The same for an error that came of that action; of what was refused before it was sent, the service's reasons say nothing."""
    return hint_for(error.code, language, action if isinstance(error, ServiceError) else "")
