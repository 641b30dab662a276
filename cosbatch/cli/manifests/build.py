"""The command `build`: a manifest of the objects in a bucket. After an interruption it goes on where it was."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from cosbatch.cli.remote.client import connect
from cosbatch.cli.remote.listing import BEGINNING, Entry, Listing, Marker, pages
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.progress import Progress, Reading
from cosbatch.configuration.settings import Settings
from cosbatch.model import names
from cosbatch.model.errors import CosbatchError, InvalidManifest
from cosbatch.model.names import CSV

_EXAMPLES = """\
  A list of every object under a prefix:
    python -m cosbatch build --bucket examplebucket-1250000000 --prefix photos/ --output photos.csv

  The same with the id of each object's newest version, so that the job works on just these:
    python -m cosbatch build --bucket examplebucket-1250000000 --prefix photos/ --versions --output photos.csv

  Only what is archived, for a restore job; other objects would fail in it:
    python -m cosbatch build --bucket examplebucket-1250000000 --storage-class ARCHIVE --storage-class DEEP_ARCHIVE

Keys are written percent-encoded. With --output, the state of the listing is kept beside the file until it is whole: run the
same command again after an interruption.
"""


def add(commands: Commands) -> None:
    parser = command(commands, "build", "Write a manifest from a listing of a bucket.", _EXAMPLES, build)
    parser.add_argument("--bucket", required=True, metavar="BUCKET", help="the bucket, with or without -appid")
    parser.add_argument("--prefix", default="", metavar="PREFIX", help="only keys that begin so (default: all)")
    parser.add_argument(
        "--versions",
        nargs="?",
        const="latest",
        choices=("latest", "all"),
        help="name versions too: the latest of each object (default), or all but delete markers",
    )
    parser.add_argument(
        "--storage-class", action="append", default=[], metavar="CLASS", help="only objects of this class; repeatable"
    )
    parser.add_argument("--output", metavar="FILE", help="the manifest (default: stdout)")
    add_service(parser)


class BrokenState(CosbatchError):
    """The state that was kept of an interrupted listing cannot be read."""


@dataclass(frozen=True)
class Selection:
    """The entries of a listing that become rows of the manifest."""

    listing: Listing
    latest_only: bool
    storage_classes: tuple[str, ...]

    def includes(self, entry: Entry) -> bool:
        in_class = not self.storage_classes or entry.storage_class in self.storage_classes
        return in_class and (entry.is_latest or not self.latest_only)

    def row(self, entry: Entry) -> bytes:
        version = f",{entry.version}" if self.listing.versions else ""
        return f"{self.listing.bucket},{quote(entry.key, safe='/-_.~')}{version}\n".encode()


@dataclass(frozen=True)
class State:
    """How far a manifest is: where the listing goes on, and the rows and bytes that are written."""

    marker: Marker = BEGINNING
    rows: int = 0
    size: int = 0


def build(options: argparse.Namespace) -> int:
    client = connect(options)
    selection = _selection(options, client.settings)
    progress = Progress(sys.stderr, client.clock)
    with contextlib.closing(progress), _draft(options.output, selection) as draft:
        for page in pages(client, selection.listing, draft.state.marker):
            draft.add([selection.row(entry) for entry in page.entries if selection.includes(entry)], page.following)
            progress.show(Reading("Listing", draft.state.rows))
    if not draft.state.rows:
        raise InvalidManifest(f"Nothing in {selection.listing.bucket} is of that kind; there is no manifest.")
    if options.output is None:
        # Stdout holds the rows, and nothing else.
        output.say(f"{draft.state.rows:,} rows")
        return 0
    fields = ["Bucket", "Key", *(["VersionId"] if options.versions else [])]
    written = {"Manifest": options.output, "Rows": draft.state.rows, "Size": draft.state.size}
    output.show({**written, "Format": CSV, "Fields": fields}, options)
    return 0


def _selection(options: argparse.Namespace, settings: Settings) -> Selection:
    bucket = options.bucket
    if not names.BUCKET.fullmatch(bucket):
        bucket = f"{bucket}-{settings.account.appid}"
    if not names.BUCKET.fullmatch(bucket):
        raise WrongUsage(f"{options.bucket} is no name of a bucket")
    listing = Listing(bucket, settings.account.region, options.prefix, options.versions is not None)
    return Selection(listing, options.versions != "all", tuple(options.storage_class))


class Draft:
    """A manifest that is being written: its rows go to a file, and `keep` stores how far it is after each page."""

    def __init__(self, file: BinaryIO, state: State, keep: Callable[[State], None]) -> None:
        self._file = file
        self._keep = keep
        self.state = state

    def add(self, rows: list[bytes], following: Marker | None) -> None:
        content = b"".join(rows)
        self._file.write(content)
        self._file.flush()
        marker = self.state.marker if following is None else following
        self.state = State(marker, self.state.rows + len(rows), self.state.size + len(content))
        if following is not None:
            self._keep(self.state)


@contextlib.contextmanager
def _draft(path: str | None, selection: Selection) -> Iterator[Draft]:
    """A draft that becomes the file at `path` at the end of the listing; None writes to stdout. Raises WrongUsage."""
    if path is None:
        yield Draft(sys.stdout.buffer, State(), lambda state: None)
        return
    part, notes = f"{path}.part", f"{path}.state"
    state = _read_state(notes, selection)
    with _opened_at(part, state) as file:
        draft = Draft(file, state, lambda state: _write_state(notes, selection, state))
        try:
            yield draft
        finally:
            if not draft.state.size:
                os.remove(part)
    # The state goes first: without it, rows that are left over do not stop the next run.
    with contextlib.suppress(FileNotFoundError):
        os.remove(notes)
    if draft.state.size:
        os.replace(part, path)


def _opened_at(part: str, state: State) -> BinaryIO:
    """The file of the rows so far, open behind the last one that the state counts. Raises WrongUsage."""
    try:
        file = open(part, "r+b" if state.size else "wb")  # noqa: SIM115  # the caller closes it
        if file.seek(0, os.SEEK_END) < state.size:
            file.close()
            raise WrongUsage(f"{part} is shorter than it was; remove it and the .state file beside it")
        file.truncate(state.size)
        file.seek(state.size)
    except OSError as error:
        raise files.unwritable(part, error) from None
    return file


def _write_state(notes: str, selection: Selection, state: State) -> None:
    with files.replacing(notes) as file:
        file.write(json.dumps({"Selection": asdict(selection), "State": asdict(state)}).encode())


def _read_state(notes: str, selection: Selection) -> State:
    """How far the manifest was when it was interrupted. Raises WrongUsage, BrokenState."""
    if not os.path.exists(notes):
        return State()
    same = json.loads(json.dumps(asdict(selection)))
    try:
        kept: Any = json.loads(files.read_bytes(notes))
        belongs = kept["Selection"] == same
        state = State(Marker(**kept["State"].pop("marker")), **kept["State"])
    except (ValueError, LookupError, TypeError, AttributeError):
        raise BrokenState(f"{notes} does not say how far the listing was.") from None
    if not belongs:
        raise WrongUsage(f"{notes} belongs to another listing; remove it, or choose another --output")
    output.say(f"Going on behind row {state.rows:,}.")
    return state
