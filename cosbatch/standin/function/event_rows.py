"""Events as the database keeps them: waiting, delivered, tried again, dead, or stopped in a loop."""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from cosbatch.standin.store.database import Transaction
from cosbatch.standin.wire.documents import timestamp

ON_THEIR_WAY = "SELECT * FROM events WHERE state IN ('Waiting', 'Retrying') ORDER BY due, number"
NEXT = f"{ON_THEIR_WAY} LIMIT 1"
OUT_OF_ORDER = "EventOutOfOrder"
RELEASE = f"UPDATE events SET due = ? WHERE state = 'Waiting' AND fault = '{OUT_OF_ORDER}' AND number < ?"  # noqa: S608


class Event(NamedTuple):
    """One event; `tries` counts its failed deliveries, `fault` is what was ordered for it. Moments are Unix seconds."""

    number: int
    bucket: str
    key: str
    round: int
    document: str
    due: float
    tries: int
    fault: str


class Delivery(NamedTuple):
    """One delivery: whether the function returned, and what, or the error, as JSON."""

    succeeded: bool
    reply: object
    began: float
    ended: float


def next_event(connection: sqlite3.Connection) -> Event | None:
    """The event that is to be delivered next, at its `due`."""
    row = connection.execute(NEXT).fetchone()
    return None if row is None else Event(*(row[name] for name in Event._fields))


def on_their_way(connection: sqlite3.Connection) -> list[str]:
    """The events that are still to be delivered, in words."""
    return [f"event of {row['bucket']}/{row['key']} ({row['state']})" for row in connection.execute(ON_THEIR_WAY)]


def put_off(transaction: Transaction, event: Event, due: float, fault: str) -> None:
    """Leave an event for later."""
    transaction.execute("UPDATE events SET due = ?, fault = ? WHERE number = ?", (due, fault, event.number))


def note_state(transaction: Transaction, event: Event, state: str, tries: int, due: float) -> None:
    """Keep what became of an event."""
    values = (state, tries, due, event.number)
    transaction.execute("UPDATE events SET state = ?, tries = ?, due = ? WHERE number = ?", values)


def note_delivery(transaction: Transaction, event: Event, delivery: Delivery) -> None:
    """Keep one delivery, and release the events that waited for a later one to come first."""
    reply = json.dumps(delivery.reply)
    values = (event.number, delivery.began, delivery.ended, int(delivery.succeeded), reply)
    transaction.execute("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?)", values)
    transaction.execute(RELEASE, (delivery.ended, event.number))


def events_told(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """Every event with its deliveries, in order, as GET /_standin/events shows them."""
    rows = connection.execute("SELECT * FROM events ORDER BY number").fetchall()
    return [_told(connection, row) for row in rows]


def _told(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, object]:
    query = "SELECT * FROM deliveries WHERE event = ? ORDER BY rowid"
    return {
        "Number": row["number"],
        "EventName": row["name"],
        "Bucket": row["bucket"],
        "Key": row["key"],
        "State": row["state"],
        "Round": row["round"],
        "Created": timestamp(row["created"]),
        "Due": timestamp(row["due"]) if row["state"] in ("Waiting", "Retrying") else None,
        "Event": json.loads(row["document"]),
        "Deliveries": [_delivery_told(each) for each in connection.execute(query, (row["number"],))],
    }


def _delivery_told(row: sqlite3.Row) -> dict[str, object]:
    name = "Reply" if row["succeeded"] else "Error"
    return {"Began": timestamp(row["began"]), "Ended": timestamp(row["ended"]), name: json.loads(row["reply"])}
