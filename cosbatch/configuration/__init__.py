"""What is configured: the settings from the environment and the profiles from their file, read together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cosbatch.configuration.profiles import Profiles, parse_profiles
from cosbatch.configuration.settings import PROFILES, Settings, read_settings
from cosbatch.model.errors import ConfigurationError, Problem


class Configuration(NamedTuple):
    settings: Settings
    profiles: Profiles


def read_configuration(environ: Mapping[str, str], default_path: str, read_file: Callable[[str], str]) -> Configuration:
    """Raises ConfigurationError with everything that is wrong in either.

    `read_file` raises OSError or ValueError; only the file at `default_path` may be missing: then there are no profiles.
    """
    settings, problems = read_settings(environ)
    path = settings.profiles_path or default_path
    profiles, more = _profiles(path, settings.profiles_path is None, read_file)
    if problems or more:
        wrong = " and the ".join(["variables"] * bool(problems) + [f"profiles in {path}"] * bool(more))
        raise ConfigurationError(f"The {wrong} are not right; nothing was sent.", [*problems, *more])
    return Configuration(settings, profiles)


def read_without_profiles(environ: Mapping[str, str]) -> Configuration:
    """The settings, for what makes no job: no file is read. Raises ConfigurationError with everything that is wrong."""
    settings, problems = read_settings(environ)
    if problems:
        raise ConfigurationError("The variables are not right; nothing was sent.", problems)
    return Configuration(settings, Profiles())


def _profiles(path: str, may_be_missing: bool, read_file: Callable[[str], str]) -> tuple[Profiles, tuple[Problem, ...]]:
    try:
        return parse_profiles(read_file(path))
    except (OSError, ValueError) as error:
        if may_be_missing and isinstance(error, FileNotFoundError):
            return Profiles(), ()
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"the profiles file {path} cannot be read: {reason}"
        return Profiles(), (Problem(f"/{PROFILES}", message),)
