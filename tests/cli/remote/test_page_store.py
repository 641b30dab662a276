"""Pages that wait for their turn come back as they were, from memory or from the disk."""

from __future__ import annotations

import contextlib
import resource
import tempfile
from pathlib import Path

import pytest

from cosbatch.cli.remote.listing import Entry, Marker, Page
from cosbatch.cli.remote.page_store import PageStore
from cosbatch.cli.terminal.files import WrongUsage

PAGES = [
    Page((Entry("a/ü\n"), Entry("b", "ARCHIVE", "v1", is_latest=False)), Marker("b", "v1")),
    Page((), Marker("c")),
    Page((Entry("d"),), None),
    Page((), None),
]


@pytest.mark.parametrize("room", [0, 1, 9])
def test_gives_back_what_was_put(room: int) -> None:
    with contextlib.closing(PageStore(room)) as store:
        kept = [store.put(page) for page in PAGES]
        assert [isinstance(each, Page) for each in kept] == [number < room for number in range(4)]
        assert [store.take(each) for each in reversed(kept)] == PAGES[::-1]
        assert isinstance(store.put(PAGES[0]), Page) == (room > 0)


def test_keeps_the_next_page_in_memory_whatever_waits() -> None:
    with contextlib.closing(PageStore(0)) as store:
        assert store.put(PAGES[0], is_next=True) is PAGES[0]


def test_says_where_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with contextlib.closing(PageStore(0)) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(WrongUsage, match="cannot be written: File too large"):
                store.put(PAGES[0])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
