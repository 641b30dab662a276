"""What one check of `doctor` found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from cosbatch.cli.terminal.language import N_, Sentence, _
from cosbatch.model.errors import Problem

# `not seen` is what cannot be looked at from where doctor runs.
OK, WARNING, WRONG, NOT_SEEN = N_("ok"), N_("warning"), N_("wrong"), N_("not seen")


@dataclass(frozen=True)
class Finding:
    """What one check found; `fix` says what to do where the state is not `ok`, in the language that is spoken, as hints do.

    `code` is that of the failure that was found, where it is one that has a Code.
    """

    check: str | Sentence
    state: str
    found: Sentence
    fix: str = ""
    code: str = ""

    @property
    def message(self) -> str:
        """What was found, in English."""
        return str(self.found)

    @property
    def check_told(self) -> str:
        """What was checked, in the language that is spoken; names of actions are the same in all."""
        return self.check.spoken() if isinstance(self.check, Sentence) else _(self.check)

    def as_json(self) -> dict[str, str]:
        finding = {"Check": str(self.check), "State": self.state, "Message": self.message, "Fix": self.fix}
        return {name: text for name, text in finding.items() if text}


def sentence_on(name: str, problem: Problem) -> Sentence:
    """What is wrong with what is called so; programs and people read the same message."""
    return Sentence(N_("{name} {message}"), {"name": name, "message": problem.message})
