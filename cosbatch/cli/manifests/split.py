"""The command `split`: a list in several, each of so many rows at most, for a profile or an account that takes no more."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from cosbatch.cli.manifests import lists
from cosbatch.cli.manifests.cutting import Part, parts_of
from cosbatch.cli.manifests.draft import OutputInUse
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.content import Stretch, whole_file
from cosbatch.cli.terminal import exit_codes, files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.options import Commands, add_connections, add_service, command, whole_number
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.cli.terminal.tables import printable, table
from cosbatch.jobs.inspection import refusal
from cosbatch.manifest.judge import judge_csv
from cosbatch.model import strict_json
from cosbatch.model.deadline import Clock

MOST_ROWS = 10**12
# More files than this in one folder are somebody's mistake.
MOST_PARTS = 10_000
_NOTES = ".cosbatch-split.json"

_EXAMPLES = N_("""\
  A list in parts of a million rows, photos-parts/photos-0001.csv and so on:
    cosbatch split photos.csv --rows 1000000

  An inventory, as lists that a profile takes, into a folder of one's own choice:
    cosbatch split cos://inventory-1250000000/all/20261123/manifest.json --rows 1000000 --output parts/

The same is done on the way by --split of restore, copy, tag, delete-objects and create: one job for each part.
""")


def add(commands: Commands) -> None:
    summary = _("Divide a list into several, of so many rows each.")
    parser = command(commands, "split", summary, _(_EXAMPLES), split)
    parser.add_argument("list", metavar="LIST", help=_(lists.HELP))
    at_most = _("how many rows a part has at most; needed")
    parser.add_argument("--rows", type=whole_number(1, MOST_ROWS), metavar="N", help=at_most)
    where = _("where the parts go (default: the list's name and -parts)")
    parser.add_argument("--output", metavar="FOLDER", type=files.folder_path, help=where)
    add_connections(parser)
    add_service(parser)


def split(options: argparse.Namespace) -> int:
    if options.rows is None:
        raise WrongUsage(_("--rows N is needed: how many rows a part has at most"))
    whose = _identity(options.list)
    stem = _stem(whose)
    folder = options.output or f"{stem}-parts"
    # A list on this machine is divided without an account.
    with lists.found(options.list, options, as_file=True) as path:
        whole = whole_file(str(path))
        parts = divided(whole, options.rows, options.clock)
        width = max(4, len(str(len(parts))))
        names = [f"{stem}-{number:0{width}}.csv" for number in range(1, len(parts) + 1)]
        with _for_this_alone(folder), bytes_shown(_("Writing"), whole.size, options.clock) as show:
            _prepare(folder, whose, names)
            for name, part in zip(names, parts, strict=True):
                with files.writing(os.path.join(folder, name)) as file:
                    file.writelines(replace(whole, start=part.start, size=part.size).blocks(show))
    rows = [(os.path.join(folder, name), part.rows) for name, part in zip(names, parts, strict=True)]
    written = [{"Manifest": name, "Rows": count} for name, count in rows]
    output.show({"Manifests": written}, options, lambda: table((_("Manifest"), _("Rows")), rows))
    return exit_codes.DONE


def divided(
    whole: Stretch,
    rows: int,
    clock: Clock,
    fields: Sequence[str] | None = None,
    allowed: Container[str] | None = None,
    most: int = MOST_PARTS,
) -> list[Part]:
    """The parts of the list, at most so many; `fields` and `allowed` are as of `judge_csv`.

    Raises WrongUsage where they are more, InvalidManifest with the list's faults.
    """
    with bytes_shown(_("Judging"), whole.size, clock) as show:
        verdict = judge_csv(whole.blocks(show), fields, allowed)
    if not verdict.ok:
        raise refusal(verdict, "The content of the list cannot work; nothing was made of it.")
    if -(-(verdict.rows or 0) // rows) > most:
        message = _("{rows} rows would be more than {most} parts; let a part have more rows")
        raise WrongUsage(message.format(rows=f"{verdict.rows:,}", most=f"{most:,}"))
    with bytes_shown(_("Dividing"), whole.size, clock) as show:
        return [*parts_of(whole.blocks(show), rows)]


def _stem(name: str) -> str:
    """The list's name without its folder and ending; that of the folder where it lies in one that says more."""
    parts = [part for part in name.split("/") if part not in ("", "manifest.json", files.STDIN)]
    return os.path.splitext(parts[-1])[0] if parts else "list"


def _identity(name: str) -> str:
    """What the list is called in notes: a file by where it lies, for others may have its name."""
    return name if name == files.STDIN or objects.is_object(name) else os.path.abspath(name)


@contextlib.contextmanager
def _for_this_alone(folder: str) -> Iterator[None]:
    """Make the folder, and write to it in the `with` block; the system's own lock keeps other processes from that.

    Raises WrongUsage, OutputInUse.
    """
    files.make_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, folder)
        yield
    except KeyboardInterrupt as error:
        told = _("The parts in {folder} are not whole; the same command writes them anew.")
        output.advise(error, printable(told.format(folder=folder)))
        raise
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputInUse(f"Another process divides a list into {folder}.") from None


def _prepare(folder: str, whole: str, names: Sequence[str]) -> None:
    """Note what will be written to the folder, and remove what an earlier split of that list has left there.

    Raises WrongUsage where a file is there that no split of it wrote.
    """
    notes = os.path.join(folder, _NOTES)
    noted = _noted(notes)
    earlier = noted.get(whole, [])
    foreign = [name for name in names if name not in earlier and os.path.exists(os.path.join(folder, name))]
    if foreign:
        there = os.path.join(folder, foreign[0])
        raise WrongUsage(
            _("{path} is there, and no split of this list wrote it; choose another --output").format(path=there)
        )
    others = {list_: [name for name in parts if name not in names] for list_, parts in noted.items()}
    # All that is there stays noted until it is removed: parts of two splits beside each other would look like those of one.
    _note(notes, {**others, whole: [*dict.fromkeys([*earlier, *names])]})
    for name in earlier:
        _remove(os.path.join(folder, name))
    _note(notes, {**others, whole: [*names]})


def _note(notes: str, parts: Mapping[str, Sequence[str]]) -> None:
    with files.writing(notes) as file:
        file.write(json.dumps(parts).encode())


def _noted(notes: str) -> dict[str, list[str]]:
    """The names of the files that splits wrote there, by their list; empty where nothing says so. Raises WrongUsage."""
    files.check_place(notes)
    try:
        noted = strict_json.read(files.read_bytes(notes))
    except (ValueError, WrongUsage):
        return {}
    kept = noted if isinstance(noted, dict) else {}
    parts = {whole: names for whole, names in kept.items() if isinstance(names, list)}
    if not all(_is_part(name, whole) for whole, names in parts.items() for name in names):
        message = _("{path} names what no split writes; remove it, or choose another --output")
        raise WrongUsage(message.format(path=notes))
    return parts


def _is_part(name: object, whole: str) -> bool:
    """Whether a split of that list gives the name: no other file is removed, whatever somebody has written into the notes."""
    return isinstance(name, str) and bool(re.fullmatch(rf"{re.escape(_stem(whole))}-[0-9]{{4,}}\.csv", name))


def _remove(path: str) -> None:
    """Remove the file where it is there. Raises WrongUsage."""
    try:
        os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise files.unwritable(path, error) from None
