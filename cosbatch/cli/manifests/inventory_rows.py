"""The rows of an inventory's data files, as a list of its own has them: bucket, key, and the version id where there is one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import Client
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.progress import bytes_shown
from cosbatch.jobs.inspection import problems_of
from cosbatch.manifest.inventory import Inventory, judge_inventory
from cosbatch.model.blocks import BrokenGzip, gunzip
from cosbatch.model.errors import InvalidManifest
from cosbatch.model.names import COLUMNS, Resource


def rows_of_inventory(client: Client, place: Resource, most: int = 10_000) -> Iterator[bytes]:
    """The list, in blocks of so many rows. Raises InvalidManifest where the manifest.json or a data file cannot be read, ServiceSideError."""
    inventory = judge_inventory([objects.read(client, place)])
    if not inventory.verdict.ok:
        raise InvalidManifest("The inventory cannot be read.", problems_of(inventory.verdict))
    columns = _columns(inventory)
    total = sum(file.size for file in inventory.files)
    with bytes_shown(_("Reading"), total, client.clock) as show:
        for file in inventory.files:
            data = Resource(place.bucket, file.key, place.region)
            yield from _rows(client, data, columns, inventory.buckets[0], most)
            show(file.size)


def _columns(inventory: Inventory) -> list[int]:
    """Where the key and the version id, if there is one, stand."""
    fields = inventory.verdict.fields or ()
    return [fields.index(name) for name in COLUMNS[2:] if name in fields]


def _rows(client: Client, place: Resource, columns: list[int], bucket: str, most: int) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    try:
        blocks = gunzip(objects.blocks(client, objects.head(client, place)))
        for number, row in enumerate(csv.reader(_lines(blocks), strict=True), 1):
            if row:
                writer.writerow([bucket, *(row[column] for column in columns)])
            if number % most == 0:
                yield text.getvalue().encode("latin-1")
                text.seek(0)
                text.truncate()
    except (BrokenGzip, csv.Error, IndexError) as error:
        raise InvalidManifest(f"The data file {place.key} of the inventory cannot be read: {error}.") from None
    yield text.getvalue().encode("latin-1")


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """The lines with their ends; each byte is a character, so that all come out as they came in."""
    rest = ""
    for block in blocks:
        *lines, rest = (rest + block.decode("latin-1")).split("\n")
        yield from (f"{line}\n" for line in lines)
    yield rest
