"""Makes the imports of a cold start cheaper: regular expressions are compiled when they are first used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_compile = re.compile


@contextmanager
def expressions_compiled_when_used() -> Iterator[None]:
    """Import the function inside of this.

    Of the 100 expressions that our modules and the libraries compile at import, a call needs few: without them a cold
    start takes half of the instructions (508 of 1,005 million on Python 3.10). What it leaves behind: the expressions that
    were made meanwhile, the libraries' as well, stay objects of the class below and not of `re.Pattern`, and a pattern
    that is wrong says so at its first use.
    """
    re.compile = _Expression  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = _compile


class _Expression:
    """Stands for a regular expression until it is used; `isinstance` and the functions of `re` take it for one."""

    def __init__(self, pattern: Any, flags: int = 0) -> None:
        self._source = pattern, flags

    @property  # type: ignore[misc]  # an object is never told its class
    def __class__(self) -> type:
        return re.Pattern

    def __getattr__(self, name: str) -> Any:
        """Asked once, for the first method that is used: from then on all of them are here, at no more cost."""
        if name.startswith("__"):
            raise AttributeError(name)  # copying and `abc` ask for such names and expect none
        compiled = _compile(*self._source)
        self.__dict__.update({each: getattr(compiled, each) for each in dir(compiled) if not each.startswith("__")})
        return getattr(compiled, name)
