"""Blocks that are passed as a whole: never one with something in it to be noted."""

from __future__ import annotations

import pytest

from cosbatch.manifest.fast_reader import read_clean
from cosbatch.manifest.rules import layout_of

TWO, THREE = ["Bucket", "Key"], ["Bucket", "Key", "VersionId"]
INVENTORY = ["Ignore", "Bucket", "Key", "Ignore"]
CLEAN = {
    "one row": (b"b-1,k\n", TWO, 1, set()),
    "escapes": (b"b-1,%E6%96\nb-1,%3D%25x\n", TWO, 2, set()),
    "CRLF": (b"b-1,a\r\nb-1,b\r\n", TWO, 2, set()),
    "versions": (b"b-1,a,v\nb-1,b,w\n", THREE, 2, {True}),
    "no versions": (b"b-1,a,\nb-1,b,\n", THREE, 2, {False}),
    "some versions": (b"b-1,a,v\nb-1,b,\n", THREE, 2, {True, False}),
    "equal keys of two versions": (b"b-1,a,v\nb-1,a,w\n", THREE, 2, {True}),
    "all in quotes": (b'"b-1","a"\n"b-1","b"\n', TWO, 2, set()),
    "some in quotes, CRLF": (b'b-1,"a"\r\n"b-1",b\r\n', TWO, 2, set()),
    "an inventory": (b'"12","b-1","a","5"\n"12","b-1","b","6"\n', INVENTORY, 2, set()),
}


@pytest.mark.parametrize(("block", "fields", "rows", "versioned"), CLEAN.values(), ids=CLEAN)
def test_passes_clean_rows(block: bytes, fields: list[str], rows: int, versioned: set[bool]) -> None:
    found = read_clean(block, layout_of(fields))
    assert found is not None
    lines = block.decode().replace('"', "").splitlines()
    assert found == (rows, versioned, lines[0].split(","), lines[-1].split(","))


UNCLEAN = {
    "another bucket at first": (b"c-1,a\nb-1,b\n", TWO),
    "another bucket": (b"b-1,a\nc-1,b\n", TWO),
    "a blank line": (b"b-1,a\n\nb-1,b\n", TWO),
    "a blank line at the end": (b"b-1,a\n\n", TWO),
    "an empty key": (b"b-1,a\nb-1,\n", TWO),
    "an empty key at first": (b"b-1,\nb-1,a\n", TWO),
    "an empty key before a version": (b"b-1,a,v\nb-1,,v\n", THREE),
    "a column too many": (b"b-1,a,x\nb-1,b\n", TWO),
    "a column too few": (b"b-1\n", TWO),
    "a column too few, one too many": (b"b-1,a,x,y\nb-1,b\n", THREE),
    "equal neighbours": (b"b-1,a\nb-1,b\nb-1,b\n", TWO),
    "equal neighbours, quoted or not": (b'b-1,"a"\nb-1,a\n', TWO),
    "mixed line ends": (b"b-1,a\r\nb-1,b\n", TWO),
    "mixed line ends, CRLF last": (b"b-1,a\nb-1,b\r\n", TWO),
    "a carriage return": (b"b-1,a\rb\nb-1,b\n", TWO),
    "a raw blank": (b"b-1,a b\n", TWO),
    "a blank behind a comma": (b"b-1, a\n", TWO),
    "a NUL": (b"b-1,a\0b\n", TWO),
    "a NUL in a column that does not matter": (b"\0,b-1,a,5\n", INVENTORY),
    "bytes that are not UTF-8": (b"b-1,\xff\n", TWO),
    "a plus": (b"b-1,a+b\n", TWO),
    "a bad escape": (b"b-1,a\nb-1,100%\n", TWO),
    "a bad escape before a digit": (b"b-1,%4\nb-1,1\n", TWO),
    "a double escape": (b"b-1,%2541\n", TWO),
    "a slash in front of a key": (b"b-1,a\nb-1,/b\n", TWO),
    "a slash in front of a key, in quotes": (b'"b-1","a"\n"b-1","/b"\n', TWO),
    "a version id that is none": (b"b-1,a,v\nb-1,b,None\n", THREE),
    "a version id with a dot": (b"b-1,a,v.w\nb-1,b,v\n", THREE),
    "a comma in quotes": (b'b-1,"a,b"\n', TWO),
    "a line feed in quotes": (b'b-1,"a\nb"\n', TWO),
    "a doubled quote": (b'b-1,"a""b"\n', TWO),
    "a quote inside a value": (b'b-1,a"b\n', TWO),
    "a quote behind a value": (b'b-1,"a"b\n', TWO),
    "an open quote": (b'b-1,"a\n', TWO),
    "two open quotes": (b'b-1,"a\nb-1,"b\n', TWO),
    "a long row": (b"b-1," + b"k" * 8189 + b"\n", TWO),
    "a row that is long with its quotes": (b'"b-1","' + b"k" * 8185 + b'"\n', TWO),
    "no whole line": (b"b-1,a", TWO),
    "a key before the bucket": (b"a,b-1\n", ["Key", "Bucket"]),
    "other values before the bucket": (b"1,b-1,a,5\n2,b-1,b,5\n", INVENTORY),
}


@pytest.mark.parametrize(("block", "fields"), UNCLEAN.values(), ids=UNCLEAN)
def test_passes_no_other_rows(block: bytes, fields: list[str]) -> None:
    assert read_clean(block, layout_of(fields)) is None
