"""Makes the imports of a cold start cheaper; before the first call everything is as if it had not been here."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

# What libraries import for things that are not done here, with the functions that they take out of it while they do.
_SELDOM_USED: dict[str, tuple[str, ...]] = {
    "charset_normalizer": (),  # requests, to guess encodings: 15 ms of a cold start, 3 MiB
    "importlib.metadata": ("version",),  # urllib3, when HTTP/2 is asked for: 4 ms
    "subprocess": (),  # platform, to ask the commands of a few systems: 1 ms
}

# The real one, for those who stand for it meanwhile.
_compile = re.compile


@contextmanager
def frugal_imports() -> Iterator[None]:
    """Import the function inside of this."""
    with _without_collecting(), _expressions_compiled_when_used(), ExitStack() as put_off:
        for name, functions in _SELDOM_USED.items():
            put_off.enter_context(_loaded_when_used(name, functions))
        yield


@contextmanager
def _without_collecting() -> Iterator[None]:
    """What is imported stays: looking through it for garbage, dozens of times, costs 5 to 10 ms."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


@contextmanager
def _loaded_when_used(name: str, functions: tuple[str, ...]) -> Iterator[None]:
    """Who imports the module gets one that is loaded when something of it is used; others get the module itself."""
    if name in sys.modules or find_spec(name) is None:
        yield
        return
    sys.modules[name] = later = _Later(name)
    for function in functions:
        setattr(later, function, _called_later(name, function))
    try:
        yield
    finally:
        sys.modules.pop(name, None)


def _called_later(module: str, function: str) -> Callable[..., object]:
    """Does what the module's function does; the module is loaded when it is called."""
    return lambda *values, **named: getattr(import_module(module), function)(*values, **named)


class _Later(ModuleType):
    """Stands for a module until something of it is used."""

    # requests asks whether it suits, by a number from 2.0.0 to below 4.
    __version__ = "3.0.0"

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)  # the import system asks for its own marks, and takes no for an answer
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def _expressions_compiled_when_used() -> Iterator[None]:
    """No call needs all of the 100 regular expressions of ours and of the libraries: to compile them would take 30 ms."""
    re.compile = _Expression  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = _compile


class _Expression:
    """Stands for a regular expression until it is used, and passes for one wherever `re` takes one."""

    def __init__(self, pattern: Any, flags: int = 0) -> None:
        self._made_of = pattern, flags

    @cached_property
    def _compiled(self) -> re.Pattern[Any]:
        return _compile(*self._made_of)

    @property  # type: ignore[misc]  # an expression is never told what it is
    def __class__(self) -> type:
        return re.Pattern

    def __getattr__(self, name: str) -> object:
        """Asked once, for whatever comes first: from then on the expression's own methods are here, at no more cost."""
        if name.startswith("__"):
            raise AttributeError(name)  # `abc` looks for its mark on all that stands in a class
        compiled = self._compiled
        self.__dict__.update({each: getattr(compiled, each) for each in dir(compiled) if not each.startswith("__")})
        return getattr(compiled, name)

    def __eq__(self, other: object) -> bool:
        return self._compiled == other

    def __hash__(self) -> int:
        return hash(self._compiled)

    def __repr__(self) -> str:
        return repr(self._compiled)

    def __reduce__(self) -> tuple[Any, ...]:
        return _compile, self._made_of
