"""The Chinese catalogue of the command line, brought up to the texts of the sources and compiled: python -m tests.catalogue"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import cosbatch
from cosbatch.cli.terminal.language import CATALOGUES, DOMAIN

LANGUAGE = "zh"
WRITTEN = CATALOGUES / LANGUAGE / "LC_MESSAGES" / f"{DOMAIN}.po"
COMPILED = WRITTEN.with_suffix(".mo")

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
    """The texts of the command line, of the stand-in's own, and of argparse, without translations."""
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
    for path in _sources():
        for _line, text, _comments, _context in extract_from_file("python", path, _KEYWORDS):
            catalog.add(text)
    for text in _OF_ARGPARSE:
        catalog.add(text)
    return catalog


def _sources() -> Iterator[Path]:
    yield from sorted((_PACKAGE / "cli").rglob("*.py"))
    yield from (_PACKAGE / "standin" / name for name in ("options.py", "serving.py"))


def translated() -> Catalog:
    """The catalogue as it is written."""
    with WRITTEN.open("rb") as file:
        return read_po(file, LANGUAGE, DOMAIN)


def main() -> None:
    """Write the catalogue anew: texts that are new come without a translation, those that are gone are left out."""
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


if __name__ == "__main__":
    main()
