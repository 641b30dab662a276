"""What to say where the object that is named as LIST holds none: mostly, a job for this one object was meant."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
from collections.abc import Iterator
from itertools import chain, count
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
        # Where an option's value is the same, nobody knows here which of the words is the LIST.
        is_told = _is_no_list(error) and options.arguments.count(name) == 1
        if place is not None and not names.is_inventory(place.key or "") and is_told:
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
    list_ = _free_name() if is_file else "-"
    words = ["cosbatch", *(list_ if word == name else word for word in options.arguments)]
    if is_file:
        return f"echo {row} > {list_} && {shlex.join(words)}"
    if not (options.yes or options.dry_run):
        # The last of the options: behind -- there are none, and a command that is pasted in part agrees to nothing.
        words.insert(words.index("--") if "--" in words else len(words), "--yes")
    return f"echo {row} | {shlex.join(words)}"


def _free_name() -> str:
    """A name that no file of the current folder has."""
    tried = chain(["one.csv"], (f"one-{number}.csv" for number in count(2)))
    return next(name for name in tried if not os.path.lexists(name))
