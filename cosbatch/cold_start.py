"""Makes the imports of a cold start cheaper; before the first call everything is as if it had not been here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# requests loads it to guess encodings when it is asked to, which nobody here does: 15 ms of a cold start, and 3 MiB.
_SELDOM_USED = "charset_normalizer"


@contextmanager
def frugal_imports() -> Iterator[None]:
    """Import the function inside of this."""
    with _without_collecting(), _loaded_when_used(_SELDOM_USED):
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
def _loaded_when_used(name: str) -> Iterator[None]:
    """Who imports the module gets one that is loaded when something of it is used; others get the module itself."""
    if name in sys.modules or find_spec(name) is None:
        yield
        return
    sys.modules[name] = _Later(name)
    try:
        yield
    finally:
        sys.modules.pop(name, None)


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
