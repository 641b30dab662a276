"""Judging a manifest by the Format that its job names, or that its first bytes give away."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import chain

from cosbatch.manifest.beginning import BYTE_ORDER_MARK
from cosbatch.manifest.inventory import INVENTORY_FORMAT, LONGEST_INVENTORY, judge_inventory
from cosbatch.manifest.stream import CSV_FORMAT, in_pieces, judge_csv
from cosbatch.manifest.verdict import Verdict


def judge_blocks(
    blocks: Iterable[bytes],
    *,
    format_name: str | None = None,
    fields: Sequence[str] | None = None,
    allowed_buckets: Container[str] | None = None,
) -> Verdict:
    """Judge a manifest's whole content, in blocks of any length.

    `format_name` is the document's Format; None takes a JSON object for an inventory's manifest.json, and all
    else for CSV. `fields` matter for CSV only. Raises ValueError for another Format, or as `judge_csv`.
    """
    pieces = in_pieces(blocks)
    first = next(pieces, b"")
    content = chain([first], pieces)
    if (format_name or _format_of(first)) == CSV_FORMAT:
        return judge_csv(content, fields=fields, allowed_buckets=allowed_buckets)
    if format_name not in (None, INVENTORY_FORMAT):
        raise ValueError(f"Format is {CSV_FORMAT} or {INVENTORY_FORMAT}, not {format_name}")
    return judge_inventory(joined(content), allowed_buckets=allowed_buckets).verdict


def _format_of(first: bytes) -> str:
    text = first.removeprefix(BYTE_ORDER_MARK).lstrip()
    return INVENTORY_FORMAT if text.startswith(b"{") else CSV_FORMAT


def joined(blocks: Iterable[bytes]) -> bytes:
    """The whole content, or a little more than an inventory may have."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size > LONGEST_INVENTORY:
            break
    return b"".join(parts)
