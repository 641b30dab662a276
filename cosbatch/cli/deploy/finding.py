"""What one check of `doctor` found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from cosbatch.cli.terminal.language import N_, Sentence
from cosbatch.model.errors import Problem

# `not seen` is what cannot be looked at from where doctor runs.
OK, WARNING, WRONG, NOT_SEEN = "ok", "warning", "wrong", "not seen"


@dataclass(frozen=True)
class Finding:
    """What one check found; `fix` says what to do where the state is not `ok`, in the language that is spoken, as hints do.

    `code` is that of the failure that was found, where it is one that has a Code.
    """

    check: str
    state: str
    found: Sentence
    fix: str = ""
    code: str = ""

    @property
    def message(self) -> str:
        """What was found, in English."""
        return str(self.found)

    def as_json(self) -> dict[str, str]:
        finding = {"Check": self.check, "State": self.state, "Message": self.message, "Fix": self.fix}
        return {name: text for name, text in finding.items() if text}


def sentence_on(name: str, problem: Problem) -> Sentence:
    """What is wrong with what is called so; programs and people read the same message."""
    return Sentence(N_("{name} {message}"), {"name": name, "message": problem.message})
