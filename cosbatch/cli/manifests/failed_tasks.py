"""The failed tasks of a report, by their error code, kept in a temporary file: there may be millions.

They lie there as rows of a manifest, so that a manifest is mostly a copy of them. Only what is known at the end of the
report alone, how it writes keys and whether one names a version, can make it necessary to write them anew.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from cosbatch.cli.manifests.failures import most_first
from cosbatch.cli.manifests.key_form import KeyForm, encoded
from cosbatch.cli.manifests.report_rows import lines
from cosbatch.cli.manifests.reports import Task
from cosbatch.cli.terminal.files import naming

# Tasks that are kept in memory until they go to the file: many pieces would take memory, too.
_WAITING = 4_000
_BLOCK = 1024 * 1024
_AT_ONCE = 256


class _Piece(NamedTuple):
    """Where rows of one code lie in the file; those without versions have two columns."""

    start: int
    size: int
    versions: bool


class FailedTasks:
    """Failed tasks by code. `keys` is what their keys show."""

    def __init__(self) -> None:
        self.keys = KeyForm()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._size = 0
        self._waiting: dict[str, list[Task]] = {}
        self._number_waiting = 0
        self._pieces: dict[str, list[_Piece]] = {}
        self._counts: dict[str, int] = {}

    def close(self) -> None:
        with naming(tempfile.gettempdir()):  # what could not be written before is tried again
            self._file.close()

    @property
    def counts(self) -> dict[str, int]:
        """How many tasks failed by which code, the code of the most tasks first."""
        return most_first(self._counts)

    def add(self, code: str, tasks: Sequence[Task]) -> None:
        self.keys.note([key for _, key, _ in tasks])
        self._waiting.setdefault(code, []).extend(tasks)
        self._counts[code] = self._counts.get(code, 0) + len(tasks)
        self._number_waiting += len(tasks)
        if self._number_waiting >= _WAITING:
            self._put_down()

    def _put_down(self) -> None:
        for code, tasks in self._waiting.items():
            versions = any(version for _, _, version in tasks)
            content = _rows(tasks, versions)
            with naming(tempfile.gettempdir()):
                self._file.write(content)
                self._file.flush()
            self._pieces.setdefault(code, []).append(_Piece(self._size, len(content), versions))
            self._size += len(content)
        self._waiting.clear()
        self._number_waiting = 0

    def name_versions(self, codes: Iterable[str]) -> bool:
        """Whether a manifest of these codes has a column of versions."""
        self._put_down()
        return any(piece.versions for code in codes for piece in self._pieces[code])

    def write(self, codes: Sequence[str], form: str | None, file: BinaryIO) -> None:
        """Write the manifest of the tasks that failed by these codes, one code after the other, to the file.

        `form` is how the report writes keys; in the manifest they are percent-encoded.
        """
        versions = self.name_versions(codes)
        for code in codes:
            for piece in self._pieces[code]:
                if self.keys.changes(form) or piece.versions != versions:
                    file.writelines(self._rewritten(piece, form, versions))
                else:
                    file.writelines(self._blocks(piece))

    def _blocks(self, piece: _Piece) -> Iterator[bytes]:
        self._file.seek(piece.start)
        for start in range(0, piece.size, _BLOCK):
            yield self._file.read(min(_BLOCK, piece.size - start))

    def _rewritten(self, piece: _Piece, form: str | None, versions: bool) -> Iterator[bytes]:
        content = b"".join(self._blocks(piece))
        if not versions and b'"' not in content:
            yield encoded(content, form)
            return
        rows = csv.reader(lines([content]))
        tasks = ((bucket, _key(key, form), version[0] if version else "") for bucket, key, *version in rows)
        while some := list(islice(tasks, _AT_ONCE)):
            yield _rows(some, versions)


def _key(key: str, form: str | None) -> str:
    return encoded(key.encode(errors="surrogateescape"), form).replace(b"\n", b"%0A").decode()


def _rows(tasks: Sequence[Task], versions: bool) -> bytes:
    rows: Sequence[tuple[str, ...]] = tasks if versions else [task[:2] for task in tasks]
    plain = "\n".join(map(",".join, rows)) + "\n"
    # What needs no quotation marks takes a quarter of the time so.
    if plain.count(",") == (2 if versions else 1) * len(rows) and not _needs_quotes(plain, len(rows)):
        return plain.encode(errors="surrogateescape")
    text = io.StringIO()
    # csv.writer leaves a carriage return as it is, which csv.reader does not read.
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if "\r" in plain else csv.QUOTE_MINIMAL).writerows(rows)
    return text.getvalue().encode(errors="surrogateescape")


def _needs_quotes(text: str, rows: int) -> bool:
    return '"' in text or "\r" in text or text.count("\n") > rows
