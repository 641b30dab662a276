"""The tables of the database, and the number of their form: a folder of another form is refused."""

from __future__ import annotations

import re

VERSION = 3
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
    confirmed INTEGER NOT NULL DEFAULT 0,
    round INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL DEFAULT '',
    failed_tasks TEXT NOT NULL DEFAULT '[]',
    failure_codes TEXT NOT NULL DEFAULT '{}',
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
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    round INTEGER NOT NULL,
    document TEXT NOT NULL,
    created REAL NOT NULL,
    due REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'Waiting',
    tries INTEGER NOT NULL DEFAULT 0,
    fault TEXT NOT NULL DEFAULT ''
);
CREATE INDEX events_to_deliver ON events (due, number) WHERE state IN ('Waiting', 'Retrying');
CREATE TABLE deliveries (
    event INTEGER NOT NULL,
    began REAL NOT NULL,
    ended REAL NOT NULL,
    succeeded INTEGER NOT NULL,
    reply TEXT NOT NULL
);
CREATE INDEX deliveries_of_an_event ON deliveries (event);
"""
TABLES = tuple(re.findall(r"CREATE TABLE (\w+)", SCHEMA))
