"""Whole blocks of rows at once: whether nothing in them calls for a closer look.

Every check here is one pass of a C routine over the block, where a look at each row costs a dozen calls of
the interpreter. The answer errs on one side only: "clean" is certain, and all else is read more closely.
"""

from __future__ import annotations

from itertools import islice
from operator import eq

from cosbatch.manifest.escapes import PLAIN_CHARACTERS, are_plain, has_odd_escape
from cosbatch.manifest.quotes import HIDDEN_COMMA

_PLAIN_OR_ESCAPE = PLAIN_CHARACTERS + b"%" + HIDDEN_COMMA


def clean_rows(block: bytes, bucket: bytes, width: int, version: bool | None) -> list[bytes] | None:
    """What stands behind the bucket in each row of the block; None when a row may be odd.

    The block is whole lines without quotes. In clean rows `bucket` comes first, a key that is not empty
    second, and there are `width` columns; all are plain characters or right escapes, and no row equals the
    one before it. `version` tells whether the last column has a value in all rows (True), in none (False).
    """
    ending = b"\r\n" if block.endswith(b"\r\n") else b"\n"
    start = bucket + b","
    if not block.startswith(start):
        return None
    rests = block.split(ending + start)
    rests[0] = rests[0][len(start) :]
    rests[-1] = rests[-1][: -len(ending)]
    if any(map(eq, rests, islice(rests, 1, None))):
        return None
    is_clean = _are_keys(rests) if width == 2 else _are_columns(rests, width, version)
    return rests if is_clean else None


def _are_keys(rests: list[bytes]) -> bool:
    """Whether each is a key and no more: a comma or a line end is not plain."""
    return all(rests) and are_plain(b"/".join([*rests, b""]))


def _are_columns(rests: list[bytes], width: int, version: bool | None) -> bool:
    """Whether each is a key and the columns behind it."""
    joined = b"\n".join([*rests, b""])
    commas_and_ends = joined.translate(None, _PLAIN_OR_ESCAPE)
    if commas_and_ends != (b"," * (width - 2) + b"\n") * len(rests):
        return False
    if joined.startswith(b",") or b"\n," in joined or has_odd_escape(joined):
        return False
    return version is None or joined.count(b",\n") == (0 if version else len(rests))
