"""The ranges of keys that are listed side by side: which is listed next, and where one is cut in two."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from cosbatch.cli.remote.key_order import KeyOrder
from cosbatch.cli.remote.listing import Marker, Page
from cosbatch.cli.remote.row_store import Place, Rows

# A range with so many pages left is worth two threads; one page of it is on its way already.
_WORTH_TWO = 2
# A range of which so many pages are listed has probably as many left as it seems to have, where these are at least so many.
_PAGES_LISTED = 16
_PAGES_LEFT = 32
# All of a range may lie near its position: so long as nothing came of a cut, the next one is by so many halvings nearer to it.
_MORE_HALVINGS = 3
# Some keys of a page have the characters of all.
_SAMPLE = 10


@dataclass(eq=False)
class KeyRange:
    """Keys behind `position`, up to and with `until` (None: to the end); `earlier` is the one that it was cut off, until its first page is there."""

    position: Marker
    until: str | None
    earlier: KeyRange | None = None
    waiting: deque[Rows | Place] = field(default_factory=deque)
    pages: int = 0
    pages_left: int = 0  # a guess; 0 before the first page
    is_taken: bool = False
    is_done: bool = False
    halvings: int = 1  # how near to the position the next cut is; more than one until keys came of what was cut off

    def ends_before(self, following: Marker | None) -> bool:
        """Whether it ends before the page that begins here. A marker with a version is among those of its key."""
        if self.until is None or following is None:
            return following is None
        return following.key > self.until or following == Marker(self.until)


class KeyRanges:
    """The ranges of a listing in their order. Threads take turns: whoever uses them holds a lock of theirs."""

    def __init__(self, prefix: str, marker: Marker) -> None:
        self.in_order = [KeyRange(marker, None)]
        self._order = KeyOrder(prefix)

    def take(self) -> KeyRange | None:
        """A range for a thread to list, cut off another one where need be; None where that is worth nothing.

        It is the first that nobody lists or that is certainly long: so that pages come near their turn, and little is lost if the
        listing is interrupted. Where there is none, it is of the one with the most pages left.
        """
        found = self._first_to_take() or self._part_of_the_longest()
        if found is not None:
            found.is_taken = True
        return found

    def _first_to_take(self) -> KeyRange | None:
        for each in self.in_order:
            if not each.is_taken and not each.is_done:
                return each
            is_long = each.pages >= _PAGES_LISTED and each.pages_left >= _PAGES_LEFT
            if is_long and each.halvings == 1 and (later := self._cut(each)) is not None:
                return later
        return None

    def _part_of_the_longest(self) -> KeyRange | None:
        while long := [each for each in self.in_order if each.pages_left >= _WORTH_TWO]:
            later = self._cut(max(long, key=lambda each: each.pages_left))
            if later is not None:
                return later
        return None

    def _cut(self, part: KeyRange) -> KeyRange | None:
        """What is cut off the range; None where it has no room for a cut."""
        key = self._order.between(part.position.key, part.until, part.halvings)
        if key is None:
            part.pages_left, part.halvings = 0, 1
            return None
        later = KeyRange(Marker(key), part.until, part)
        part.until, part.pages_left = key, part.pages_left >> part.halvings
        part.halvings += _MORE_HALVINGS
        self.in_order.insert(self.in_order.index(part) + 1, later)
        return later

    def add(self, part: KeyRange, page: Page) -> tuple[Page, bool]:
        """What of its next page is in the range, and whether that is the last of it."""
        is_last = part.ends_before(page.following)
        if part.until is not None and is_last:
            until = part.until
            page = replace(page.only(lambda entry: entry.key <= until), following=Marker(until))
        if part.earlier is not None:
            if page.keys:
                part.earlier.halvings = 1
            part.earlier = None
        part.pages += 1
        part.pages_left = 0 if is_last else self._pages_left(part, page)
        part.position = page.following or part.position
        return page, is_last

    def _pages_left(self, part: KeyRange, page: Page) -> int:
        self._order.learn(page.keys[::_SAMPLE])
        last = (page.following or part.position).key
        first = page.keys[0] if page.keys else last
        return self._order.pages_left(first, last, part.until)
