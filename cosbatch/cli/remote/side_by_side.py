"""A listing over several connections at once, whose pages come in the order of their keys all the same.

The keys are divided into ranges at common prefixes. A thread for each connection lists the first range that nobody lists; where
there is none, it divides what is left of a range that is being listed. What comes before its turn waits in a PageStore.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from cosbatch.cli.remote import listing as one_by_one
from cosbatch.cli.remote.client import Client
from cosbatch.cli.remote.listing import Listing, Marker, Page
from cosbatch.cli.remote.page_store import PageStore, Place

# Of each connection. Pages in memory are to be had at once, but take some 300 KB each.
_PAGES_IN_MEMORY = 8
_RANGES = 4


def pages(clients: Sequence[Client], listing: Listing, marker: Marker) -> Generator[Page, None, None]:
    """Every page behind the marker, with the keys in order, listed over all of the clients at once.

    A page may be shorter than one of a single connection, or empty; to go on behind any of them, its marker is enough.
    Raises what `listing.pages` raises in any thread; WrongUsage where the disk is full.
    """
    if len(clients) == 1:
        yield from one_by_one.pages(clients[0], listing, marker)
        return
    with contextlib.closing(PageStore(_PAGES_IN_MEMORY * len(clients))) as store:
        work = _Work(listing, marker, store, _RANGES * len(clients))
        # Threads of a listing that is given up are not waited for: they end with their request, or with the process.
        for client in clients:
            threading.Thread(target=work.carry_out, args=(client,), name="listing", daemon=True).start()
        try:
            yield from work.in_order()
        finally:
            work.stop()


@dataclass(eq=False)
class _Range:
    """Keys behind `position`, up to and with `until` (None: to the end); it came of dividing `folder` after each `step` folders."""

    position: Marker
    until: str | None
    folder: str = ""
    step: int = 1
    waiting: deque[Page | Place] = field(default_factory=deque)
    keys: int = 0
    listed: int = 0  # pages
    is_listed_by: Client | None = None
    is_done: bool = False
    # Where there was nothing to divide it at, that is looked for again when twice as many pages are listed.
    divide_at: int = 0

    def reaches(self, following: Marker | None) -> bool:
        """Whether it ends before the page behind this one. A marker with a version is among those of its key."""
        if self.until is None or following is None:
            return following is None
        return following.key > self.until or following == Marker(self.until)

    def has_inside(self, key: str) -> bool:
        return self.position.key < key and (self.until is None or key < self.until)


class _Work:
    """The ranges of a listing in their order, and what threads do with them."""

    def __init__(self, listing: Listing, marker: Marker, store: PageStore, most: int) -> None:
        self._listing = listing
        self._store = store
        self._most = most
        self._changed = threading.Condition()
        self._ranges = [_Range(marker, None)]
        self._in_division: set[_Range] = set()
        self._steps: dict[str, int] = {}
        self._failure: BaseException | None = None
        self._is_over = False

    def in_order(self) -> Iterator[Page]:
        """Each page when its turn has come."""
        while self._ranges:
            page = self._turn()
            if page is not None:
                yield page

    def _turn(self) -> Page | None:
        """The page whose turn it is, as soon as it is there; None where a range ends."""
        with self._changed:
            first = self._ranges[0]
            self._changed.wait_for(lambda: first.waiting or first.is_done or self._failure)
            if first.waiting:
                return self._store.take(first.waiting.popleft())
            if self._failure is not None and not first.is_done:
                raise self._failure
            self._ranges.pop(0)
            return None

    def stop(self) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def carry_out(self, client: Client) -> None:
        """The work of one thread, until nothing is left to do or one of them fails."""
        try:
            while (part := self._next(client)) is not None:
                if part.is_listed_by is client:
                    self._list(client, part)
                else:
                    self._divide(part, self._borders(client, part))
        except BaseException as error:  # noqa: BLE001  # it is raised where the pages are taken
            with self._changed:
                self._failure = self._failure or error
            self.stop()

    def _next(self, client: Client) -> _Range | None:
        """A range for the client to list, or else one of another to divide; waits where there is neither. None at the end."""
        with self._changed:
            while not self._is_over:
                for each in self._ranges:
                    if each.is_listed_by is None:
                        each.is_listed_by = client
                        return each
                for each in self._ranges:
                    if not each.is_done and each.listed >= each.divide_at and each not in self._in_division:
                        self._in_division.add(each)
                        return each
                self._changed.wait()
        return None

    def _list(self, client: Client, part: _Range) -> None:
        for page in one_by_one.pages(client, self._listing, part.position):
            with self._changed:
                self._changed.notify_all()
                if self._is_over or self._add(part, page):
                    return

    def _add(self, part: _Range, page: Page) -> bool:
        """Whether the page was the last of its range. One that reaches farther takes in ranges that nobody lists."""
        behind = self._ranges.index(part) + 1
        while part.until and part.reaches(page.following) and not self._ranges[behind].is_listed_by:
            part.until = self._ranges.pop(behind).until
        part.is_done = part.reaches(page.following)
        if part.until is not None and part.is_done:
            until = part.until
            page = Page(tuple(entry for entry in page.entries if entry.key <= until), Marker(until))
        part.position = page.following or part.position
        part.listed += 1
        part.keys += len(page.entries)
        is_next = part is self._ranges[0] and len(part.waiting) < _PAGES_IN_MEMORY
        part.waiting.append(self._store.put(page, is_next))
        if part.is_done and part.keys < self._listing.page_size:
            # Its request brought too little: folders here are small, and more of them make a range from now on.
            self._steps[part.folder] = max(self._steps.get(part.folder, 1), 2 * part.step)
        return part.is_done

    def _borders(self, client: Client, part: _Range) -> list[_Range]:
        """Ranges to divide this one into, none where no folder is found; each begins behind the key that is a common prefix."""
        position, until = part.position.key, part.until
        for folder in folders_around(self._listing.prefix, position, until):
            found, are_more = one_by_one.folders(client, self._listing, folder, position)
            inside = [key for key in found if part.has_inside(key)]
            step = max(self._steps.get(folder, 1), -(-len(inside) // self._most))
            chosen = inside[step - 1 :: step] or (inside[-1:] if are_more else [])
            if chosen:
                ends = [*chosen[1:], until]
                return [_Range(Marker(key), end, folder, step) for key, end in zip(chosen, ends, strict=True)]
        return []

    def _divide(self, part: _Range, parts: list[_Range]) -> None:
        with self._changed:
            self._in_division.remove(part)
            # Its thread went on in the meantime; and what it has taken in by now begins behind the parts.
            parts = [] if part.is_done else [each for each in parts if part.has_inside(each.position.key)]
            if parts:
                parts[-1].until, part.until = part.until, parts[0].position.key
                at = self._ranges.index(part) + 1
                self._ranges[at:at] = parts
            else:
                part.divide_at = 2 * part.listed + 1
            self._changed.notify_all()


def folders_around(prefix: str, position: str, until: str | None) -> Iterator[str]:
    """The folders around the position, the outermost first, but those of which only one folder is left up to `until`."""
    folder, _slash, rest = prefix, "", position[len(prefix) :]
    while "/" in rest:
        name, _slash, rest = rest.partition("/")
        below = f"{folder}{name}/"
        if until is None or not until.startswith(below):
            yield folder
        folder = below
    yield folder
