"""Keys as numbers: about how many pages lie between two of them, and which key is halfway."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

# How exact that key is: so many characters behind those that it has in common with the lower key.
_EXACT = 8


class KeyOrder:
    """The order of the keys under a prefix, as numbers whose digits are the characters that were seen in them.

    A guess by these numbers costs no request, and takes a folder without folders in it for what it is. A wrong one costs one
    page, on which nothing is.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._characters = ""

    def learn(self, keys: Iterable[str]) -> None:
        known = frozenset(self._characters)
        found = known.union(*keys)
        if found != known:
            self._characters = "".join(sorted(found))

    def pages_left(self, first: str, last: str, until: str | None) -> int:
        """How many pages lie between `last` and `until` (None: the end) if all are like that from `first` to `last`."""
        begin, end, limit = self._numbers(first, last, until)
        return (limit - end) // max(1, end - begin)

    def between(self, low: str, high: str | None, halvings: int = 1) -> str | None:
        """A key halfway from one to the other (None: the end), or after more `halvings` nearer to the first.

        None where there seems to be no room.
        """
        begin, end = self._numbers(low, high)
        found = self._key(begin + ((end - begin) >> halvings))
        shared = next((at for at, (one, other) in enumerate(zip(low, found, strict=False)) if one != other), len(low))
        found = found[: shared + _EXACT]
        return found if low < found and (high is None or found < high) else None

    def _numbers(self, *keys: str | None) -> list[int]:
        """Each with as many digits, two more than the longest key has."""
        length = 2 + max(len(key or self._prefix) for key in keys)
        end = self._prefix + self._characters[-1:] * (length - len(self._prefix))
        return [self._number((end if key is None else key).ljust(length, "\0")) for key in keys]

    def _number(self, padded: str) -> int:
        number, base = 0, len(self._characters) + 1
        for character in padded:
            # A character that was not seen counts as the next one that was.
            digit = min(bisect_left(self._characters, character) + 1, base - 1) if character > "\0" else 0
            number = number * base + digit
        return number

    def _key(self, number: int) -> str:
        """What has this number, up to its first 0, which stands behind the end of a key."""
        characters = []
        while number:
            number, digit = divmod(number, len(self._characters) + 1)
            characters.append(self._characters[digit - 1] if digit else "\0")
        return "".join(reversed(characters)).partition("\0")[0]
