"""The lists of what failed: gathered from a job's report, and written, one of all or one for each error code."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping

from cosbatch.cli.manifests.failed_tasks import FailedTasks
from cosbatch.cli.manifests.failures import report_parts
from cosbatch.cli.manifests.key_form import KeyForm
from cosbatch.cli.terminal import files, streams
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _

# Characters of an error code in a file's name: names have 255 bytes at most.
_LONGEST_NAME = 100


def gathered(failed: FailedTasks, name: str, options: argparse.Namespace) -> str | None:
    """Gather the failed tasks that are asked for; how the report writes their keys. Raises WrongUsage where that is open."""
    keys, others = KeyForm(), set[str]()
    for part in report_parts(name, options):
        if options.output is not None:
            files.check_apart(options.output, part.name)
        # Where no failed key has a %, it does not matter how the others are written.
        if not part.tells_of_failures and (options.keys or not failed.keys.escaped):
            break
        for tasks in part.tasks:
            keys.note(tasks.keys)
            wanted = {code: some for code, some in tasks.failed.items() if not options.code or code in options.code}
            others |= tasks.failed.keys() - wanted.keys()
            for code, some in wanted.items():
                failed.add(code, some)
    if others and not failed.counts:
        message = _("no task failed with {codes}; some did with {others}")
        raise WrongUsage(message.format(codes=", ".join(options.code), others=", ".join(sorted(others))))
    form: str | None = options.keys or keys.form
    if form is None and failed.keys.escaped:
        raise _ambiguous(name, keys)
    return form


def _ambiguous(name: str, keys: KeyForm) -> WrongUsage:
    """The question how the report writes its keys, by two of them, or by one that shows both."""
    what = _("keys with blanks or such ({plain}), and keys with escapes ({escaped})")
    if keys.plain == keys.escaped:
        what = _("keys with blanks or such and with escapes ({escaped})")
    message = _(
        "{name} has {what}: say --keys plain where {escaped} is the object's own name, --keys encoded where %XX is an "
        "escape in it"
    )
    plain, escaped = _readable(keys.plain or ""), _readable(keys.escaped or "")
    return WrongUsage(message.format(name=name, what=what.format(plain=plain, escaped=escaped), escaped=escaped))


def _readable(key: str) -> str:
    """The key with escapes such as \\xff for the bytes in it that are no UTF-8."""
    return key.encode(errors="surrogateescape").decode(errors="backslashreplace")


def written_lists(failed: FailedTasks, form: str | None, options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Write one manifest of all, or one for each code; what was written into files, as `write_list` says it. Raises WrongUsage."""
    counts = failed.counts
    codes = list(counts)
    if options.by_code is not None:
        files.make_folder(options.by_code)
        for index, code in enumerate(codes):
            path = os.path.join(options.by_code, _file_name(code, index))
            files.check_apart(path, options.report)
            yield write_list({code: counts[code]}, path, failed, form)
    elif codes and options.output is not None:
        yield write_list(counts, options.output, failed, form)
    else:
        with streams.rows_out() as file:
            failed.write(codes, form, file)


def _file_name(code: str, index: int) -> str:
    """The code as a file name; where it has to be changed, with a number that keeps it unique."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", code)[:_LONGEST_NAME]
    return f"{plain}.csv" if plain == code else f"{plain}-{index}.csv"


def write_list(counts: Mapping[str, int], path: str, failed: FailedTasks, form: str | None) -> dict[str, object]:
    """Write the tasks of these codes, of each of which there are so many: `{Manifest, Rows, Fields, Codes}`."""
    codes = list(counts)
    with files.writing(path) as file:
        failed.write(codes, form, file)
    fields = ["Bucket", "Key", *(["VersionId"] if failed.name_versions(codes) else [])]
    return {"Manifest": path, "Rows": sum(counts.values()), "Fields": fields, "Codes": codes}
