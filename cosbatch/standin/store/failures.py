"""What the machine does to a stand-in: a full disk, too many open files, a damaged database; said in words, and never taken for a bug."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from cosbatch.standin.wire.errors import ServiceError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
TOO_MANY_OPEN = (errno.EMFILE, errno.ENFILE)
MANY = "as many files are open as the system allows (ulimit -n): close some, and it goes on where it was"
FULL = "the disk is full: make room, and it goes on where it was"
DAMAGED = "the database is damaged: put a copy of the folder in its place, or use another --data"
# What SQLite says, and what it means here.
MEANINGS = {
    "database or disk is full": FULL,
    "database disk image is malformed": DAMAGED,
    "file is not a database": DAMAGED,
    "disk I/O error": "the disk cannot be read or written (disk I/O error); it may be full",
    "attempt to write a readonly database": "the folder cannot be written to: it is read-only",
    "unable to open database file": "the database cannot be opened: may its folder be read and written?",
}


class StoreFailure(ServiceError):
    """Nothing can be kept or read at present; clients see what the page has for that, ServiceUnavailable (spec 6.2)."""

    def __init__(self, reason: str) -> None:
        super().__init__("ServiceUnavailable", f"The stand-in cannot keep its data: {reason}")


def store_failure(error: BaseException) -> StoreFailure | None:
    """An error as a failure of the machine; None for an error of any other kind."""
    if isinstance(error, StoreFailure):
        return error
    reason = failure_of(error)
    return StoreFailure(reason) if reason else None


@contextmanager
def in_words() -> Iterator[None]:
    """Raises StoreFailure where the machine is what fails in a `with` block."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise store_failure(error) or error from None


def failure_of(error: BaseException) -> str:
    """What the machine lacks, in words; empty for an error of any other kind."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return FULL
    if isinstance(error, OSError) and error.errno in TOO_MANY_OPEN:
        return MANY
    if isinstance(error, sqlite3.Error):
        return next((meaning for said, meaning in MEANINGS.items() if said in str(error)), "")
    return ""
