"""Characters and percent-escapes in keys: what may stand raw, and which escapes are odd."""

from __future__ import annotations

import re
from binascii import a2b_qp

# What may stand raw in a key: RFC 3986 allows these in a path, and decoding leaves them as they are. A plus
# is not among them, because form decoders read it as a blank.
PLAIN_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*;=:@"

# Each expression runs on to the end of its line: one match for a line, however many escapes are odd.
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})[^\n]*")
DOUBLE_ESCAPE = re.compile(rb"%25[0-9A-Fa-f]{2}[^\n]*")
_ODD_ESCAPE = re.compile(rb"%(?:[^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|25[0-9A-Fa-f]{2}|.?\Z)")
_AS_QUOTED_PRINTABLE = bytes.maketrans(b"%=\r\n", b"=///")


def has_odd_escape(text: bytes) -> bool:
    """Whether some % begins no escape, or one that looks encoded twice.

    Quoted-printable is the same grammar with = for %, and its decoder runs in C at a third of the time of the
    regular expression: a right escape vanishes, a wrong one leaves its =. Only %25 and %3D leave a % or a =
    for the expression to look at.
    """
    if b"%" not in text:
        return False
    decoded = a2b_qp(text.translate(_AS_QUOTED_PRINTABLE) + b"/")
    return (b"=" in decoded or b"%" in decoded) and _ODD_ESCAPE.search(text) is not None


def lines_with(odd: re.Pattern[bytes], text: bytes) -> list[int]:
    """The numbers, from 0, of the lines in which the expression finds something."""
    found = []
    line = at = 0
    for match in odd.finditer(text):
        line += text.count(b"\n", at, match.start())
        at = match.start()
        found.append(line)
    return found
