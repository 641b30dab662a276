"""What restoring an archived object means: how long it takes, and how long the copy can be read."""

from __future__ import annotations

import sqlite3

from cosbatch.standin.clock import DAY, Clock
from cosbatch.standin.store.catalog import ARCHIVES
from cosbatch.standin.wire.errors import ServiceError

HOUR = 3600.0
# The upper ends of what the pages on restoring give for each class and tier.
SECONDS = {
    ("ARCHIVE", "Expedited"): 300.0,
    ("ARCHIVE", "Standard"): 5 * HOUR,
    ("ARCHIVE", "Bulk"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Standard"): 12 * HOUR,
    ("DEEP_ARCHIVE", "Bulk"): 48 * HOUR,
}


def restored(row: sqlite3.Row, clock: Clock, now: float, days: int, tier: str) -> tuple[float, float]:
    """Return from when to when (Unix seconds) the copy of an archived version can be read.

    A copy that can be read already is renewed. Raises ServiceError for objects that are not archived or are
    being restored, and for a tier that their class does not have.
    """
    storage_class, begun = row["storage_class"], row["restored_from"]
    if storage_class not in ARCHIVES:
        raise ServiceError("RestoreNonArchiveObject")
    if begun is not None and begun > now:
        raise ServiceError("RestoreAlreadyInProgress")
    if (storage_class, tier) not in SECONDS:
        raise ServiceError("InvalidArgument", f"Objects in {storage_class} cannot be restored by {tier}")
    if not is_restored(row, now):
        begun = now + SECONDS[storage_class, tier] / clock.speed
    return begun, max(begun, now) + days * DAY / clock.speed


def is_restored(row: sqlite3.Row, now: float) -> bool:
    """Tell whether the copy of an archived version can be read now."""
    return row["restored_from"] is not None and row["restored_from"] <= now < row["restored_until"]
