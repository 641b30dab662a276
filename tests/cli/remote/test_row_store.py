"""Rows that wait for their turn come back as they were, from memory or from the disk."""

from __future__ import annotations

import contextlib
import resource
import tempfile
from pathlib import Path

import pytest

from cosbatch.cli.remote.listing import Marker
from cosbatch.cli.remote.row_store import Rows, RowStore, joined
from cosbatch.cli.terminal.files import WrongUsage

ROWS = [
    Rows("bucket,a/ü\nbucket,b\n".encode(), 2, Marker("b", "v1")),
    Rows(b"", 0, Marker("c")),
    Rows(b"bucket,d\n", 1, None),
    Rows(b"", 0, None),
]


@pytest.mark.parametrize("room", [0, 1, 9])
def test_gives_back_what_was_put(room: int) -> None:
    with contextlib.closing(RowStore(room)) as store:
        kept = [store.put(rows) for rows in ROWS]
        assert [isinstance(each, Rows) for each in kept] == [number < room for number in range(4)]
        assert [store.take(each) for each in reversed(kept)] == ROWS[::-1]
        assert isinstance(store.put(ROWS[0]), Rows) == (room > 0)


def test_joins_rows_that_follow_each_other() -> None:
    assert joined(ROWS[:3]) == Rows("bucket,a/ü\nbucket,b\nbucket,d\n".encode(), 3, None)


def test_keeps_the_next_rows_in_memory_whatever_waits() -> None:
    with contextlib.closing(RowStore(0)) as store:
        assert store.put(ROWS[0], is_next=True) is ROWS[0]


def test_says_where_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with contextlib.closing(RowStore(0)) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(WrongUsage, match="cannot be written: File too large"):
                store.put(ROWS[0])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
