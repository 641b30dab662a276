"""How a report writes its keys, plain or percent-encoded: decided once, by all of them."""

from __future__ import annotations

import re
from urllib.parse import quote

from cosbatch.model.names import BAD_ESCAPE, PLAIN_CHARACTERS

FORMS = ("plain", "encoded")
# Characters of a key that a message quotes.
_SHOWN = 100

# The characters that need no encoding in a key of a manifest.
_RAW = PLAIN_CHARACTERS + ","
_NEEDS_ENCODING = re.compile(rf"[^{re.escape(_RAW)}%]")


class KeyForm:
    """What the keys of a report show; `plain` begins one that needs encoding, `escaped` one with a %."""

    def __init__(self) -> None:
        self.plain: str | None = None
        self.escaped: str | None = None
        self._has_bad_escape = False

    def note(self, key: str) -> None:
        if self.plain is None and _NEEDS_ENCODING.search(key):
            self.plain = key[:_SHOWN]
        if "%" in key:
            self.escaped = self.escaped or key[:_SHOWN]
            self._has_bad_escape = self._has_bad_escape or BAD_ESCAPE.search(key) is not None

    @property
    def form(self) -> str | None:
        """`plain` or `encoded`; None where some keys show this and some that.

        A % that begins no escape is in no encoded key: no job takes a manifest that has one.
        """
        if self._has_bad_escape:
            return "plain"
        if self.plain is None:
            return "encoded"
        return None if self.escaped else "plain"


def encoded(key: str, form: str | None) -> str:
    """The key as a manifest writes it; of an `encoded` one, the escapes stay and what is none becomes one."""
    if form == "encoded":
        return quote(BAD_ESCAPE.sub("%25", key), safe=_RAW + "%", errors="surrogateescape")
    return quote(key, safe=_RAW, errors="surrogateescape")
