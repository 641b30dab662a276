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

from cosbatch.cli.manifests import reports, source
from cosbatch.cli.manifests.key_form import FORMS, KeyForm, encoded
from cosbatch.cli.manifests.reports import Task
from cosbatch.cli.remote.objects import is_object, place_of
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.files import WrongUsage, output_path
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import printable, table
from cosbatch.hints import HINTS

_EXAMPLES = """\
  All that failed, into one manifest; tasks of one error code stand together:
    python -m cosbatch retry report.csv --output again.csv

  The whole report, from the bucket that it lies in, into one manifest for each error code:
    python -m cosbatch retry cos://report-1250000000/reports/restore/job-53dc6228/manifest.json --by-code again/

  Only what was refused for lack of rights, now that the role has them:
    python -m cosbatch retry report.csv --code AccessDenied --output again.csv

Keys are written as they stand in the report, or percent-encoded where it has plain ones. Where it may be either, say so:
    python -m cosbatch retry report.csv --keys plain --output again.csv
"""


def add(commands: Commands) -> None:
    parser = command(commands, "retry", "Make a manifest of the tasks that failed.", _EXAMPLES, retry)
    parser.add_argument(
        "report", metavar="REPORT", help="a report: a CSV file or its manifest.json, as a file or cos://bucket/key"
    )
    parser.add_argument("--code", action="append", metavar="CODE", help="only tasks that failed so; repeatable")
    parser.add_argument(
        "--keys",
        choices=FORMS,
        help="how the report writes keys: plain or percent-encoded (default: as all of them show)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--output", metavar="FILE", type=output_path, help="the manifest (default: stdout)")
    where.add_argument("--by-code", metavar="FOLDER", help="a manifest for each error code, in this folder")
    add_service(parser)


def retry(options: argparse.Namespace) -> int:
    options.holds_rows = options.output is None and options.by_code is None
    groups = reports.by_code(_failed(options))
    if options.by_code is not None:
        written = _write_each(groups, options.by_code)
    else:
        written = _write_all(groups, options.output)
    if not options.holds_rows:
        output.show({"Manifests": written}, options, lambda: _table(groups))
    for code, tasks in groups.items():
        output.say(printable(f"{len(tasks):,} {code}: {output.hint_of(code) if code in HINTS else ''}".rstrip(": ")))
    if not groups:
        output.say("No such task failed; there is no manifest.")
    return 0


def _failed(options: argparse.Namespace) -> list[Task]:
    """The failed tasks that are asked for, their keys as a manifest has to write them: percent-encoded. Raises WrongUsage."""
    keys, failed = KeyForm(), []
    for task in tasks_of(options.report, options):
        keys.note(task.key)
        if not task.succeeded and (not options.code or task.code in options.code):
            failed.append(task)
    form = options.keys or keys.form
    if form is None and any("%" in task.key for task in failed):
        raise WrongUsage(
            f"{options.report} has keys with blanks or such ({keys.plain}), and keys with escapes ({keys.escaped}): "
            f"say --keys plain where {keys.escaped} is the object's own name, --keys encoded where %XX is an escape in it"
        )
    rewritten = [replace(task, key=encoded(task.key, form)) for task in failed]
    if rewritten != failed:
        output.say("Keys of the report are not percent-encoded; in the manifest they are.")
    return rewritten


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
    with files.writing(path) as file:
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
