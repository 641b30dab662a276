"""Manifests as the service would read them: found, pinned, and streamed row by row (spec section 5)."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import BinaryIO, cast

from cosbatch.standin.jobs.csv_rows import BadRow, Row, RowReader, read_lines, with_appid
from cosbatch.standin.jobs.job_rows import Job
from cosbatch.standin.jobs.rules import MANIFEST_CSV, resource_of
from cosbatch.standin.store.catalog import Version, find_bucket, find_version
from cosbatch.standin.store.contents import Contents
from cosbatch.standin.wire.addresses import Account
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.schema import part

INVENTORY_LIMIT = 32 * 1024 * 1024


class BadManifest(Exception):
    """A manifest of which no task can be made; the job fails with this code and reason."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code}: {reason}")


@dataclass(frozen=True)
class Source:
    """Where the rows of a job come from: contents in order, and what their columns are.

    `appid` is put behind bucket names that do not carry one, as in the newer inventories.
    """

    contents: tuple[str | None, ...]
    fields: tuple[str, ...]
    is_inventory: bool
    appid: str = ""

    def to_json(self) -> str:
        """The source as it is kept with its job."""
        return json.dumps(asdict(self))


def read_source(text: str) -> Source:
    """A source that was kept with its job."""
    values = json.loads(text)
    return Source(**{**values, "contents": tuple(values["contents"]), "fields": tuple(values["fields"])})


def find_source(connection: sqlite3.Connection, contents: Contents, account: Account, job: Job) -> Source:
    """What a job's Manifest names, at this moment. Raises BadManifest."""
    manifest = part(job.document, "Manifest")
    location, spec = part(manifest, "Location"), part(manifest, "Spec")
    resource = resource_of(location, "ObjectArn")
    wanted = str(location.get("ObjectVersionId", ""))
    version = _find(connection, account, resource.bucket, resource.key, wanted)
    if str(location["ETag"]).strip('"') != version.stored.etag:
        raise BadManifest("PreconditionFailed", "The ETag of the manifest is not the one that the job names")
    if spec["Format"] == MANIFEST_CSV:
        return Source((version.stored.content,), tuple(cast("list[str]", spec["Fields"])), is_inventory=False)
    inventory = _read_inventory(contents, version)
    return _inventory_source(connection, account, resource.bucket, inventory)


def _find(connection: sqlite3.Connection, account: Account, bucket: str, key: str, wanted: str = "") -> Version:
    where = f"of the manifest {bucket}/{key}"
    if not account.owns_bucket(bucket):
        raise BadManifest("AccessDenied", f"The bucket {where} belongs to another account")
    try:
        version = find_version(connection, find_bucket(connection, bucket), key, wanted)
    except ServiceError as error:
        raise BadManifest(error.code, f"The bucket {where} does not exist") from None
    if version is None or version.is_marker:
        raise BadManifest("NoSuchVersion" if wanted else "NoSuchKey", f"The object {where} does not exist")
    return version


def _read_inventory(contents: Contents, version: Version) -> Mapping[str, object]:
    if version.stored.size > INVENTORY_LIMIT:
        raise BadManifest("InvalidManifest", "The manifest.json is larger than 32 MiB")
    try:
        inventory = json.loads(contents.read(version.stored.content))
    except (ValueError, RecursionError) as error:
        raise BadManifest("InvalidManifest", f"The manifest.json is not JSON: {error}") from None
    if not isinstance(inventory, dict) or str(inventory.get("fileFormat")).upper() != "CSV":
        raise BadManifest("InvalidManifest", "The manifest.json does not say that its fileFormat is CSV")
    return inventory


def _inventory_source(
    connection: sqlite3.Connection, account: Account, bucket: str, inventory: Mapping[str, object]
) -> Source:
    fields = tuple(name.strip() for name in str(inventory.get("fileSchema", "")).split(","))
    if fields.count("Bucket") != 1 or fields.count("Key") != 1:
        raise BadManifest("InvalidManifest", "The fileSchema does not name Bucket and Key once")
    files = inventory.get("files")
    if not isinstance(files, list) or not all(isinstance(file, dict) and file.get("key") for file in files):
        raise BadManifest("InvalidManifest", "The files of the manifest.json are no list of objects with a key")
    keys = [str(file["key"]) for file in cast("list[dict[str, object]]", files)]
    name, appid = str(inventory.get("destinationBucket", bucket)), str(inventory.get("destinationAppid", ""))
    destination = with_appid(name, appid)
    versions = [_find_data(connection, account, (destination, bucket), key) for key in keys]
    contents, appid = tuple(version.stored.content for version in versions), str(inventory.get("sourceAppid", ""))
    return Source(contents, fields, is_inventory=True, appid=appid)


def _find_data(connection: sqlite3.Connection, account: Account, buckets: tuple[str, str], key: str) -> Version:
    """Data lies in the destination bucket; an inventory copied elsewhere may have taken it along."""
    try:
        return _find(connection, account, buckets[0], key)
    except BadManifest:
        return _find(connection, account, buckets[1], key)


def rows(contents: Contents, source: Source) -> Generator[Row, None, None]:
    """Bucket, key and version id (or an empty text) of each row. Raises BadManifest."""
    reader = RowReader(source.fields, source.appid)
    for content in filter(None, source.contents):
        path = contents.path(content)
        with gzip.open(path) if source.is_inventory else path.open("rb") as file:
            yield from _rows_of_file(cast(BinaryIO, file), reader)


def _rows_of_file(file: BinaryIO, reader: RowReader) -> Iterator[Row]:
    try:
        for number, values in read_lines(file):
            yield reader.read(number, values)
    except BadRow as error:
        raise BadManifest("InvalidManifest", str(error)) from None
    except (OSError, EOFError, zlib.error) as error:
        raise BadManifest("InvalidManifest", f"A data file is no whole gzip file: {error}") from None
