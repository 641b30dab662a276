"""Taking the quotes off a whole block at once, so that its commas and line feeds mean one thing only."""

from __future__ import annotations

# What stood in quotes and would be misread without them is hidden as bytes that UTF-8 never uses.
HIDDEN_COMMA, HIDDEN_LINE_FEED, HIDDEN_QUOTE = b"\xfb", b"\xfe", b"\xff"
_MEANINGFUL, _HIDDEN = b', \r\n"', b"\xfb\xfc\xfd\xfe\xff"
_HIDE = bytes.maketrans(_MEANINGFUL[:-1], _HIDDEN[:-1])
_EXCHANGE = bytes.maketrans(_HIDDEN + b",\n", _MEANINGFUL + HIDDEN_COMMA + HIDDEN_LINE_FEED)


def unquoted(block: bytes) -> bytes | None:
    """The block with its quotes taken off; None unless each of them stands where RFC 4180 has it, and all is clear.

    The block is whole lines. Commas, blanks, line ends and doubled quotes that stood in quotes
    are hidden in it; `values_of` brings them back.
    """
    if not is_clear(block):
        return None
    if b'"' not in block:
        return block
    parts = block.split(b'"')
    outside, inside = parts[0::2], parts[1::2]
    frame = b'"'.join(outside)  # one quote for each quoted value, or several for one with doubled quotes
    if len(outside) == len(inside) or not _is_well_placed(frame):
        return None
    if b'""' in frame:
        parts[2:-1:2] = [part or HIDDEN_QUOTE for part in outside[1:-1]]
    parts[1::2] = b'"'.join(inside).translate(_HIDE).split(b'"')
    return b"".join(parts)


def is_clear(text: bytes) -> bool:
    """Whether nothing in the text would be mixed up with what is hidden in it, as is never so in UTF-8."""
    return text.isascii() or len(text.translate(None, _HIDDEN)) == len(text)


def values_of(lines: list[bytes]) -> list[list[bytes]]:
    """The values in each of these unquoted lines (there is at least one), with all that was hidden."""
    text = b"\n".join(lines).translate(_EXCHANGE)
    return [row.split(HIDDEN_COMMA) for row in text.split(HIDDEN_LINE_FEED)]


def _is_well_placed(frame: bytes) -> bool:
    """Whether each quoted value fills the place between two commas or line ends."""
    while b'""' in frame:
        frame = frame.replace(b'""', b'"')
    begun = frame.count(b',"') + frame.count(b'\n"') + frame.startswith(b'"')
    ended = frame.count(b'",') + frame.count(b'"\n') + frame.count(b'"\r\n')
    return begun == ended == frame.count(b'"')
