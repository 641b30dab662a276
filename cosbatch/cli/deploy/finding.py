"""What one check of `doctor` found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

# `not seen` is what cannot be looked at from where doctor runs.
OK, WARNING, WRONG, NOT_SEEN = "ok", "warning", "wrong", "not seen"


@dataclass(frozen=True)
class Finding:
    """What one check found; `fix` says what to do where the state is not `ok`."""

    check: str
    state: str
    message: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        finding = {"Check": self.check, "State": self.state, "Message": self.message, "Fix": self.fix}
        return {name: text for name, text in finding.items() if text}
