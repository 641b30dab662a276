"""The command `check`: whether a job can read a manifest, judged in full."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from cosbatch.cli.manifests import reports, source
from cosbatch.cli.manifests.source import Limited
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import LONG_PATIENCE, connect_without_profiles
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.language import N_, _, ngettext
from cosbatch.cli.terminal.options import Commands, add_service, bucket, command, whole_number
from cosbatch.cli.terminal.tables import fitted, printable, table
from cosbatch.configuration.settings import APPID, first_set
from cosbatch.jobs.judging import judge_data_files
from cosbatch.manifest.inventory import judge_inventory
from cosbatch.manifest.judge import CsvJudge, feed_in_time
from cosbatch.manifest.verdict import Fault, Verdict
from cosbatch.model.names import COLUMNS, CSV, FORMATS, INVENTORY, column_faults, is_inventory
from cosbatch.service.manifest_object import ManifestObject

_EXAMPLES = N_("""\
  Before a list is uploaded:
    cosbatch check 2026-11.csv

  A list that lies in its bucket already, which may name objects of one bucket only:
    cosbatch check cos://manifest-1250000000/restore/2026-11.csv --bucket examplebucket-1250000000

  An inventory, with all rows of its data files:
    cosbatch check cos://inventory-1250000000/all/20261123/manifest.json

  A data file of an inventory, compressed, whose third column does not matter:
    cosbatch check data.csv.gz --data-file --fields Bucket,Key,Ignore

exit code: 0 a job can read it, 1 a job would fail, or not all was read
""")


def add(commands: Commands) -> None:
    parser = command(commands, "check", _("Judge a manifest: would a job over it fail?"), _(_EXAMPLES), check)
    parser.add_argument("manifest", metavar="MANIFEST", help=_("a file, - for stdin, or cos://bucket/key"))
    packed = _("it is a data file of an inventory, compressed with gzip")
    parser.add_argument("--data-file", action="store_true", help=packed)
    columns = _("the columns, such as Bucket,Key (default: by their number)")
    parser.add_argument("--fields", type=fields, metavar="FIELDS", help=columns)
    formats = _(" or ").join(FORMATS)
    kind = _("{formats} (default: by the name, and for a file by its content)").format(formats=formats)
    parser.add_argument("--format", choices=FORMATS, metavar="FORMAT", help=kind)
    only = _("the only bucket that rows may name, with appid; repeatable")
    parser.add_argument("--bucket", action="append", type=bucket, metavar="BUCKET", help=only)
    most = _("read no more than this (default: all of a file or an object, {size:,} of a pipe)").format(
        size=source.ENDLESS
    )
    parser.add_argument("--limit", type=whole_number(1, 1 << 60), metavar="BYTES", help=most)
    add_service(parser)


def fields(text: str) -> tuple[str, ...]:
    """The type of an option that takes the columns of a manifest."""
    columns = tuple(column.strip() for column in text.split(","))
    if not {*columns} <= {*COLUMNS} or column_faults(columns):
        message = _(
            "{text} is not one Bucket and one Key, and perhaps a VersionId and Ignores, with commas between them"
        )
        raise argparse.ArgumentTypeError(message.format(text=repr(text)))
    return columns


def check(options: argparse.Namespace) -> int:
    # A job reads no compressed manifest, only what an inventory's manifest.json names may be so.
    with source.opened(options.manifest, options, unpack=options.data_file) as opened:
        content = opened.limited(options.limit)
        verdict = _verdict(content, options)
        verdict = verdict._replace(complete=verdict.complete and not content.is_cut)
    summary = [printable(line) for line in _summary(verdict)]
    output.show(verdict.as_json(), options, lambda: [*_table(verdict), *map(fitted, summary)])
    if output.wants_json(options):
        output.say("\n".join(summary))
    if content.is_cut:
        told = ngettext(
            "No more was read than {size:,} byte; --limit BYTES reads more.",
            "No more was read than {size:,} bytes; --limit BYTES reads more.",
            content.size,
        )
        output.say(told.format(size=content.size))
    if verdict.ok and (others := _of_other_accounts(verdict)):
        told = _(
            "Note: {buckets} is not of the account {appid} that COSBATCH_APPID names: commands that make jobs refuse it."
        )
        output.say(printable(told.format(buckets=", ".join(others), appid=first_set(os.environ, APPID))))
    return exit_codes.DONE if verdict.ok and not content.is_cut else exit_codes.FAILED


def _of_other_accounts(verdict: Verdict) -> list[str]:
    """The buckets that are not of the account that the environment names, where it names one."""
    appid = first_set(os.environ, APPID)
    return [bucket for bucket in verdict.buckets if appid and not bucket.endswith(f"-{appid}")]


def _verdict(content: Limited, options: argparse.Namespace) -> Verdict:
    read = iter(content)
    first = next(read, b"")
    blocks = chain([first], read)
    if (options.format or _format_of(options, first)) == CSV:
        return _verdict_on_rows(blocks, content, options)
    return _verdict_on_inventory(blocks, options)


def _format_of(options: argparse.Namespace, first: bytes) -> str:
    """The format that a job takes an object of this name for; of a file, which may be uploaded by another name, its own."""
    if is_inventory(options.manifest):
        return INVENTORY
    return CSV if objects.is_object(options.manifest) or options.fields or not reports.is_contents(first) else INVENTORY


def _verdict_on_rows(blocks: Iterable[bytes], content: Limited, options: argparse.Namespace) -> Verdict:
    """The verdict on the rows that are all in sight: what a limit cut off is none."""
    judge = CsvJudge(options.fields, _OfDataFile(options.bucket) if options.data_file else options.bucket)
    feed_in_time(judge, blocks, lambda: True)
    if content.is_cut:
        judge.break_off()
    judge.close(complete=not content.is_cut)
    return judge.verdict()


class _OfDataFile:
    """What rows of an inventory's data file may name for their bucket: any, or one of these, with its appid and without it."""

    def __init__(self, buckets: Sequence[str] | None) -> None:
        self._buckets = buckets

    def __contains__(self, name: object) -> bool:
        return self._buckets is None or any(name in (bucket, bucket.rpartition("-")[0]) for bucket in self._buckets)


def _verdict_on_inventory(blocks: Iterable[bytes], options: argparse.Namespace) -> Verdict:
    """The verdict on a manifest.json; where it lies in a bucket, on all rows of its data files too."""
    inventory = judge_inventory(blocks, options.bucket)
    if not objects.is_object(options.manifest):
        return inventory.verdict
    if not inventory.verdict.ok:
        return inventory.verdict._replace(complete=False)
    client, place = connect_without_profiles(options), objects.place_of(options.manifest)
    location = {"ETag": None, "ObjectArn": place.arn(client.settings.account.region)}
    manifest = ManifestObject(location, client.exchange(LONG_PATIENCE))
    return judge_data_files(inventory, options.bucket, manifest, full=True)


def _table(verdict: Verdict) -> list[str]:
    rows = [*_rows(_("fault"), verdict.faults), *_rows(_("warning"), verdict.warnings)]
    return table(("", _("Line"), _("Column"), _("What"), _("Message")), rows) if rows else []


def _rows(kind: str, faults: Sequence[Fault]) -> list[list[object]]:
    return [[kind, fault.line, fault.column, fault.fault, fault.message] for fault in faults]


def _summary(verdict: Verdict) -> Iterator[str]:
    rows, columns = _("an unknown number of rows"), _("unknown columns")
    if verdict.rows is not None:
        rows = ngettext("{count} row", "{count} rows", verdict.rows).format(count=f"{verdict.rows:,}")
    if verdict.columns:
        columns = ngettext("{count} column", "{count} columns", verdict.columns).format(count=verdict.columns)
    told = _("A job can read it: {rows}, {columns}, {buckets}.")
    if not verdict.complete:
        told = _("A job can read what was looked at: {rows}, {columns}, {buckets}.")
    if not verdict.ok:
        told = _("A job would fail: {rows}, {columns}, {buckets}.")
    yield told.format(rows=rows, columns=columns, buckets=", ".join(verdict.buckets) or _("no bucket"))
    if verdict.totals:
        yield output.found_told(verdict.totals)
