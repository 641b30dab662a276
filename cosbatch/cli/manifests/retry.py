"""The command `retry`: a manifest of the tasks that failed by a job's report, grouped by their error code."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator

from cosbatch.cli.manifests.failed_tasks import FailedTasks
from cosbatch.cli.manifests.failures import parts_of, told
from cosbatch.cli.manifests.key_form import FORMS, KeyForm
from cosbatch.cli.terminal import files, output
from cosbatch.cli.terminal.files import WrongUsage, output_path
from cosbatch.cli.terminal.options import Commands, add_service, command
from cosbatch.cli.terminal.tables import table

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
    with FailedTasks() as failed:
        form = _gathered(failed, options)
        if failed.counts and failed.keys.changes(form):
            output.say("Keys of the report are not percent-encoded; in the manifest they are.")
        written = list(_written(failed, form, options))
    if not options.holds_rows:
        output.show({"Manifests": written}, options, lambda: table(("Code", "Tasks"), list(failed.counts.items())))
    for line in told(failed.counts):
        output.say(line)
    if not failed.counts:
        output.say("No such task failed; there is no manifest.")
    return 0


def _gathered(failed: FailedTasks, options: argparse.Namespace) -> str | None:
    """Gather the failed tasks that are asked for; how the report writes their keys. Raises WrongUsage where that is open."""
    keys = KeyForm()
    for part in parts_of(options.report, options):
        # Where no failed key has a %, it does not matter how the others are written.
        if not part.tells_of_failures and (options.keys or not failed.keys.escaped):
            break
        for tasks in part.tasks:
            keys.note(tasks.keys)
            for code, some in tasks.failed.items():
                if not options.code or code in options.code:
                    failed.add(code, some)
    form: str | None = options.keys or keys.form
    if form is None and failed.keys.escaped:
        raise WrongUsage(
            f"{options.report} has keys with blanks or such ({keys.plain}), and keys with escapes ({keys.escaped}): "
            f"say --keys plain where {keys.escaped} is the object's own name, --keys encoded where %XX is an escape in it"
        )
    return form


def _written(failed: FailedTasks, form: str | None, options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Write one manifest of all, or one for each code; what was written into files. Raises WrongUsage."""
    codes = list(failed.counts)
    if options.by_code is not None:
        try:
            os.makedirs(options.by_code, exist_ok=True)
        except OSError as error:
            raise files.unwritable(options.by_code, error) from None
        for index, code in enumerate(codes):
            path = os.path.join(options.by_code, _file_name(code, index))
            yield _write([code], path, failed, form)
    elif codes and options.output is not None:
        yield _write(codes, options.output, failed, form)
    else:
        failed.write(codes, form, sys.stdout.buffer)


def _file_name(code: str, index: int) -> str:
    """The code as a file name; where characters have to be replaced, with a number that keeps it unique."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", code)
    return f"{plain}.csv" if plain == code else f"{plain}-{index}.csv"


def _write(codes: list[str], path: str, failed: FailedTasks, form: str | None) -> dict[str, object]:
    with files.writing(path) as file:
        failed.write(codes, form, file)
    fields = ["Bucket", "Key", *(["VersionId"] if failed.name_versions(codes) else [])]
    return {"Manifest": path, "Rows": sum(failed.counts[code] for code in codes), "Fields": fields, "Codes": codes}
