"""Telling UTF-8 from what is none."""

from __future__ import annotations

import pytest

from cosbatch.manifest.utf8 import is_utf8, not_utf8

VALID = [b"", b"a", "文件".encode(), "�".encode(), "a�文".encode()]
INVALID = [b"\xff", b"a\xe6\x96", "�".encode() + b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"]


@pytest.mark.parametrize("text", VALID)
def test_takes_utf8(text: bytes) -> None:
    assert is_utf8(text)


@pytest.mark.parametrize("text", INVALID)
def test_refuses_other_bytes(text: bytes) -> None:
    assert not is_utf8(text)


@pytest.mark.parametrize("extra", [[], [b"a\nb"], ["�".encode()]], ids=["plain", "line feed", "replaced"])
def test_finds_the_texts_that_are_none(extra: list[bytes]) -> None:
    texts = [b"a", b"\xff", "文".encode(), b"\xe6", b"b", *extra]
    assert not_utf8(texts) == [1, 3]
    assert not_utf8(VALID) == []
