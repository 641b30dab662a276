"""Which objects the function is told of: by --trigger, or else by the matches of profiles.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cosbatch.standin.wire.addresses import BUCKET_NAME, Account


class UnusableFunction(Exception):
    """The function cannot be loaded, or nothing says of what it is to be told; the text says why and what to do."""


@dataclass(frozen=True)
class Trigger:
    """The objects of a bucket whose keys begin and end so."""

    bucket: str
    prefix: str = ""
    suffix: str = ""

    def takes(self, bucket: str, key: str) -> bool:
        """Whether the function is told of an object."""
        return bucket == self.bucket and key.startswith(self.prefix) and key.endswith(self.suffix)


@dataclass(frozen=True)
class Function:
    """A function, `MODULE.NAME`, as the platform runs it.

    The module is loaded from `folder`, with its `profiles.json`; where it has no `handler.py`, `handler.main_handler` is the one
    that comes with cosbatch, and where it has no profiles, so are they. `retry_seconds` is the pause before an event is
    delivered again, `time_limit` the seconds of an invocation. Its log goes to the file descriptor `log`, or else to standard
    error.
    """

    name: str
    triggers: Sequence[Trigger]
    folder: Path | str = "."
    retry_seconds: float = 60.0
    time_limit: float = 60.0
    log: int | None = field(default=None, compare=False)

    @property
    def called(self) -> str:
        """How the platform calls it: by its module."""
        return self.name.partition(".")[0]


def read_trigger(text: str) -> Trigger:
    """The trigger that BUCKET[:PREFIX[:SUFFIX]] is. Raises ValueError."""
    bucket, *rest = text.split(":", 2)
    if not BUCKET_NAME.fullmatch(bucket):
        raise ValueError(f"{bucket} is no bucket's name")
    return Trigger(bucket, *rest)


def triggers_of(given: Sequence[Trigger], profiles: Path) -> tuple[Trigger, ...]:
    """The triggers that were given, or else the matches of a profiles file. Raises UnusableFunction where there are none."""
    if given:
        return tuple(given)
    try:
        content = json.loads(profiles.read_bytes())
        matches = [profile["match"] for profile in content["profiles"] if profile.get("match")]
        found = tuple(_trigger(match["bucket"], match.get("prefix", ""), match.get("suffix", "")) for match in matches)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # Not its repr: that of a UnicodeDecodeError holds the whole file.
        reason = f"{type(error).__name__}: {error}"
        raise UnusableFunction(f"{profiles} cannot be read for triggers ({reason}); give --trigger BUCKET") from None
    if not found:
        raise UnusableFunction(f"no profile in {profiles} has a match; give --trigger BUCKET")
    return found


def _trigger(bucket: object, prefix: object, suffix: object) -> Trigger:
    """Raises TypeError."""
    if isinstance(bucket, str) and isinstance(prefix, str) and isinstance(suffix, str):
        return Trigger(bucket, prefix, suffix)
    raise TypeError("bucket, prefix and suffix of a match are texts")


def check_buckets(triggers: Iterable[Trigger], account: Account) -> None:
    """Raises UnusableFunction where no trigger can ever fire, because every bucket is another account's."""
    buckets = [trigger.bucket for trigger in triggers]
    if not any(map(account.owns_bucket, buckets)):
        of = f"no trigger is of a bucket of APPID {account.appid}"
        raise UnusableFunction(f"{of}, but of {', '.join(buckets)}; give --appid")
