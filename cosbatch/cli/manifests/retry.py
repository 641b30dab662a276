"""The command `retry`: a manifest of the tasks that failed by a job's report, grouped by their error code."""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from urllib.parse import quote

from cosbatch.cli.manifests import reports, source
from cosbatch.cli.manifests.reports import Task
from cosbatch.cli.remote.objects import is_object, place_of
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import printable, table
from cosbatch.hints import HINTS
from cosbatch.manifest.escapes import PLAIN_CHARACTERS
from cosbatch.model.names import BAD_ESCAPE

_EXAMPLES = """\
  All that failed, into one manifest; tasks of one error code stand together:
    python -m cosbatch retry report.csv --output again.csv

  The whole report, from the bucket that it lies in, into one manifest for each error code:
    python -m cosbatch retry cos://report-1250000000/reports/restore/job-53dc6228/manifest.json --by-code again/

  Only what was refused for lack of rights, now that the role has them:
    python -m cosbatch retry report.csv --code AccessDenied --output again.csv

Keys are written as they stand in the report, or percent-encoded where it has plain ones.
"""


# The characters that need no encoding in a key of a manifest.
_RAW = PLAIN_CHARACTERS.decode() + ","
_ENCODED = re.compile(rf"(?:[{re.escape(_RAW)}]|%[0-9A-Fa-f]{{2}})*")


def add(commands: Commands) -> None:
    parser = command(commands, "retry", "Make a manifest of the tasks that failed.", _EXAMPLES, retry)
    parser.add_argument(
        "report", metavar="REPORT", help="a report: a CSV file or its manifest.json, as a file or cos://bucket/key"
    )
    parser.add_argument("--code", action="append", metavar="CODE", help="only tasks that failed so; repeatable")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", metavar="FILE", help="the manifest (default: stdout)")
    where.add_argument("--by-code", metavar="FOLDER", help="a manifest for each error code, in this folder")
    add_service(parser)


def retry(options: argparse.Namespace) -> int:
    groups = reports.by_code(_failed(options))
    if options.by_code is not None:
        written = _write_each(groups, options.by_code)
    else:
        written = _write_all(groups, options.output)
    if options.output is not None or options.by_code is not None:
        output.show({"Manifests": written}, options, lambda: _table(groups))
    for code, tasks in groups.items():
        output.say(printable(f"{len(tasks):,} {code}: {output.hint_of(code) if code in HINTS else ''}".rstrip(": ")))
    if not groups:
        output.say("No such task failed; there is no manifest.")
    return 0


def _failed(options: argparse.Namespace) -> list[Task]:
    """The failed tasks that are asked for, their keys as a manifest has to write them: percent-encoded."""
    keys, failed = _Keys(), []
    for task in tasks_of(options.report, options):
        keys.note(task.key)
        if not task.succeeded and (not options.code or task.code in options.code):
            failed.append(task)
    if keys.are_encoded or not failed:
        return failed
    output.say("Keys of the report are not percent-encoded; in the manifest they are.")
    return [replace(task, key=keys.encoded(task.key)) for task in failed]


class _Keys:
    """How a report writes its keys, by all of them: one key may tell what the others leave open."""

    def __init__(self) -> None:
        self.are_encoded = True
        self._have_escapes = True  # every % begins one

    def note(self, key: str) -> None:
        self.are_encoded = self.are_encoded and _ENCODED.fullmatch(key) is not None
        self._have_escapes = self._have_escapes and not BAD_ESCAPE.search(key)

    def encoded(self, key: str) -> str:
        """The key of a report whose keys are not all encoded. Escapes stay, unless a % in some key begins none."""
        return quote(key, safe=_RAW + ("%" if self._have_escapes else ""), errors="surrogateescape")


def _table(groups: dict[str, list[Task]]) -> list[str]:
    return table(("Code", "Tasks"), [(code, len(tasks)) for code, tasks in groups.items()])


def tasks_of(name: str, options: argparse.Namespace) -> Iterator[Task]:
    """The tasks of a report, in one file or in several. Raises WrongUsage, InvalidEvent, ServiceSideError."""
    with source.opened(name, options) as opened:
        first = next(opened.blocks, b"")
        blocks = chain([first], opened.blocks)
        if not reports.is_contents(first):
            yield from reports.tasks(blocks, None, name)
            return
        contents = reports.contents_of(b"".join(blocks), name)
    for bucket, key in contents.files:
        part = _part(name, bucket, key)
        with source.opened(part, options) as opened:
            yield from reports.tasks(opened.blocks, contents.columns, part)


def _part(name: str, bucket: str, key: str) -> str:
    """The place of a file that a manifest.json names: in the bucket, or on disk beside the manifest.json or in results/."""
    if is_object(name):
        return f"cos://{bucket or place_of(name).bucket}/{key}"
    folder, base = os.path.dirname(name), os.path.basename(key)
    for candidate in (os.path.join(folder, base), os.path.join(folder, "results", base)):
        if os.path.exists(candidate):
            return candidate
    raise WrongUsage(f"{name} names {key}; there is no {base} beside it, nor in results/: fetch it from the bucket")


def _write_all(groups: dict[str, list[Task]], path: str | None) -> list[dict[str, object]]:
    """One manifest of all groups, to stdout or a file; what was written."""
    tasks = [task for group in groups.values() for task in group]
    if not tasks:
        return []
    if path is None:
        sys.stdout.buffer.write(_rows(tasks))
        return []
    return [_write(tasks, path, list(groups))]


def _write_each(groups: dict[str, list[Task]], folder: str) -> list[dict[str, object]]:
    """A manifest for each group; what was written. Raises WrongUsage."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise files.unwritable(folder, error) from None
    names = {code: os.path.join(folder, _file_name(code, index)) for index, code in enumerate(groups)}
    return [_write(tasks, names[code], [code]) for code, tasks in groups.items()]


def _file_name(code: str, index: int) -> str:
    """The code as a file name; where characters have to be replaced, with a number that keeps it unique."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", code)
    return f"{plain}.csv" if plain == code else f"{plain}-{index}.csv"


def _write(tasks: Sequence[Task], path: str, codes: list[str]) -> dict[str, object]:
    with files.replacing(path) as file:
        file.write(_rows(tasks))
    return {"Manifest": path, "Rows": len(tasks), "Fields": _fields(tasks), "Codes": codes}


def _fields(tasks: Iterable[Task]) -> list[str]:
    return ["Bucket", "Key", *(["VersionId"] if any(task.version for task in tasks) else [])]


def _rows(tasks: Sequence[Task]) -> bytes:
    versions = "VersionId" in _fields(tasks)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([task.bucket, task.key, *([task.version] if versions else [])] for task in tasks)
    return text.getvalue().encode(errors="surrogateescape")
