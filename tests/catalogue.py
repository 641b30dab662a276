"""The Chinese catalogue of the command line, brought up to the texts of the sources and compiled: python -m tests.catalogue"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeAlias

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import cosbatch
from cosbatch.cli.terminal import language
from cosbatch.cli.terminal.language import DOMAIN

LANGUAGE = "zh"
WRITTEN = language.CATALOGUES / LANGUAGE / "LC_MESSAGES" / f"{DOMAIN}.po"
COMPILED = WRITTEN.with_suffix(".mo")

Text: TypeAlias = str | tuple[str, ...]

_PACKAGE = Path(cosbatch.__file__).parent
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}

# The same at every run.
_DATE = datetime(2026, 11, 26, tzinfo=timezone.utc)

# What argparse says to people, from Python 3.10 on; it asks gettext for these texts.
_OF_ARGPARSE = (
    "usage: ",
    "positional arguments",
    "options",
    "%(heading)s:",
    "show this help message and exit",
    "argument %(argument_name)s: %(message)s",
    "the following arguments are required: %s",
    "one of the arguments %s is required",
    "not allowed with argument %s",
    "unrecognized arguments: %s",
    "ambiguous option: %(option)s could match %(matches)s",
    "ignored explicit argument %r",
    "expected one argument",
    "expected at most one argument",
    "expected at least one argument",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "invalid %(type)s value: %(value)r",
)


def messages() -> Catalog:
    """The texts, without translations."""
    catalog = Catalog(
        LANGUAGE,
        header_comment="# The words of the command line in Simplified Chinese.",
        project=DOMAIN,
        version=cosbatch.__version__,
        creation_date=_DATE,
        revision_date=_DATE,
        last_translator=DOMAIN,
        msgid_bugs_address=DOMAIN,
        fuzzy=False,
    )
    for text in _texts():
        catalog.add(text)
    return catalog


def translated() -> Catalog:
    """The catalogue as it is written."""
    with WRITTEN.open("rb") as file:
        return read_po(file, LANGUAGE, DOMAIN)


def write() -> None:
    """Write it anew: texts that are new come without a translation, those that are gone are left out."""
    known, catalog = translated(), messages()
    for message in catalog:
        before = known.get(message.id)
        if message.id and before is not None:
            message.string = before.string
        if message.id and not message.string:
            print(f"to translate: {message.id!r}")
    with WRITTEN.open("wb") as file:
        write_po(file, catalog, width=0, no_location=True)
    with COMPILED.open("wb") as file:
        write_mo(file, catalog)


def _texts() -> Iterator[Text]:
    """What the command line says, the stand-in's own, and argparse."""
    standin = [_PACKAGE / "standin" / name for name in ("options.py", "serving.py")]
    for path in [*sorted((_PACKAGE / "cli").rglob("*.py")), *standin]:
        for _line, text, _comments, _context in extract_from_file("python", path, _KEYWORDS):
            yield text
    yield from _OF_ARGPARSE


if __name__ == "__main__":
    write()
