"""What to say where the object that is named as LIST holds none: mostly, a job for this one object was meant."""

from __future__ import annotations

import argparse
import contextlib
import shlex
from collections.abc import Iterator
from typing import Any

from cosbatch.cli.manifests import lists
from cosbatch.cli.manifests.build import encoded
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.language import _
from cosbatch.model import names
from cosbatch.model.errors import CosbatchError

# What the first row of no list has, by the names of manifest/verdict.py: others are slips of who wrote a list.
_NO_LIST = ("ColumnCount", "Empty", "Gzip", "LineTooLong", "NotUtf8", "NulByte", "WrongFormat")


@contextlib.contextmanager
def explained(name: str, options: argparse.Namespace) -> Iterator[None]:
    """A failure over the LIST `name` says how it is read, and the command for this one object, where it is no list."""
    try:
        yield
    except CosbatchError as error:
        place = lists.left_in_place(name, as_file=False)
        if place is not None and not names.is_inventory(place.key or "") and _is_no_list(error):
            row = f"{place.bucket},{encoded([place.key or ''])[0]}"
            told = _("{place} is read as a list of objects. For this one object alone: {command}")
            output.advise(error, told.format(place=place.uri, command=_command_for(shlex.quote(row), name, options)))
        raise


def _is_no_list(error: CosbatchError) -> bool:
    """Whether it was refused for what it holds, or is archived: then the advice to restore it comes to who restores it."""
    verdict: Any = error.fields.get("Verdict", {})
    faults = [fault["Fault"] for fault in verdict.get("Faults", ()) if fault["Line"] == 1]
    return error.code == "InvalidObjectState" or any(fault in _NO_LIST for fault in faults)


def _command_for(row: str, name: str, options: argparse.Namespace) -> str:
    """What was typed, for a list of this row alone."""
    # Where a call in JSON is taken too, - is one.
    is_file = "call" in options
    words = ["cosbatch", *(("one.csv" if is_file else "-") if word == name else word for word in options.arguments)]
    if is_file:
        return f"echo {row} > one.csv && {shlex.join(words)}"
    return f"echo {row} | {shlex.join(words)}{'' if options.yes or options.dry_run else ' --yes'}"
