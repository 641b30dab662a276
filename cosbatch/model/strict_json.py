"""Reads JSON from outside without the parser's liberties: what it gives, any other program can read again.

Refused are doubled names, numbers that are none (NaN, 1e999), numbers of endless length, halves of surrogate pairs,
and nesting without end.
"""

from __future__ import annotations

import json
import math

from cosbatch.model.errors import quoted

_TOO_DEEP = "nested too deep"
_NO_NUMBER = "a number is NaN, infinite, or too large for JSON"
_LONGEST_NUMBER = 400


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
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_finite, parse_constant=_finite
        )
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}", error.lineno) from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if not text.isascii() or "\\u" in text:  # else there are no characters to look at
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


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(_NO_NUMBER)
    return number


def check(value: object) -> None:
    """For a value that another parser has read: raises ValueError where `read` would, but for doubled names."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False, default=str, skipkeys=True).encode()
    except UnicodeEncodeError as error:
        half = ord(error.object[error.start])
        raise ValueError(f"\\u{half:04x} is half of a surrogate pair, which is no character") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except ValueError:
        raise ValueError(_NO_NUMBER) from None
