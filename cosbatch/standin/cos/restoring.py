"""Restoring archived objects: how long it takes, how long the copy can be read, and PostObjectRestore."""

from __future__ import annotations

import sqlite3
from typing import cast

from cosbatch.standin.cos.service import DAY, Call, Clock
from cosbatch.standin.store.catalog import ARCHIVES, Version, find_bucket, find_object
from cosbatch.standin.wire.documents import parse
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response
from cosbatch.standin.wire.schema import Document, Field, Violation, choice, container, number

HOUR = 3600.0
# The upper ends of what the pages on restoring give for each class and tier, in seconds.
DURATIONS = {
    ("ARCHIVE", "Expedited"): 300.0,
    ("ARCHIVE", "Standard"): 5 * HOUR,
    ("ARCHIVE", "Bulk"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Standard"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Bulk"): 48 * HOUR,
}
TIER = container({"Tier": Field(choice("Expedited", "Standard", "Bulk"))})
REQUEST = container({"Days": Field(number(1, 365), True), "CASJobParameters": Field(TIER)})
WRITE = "UPDATE versions SET restored_from = ?, restored_until = ? WHERE id = ?"


def restored(row: sqlite3.Row, clock: Clock, now: float, days: int, tier: str) -> tuple[float, float]:
    """From when to when (Unix seconds) the copy of an archived version can be read, by the version's row.

    A copy that can be read already is renewed. Raises ServiceError for objects that are not archived or are
    being restored, and for a tier that their class does not have.
    """
    storage_class, begun = row["storage_class"], row["restored_from"]
    if storage_class not in ARCHIVES:
        raise ServiceError("RestoreNonArchiveObject")
    if begun is not None and begun > now:
        raise ServiceError("RestoreAlreadyInProgress")
    if (storage_class, tier) not in DURATIONS:
        raise ServiceError("InvalidArgument", f"Objects in {storage_class} cannot be restored by {tier}")
    if not _is_between(begun, now, row["restored_until"]):
        begun = now + DURATIONS[storage_class, tier] / clock.speed
    return begun, max(begun, now) + days * DAY / clock.speed


def _is_between(start: float | None, now: float, end: float | None) -> bool:
    return start is not None and end is not None and start <= now < end


def check_readable(version: Version, now: float) -> None:
    """Raises ServiceError InvalidObjectState for archived bytes of which no restored copy can be read."""
    is_archived = version.attributes.storage_class in ARCHIVES
    if is_archived and not _is_between(version.restored_from, now, version.restored_until):
        raise ServiceError("InvalidObjectState")


def restore_object(call: Call) -> Response:
    """PostObjectRestore: begin to restore an archived object (202), or renew the copy of a restored one (200)."""
    days, tier = _read(call.request.text())
    clock, now = call.service.clock, call.service.clock.now()
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        version = find_object(transaction.connection, bucket, call.target.key, call.request.version_id())
        row = transaction.execute("SELECT * FROM versions WHERE id = ?", (version.id,)).fetchone()
        transaction.execute(WRITE, (*restored(row, clock, now, days, tier), version.id))
    return Response(200 if _is_between(version.restored_from, now, version.restored_until) else 202)


def _read(body: bytes) -> tuple[int, str]:
    """Days and tier of a RestoreRequest. Raises ServiceError MalformedXML."""
    root = parse(body, "RestoreRequest")
    try:
        request = REQUEST(root, ())
    except Violation as violation:
        raise ServiceError("MalformedXML", str(violation)) from None
    parameters = cast(Document, request.get("CASJobParameters", {}))
    return cast(int, request["Days"]), str(parameters.get("Tier", "Standard"))
