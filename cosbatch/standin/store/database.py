"""The one SQLite database: many readers at once, one writer at a time, nothing half-written after a kill."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cosbatch.standin.store.contents import Contents

VERSION = 1
SCHEMA = """
CREATE TABLE buckets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    region TEXT NOT NULL,
    created REAL NOT NULL,
    versioning TEXT NOT NULL DEFAULT '',
    acl TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT ''
);
CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    version TEXT NOT NULL DEFAULT 'null',
    marker INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT 0,
    etag TEXT NOT NULL DEFAULT '',
    crc64 TEXT NOT NULL DEFAULT '',
    content TEXT,
    modified REAL NOT NULL,
    storage_class TEXT NOT NULL DEFAULT 'STANDARD',
    headers TEXT NOT NULL DEFAULT '',
    metadata TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '',
    acl TEXT NOT NULL DEFAULT '',
    restored_from REAL,
    restored_until REAL
);
CREATE UNIQUE INDEX versions_of_a_key ON versions (bucket, key, id DESC);
CREATE INDEX versions_with_content ON versions (content) WHERE content IS NOT NULL;
CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    started REAL NOT NULL,
    attributes TEXT NOT NULL
);
CREATE TABLE parts (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    content TEXT NOT NULL,
    modified REAL NOT NULL,
    PRIMARY KEY (upload, number)
);
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    region TEXT NOT NULL,
    token TEXT NOT NULL,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    operation TEXT NOT NULL,
    description TEXT NOT NULL,
    document TEXT NOT NULL,
    created REAL NOT NULL,
    terminated REAL,
    suspended REAL,
    reason TEXT NOT NULL DEFAULT '',
    failure_code TEXT NOT NULL DEFAULT '',
    failure_reason TEXT NOT NULL DEFAULT '',
    total INTEGER NOT NULL DEFAULT 0,
    succeeded INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    succeeded_bytes INTEGER NOT NULL DEFAULT 0,
    failed_bytes INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT '',
    failed_tasks TEXT NOT NULL DEFAULT '[]',
    UNIQUE (region, token)
);
CREATE INDEX unfinished_jobs ON jobs (state) WHERE terminated IS NULL;
CREATE TABLE states (
    job INTEGER NOT NULL,
    state TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX states_of_a_job ON states (job);
CREATE TABLE pins (
    job INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (job, content)
);
CREATE INDEX pins_by_content ON pins (content);
"""
# What a batch of tasks asks for, to be found in one query; the writing connection's own.
WANTED = "CREATE TEMP TABLE wanted (place INTEGER PRIMARY KEY, bucket INTEGER, key TEXT, version TEXT)"
HELD = """
SELECT EXISTS (SELECT 1 FROM versions WHERE content = :content)
    OR EXISTS (SELECT 1 FROM parts WHERE content = :content)
    OR EXISTS (SELECT 1 FROM pins WHERE content = :content)
"""


class UnusableData(Exception):
    """The folder given as --data cannot be used; the text says why and what to do."""


class Transaction:
    """One write, all or nothing. Contents that it leaves without any row are removed after the commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
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
        self._pool: list[sqlite3.Connection] = []
        self._writer = self._connect()
        self._prepare()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        # What a process has written outlives it, whatever ends it; only a machine's own end would need fsync.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def _prepare(self) -> None:
        self._writer.execute("PRAGMA journal_mode = WAL")
        found = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if found == 0:
            self._writer.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        elif found != VERSION:
            self.close()
            raise UnusableData(
                f"{self._path} is of version {found}, this stand-in writes {VERSION}: use another --data"
            )
        self._writer.execute(WANTED)
        self.contents.sweep(Transaction(self._writer).holds)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for reading; what it reads inside one `with` is one state of the database."""
        try:
            connection = self._pool.pop()
        except IndexError:
            connection = self._connect()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")
            self._pool.append(connection)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Lend the writing connection; everything is undone if the block raises."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self._writer)
            try:
                yield transaction
                orphans = transaction.orphans()
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            for content in orphans:
                self.contents.remove(content)

    def close(self) -> None:
        """Close every connection; nothing may be under way any more."""
        for connection in [*self._pool, self._writer, self._lock]:
            connection.close()


def _lock(path: Path) -> sqlite3.Connection:
    """Hold a lock that the system releases with the process, whatever ends it."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        raise UnusableData(f"{path.parent} is used by another stand-in: stop it, or give another --data") from None
    return connection
