"""What lies in the buckets: the rows of buckets and of versions of objects, written and read."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from cosbatch.standin.store.contents import Stored
from cosbatch.standin.store.creations import Cause, Created
from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.errors import ServiceError

Texts = Mapping[str, str]
STORAGE_CLASSES = (
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ARCHIVE",
    "DEEP_ARCHIVE",
    "MAZ_STANDARD",
    "MAZ_STANDARD_IA",
    "MAZ_INTELLIGENT_TIERING",
)
ARCHIVES = ("ARCHIVE", "DEEP_ARCHIVE")
LATEST = "SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY id DESC LIMIT 1"
NAMED = "SELECT * FROM versions WHERE bucket = ? AND key = ? AND version = ?"
INSERT = """
INSERT INTO versions (bucket, key, version, marker, size, etag, crc64, content, modified, storage_class,
                      headers, metadata, tags, acl)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True)
class Bucket:
    """One bucket. `versioning` is empty, Enabled or Suspended."""

    id: int
    name: str
    region: str
    created: float
    versioning: str
    acl: str
    tags: Texts

    @property
    def was_versioned(self) -> bool:
        """Whether versioning was ever enabled, so that answers name version ids."""
        return bool(self.versioning)


@dataclass(frozen=True)
class Attributes:
    """What an object carries beside its bytes. `headers` are HTTP's, `metadata` those of x-cos-meta-."""

    headers: Texts = field(default_factory=dict)
    metadata: Texts = field(default_factory=dict)
    tags: Texts = field(default_factory=dict)
    acl: str = ""
    storage_class: str = "STANDARD"


@dataclass(frozen=True)
class Version:
    """One version of an object, or a delete marker."""

    id: int
    key: str
    version: str
    is_marker: bool
    stored: Stored
    modified: float
    attributes: Attributes
    restored_from: float | None
    restored_until: float | None


def texts_to_json(texts: Texts) -> str:
    """A mapping as it is kept in a column; the empty one takes no room."""
    return json.dumps(dict(texts), separators=(",", ":")) if texts else ""


def texts_from_json(text: str) -> dict[str, str]:
    """The mapping of a column."""
    return dict(json.loads(text)) if text else {}


def read_version(row: sqlite3.Row) -> Version:
    """A row of `versions` as a value."""
    return Version(
        id=row["id"],
        key=row["key"],
        version=row["version"],
        is_marker=bool(row["marker"]),
        stored=Stored(row["size"], row["etag"], row["crc64"], row["content"]),
        modified=row["modified"],
        attributes=Attributes(
            headers=texts_from_json(row["headers"]),
            metadata=texts_from_json(row["metadata"]),
            tags=texts_from_json(row["tags"]),
            acl=row["acl"],
            storage_class=row["storage_class"],
        ),
        restored_from=row["restored_from"],
        restored_until=row["restored_until"],
    )


def find_bucket(connection: sqlite3.Connection, name: str) -> Bucket:
    """The bucket of a name. Raises ServiceError NoSuchBucket."""
    row = connection.execute("SELECT * FROM buckets WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise ServiceError("NoSuchBucket")
    return read_bucket(row)


def read_bucket(row: sqlite3.Row) -> Bucket:
    """A row of `buckets` as a value."""
    return Bucket(
        id=row["id"],
        name=row["name"],
        region=row["region"],
        created=row["created"],
        versioning=row["versioning"],
        acl=row["acl"],
        tags=texts_from_json(row["tags"]),
    )


def ensure_bucket(transaction: Transaction, name: str, region: str, now: float) -> Bucket:
    """A bucket, which comes into being with the first thing that is written to it."""
    transaction.execute(
        "INSERT INTO buckets (name, region, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (name, region, now),
    )
    return find_bucket(transaction.connection, name)


def find_version(connection: sqlite3.Connection, bucket: Bucket, key: str, version: str | None) -> Version | None:
    """A version by its id, or else the newest one (which may be a delete marker)."""
    if version:
        row = connection.execute(NAMED, (bucket.id, key, version)).fetchone()
    else:
        row = connection.execute(LATEST, (bucket.id, key)).fetchone()
    return None if row is None else read_version(row)


def find_object(connection: sqlite3.Connection, bucket: Bucket, key: str, version: str | None = None) -> Version:
    """A version that holds an object. Raises ServiceError where there is none, or a delete marker."""
    found = find_version(connection, bucket, key, version)
    if found is None:
        raise ServiceError("NoSuchVersion" if version else "NoSuchKey")
    if found.is_marker:
        headers = (("x-cos-delete-marker", "true"), ("x-cos-version-id", found.version))
        raise ServiceError("NoSuchKey", headers=headers)
    return found


def add_version(
    transaction: Transaction,
    bucket: Bucket,
    key: str,
    stored: Stored,
    attributes: Attributes,
    now: float,
    cause: Cause,
) -> str:
    """The id of a new newest version, which is written: `null` unless versioning is enabled."""
    version = _insert(transaction, bucket, key, stored, attributes, now, is_marker=False)
    if transaction.watch:
        vid = version if bucket.versioning == "Enabled" else ""
        texts = (attributes.headers, attributes.metadata)
        created = Created(bucket.name, bucket.region, key, vid, stored.size, *texts, now, cause)
        transaction.watch.note(transaction.connection, created)
    return version


def _insert(
    transaction: Transaction,
    bucket: Bucket,
    key: str,
    stored: Stored,
    attributes: Attributes,
    now: float,
    is_marker: bool,
) -> str:
    # The newer a version, the smaller its id, as the service's are: a marker of one that is gone still tells where it was.
    version = f"{2**64 - time.time_ns():016x}{secrets.token_hex(4)}" if bucket.versioning == "Enabled" else "null"
    if version == "null":
        remove_version(transaction, bucket, key, "null")
    texts = map(texts_to_json, (attributes.headers, attributes.metadata, attributes.tags))
    described = (attributes.storage_class, *texts, attributes.acl)
    transaction.execute(INSERT, (bucket.id, key, version, int(is_marker), *stored, now, *described))
    return version


def remove_version(transaction: Transaction, bucket: Bucket, key: str, version: str) -> Version | None:
    """Remove one version for good; what was removed, if it was there."""
    found = find_version(transaction.connection, bucket, key, version)
    if found:
        transaction.execute("DELETE FROM versions WHERE id = ?", (found.id,))
        transaction.release(found.stored.content)
    return found


def delete_object(transaction: Transaction, bucket: Bucket, key: str, now: float) -> str | None:
    """Delete without a version id; the version of the delete marker that this leaves, if any.

    Without versioning the object is gone; with it, or with it suspended, a marker hides what there is.
    """
    if not bucket.was_versioned:
        remove_version(transaction, bucket, key, "null")
        return None
    return _insert(transaction, bucket, key, Stored(), Attributes(), now, is_marker=True)
