"""A listing over several connections at once, of which the rows come in the order of their keys all the same.

A thread for each connection lists a range of keys, at first one thread all of them. A thread that has none takes a part of another
one: a page can begin behind any key, so that where a range is cut is a guess (KeyRanges). What comes before its turn waits in a
RowStore.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterator, Sequence

from cosbatch.cli.remote import listing as one_by_one
from cosbatch.cli.remote.client import Client
from cosbatch.cli.remote.key_ranges import KeyRange, KeyRanges
from cosbatch.cli.remote.listing import Listing, Marker, Page
from cosbatch.cli.remote.row_store import Place, Rows, RowStore, joined

# Of each connection. Rows of a page take some 60 KB.
_PAGES_IN_MEMORY = 8
# What waits is handed on by so many pages, since to note how far a manifest is takes longer than to write the rows of a page.
_PAGES_AT_ONCE = 32
# After so many of a range that is not the first one, a thread looks whether there is something to do nearer to the first.
_PAGES_IN_TURN = 64

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


class _Work:
    """The ranges of a listing, and what threads do with them."""

    def __init__(self, listing: Listing, marker: Marker, rows_of: RowsOf, store: RowStore) -> None:
        self._listing = listing
        self._rows_of = rows_of
        self._store = store
        self._changed = threading.Condition()
        self._ranges = KeyRanges(listing.prefix, marker)
        self._failure: BaseException | None = None
        self._is_over = False

    def in_order(self) -> Iterator[Rows]:
        """What has come, as soon as it is its turn."""
        while self._ranges.in_order:
            turn = self._turn()
            if turn:
                yield joined([self._store.take(kept) for kept in turn])

    def _turn(self) -> list[Rows | Place]:
        """What has come of the first range, at least one page; nothing where the range ends."""
        with self._changed:
            first = self._ranges.in_order[0]
            self._changed.wait_for(lambda: first.waiting or first.is_done or self._failure)
            if self._failure is not None and not first.waiting and not first.is_done:
                raise self._failure
            if not first.waiting:
                self._ranges.in_order.pop(0)
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

    def _next(self) -> KeyRange | None:
        """A range to list; waits where none is worth it. None at the end."""
        with self._changed:
            while not self._is_over:
                found = self._ranges.take()
                if found is not None:
                    return found
                self._changed.wait()
        return None

    def _list(self, client: Client, part: KeyRange) -> None:
        for number, page in enumerate(one_by_one.pages(client, self._listing, part.position), 1):
            with self._changed:
                own, is_last = self._ranges.add(part, page)
                is_first = part is self._ranges.in_order[0]
                self._changed.notify_all()
            kept = self._store.put(self._rows_of(own), is_first and len(part.waiting) < _PAGES_IN_MEMORY)
            with self._changed:
                part.waiting.append(kept)
                part.is_done = is_last
                part.is_taken = is_first or number < _PAGES_IN_TURN
                self._changed.notify_all()
                if is_last or self._is_over or not part.is_taken:
                    return
