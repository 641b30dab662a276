"""Runs a function as an instance of the platform does: one event after the other, each a line of JSON on stdin.

It is run as a script, `bootstrap.py MODULE.NAME FOLDER`, with only the standard library, so that nothing of the stand-in is loaded
beside the function. Replies go to what was stdout; whatever the function prints goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

# What the platform sets; a real account's credentials must not get into a rehearsal.
PLATFORM = ("TENCENTCLOUD_", "SCF_")
PROFILES = "COSBATCH_PROFILES"


def load(name: str) -> Callable[[object, object], object]:
    """The function that MODULE.NAME names. Raises whatever the module raises, AttributeError, ValueError, TypeError."""
    module, _, function = name.rpartition(".")
    if not module:
        raise ValueError("it is given as MODULE.NAME")
    found: Callable[[object, object], object] = getattr(importlib.import_module(module), function)
    if not callable(found):
        raise TypeError(f"{name} is no function")
    return found


def serve(name: str, lines: Iterable[str], answers: TextIO) -> int:
    """The exit code of an instance that has answered every line."""
    try:
        function = load(name)
    except Exception as error:  # noqa: BLE001 - whatever a module does when it is imported
        _write(answers, {"error": f"{type(error).__name__}: {error}"})
        return 1
    _write(answers, {"ready": True})
    for line in lines:
        _write(answers, _invoked(function, json.loads(line)))
    return 0


def _write(answers: TextIO, value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def _invoked(function: Callable[[object, object], object], message: Mapping[str, Any]) -> dict[str, object]:
    """The function's reply, or its error as text; a reply that is no JSON is an error."""
    for name in [name for name in os.environ if name.startswith(PLATFORM)]:
        del os.environ[name]
    os.environ.update(message["environ"])
    try:
        reply = function(message["event"], message["context"])
        json.dumps(reply)
    except Exception as error:  # noqa: BLE001 - every error of the function is the platform's to judge
        return {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
    return {"reply": reply}


def main(name: str, shipped: str) -> int:
    """The exit code of an instance in a process of its own; it ends with its stdin.

    The module is one of the current folder or, where that has none of the name, of `shipped`. The profiles of the current
    folder go before those beside the shipped one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path[:1] = [os.getcwd(), shipped]
    profiles = os.path.abspath("profiles.json")
    if os.path.isfile(profiles) and not os.environ.get(PROFILES):
        os.environ[PROFILES] = profiles
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)
        return serve(name, sys.stdin, answers)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
