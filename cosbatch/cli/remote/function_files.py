"""The files that the function is deployed of: beside the package in a checkout, among its installed data otherwise."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import cosbatch

PACKAGE = Path(cosbatch.__file__).resolve().parent


def function_file(name: str) -> Path:
    """handler.py, profiles.json (the example) or requirements.txt. Raises FileNotFoundError."""
    checkout = PACKAGE.parent
    if (checkout / "handler.py").is_file() and (checkout / "requirements.txt").is_file():
        return checkout / name
    for file in importlib.metadata.files("cosbatch") or ():
        if file.parts[-3:] == ("share", "cosbatch", name):
            return Path(str(file.locate())).resolve()
    raise FileNotFoundError(f"{name} is not installed with cosbatch; install it anew")


def profiles_file() -> Path:
    """The profiles of the current folder; where it has none, those of the function."""
    own = Path("profiles.json")
    return own if own.is_file() else function_file("profiles.json")
