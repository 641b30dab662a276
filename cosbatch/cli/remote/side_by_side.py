"""A listing over several connections at once, of which the rows come in the order of their keys all the same.

A thread for each connection lists a range of keys, at first one thread all of them. A thread that has none takes the second half
of the range with the most pages left: a page can begin behind any key, so that where a range is cut is a guess (KeyOrder).
What comes before its turn waits in a RowStore.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from cosbatch.cli.remote import listing as one_by_one
from cosbatch.cli.remote.client import Client
from cosbatch.cli.remote.key_order import KeyOrder
from cosbatch.cli.remote.listing import Listing, Marker, Page
from cosbatch.cli.remote.row_store import Place, Rows, RowStore, joined

# Of each connection. Rows of a page take some 60 KB.
_PAGES_IN_MEMORY = 8
# What waits is handed on by so many pages, since to note how far a manifest is takes longer than to write the rows of a page.
_PAGES_AT_ONCE = 32
# One of these is on its way already.
_PAGES_TO_CUT = 2
# Some keys of a page have the characters of all.
_SAMPLE = 10


RowsOf = Callable[[Page], Rows]


def listed(clients: Sequence[Client], listing: Listing, marker: Marker, rows_of: RowsOf) -> Generator[Rows, None, None]:
    """The rows of every page behind the marker, in the order of their keys, listed over all of the clients at once.

    There may be none of a page; to go on behind any of them, its marker is enough. `rows_of` is called in any thread.
    Raises what it and `listing.pages` raise; WrongUsage where the disk is full.
    """
    if len(clients) == 1:
        yield from map(rows_of, one_by_one.pages(clients[0], listing, marker))
        return
    with contextlib.closing(RowStore(_PAGES_IN_MEMORY * len(clients))) as store:
        work = _Work(listing, marker, rows_of, store)
        # Threads of a listing that is given up are not waited for: they end with their request, or with the process.
        for client in clients:
            threading.Thread(target=work.carry_out, args=(client,), name="listing", daemon=True).start()
        try:
            yield from work.in_order()
        finally:
            work.stop()


@dataclass(eq=False)
class _Range:
    """Keys behind `position`, up to and with `until` (None: to the end)."""

    position: Marker
    until: str | None
    waiting: deque[Rows | Place] = field(default_factory=deque)
    pages_left: int = 0  # a guess; 0 before the first page
    is_listed: bool = False
    is_done: bool = False

    def reaches(self, following: Marker | None) -> bool:
        """Whether it ends before the page behind this one. A marker with a version is among those of its key."""
        if self.until is None or following is None:
            return following is None
        return following.key > self.until or following == Marker(self.until)


class _Work:
    """The ranges of a listing in their order, and what threads do with them."""

    def __init__(self, listing: Listing, marker: Marker, rows_of: RowsOf, store: RowStore) -> None:
        self._listing = listing
        self._rows_of = rows_of
        self._store = store
        self._order = KeyOrder(listing.prefix)
        self._changed = threading.Condition()
        self._ranges = [_Range(marker, None)]
        self._failure: BaseException | None = None
        self._is_over = False

    def in_order(self) -> Iterator[Rows]:
        """What has come, as soon as it is its turn."""
        while self._ranges:
            turn = self._turn()
            if turn:
                yield joined([self._store.take(kept) for kept in turn])

    def _turn(self) -> list[Rows | Place]:
        """What has come of the first range, at least one page; nothing where the range ends."""
        with self._changed:
            first = self._ranges[0]
            self._changed.wait_for(lambda: first.waiting or first.is_done or self._failure)
            if self._failure is not None and not first.waiting and not first.is_done:
                raise self._failure
            if not first.waiting:
                self._ranges.pop(0)
            return [first.waiting.popleft() for _ in range(min(len(first.waiting), _PAGES_AT_ONCE))]

    def stop(self) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def carry_out(self, client: Client) -> None:
        """The work of one thread, until nothing is left to do or one of them fails."""
        try:
            while (part := self._next()) is not None:
                self._list(client, part)
        except BaseException as error:  # noqa: BLE001  # it is raised where the pages are taken
            with self._changed:
                self._failure = self._failure or error
            self.stop()

    def _next(self) -> _Range | None:
        """A range to list; waits where there is none and none can be cut. None at the end."""
        with self._changed:
            while not self._is_over:
                found = next((each for each in self._ranges if not each.is_listed), None) or self._second_half()
                if found is not None:
                    found.is_listed = True
                    return found
                self._changed.wait()
        return None

    def _second_half(self) -> _Range | None:
        """What is cut off the range with the most pages left; None where none has enough."""
        while long := [each for each in self._ranges if each.pages_left >= _PAGES_TO_CUT]:
            longest = max(long, key=lambda each: each.pages_left)
            middle = self._order.middle(longest.position.key, longest.until)
            if middle is not None:
                half = _Range(Marker(middle), longest.until)
                longest.until = middle
                longest.pages_left //= 2
                self._ranges.insert(self._ranges.index(longest) + 1, half)
                return half
            longest.pages_left = 0
        return None

    def _list(self, client: Client, part: _Range) -> None:
        for page in one_by_one.pages(client, self._listing, part.position):
            own, is_last = self._own(part, page)
            is_next = part is self._ranges[0] and len(part.waiting) < _PAGES_IN_MEMORY
            kept = self._store.put(self._rows_of(own), is_next)
            with self._changed:
                part.waiting.append(kept)
                part.is_done = is_last
                self._changed.notify_all()
                if self._is_over or is_last:
                    return

    def _own(self, part: _Range, page: Page) -> tuple[Page, bool]:
        """What of the page is of the range, and whether it is the last of it."""
        with self._changed:
            is_last = part.reaches(page.following)
            if part.until is not None and is_last:
                until = part.until
                page = Page(tuple(entry for entry in page.entries if entry.key <= until), Marker(until))
            if is_last or page.following is None:
                part.pages_left = 0
                return page, True
            self._order.learn(entry.key for entry in page.entries[::_SAMPLE])
            part.position = page.following
            first = page.entries[0].key if page.entries else part.position.key
            part.pages_left = self._order.pages_left(first, part.position.key, part.until)
            self._changed.notify_all()
            return page, False
