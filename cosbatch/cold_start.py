"""Makes the imports of a cold start cheaper; before the first call everything is as if it had not been here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# What libraries import for things that are not done here: 25 ms of a cold start, most of it for the first.
_SELDOM_USED = (
    "charset_normalizer",  # requests, to guess encodings
    "bz2",  # shutil, for archives
    "csv",  # importlib.metadata, to list the files of packages
    "idna",  # requests, for names that are not ASCII
    "locale",  # calendar, for the names of months
    "lzma",  # shutil, for archives
    "mimetypes",  # urllib3, for uploads of forms
    "subprocess",  # platform, to ask the system's commands
    "tokenize",  # inspect, to read source code
    "zipfile",  # importlib.metadata and requests, for packages and certificates in zips
)


@contextmanager
def frugal_imports() -> Iterator[None]:
    """Import the function inside of this."""
    with _without_collecting(), ExitStack() as put_off:
        for name in _SELDOM_USED:
            put_off.enter_context(_loaded_when_used(name))
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
