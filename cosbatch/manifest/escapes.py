"""Characters and percent-escapes in keys: what may stand raw, and which escapes are odd."""

from __future__ import annotations

import re
from binascii import a2b_qp
from functools import cache

# What may stand raw in a key: RFC 3986 allows these in a path, and decoding leaves them as they are. A plus
# is not among them, because form decoders read it as a blank.
PLAIN_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*;=:@"

# Quoted-printable is the same grammar with = for %, and its decoder runs in C at a third of the time of a
# regular expression: a right escape vanishes, a wrong one leaves its =. So do %3D and, as a %, %25.
_AS_QUOTED_PRINTABLE = bytes.maketrans(b"%=\r", b"=//")
_ODD = ord("=")  # an int, which bytes look for in a tenth of the time
_AND_LINE_FEED = bytes.maketrans(b"%=\r\n", b"=///")


@cache
def _bad() -> re.Pattern[bytes]:
    return re.compile(rb"%(?![0-9A-Fa-f]{2})")


@cache
def _double() -> re.Pattern[bytes]:
    return re.compile(rb"%25[0-9A-Fa-f]{2}")


def has_odd_escape(text: bytes) -> bool:
    """Whether some % in these whole lines begins no escape, or one that looks encoded twice."""
    if b"%" not in text:
        return False
    decoded = a2b_qp(text.translate(_AND_LINE_FEED))
    return bool((b"=" in decoded and _bad().search(text)) or (b"%" in decoded and _double().search(text)))


def odd_escapes(keys: list[bytes]) -> tuple[list[int], list[int]]:
    """The numbers of the keys in which a % begins no escape, and of those that look encoded twice.

    The keys hold no line feed.
    """
    text = b"/\n".join(keys) + b"/"
    decoded = a2b_qp(text.translate(_AS_QUOTED_PRINTABLE))
    if b"=" not in decoded and b"%" not in decoded:
        return [], []
    lefts = decoded.replace(b"%", b"=").split(b"\n")
    odd = list(range(len(keys)))
    if len(lefts) == len(keys):  # otherwise some escapes are line feeds
        odd = [i for i, left in enumerate(lefts) if _ODD in left]
    bad_in, double_in = _bad().search, _double().search
    return [i for i in odd if bad_in(keys[i])], [i for i in odd if double_in(keys[i])]
