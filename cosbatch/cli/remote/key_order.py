"""Keys as numbers: about how many pages lie between two of them, and which key is halfway."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import zip_longest

# How exact that key is: so many characters behind those that it has in common with the lower key.
_EXACT = 8
_KINDS = (str.isdigit, str.islower, str.isupper, str.isalpha)


class KeyOrder:
    """The order of the keys under a prefix, as numbers of which each digit is the character at a place of the key.

    Expected at a place are the characters that were seen there, and others of their kind that were seen anywhere: where one digit
    was, there may be any. A guess by these numbers costs no request, and takes a folder without folders in it for what it is. A
    wrong one costs one page, on which nothing is.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._seen: list[set[str]] = []  # at each place; "" behind the end of a key
        self._of_kind: defaultdict[object, set[str]] = defaultdict(set)
        self._expected: list[str] = []

    def learn(self, keys: Iterable[str]) -> None:
        is_new = False
        for place, characters in enumerate(map(set, zip_longest(*keys, fillvalue=""))):
            if place == len(self._seen):
                self._seen.append({""})
            for character in characters - self._seen[place]:
                self._seen[place].add(character)
                self._of_kind[_kind(character)].add(character)
                is_new = True
        if is_new:
            self._expected = [self._like(seen) for seen in self._seen]

    def _like(self, seen: set[str]) -> str:
        kinds = {_kind(character) for character in seen if character}
        return "".join(sorted(set().union(*(self._of_kind[kind] for kind in kinds))))

    def pages_left(self, first: str, last: str, until: str | None) -> int:
        """How many pages lie between `last` and `until` (None: the end) if all are like that from `first` to `last`."""
        length = self._length(first, last, until)
        begin, end, limit = (self._number(key, length) for key in (first, last, until))
        return (limit - end) // max(1, end - begin)

    def between(self, low: str, high: str | None, halvings: int = 1) -> str | None:
        """A key halfway from one to the other (None: the end), or after more `halvings` nearer to the first.

        None where there seems to be no room.
        """
        length = self._length(low, high)
        begin, end = self._number(low, length), self._number(high, length)
        found = self._key(begin + ((end - begin) >> halvings), length)
        shared = next((at for at, (one, other) in enumerate(zip(low, found, strict=False)) if one != other), len(low))
        found = found[: shared + _EXACT]
        return found if low < found and (high is None or found < high) else None

    def _length(self, *keys: str | None) -> int:
        """How many digits the numbers of these keys have, two more than the longest has characters."""
        return 2 + max(len(key or self._prefix) for key in keys)

    def _number(self, key: str | None, length: int) -> int:
        known, number = self._prefix if key is None else key, 0
        for place in range(length):
            characters = self._characters(place)
            if place < len(known):
                # A character that is not expected counts as the next one that is.
                digit = min(bisect_left(characters, known[place]) + 1, len(characters))
            else:
                digit = len(characters) if key is None else 0
            number = number * (len(characters) + 1) + digit
        return number

    def _key(self, number: int, length: int) -> str:
        """What has this number, up to its first 0, which stands behind the end of a key."""
        found = []
        for place in reversed(range(length)):
            characters = self._characters(place)
            number, digit = divmod(number, len(characters) + 1)
            found.append(characters[digit - 1] if digit else "\0")
        return "".join(reversed(found)).partition("\0")[0]

    def _characters(self, place: int) -> str:
        return self._expected[place] if place < len(self._expected) else ""


def _kind(character: str) -> Callable[[str], bool] | str:
    return next((kind for kind in _KINDS if kind(character)), character)
