"""One line of JSON for each decision, on stdout, of named fields only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from cosbatch.model.errors import quoted

FIELDS = (
    "request_id",
    "trigger",
    "action",
    "profile",
    "manifest",
    "job_id",
    "outcome",
    "code",
    "attempts",
    "duration_ms",
    "cos_request_id",
    "traceback",
)
_KNOWN = frozenset(FIELDS)
_LONGEST = 1000
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}


class Log:
    """Writes lines of at least one level; `write` gets each line with its newline.

    The values of `secrets` are blotted out wherever they would appear: an exception may quote what a library was given.
    """

    def __init__(self, write: Callable[[str], object], level: str = "INFO", secrets: Sequence[str | None] = ()) -> None:
        self._write = write
        self._level = _LEVELS[level]
        self._secrets = [secret for secret in secrets if secret]
        self._quoted = [json.dumps(secret)[1:-1] for secret in self._secrets]

    def __call__(self, level: str, message: str, **fields: object) -> None:
        """Write one line. Raises TypeError for a field that has no name in FIELDS: nothing else may be logged."""
        if not fields.keys() <= _KNOWN:
            raise TypeError(f"not a field of the log: {', '.join(sorted(fields.keys() - _KNOWN))}")
        if _LEVELS[level] < self._level:
            return
        named = {name: _bounded(name, value) for name in FIELDS if (value := fields.get(name)) is not None}
        line: dict[str, object] = {"level": level, "message": quoted(message, _LONGEST), **named}
        # In ASCII: whatever encoding stdout has, the line gets out.
        text = json.dumps(line)
        if any(secret in text for secret in self._quoted):
            text = json.dumps({name: self._blotted(value) for name, value in line.items()})
        self._write(text + "\n")

    def _blotted(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, "[secret]")
        return value


def _bounded(name: str, value: object) -> object:
    """The value; text of others, which may have any length, as far as a line needs it."""
    return quoted(value, _LONGEST) if isinstance(value, str) and name != "traceback" else value
