"""The events that were told to the function: how many were delivered, tried again or are dead letters, and the newest."""

from __future__ import annotations

import json
import sqlite3
from html import escape

from cosbatch.standin.page.parts import View, badge, moment, table

SHOWN = 30
TONES = {"Waiting": "busy", "Retrying": "warn", "Delivered": "good", "Dead": "bad", "Stopped": "bad"}
WORDS = {
    "Delivered": "{count} delivered",
    "Waiting": "{count} waiting",
    "Retrying": "{count} tried again",
    "Dead": "{count} dead-lettered",
    "Stopped": "{count} stopped in a loop",
}
REPLY_LENGTH = 300
COUNTS = "SELECT state, count(*) FROM events GROUP BY state"
NEWEST = """
SELECT events.*, (SELECT reply FROM deliveries WHERE event = number AND NOT succeeded ORDER BY rowid DESC LIMIT 1) AS error
FROM events ORDER BY number DESC LIMIT ?
"""


def render_events(view: View, connection: sqlite3.Connection) -> str:
    """A section of the first page; empty where nothing was ever told."""
    counts: dict[str, int] = dict(connection.execute(COUNTS).fetchall())
    if not counts:
        return ""
    items = (
        f'<li class="{TONES[state]}">{view.say(words, count=f"{counts[state]:,}")}</li>'
        for state, words in WORDS.items()
        if state in counts
    )
    columns = {
        "Object": "job",
        "State": "state-cell",
        "What went wrong": "",
        "Tries that failed": "number",
        "Created": "created",
    }
    rows = [_event(view, row) for row in connection.execute(NEWEST, (SHOWN,))]
    return (
        f'<section aria-labelledby="events-head"><h2 id="events-head">{view.say("Events told to the function")}</h2>'
        f'<ul class="legend">{"".join(items)}</ul>'
        f"{table(view, columns, rows, 'jobs events')}"
        f'<p class="small"><a href="/_standin/events">{view.say("Everything as JSON")}</a></p></section>'
    )


def _event(view: View, row: sqlite3.Row) -> list[str]:
    state = str(row["state"])
    shown = _what_went_wrong(row["error"]) if row["error"] and state != "Delivered" else ""
    return [
        f'<span class="name">{escape(row["key"])}</span><br><code class="id">{escape(row["bucket"])}, {escape(row["name"])}</code>',
        badge(view, TONES[state], state),
        f'<span class="small why">{escape(shown)}</span>' if shown else "",
        f"{row['tries']:,}",
        moment(row["created"]),
    ]


def _what_went_wrong(text: str) -> str:
    """The message of an error as SCF tells of it, or whatever was kept of it; not too much of either."""
    error = json.loads(text)
    if isinstance(error, dict):
        error = error.get("errorMessage", text)
    shown = str(error)
    return shown if len(shown) <= REPLY_LENGTH else f"{shown[:REPLY_LENGTH]}…"
