"""Ranges of keys are shared out among threads that wait for their pages: here without threads, and without waiting."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import defaultdict

import pytest

from cosbatch.cli.remote.key_ranges import KeyRange, KeyRanges
from cosbatch.cli.remote.listing import BEGINNING, Entry, Marker, Page, page_with

PAGES = 1200
PAGE_SIZE = 3
COUNT = PAGES * PAGE_SIZE
PAGES_IN_TURN = 64


def page_behind(keys: list[str], marker: Marker) -> Page:
    start = bisect_right(keys, marker.key)
    found = keys[start : start + PAGE_SIZE]
    is_last = start + PAGE_SIZE >= len(keys)
    return page_with(list(map(Entry, found)), None if is_last else Marker(found[-1]))


class Rehearsal:
    """Threads that list the keys: each waits for its page for as long as any other, about 1."""

    def __init__(self, keys: list[str], threads: int) -> None:
        self.keys = sorted(keys)
        self._threads = threads
        self.listed: list[str] = []
        self.time = 0.0
        self.requests = 0
        self.most_ahead = 0  # pages that were listed before their turn
        self._ranges = KeyRanges("", BEGINNING)
        self._found = defaultdict[KeyRange, list[str]](list)
        self._waiting: list[tuple[float, int, KeyRange]] = []

    def run(self) -> None:
        self._let_them_take(self._threads)
        while self._waiting:
            self.time, _request, part = heapq.heappop(self._waiting)
            page, part.is_done = self._ranges.add(part, page_behind(self.keys, part.position))
            self._found[part] += page.keys
            part.is_taken = part is self._ranges.in_order[0] or part.pages % PAGES_IN_TURN > 0
            if part.is_taken and not part.is_done:
                self._ask(part)
            self._hand_on()
            self._let_them_take(self._threads - len(self._waiting))

    def _let_them_take(self, idle: int) -> None:
        for _ in range(idle):
            if (part := self._ranges.take()) is not None:
                self._ask(part)

    def _ask(self, part: KeyRange) -> None:
        self.requests += 1
        heapq.heappush(self._waiting, (self.time + 1 + self.requests % 7 / 100, self.requests, part))

    def _hand_on(self) -> None:
        while self._ranges.in_order and self._ranges.in_order[0].is_done:
            self.listed += self._found.pop(self._ranges.in_order.pop(0))
        waiting = sum(len(self._found[each]) for each in self._ranges.in_order[1:])
        self.most_ahead = max(self.most_ahead, waiting // PAGE_SIZE)


LAYOUTS = {
    "one folder": [f"photos/{number:09}.jpg" for number in range(COUNT)],
    "one folder of hashes": [f"up/{number * 2654435761 % 2**32:08x}" for number in range(COUNT)],
    "forty folders": [f"photos/{number * 40 // COUNT:03}/{number:09}.jpg" for number in range(COUNT)],
    "days and hours": [f"log/{n // 144 % 30:02}/{n // 6 % 24:02}/{n * 40503 % 65536:04x}.gz" for n in range(COUNT)],
    "one large folder of many": [*(f"a{n}/x" for n in range(90)), *(f"big/{n:07}" for n in range(COUNT - 90))],
    "keys in Chinese": [f"照片/{'春夏秋冬'[number % 4]}/{number:07}.jpg" for number in range(COUNT)],
}


@pytest.mark.parametrize("keys", LAYOUTS.values(), ids=LAYOUTS)
def test_every_thread_has_its_share(keys: list[str]) -> None:
    rehearsal = Rehearsal(keys, threads=16)
    rehearsal.run()
    assert rehearsal.listed == rehearsal.keys
    assert PAGES / rehearsal.time > 0.75 * 16
    assert rehearsal.requests < 1.25 * PAGES


@pytest.mark.parametrize("name", ["one folder", "days and hours"])
def test_what_is_listed_is_near_its_turn(name: str) -> None:
    rehearsal = Rehearsal(LAYOUTS[name], threads=8)
    rehearsal.run()
    # With a part of all keys for each thread it would be seven eighths.
    assert rehearsal.most_ahead < 0.65 * PAGES


@pytest.mark.parametrize("count", [0, 1, PAGE_SIZE, PAGE_SIZE + 1, 20])
def test_lists_few_keys_too(count: int) -> None:
    rehearsal = Rehearsal([f"{number:02}" for number in range(count)], threads=4)
    rehearsal.run()
    assert rehearsal.listed == rehearsal.keys
