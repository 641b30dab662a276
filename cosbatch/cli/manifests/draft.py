"""A manifest that is being written, and what is kept beside it so that an interrupted one goes on where it was.

Rows go to FILE.part, which one process at a time can hold; FILE.state says how many of them count. The lock is the
system's own: it ends with its process, however that ends, and no file stays behind for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from cosbatch.cli.remote.listing import BEGINNING, Marker
from cosbatch.cli.remote.row_store import Rows
from cosbatch.cli.terminal import files, output, streams
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _
from cosbatch.model import strict_json
from cosbatch.model.errors import CosbatchError


class BrokenState(CosbatchError):
    """The state that was kept of an interrupted listing cannot be read."""


class OutputInUse(CosbatchError):
    """Another process is writing the same manifest."""


@dataclass(frozen=True)
class State:
    """How far a manifest is: where the listing goes on, and the rows and bytes that are written."""

    marker: Marker = BEGINNING
    rows: int = 0
    size: int = 0


class Draft:
    """A manifest that is being written: its rows go to a file, and `keep` stores how far it is after each of them."""

    def __init__(self, file: BinaryIO, state: State, keep: Callable[[State], None]) -> None:
        self._file = file
        self._keep = keep
        self.state = state

    def add(self, rows: Rows) -> None:
        self._file.write(rows.content)
        self._file.flush()
        marker = rows.following or self.state.marker
        self.state = State(marker, self.state.rows + rows.lines, self.state.size + len(rows.content))
        if rows.following is not None:
            self._keep(self.state)


@contextlib.contextmanager
def drafted(path: str | None, selection: Mapping[str, object]) -> Iterator[Draft]:
    """A draft that becomes the file at `path` at the end of the `with` block; None writes to stdout.

    `selection` says what is listed: a state that was kept of another selection is not gone on with. A device or a FIFO
    keeps no state. Raises WrongUsage, BrokenState, OutputInUse.
    """
    if path is None:
        with streams.rows_out() as file:
            yield Draft(file, State(), lambda state: None)
        return
    target = files.replaceable(path)
    if target is None:
        with files.writing(path) as file:
            yield Draft(file, State(), lambda state: None)
        return
    for beside in (f"{target}.part", f"{target}.state"):
        files.check_place(beside)
    with (
        files.naming(f"{target}.part"),
        _locked(f"{target}.part", _mode_of(target)) as part,
        _resumed(part, target, selection) as draft,
    ):
        yield draft


@contextlib.contextmanager
def _resumed(part: BinaryIO, target: str, selection: Mapping[str, object]) -> Iterator[Draft]:
    notes = f"{target}.state"
    state = _read_state(notes, selection)
    _go_behind_rows(part, state)
    draft = Draft(part, state, lambda state: _write_state(notes, selection, state))
    try:
        yield draft
    except (CosbatchError, KeyboardInterrupt) as error:
        if os.path.exists(notes):
            output.advise(error, _("The same command goes on where this one was."))
        raise
    # The state goes first: without it, rows that are left over do not stop the next run.
    with contextlib.suppress(FileNotFoundError):
        os.remove(notes)
    if draft.state.size:
        files.take_place_of(target, part.name)


def _mode_of(target: str) -> int:
    """For whom the file is while it is written: for nobody who may not read the one that it replaces."""
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except FileNotFoundError:
        return 0o666


@contextlib.contextmanager
def _locked(path: str, mode: int) -> Iterator[BinaryIO]:
    """The file, made where there is none, for this process alone; where it ends empty, it is removed.

    Raises WrongUsage, OutputInUse.
    """
    try:
        file = open(path, "r+b", opener=lambda path, flags: os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, mode))  # noqa: SIM115
    except OSError as error:
        # Where there is no such file yet, it is that of the name that was given that cannot be made.
        raise files.unwritable(path if os.path.lexists(path) else path.removesuffix(".part"), error) from None
    with file:
        _lock(file)
        try:
            yield file
        finally:
            if not os.fstat(file.fileno()).st_size:
                os.remove(path)


def _lock(file: BinaryIO) -> None:
    """Raises OutputInUse, also where the file was put in its final place between its opening and the lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = os.path.samestat(os.fstat(file.fileno()), os.stat(file.name))
    except (BlockingIOError, FileNotFoundError):
        is_there = False
    if not is_there:
        raise OutputInUse(f"Another process writes {file.name.removesuffix('.part')}.")


def _go_behind_rows(part: BinaryIO, state: State) -> None:
    """Raises WrongUsage, BrokenState where the file is not as the state left it."""
    if part.seek(0, os.SEEK_END) < state.size:
        raise WrongUsage(
            _("{path} is shorter than it was; remove it and the .state file beside it").format(path=part.name)
        )
    part.seek(max(0, state.size - 1))
    if state.size and part.read(1) != b"\n":
        raise BrokenState(f"{part.name} has no end of a row where the .state file beside it says so.")
    part.truncate(state.size)
    part.seek(state.size)


def _write_state(notes: str, selection: Mapping[str, object], state: State) -> None:
    with files.writing(notes) as file:
        file.write(json.dumps({"Selection": selection, "State": asdict(state)}).encode())


def _read_state(notes: str, selection: Mapping[str, object]) -> State:
    """How far the manifest was when it was interrupted. Raises WrongUsage, BrokenState."""
    if not os.path.exists(notes):
        return State()
    try:
        kept: Any = strict_json.read(files.read_bytes(notes))
        belongs = kept["Selection"] == json.loads(json.dumps(selection))
        state = _state_of(**kept["State"])
    except (ValueError, LookupError, TypeError):
        raise BrokenState(f"{notes} does not say how far the listing was.") from None
    if not belongs:
        raise WrongUsage(
            _("{path} belongs to another listing; remove it, or choose another --output").format(path=notes)
        )
    output.say(_("Going on behind row {number}.").format(number=f"{state.rows:,}"))
    return state


def _state_of(marker: Any, rows: Any, size: Any) -> State:
    """The state of what was kept of one. Raises ValueError, TypeError where it is none that is ever kept."""
    state = State(Marker(**marker), rows, size)
    are_texts = isinstance(state.marker.key, str) and isinstance(state.marker.version, str)
    are_counts = type(rows) is int and type(size) is int and 0 <= rows <= size
    if not are_texts or not are_counts or not state.marker.key or bool(rows) != bool(size):
        raise ValueError("no state")
    return state
