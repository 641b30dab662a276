"""Reads JSON from outside without the parser's liberties: what it gives, any other program can read again.

Refused are doubled names, numbers that are none (NaN, 1e999), numbers of endless length, halves of surrogate pairs,
and nesting without end.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from cosbatch.model.errors import quoted

_DEEPEST = 64
_LONGEST_NUMBER = 400
_LARGEST = 10**_LONGEST_NUMBER


class NotJson(ValueError):
    """The text is not JSON from that line on, counted from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read(text: str | bytes) -> object:
    """The value of a text (UTF-8 where it is bytes). Raises ValueError in words for a person, NotJson with a line."""
    try:
        if isinstance(text, bytes):
            # A byte order mark is no fault of the text; some editors write one.
            text = text.decode("utf-8-sig")
        value: object = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_real, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}", error.lineno) from None
    except RecursionError:
        raise ValueError(f"nested more than {_DEEPEST} deep") from None
    # In plain ASCII with few brackets there is neither half a character nor depth; what else there is to check, the
    # parser's hooks have seen.
    if not text.isascii() or "\\u" in text or text.count("[") + text.count("{") > _DEEPEST:
        check(value)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value: dict[str, object] = {}
    for name, below in pairs:
        if name in value:
            raise ValueError(f"the name {quoted(name)!r} stands twice in one object")
        value[name] = below
    return value


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(digits)} digits is too long")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return number


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def check(value: object) -> None:
    """For a value that another parser has read: raises ValueError where `read` would, but for doubled names."""
    # Floor by floor, so that depth costs no recursion.
    floor: list[object] = [value]
    texts: list[str] = []
    for _ in range(_DEEPEST + 1):
        floor = _below(floor, texts)
        if not floor:
            return _check_characters(texts)
    raise ValueError(f"nested more than {_DEEPEST} deep")


def _below(floor: list[object], texts: list[str]) -> list[object]:
    """What the objects and lists of a floor hold, names included; its numbers are checked, its texts put to the others."""
    below: list[object] = []
    for each in floor:
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, dict):
            below += each
            below += each.values()
        elif isinstance(each, list):
            below += each
        elif isinstance(each, float) and not math.isfinite(each):
            raise ValueError(f"{each} is not a JSON number")
        elif isinstance(each, int) and abs(each) >= _LARGEST:
            raise ValueError(f"a number of more than {_LONGEST_NUMBER} digits is too long")
    return below


def _check_characters(texts: Iterable[str]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        half = ord(error.object[error.start])
        raise ValueError(f"\\u{half:04x} is half of a surrogate pair, which is no character") from None
