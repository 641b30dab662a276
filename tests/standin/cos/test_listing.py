"""The order in which pages of keys are found."""

from __future__ import annotations

import pytest

from cosbatch.standin.cos.listing import successor


@pytest.mark.parametrize(
    ("text", "next_text"),
    [("a/", "a0"), ("a\U0010ffff", "b"), ("\ud7ff", "\ue000"), ("\U0010ffff", None), ("", None)],
)
def test_finds_the_text_behind_all_that_begin_alike(text: str, next_text: str | None) -> None:
    assert successor(text) == next_text
