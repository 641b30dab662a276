"""The rows of an inventory's data files, as a list of its own has them: bucket, key, and the version id where there is one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from cosbatch.cli.manifests.report_rows import lines
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.jobs.inspection import problems_of
from cosbatch.manifest.inventory import judge_inventory
from cosbatch.model.blocks import BrokenGzip, gunzip
from cosbatch.model.errors import InvalidManifest
from cosbatch.model.names import Resource


def rows_of_inventory(client: Client, place: Resource, most: int = 10_000) -> Iterator[bytes]:
    """The list, in blocks of `most` rows. Raises InvalidManifest where the inventory cannot be read, ServiceSideError."""
    inventory = judge_inventory([objects.read(client, place)])
    if not inventory.verdict.ok:
        raise InvalidManifest("The inventory cannot be read.", problems_of(inventory.verdict))
    fields = inventory.verdict.fields or ()
    columns = [fields.index(name) for name in ("Key", "VersionId") if name in fields]
    total = sum(file.size for file in inventory.files)
    with bytes_shown(_("Reading"), total, client.clock) as show:
        for file in inventory.files:
            data = Resource(place.bucket, file.key, place.region)
            yield from _rows(client, data, columns, inventory.buckets[0], most)
            show(file.size)


def _rows(client: Client, place: Resource, columns: Sequence[int], bucket: str, most: int) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    try:
        blocks = gunzip(objects.blocks(client, objects.head(client, place)))
        for number, row in enumerate(csv.reader(lines(blocks), strict=True), 1):
            if row:
                writer.writerow([bucket, *(row[column] for column in columns)])
            if number % most == 0:
                yield text.getvalue().encode(errors="surrogateescape")
                text.seek(0)
                text.truncate()
    except (BrokenGzip, csv.Error, IndexError) as error:
        raise InvalidManifest(f"The data file {place.key} of the inventory cannot be read: {error}.") from None
    yield text.getvalue().encode(errors="surrogateescape")
