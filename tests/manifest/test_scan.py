"""Blocks that are passed as a whole: never one with something odd in it."""

from __future__ import annotations

import pytest

from cosbatch.manifest.scan import clean_rows

B = b"b-1"
CLEAN = {
    "one row": (b"b-1,k\n", 2, None, [b"k"]),
    "escapes": (b"b-1,%E6%96\nb-1,%3D%25x\n", 2, None, [b"%E6%96", b"%3D%25x"]),
    "CRLF": (b"b-1,a\r\nb-1,b\r\n", 2, None, [b"a", b"b"]),
    "versions": (b"b-1,a,v\nb-1,b,w\n", 3, True, [b"a,v", b"b,w"]),
    "no versions": (b"b-1,a,\nb-1,b,\n", 3, False, [b"a,", b"b,"]),
    "either": (b"b-1,a,v\nb-1,b,\n", 3, None, [b"a,v", b"b,"]),
}


@pytest.mark.parametrize(("block", "width", "version", "rests"), CLEAN.values(), ids=CLEAN)
def test_passes_clean_rows(block: bytes, width: int, version: bool | None, rests: list[bytes]) -> None:
    assert clean_rows(block, B, width, version) == rests


ODD = {
    "another bucket at first": (b"c-1,a\nb-1,b\n", 2, None),
    "another bucket": (b"b-1,a\nc-1,b\n", 2, None),
    "a blank line": (b"b-1,a\n\nb-1,b\n", 2, None),
    "a blank line at the end": (b"b-1,a\n\n", 2, None),
    "an empty key": (b"b-1,a\nb-1,\n", 2, None),
    "an empty key at first": (b"b-1,\nb-1,a\n", 2, None),
    "an empty key before a version": (b"b-1,a,v\nb-1,,v\n", 3, True),
    "an empty key before a version at first": (b"b-1,,v\nb-1,a,v\n", 3, True),
    "a column too many": (b"b-1,a,x\nb-1,b\n", 2, None),
    "a column too few, one too many": (b"b-1,a,x,y\nb-1,b\n", 3, None),
    "a missing version": (b"b-1,a,v\nb-1,b,\n", 3, True),
    "a version": (b"b-1,a,v\nb-1,b,\n", 3, False),
    "equal neighbours": (b"b-1,a\nb-1,b\nb-1,b\n", 2, None),
    "mixed line ends": (b"b-1,a\r\nb-1,b\n", 2, None),
    "mixed line ends, CRLF last": (b"b-1,a\nb-1,b\r\n", 2, None),
    "a carriage return": (b"b-1,a\rb\nb-1,b\n", 2, None),
    "a raw blank": (b"b-1,a b\n", 2, None),
    "a NUL": (b"b-1,a\0b\n", 2, None),
    "a plus": (b"b-1,a+b\n", 2, None),
    "a bad escape": (b"b-1,a\nb-1,100%\n", 2, None),
    "a bad escape before a digit": (b"b-1,%4\nb-1,1\n", 2, None),
    "a double escape": (b"b-1,%2541\n", 2, None),
}


@pytest.mark.parametrize(("block", "width", "version"), ODD.values(), ids=ODD)
def test_does_not_pass_odd_rows(block: bytes, width: int, version: bool | None) -> None:
    assert clean_rows(block, B, width, version) is None
