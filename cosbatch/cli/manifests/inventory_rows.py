"""The rows of an inventory's data files, as a list of its own has them: bucket, key, and the version id where there is one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from cosbatch.cli.manifests.report_rows import lines
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.jobs.inspection import refusal
from cosbatch.jobs.judging import BucketNames
from cosbatch.manifest.inventory import DataFile, Inventory, judge_inventory
from cosbatch.manifest.judge import CsvJudge
from cosbatch.model.blocks import BrokenGzip, gunzip, in_pieces
from cosbatch.model.errors import InvalidManifest
from cosbatch.model.names import COLUMNS, Resource

# What csv.writer puts no quotes around, though it would be lost without: carriage returns, and blanks at the beginning.
_LOST = re.compile(r"\r|^ +")


def rows_of_inventory(client: Client, place: Resource, most: int = 10_000) -> Iterator[bytes]:
    """The list, in blocks of `most` rows. Raises InvalidManifest where the inventory cannot be read, or a data file would be
    refused as part of it; ServiceSideError."""
    inventory = judge_inventory([objects.read(client, place)])
    if not inventory.verdict.ok:
        raise refusal(inventory.verdict, "The inventory cannot be read.")
    total = sum(file.size for file in inventory.files)
    with bytes_shown(_("Reading"), total, client.clock) as show:
        for file in inventory.files:
            try:
                yield from _rows(_blocks(client, place, file), inventory, most)
            except (BrokenGzip, csv.Error) as error:
                message = f"The data file {file.key} of the inventory cannot be read: {error}."
                raise InvalidManifest(message) from None
            except InvalidManifest as error:
                error.message = f"The data file {file.key} of the inventory {error.message}"
                raise
            show(file.size)


def _blocks(client: Client, place: Resource, file: DataFile) -> Iterator[bytes]:
    """The unpacked content of the data file."""
    stored = objects.head(client, Resource(place.bucket, file.key, place.region))
    if stored.size != file.size:
        raise InvalidManifest(f"has {stored.size} bytes, manifest.json says {file.size}.")
    return gunzip(objects.blocks(client, stored))


def _rows(blocks: Iterable[bytes], inventory: Inventory, most: int) -> Iterator[bytes]:
    fields = inventory.verdict.fields or ()
    bucket, *others = [fields.index(name) for name in COLUMNS[1:] if name in fields]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    # As the judge has it, a blank behind a comma is no part of a value without quotes; one that begins a line is.
    texts, strips = lines(_judged(blocks, inventory)), fields[0] != "Key"
    for number, row in enumerate(csv.reader(texts, strict=True, skipinitialspace=strips), 1):
        if row:
            name, key, *version = [row[bucket].lstrip(" "), *(row[column] for column in others)]
            full_name = inventory.buckets[0] if name in inventory.buckets else name
            writer.writerow([full_name, _LOST.sub(_escaped, key), *(each.lstrip(" ") for each in version)])
        if number % most == 0:
            yield text.getvalue().encode(errors="surrogateescape")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode(errors="surrogateescape")


def _escaped(found: re.Match[str]) -> str:
    return quote(found[0])


def _judged(blocks: Iterable[bytes], inventory: Inventory) -> Iterator[bytes]:
    """The blocks, of which each was judged as the inventory's jobs have it."""
    judge = CsvJudge(inventory.verdict.fields, BucketNames(inventory, None))
    for piece in in_pieces(blocks):
        judge.feed(piece)
        _check(judge)
        yield piece
    judge.close()
    _check(judge)


def _check(judge: CsvJudge) -> None:
    if judge.findings.faults:
        raise refusal(judge.verdict(), "cannot work; nothing was made of it.")
