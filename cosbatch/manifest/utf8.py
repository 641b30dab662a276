"""Which bytes are UTF-8, told without an exception for each text that is not."""

from __future__ import annotations

from collections.abc import Sequence

_REPLACED = "\N{REPLACEMENT CHARACTER}"  # stands in decoded text for what was no UTF-8, or for itself


def is_utf8(text: bytes) -> bool:
    try:
        return text.isascii() or bool(text.decode())
    except UnicodeDecodeError:
        return False


def not_utf8(texts: Sequence[bytes]) -> list[int]:
    """The numbers, from 0, of the texts that are no UTF-8."""
    joined = b"\n".join(texts)
    if is_utf8(joined):
        return []
    if joined.count(b"\n") >= len(texts) or _REPLACED.encode() in joined:
        return [i for i, text in enumerate(texts) if not is_utf8(text)]
    return [i for i, text in enumerate(joined.decode("utf-8", "replace").split("\n")) if _REPLACED in text]
