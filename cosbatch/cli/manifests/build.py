"""The command `build`: a manifest of what lies in a bucket. Broken off, it goes on where it was."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO
from urllib.parse import quote

from cosbatch.cli.remote.client import connect
from cosbatch.cli.remote.listing import BEGINNING, Entry, Marker, Question, pages
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.progress import Progress, Reading
from cosbatch.configuration.settings import Settings
from cosbatch.model import names
from cosbatch.model.errors import CosbatchError, InvalidManifest

_FORMAT = "COSBatchOperations_CSV_V1"

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
    """What was kept of a listing that was broken off cannot be read."""


@dataclass(frozen=True)
class Wish:
    """Which entries of which listing become rows."""

    question: Question
    latest_only: bool
    storage_classes: tuple[str, ...]

    def takes(self, entry: Entry) -> bool:
        in_class = not self.storage_classes or entry.storage_class in self.storage_classes
        return in_class and (entry.is_latest or not self.latest_only)

    def row(self, entry: Entry) -> bytes:
        version = f",{entry.version}" if self.question.versions else ""
        return f"{self.question.bucket},{quote(entry.key, safe='/-_.~')}{version}\n".encode()


@dataclass(frozen=True)
class State:
    """How far a manifest is: what is listed next, and the rows and bytes that are written."""

    marker: Marker = BEGINNING
    rows: int = 0
    size: int = 0


def build(options: argparse.Namespace) -> int:
    client = connect(options)
    wish = _wish(options, client.settings)
    progress = Progress(sys.stderr, client.clock)
    with contextlib.closing(progress), _draft(options.output, wish) as draft:
        for page in pages(client, wish.question, draft.state.marker):
            draft.add([wish.row(entry) for entry in page.entries if wish.takes(entry)], page.following)
            progress.show(Reading("Listing", draft.state.rows))
    if not draft.state.rows:
        raise InvalidManifest(f"Nothing in {wish.question.bucket} is of that kind; there is no manifest.")
    fields = ["Bucket", "Key", *(["VersionId"] if options.versions else [])]
    result = {"Manifest": options.output, "Rows": draft.state.rows, "Size": draft.state.size}
    _tell({**result, "Format": _FORMAT, "Fields": fields}, options)
    return 0


def _tell(result: dict[str, object], options: argparse.Namespace) -> None:
    """Where the rows themselves went to stdout, nothing else may."""
    if options.output is not None:
        output.show(result, options)
    else:
        output.say(f"{result['Rows']:,} rows")


def _wish(options: argparse.Namespace, settings: Settings) -> Wish:
    bucket = options.bucket
    if not names.BUCKET.fullmatch(bucket):
        bucket = f"{bucket}-{settings.account.appid}"
    if not names.BUCKET.fullmatch(bucket):
        raise WrongUsage(f"{options.bucket} is no name of a bucket")
    question = Question(bucket, settings.account.region, options.prefix, options.versions is not None)
    return Wish(question, options.versions != "all", tuple(options.storage_class))


class Draft:
    """A manifest in the making: rows go to a file, and how far it is into another, after each page."""

    def __init__(self, file: BinaryIO, state: State, keep: Any) -> None:
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
def _draft(path: str | None, wish: Wish) -> Iterator[Draft]:
    """A draft that becomes the file at `path` when the listing is through; None writes to stdout. Raises WrongUsage."""
    if path is None:
        yield Draft(sys.stdout.buffer, State(), lambda state: None)
        return
    part, notes = f"{path}.part", f"{path}.state"
    state = _read_state(notes, wish)
    with _opened_at(part, state) as file:
        draft = Draft(file, state, lambda state: _write_state(notes, wish, state))
        try:
            yield draft
        finally:
            if not draft.state.size:
                os.remove(part)
    # The state goes first: without it, rows that are left behind are no obstacle to another try.
    with contextlib.suppress(FileNotFoundError):
        os.remove(notes)
    if draft.state.size:
        os.replace(part, path)


def _opened_at(part: str, state: State) -> BinaryIO:
    """The rows that are written so far, open behind the last that the state knows of. Raises WrongUsage."""
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


def _write_state(notes: str, wish: Wish, state: State) -> None:
    with files.replacing(notes) as file:
        file.write(json.dumps({"Wish": asdict(wish), "State": asdict(state)}).encode())


def _read_state(notes: str, wish: Wish) -> State:
    """How far the manifest was when it was broken off. Raises WrongUsage, BrokenState."""
    if not os.path.exists(notes):
        return State()
    same = json.loads(json.dumps(asdict(wish)))
    try:
        kept: Any = json.loads(files.read_bytes(notes))
        belongs = kept["Wish"] == same
        state = State(Marker(**kept["State"].pop("marker")), **kept["State"])
    except (ValueError, LookupError, TypeError, AttributeError):
        raise BrokenState(f"{notes} does not say how far the listing was.") from None
    if not belongs:
        raise WrongUsage(f"{notes} belongs to another listing; remove it, or choose another --output")
    output.say(f"Going on behind row {state.rows:,}.")
    return state
