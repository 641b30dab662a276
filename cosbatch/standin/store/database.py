"""The one SQLite database: many readers at once, one writer at a time, nothing half-written after a kill."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cosbatch.standin.store.contents import Contents
from cosbatch.standin.store.creations import Watch
from cosbatch.standin.store.failures import DAMAGED, StoreFailure, failure_of, in_words
from cosbatch.standin.store.tables import SCHEMA, TABLES, VERSION

# What a batch of tasks asks for, to be found in one query; the writing connection's own.
WANTED = "CREATE TEMP TABLE wanted (place INTEGER PRIMARY KEY, bucket INTEGER, key TEXT, version TEXT)"
CONTENTS = "SELECT content FROM versions UNION SELECT content FROM parts UNION SELECT content FROM pins"
HELD = """
SELECT EXISTS (SELECT 1 FROM versions WHERE content = :content)
    OR EXISTS (SELECT 1 FROM parts WHERE content = :content)
    OR EXISTS (SELECT 1 FROM pins WHERE content = :content)
"""


class UnusableData(Exception):
    """The folder given as --data cannot be used; the text says why and what to do."""


class Transaction:
    """One write, all or nothing. Contents that it leaves without any row are removed after the commit.

    `watch` is who is to know of the objects that it creates.
    """

    def __init__(self, connection: sqlite3.Connection, watch: Watch | None = None) -> None:
        self.connection = connection
        self.watch = watch
        self._released: set[str] = set()

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self.connection.execute(statement, values)

    def release(self, content: str | None) -> None:
        """Say that a row which held this content has gone."""
        if content:
            self._released.add(content)

    def orphans(self) -> list[str]:
        """The released contents that no row holds any more."""
        return [name for name in self._released if not self.holds(name)]

    def holds(self, content: str) -> bool:
        """Whether any row names this content."""
        return bool(self.connection.execute(HELD, {"content": content}).fetchone()[0])


class Database:
    """The database under a data folder, and the content files that its rows name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "standin.sqlite3"
        self._lock = _lock(folder / "lock.sqlite3")
        self.contents = Contents(folder / "contents")
        self._writing = threading.Lock()
        self._written = threading.Condition()
        self._is_closed = False
        self._pool: list[sqlite3.Connection] = []
        self.watch: Watch | None = None
        self._connections = [self._lock]
        try:
            self._check_is_there()
            self._writer = self._connect()
            self._prepare()
        except (sqlite3.Error, UnusableData) as error:
            self.close()
            raise UnusableData(f"{self._path}: {failure_of(error) or error}") from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        self._connections.append(connection)
        connection.row_factory = sqlite3.Row
        # What a process has written outlives it, whatever ends it; only a machine's own end would need fsync.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def _check_is_there(self) -> None:
        """Raises UnusableData for contents whose rows are lost: a new database would have them swept."""
        is_new = not self._path.exists() or not self._path.stat().st_size
        if is_new and not self.contents.is_empty():
            raise UnusableData(f"it is empty, but there are objects: {DAMAGED}")

    def _prepare(self) -> None:
        self._writer.execute("PRAGMA journal_mode = WAL")
        found = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, VERSION):
            raise UnusableData(f"it is of version {found}, this stand-in writes {VERSION}: use another --data")
        if found == 0:
            self._writer.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        # Half a second for a million objects. Nothing is swept by rows that cannot be trusted.
        if self._writer.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise UnusableData(DAMAGED)
        self._writer.execute(WANTED)
        self.contents.sweep(Transaction(self._writer).holds)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for reading; what it reads inside one `with` is one state of the database.

        Raises StoreFailure, also once the database is closed.
        """
        if self._is_closed:
            raise StoreFailure("it has been stopped")
        try:
            connection = self._pool.pop()
        except IndexError:
            connection = self._connect()
        try:
            with in_words():
                connection.execute("BEGIN")
                yield connection
        finally:
            _roll_back(connection)
            self._pool.append(connection)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Lend the writing connection; everything is undone if the block raises. Raises StoreFailure."""
        with self._writing, in_words():
            self._writer.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self._writer, self.watch)
            try:
                yield transaction
                orphans = transaction.orphans()
                self._writer.execute("COMMIT")
            except BaseException:
                _roll_back(self._writer)
                raise
            for content in orphans:
                self.contents.remove(content)
            if self.watch:
                self.watch.committed()
            with self._written:
                self._written.notify_all()

    def left_after(self, seconds: float, find: Callable[[sqlite3.Connection], list[str]]) -> list[str]:
        """What `find` still finds after so many seconds; it is asked behind each write, until it finds nothing.

        Raises StoreFailure, also once the database is closed.
        """
        deadline = time.monotonic() + seconds
        # Who has written comes here as well, so that no write is missed between the look and the wait.
        with self._written:
            while True:
                with self.reading() as connection:
                    left = find(connection)
                remaining = deadline - time.monotonic()
                if not left or remaining <= 0:
                    return left
                self._written.wait(remaining)

    def clear(self) -> None:
        """Remove everything that is kept. Raises StoreFailure."""
        with self.writing() as transaction:
            for (content,) in transaction.execute(CONTENTS).fetchall():
                transaction.release(content)
            for table in TABLES:
                transaction.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are the schema's own

    def close(self) -> None:
        """Close every connection; nothing may be under way any more but `left_after`, which ends."""
        with self._written:
            self._is_closed = True
            for connection in self._connections:
                connection.close()
            self._written.notify_all()


def _roll_back(connection: sqlite3.Connection) -> None:
    """Undo what is not committed; SQLite has done so by itself where the disk is full."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _lock(path: Path) -> sqlite3.Connection:
    """Hold a lock that the system releases with the process, whatever ends it."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        if "locked" in str(error):
            raise UnusableData(f"{path.parent} is used by another stand-in: stop it, or give another --data") from None
        raise UnusableData(f"{path}: {failure_of(error) or error}") from None
    return connection
