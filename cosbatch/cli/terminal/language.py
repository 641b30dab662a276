"""The language in which the command line speaks to people: gettext's catalogues in `cosbatch/cli/locale`.

Texts are marked by `_` where they are used (by `ngettext` where a number decides), and by `N_` where they are declared before
the language is known. What programs read (JSON, codes, messages of failures) stays English. After a change of a text:
`python -m tests.catalogue`.
"""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cosbatch.configuration.settings import language_of

DOMAIN = "cosbatch"
CATALOGUES = Path(__file__).parent.parent / "locale"
# To gettext this is the language of the sources: it looks for no catalogue.
_ENGLISH = "C"


def speak() -> None:
    """Speak the language of COSBATCH_LANG, or else of LANG, from here on; English where stdout has no Chinese characters.

    So does argparse, which asks gettext for its words.
    """
    is_chinese = language_of(os.environ) == "zh" and can_write("中")
    os.environ["LANGUAGE"] = "zh" if is_chinese else _ENGLISH
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


def spoken() -> str:
    """The language that is spoken, as gettext names it."""
    return os.environ.get("LANGUAGE", _ENGLISH)


def can_write(text: str) -> bool:
    """Whether stdout's character set has all of the text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _(text: str) -> str:
    """The text in the language that is spoken."""
    # By the empty text, gettext knows what is said about the catalogue.
    return _catalogue(spoken()).gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The one or the other text, as the number wants it, in the language that is spoken."""
    return _catalogue(spoken()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802  # the name by which gettext's tools know it
    """The text itself, which is to be translated where it is used."""
    return text


@dataclass(frozen=True)
class Sentence:
    """A text marked by `N_`, with the values of its `{names}`: English as a `str`, for programs; people are told it in theirs."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)

    def spoken(self) -> str:
        """The text in the language that is spoken; values that are sentences, too."""
        values = {name: value.spoken() if isinstance(value, Sentence) else value for name, value in self.values.items()}
        return _(self.text).format(**values)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    # gettext.gettext looks for the file each time, which takes 0.1 ms, and there are hundreds of texts.
    return gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)
