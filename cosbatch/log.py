"""One line of JSON for each decision, on stdout, of named fields only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress

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

    def __call__(self, level: str, message: str, **fields: object) -> None:
        """Write one line. Raises TypeError for a field that has no name in FIELDS: nothing else may be logged."""
        if unknown := fields.keys() - FIELDS:
            raise TypeError(f"not a field of the log: {', '.join(sorted(unknown))}")
        if _LEVELS[level] < self._level:
            return
        line = {"level": level, "message": message, **{name: fields.get(name) for name in FIELDS}}
        shown = {name: self._shown(name, value) for name, value in line.items() if value is not None}
        # In ASCII: whatever encoding stdout has, the line gets out. Where stdout is broken, what is done is still told.
        text = json.dumps(shown) + "\n"
        with suppress(Exception):
            self._write(text)

    def _shown(self, name: str, value: object) -> object:
        """The value without secrets; text of others, which may have any length, as far as a line needs it."""
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, "[secret]")
        return value if name == "traceback" else quoted(value, _LONGEST)
