"""The files that the function is deployed of: beside the package in a checkout, among its installed data otherwise."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Mapping
from pathlib import Path

import cosbatch
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import WrongUsage, check_profiles
from cosbatch.cli.terminal.language import _
from cosbatch.configuration.settings import PROFILES

OWN_PROFILES = Path("profiles.json")
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


def has_own_profiles() -> bool:
    """Whether the current folder has profiles. Raises WrongUsage where a FIFO or the like is in their place."""
    check_profiles(str(OWN_PROFILES))
    return OWN_PROFILES.is_file()


def profiles_file() -> Path:
    """The profiles of the current folder; where it has none, the example that is shipped. Raises WrongUsage."""
    return OWN_PROFILES if has_own_profiles() else function_file(OWN_PROFILES.name)


def require_profiles(wanted: str) -> None:
    """Raises WrongUsage, which begins with what is wanted of them, where nothing holds profiles that a job may be made by: nobody
    wants a job of the shipped example.
    """
    if not os.environ.get(PROFILES) and not has_own_profiles():
        message = _("{wanted}: there is no {name} in this folder; cosbatch init writes it, or {variable} names one")
        raise WrongUsage(message.format(wanted=wanted, name=OWN_PROFILES, variable=PROFILES))


def say_of_example() -> None:
    """Say so where `profiles_file` is the example. Raises WrongUsage."""
    if not has_own_profiles():
        message = _(
            "There is no {name} in this folder, so the example that is shipped is used; cosbatch init writes your own."
        )
        output.say(message.format(name=OWN_PROFILES))


def profiles_in_use(environ: Mapping[str, str]) -> str:
    """The path of the file that COSBATCH_PROFILES names, or else of `profiles_file`; says so where that is the example.

    Raises WrongUsage.
    """
    if not environ.get(PROFILES):
        say_of_example()
    return environ.get(PROFILES) or str(profiles_file())
