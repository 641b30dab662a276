"""What the first bytes of a content give away."""

from __future__ import annotations

GZIP_MARK = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SIGHT = 1024  # bytes that are enough to tell

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


def unreadable(first: bytes) -> str | None:
    """The fault of a content that has no characters to read: Gzip or Utf16, or None."""
    if first.startswith(GZIP_MARK):
        return "Gzip"
    if first.startswith(_UTF16_MARKS) or _alternates_with_nul(first[:4]):
        return "Utf16"
    return None


def other_format(first: bytes) -> str | None:
    """What the content is when it is no CSV, in words; None when it may be one."""
    if first.startswith(b"PK\x03\x04"):
        return "a ZIP archive or an Excel workbook"
    text = first[:SIGHT].lstrip()
    following = text[1:].lstrip()[:1]
    if text.startswith((b"{", b"[")) and following in (b'"', b"{", b"[", b"]", b"}"):
        return "JSON"
    if text.startswith(b"<") and (text[1:2].isalpha() or text[1:2] in (b"?", b"!")):
        return "XML or HTML"
    return None


def _alternates_with_nul(four: bytes) -> bool:
    """Whether these are two characters of UTF-16 without a mark, as Latin letters look in it."""
    return len(four) == 4 and [byte == 0 for byte in four] in ([False, True] * 2, [True, False] * 2)
