"""Reads whole blocks of rows at once, and can only say that nothing in a block calls for a closer look.

Every step is one pass of a C routine over the block, where the rules look at each row with a dozen calls of the
interpreter: a clean list takes a seventh of the time. "Clean" is certain; all else is left to the rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import eq
from typing import TypeAlias

from cosbatch.manifest.rows import BROKEN, holds_long_line, split_quotes
from cosbatch.manifest.rules import Layout, has_odd_bytes, signs_in
from cosbatch.model.names import PLAIN_CHARACTERS

# How many rows, whether some have a version id (True) and some have none (False), the values of the first and the last.
Clean: TypeAlias = tuple[int, set[bool], list[str], list[str]]

# A line inside a value may be taken for a broken row: then the value's first quote is left, and the rest is not clean.
_sub_broken = re.compile(rb"\n%b[^\n]*" % BROKEN.encode()).sub


def read_clean(block: bytes, layout: Layout) -> Clean | None:
    """What whole lines hold if all are clean; None where one may not be, or where keys or version ids come before buckets.

    Columns in front of the bucket's must have the same values in all rows.
    """
    if block.count(b",", 0, block.find(b"\n")) != len(layout.fields) - 1:  # the first row is not clean, at least
        return None
    plain = _without_quotes(block) if b'"' in block else block
    ending = b"\r\n" if block.endswith(b"\r\n") else b"\n"
    if plain is None or not plain.endswith(ending) or layout.bucket > min({layout.key, layout.version} - {-1}):
        return None
    start = b",".join([*plain[: plain.find(b"\n")].split(b",")[: layout.bucket + 1], b""])
    # From the end: forwards, bytes.split prepares a search of its own for each row of a long block, a sixth of all time here.
    rests = plain.rsplit(ending + start)
    rests[0] = rests[0].removeprefix(start)
    rests[-1] = rests[-1].removesuffix(ending)
    if any(map(eq, rests, rests[1:])) or holds_long_line(block):
        return None
    slash = ending + start + b"/" if layout.key == layout.bucket + 1 else b",/"
    if rests[0].startswith(b"/") or plain.rfind(slash) >= 0:
        return None
    found = _keys_and_versions(rests, layout)
    if found is None or not all(found[0]):
        return None
    versions = b",".join([b"", *found[1], b""])
    if any(sign in versions for sign in (b".", b"/", b",None,", b",nan,")):  # they may be none, as the rules see it
        return None
    text = b"/".join([start.replace(b",", b"/"), *found[0], b""])
    if any(signs_in(text)) or b"," in text or b"\r" in text or b"\n" in text:
        return None
    first, last = [(start + rest).decode("ascii").split(",") for rest in (rests[0], rests[-1])]
    return len(rests), set(map(bool, found[1])), first, last


def _without_quotes(block: bytes) -> bytes | None:
    """The same values without quotes; None where one holds a comma, a line end or a quote, or a quote is out of place."""
    parts, inside, outside = split_quotes(block) if b'"""' not in block else ([], b"", b"")
    if not parts or b'""' in outside or any(sign in inside for sign in (b",", b"\n", b"\r")):
        return None
    return b"".join(parts)


def _keys_and_versions(rests: list[bytes], layout: Layout) -> tuple[Sequence[bytes], Sequence[bytes]] | None:
    """The keys and the version ids, of what is behind the bucket in each row; None where columns are missing or odd."""
    width = len(layout.fields) - layout.bucket - 1
    if width == 1:
        return rests, ()
    text = b"\n".join(rests)
    if text.translate(None, PLAIN_CHARACTERS.encode() + b"%") != b"\n".join([b"," * (width - 1)] * len(rests)):
        return None
    cells = text.replace(b"\n", b",").split(b",")
    behind = layout.bucket + 1
    return cells[layout.key - behind :: width], () if layout.version < 0 else cells[layout.version - behind :: width]


def without_broken(block: bytes) -> tuple[bytes, int, bool, int]:
    """Whole lines without those that are certainly broken rows; how many these were, and whether the last row was one; and how
    many bytes that is said of: up to a quote that no other one follows."""
    if b'"' not in block or b"\r" in block or holds_long_line(block) or has_odd_bytes(block):
        return block, 0, False, len(block)
    marked = _sub_broken(b"\0", b"\n" + block)
    end = marked.rfind(b"\n", 0, marked.rfind(b'"') + 1) + 1
    marked, behind = marked[:end], marked[end:]
    if behind.count(b'"') % 2 == 0 or not block.endswith(behind):
        marked, behind = marked + behind, b""
    return marked.replace(b"\0", b"")[1:], marked.count(b"\0"), marked.endswith(b"\0\n"), len(block) - len(behind)
