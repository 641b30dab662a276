"""Characters and percent-escapes in keys: what may stand raw, and which escapes are odd.

Quoted-printable is the same grammar with = for %, and its decoder runs in C in a third of the time of a
regular expression. A right escape vanishes, a wrong one leaves its =. So that %3D leaves none, the digits 1
and 3 change places before: then only the control %1D does. An escaped % is left as a %, and what looks like
a double escape as an escape.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from functools import cache

from cosbatch.manifest.quotes import HIDDEN_COMMA

# What may stand raw in a key: RFC 3986 allows these in a path, and decoding leaves them as they are. A plus
# is not among them, because form decoders read it as a blank.
PLAIN_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*;=:@"

_EQUALS, _PERCENT = b"=%"  # as ints, which bytes look for in a tenth of the time
_FOR_DECODER = bytes.maketrans(b"%=13\r", b"=/31/")
_LINES_FOR_DECODER = bytes.maketrans(b"%=13\r\n", b"=/31//")
_PLAIN = PLAIN_CHARACTERS + b"%" + HIDDEN_COMMA
_PLAIN_FOR_DECODER = bytes(_FOR_DECODER[byte] if byte in _PLAIN else 0 for byte in range(256))


@cache
def _bad() -> re.Pattern[bytes]:
    return re.compile(rb"%(?![0-9A-Fa-f]{2})")


@cache
def _double() -> re.Pattern[bytes]:
    return re.compile(rb"%25[0-9A-Fa-f]{2}")


@cache
def _escape() -> re.Pattern[bytes]:
    return re.compile(rb"%[0-9A-Fa-f]{2}")


def are_plain(text: bytes) -> bool:
    """Whether all is plain characters and right escapes, none of which looks encoded twice.

    The text ends with a plain character that is no digit. Controls as escapes may be taken for odd.
    """
    decoded = a2b_qp(text.translate(_PLAIN_FOR_DECODER))
    return b"=" not in decoded and b"\0" not in decoded and not _has_double_escape(text, decoded)


def has_odd_escape(text: bytes) -> bool:
    """Whether some % in these whole lines begins no escape, or one that looks encoded twice."""
    if b"%" not in text:
        return False
    decoded = a2b_qp(text.translate(_LINES_FOR_DECODER))
    return bool(b"=" in decoded and _bad().search(text)) or _has_double_escape(text, decoded)


def odd_escapes(keys: list[bytes]) -> tuple[list[int], list[int]]:
    """The numbers of the keys in which a % begins no escape, and of those that look encoded twice.

    The keys hold no line feed.
    """
    text = b"/\n".join(keys) + b"/"
    decoded = a2b_qp(text.translate(_FOR_DECODER))
    if b"=" not in decoded and b"%" not in decoded:
        return [], []
    lefts = decoded.split(b"\n")
    wrong = doubtful = list(range(len(keys)))
    if len(lefts) == len(keys):  # otherwise some escapes are line feeds
        wrong = [i for i, left in enumerate(lefts) if _EQUALS in left]
        doubtful = [i for i, left in enumerate(lefts) if _PERCENT in left or _EQUALS in left]
    bad_in, double_in = _bad().search, _double().search
    return [i for i in wrong if bad_in(keys[i])], [i for i in doubtful if double_in(keys[i])]


def _has_double_escape(text: bytes, decoded: bytes) -> bool:
    return bool(b"%" in decoded and _escape().search(decoded) and _double().search(text))
