"""Makes the imports of a cold start cheaper; before the first call everything is as if it had not been here."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# What libraries import for things that are not done here, with the functions that they take out of it while they do.
_SELDOM_USED: dict[str, tuple[str, ...]] = {
    "charset_normalizer": (),  # requests, to guess encodings: 15 ms of a cold start, 3 MiB
    "importlib.metadata": ("version",),  # urllib3, when HTTP/2 is asked for: 4 ms
    "subprocess": (),  # platform, to ask the commands of a few systems: 1 ms
}


@contextmanager
def frugal_imports() -> Iterator[None]:
    """Import the function inside of this."""
    with _without_collecting(), ExitStack() as put_off:
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
