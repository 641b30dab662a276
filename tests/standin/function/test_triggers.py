"""Of which objects the function is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosbatch.standin.function.triggers import Trigger, UnusableFunction, read_trigger, triggers_of

MATCHES = [{"match": {"bucket": "a-1", "prefix": "p/", "suffix": ".csv"}}, {"name": "x"}, {"match": {"bucket": "b-1"}}]


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("b-1", Trigger("b-1")),
        ("b-1:in/", Trigger("b-1", "in/")),
        ("b-1:in/:.csv", Trigger("b-1", "in/", ".csv")),
        ("b-1::.csv", Trigger("b-1", "", ".csv")),
        ("b-1:in/::", Trigger("b-1", "in/", ":")),
    ],
)
def test_reads_a_trigger(text: str, trigger: Trigger) -> None:
    assert read_trigger(text) == trigger


def test_refuses_what_is_no_bucket() -> None:
    with pytest.raises(ValueError, match="no-appid is no bucket's name"):
        read_trigger("no-appid")


@pytest.mark.parametrize(
    ("bucket", "key", "takes"),
    [("b-1", "in/x.csv", True), ("b-2", "in/x.csv", False), ("b-1", "x.csv", False), ("b-1", "in/x.json", False)],
)
def test_takes_the_bucket_with_prefix_and_suffix(bucket: str, key: str, takes: bool) -> None:
    assert Trigger("b-1", "in/", ".csv").takes(bucket, key) is takes


def test_takes_the_matches_of_the_profiles_unless_triggers_are_given(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles.json"
    profiles.write_text(json.dumps({"profiles": MATCHES}))
    assert triggers_of((), profiles) == (Trigger("a-1", "p/", ".csv"), Trigger("b-1"))
    assert triggers_of([Trigger("c-1")], profiles) == (Trigger("c-1"),)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read for triggers"),
        (b"{", "cannot be read for triggers"),
        pytest.param(b"\x80" * 100_000, "cannot be read for triggers", id="no text"),
        pytest.param(b"[" * 100_000, "cannot be read for triggers", id="too deep"),
        (b'{"profiles": 3}', "cannot be read for triggers"),
        (b'{"profiles": [3]}', "cannot be read for triggers"),
        (b'{"profiles": [{"match": {"prefix": "p"}}]}', "cannot be read for triggers"),
        (b'{"profiles": [{"match": {"bucket": 3}}]}', "bucket, prefix and suffix of a match are texts"),
        (
            b'{"profiles": [{"match": {"bucket": "a-1", "suffix": 3}}]}',
            "bucket, prefix and suffix of a match are texts",
        ),
        (b'{"profiles": [{"name": "x"}]}', "has a match; give --trigger BUCKET"),
    ],
)
def test_says_what_to_do_without_any_trigger(tmp_path: Path, content: bytes | None, told: str) -> None:
    profiles = tmp_path / "profiles.json"
    if content is not None:
        profiles.write_bytes(content)
    with pytest.raises(UnusableFunction, match=told) as raised:
        triggers_of((), profiles)
    assert len(str(raised.value)) < 400
