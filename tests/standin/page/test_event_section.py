"""The events that were told to the function, as the first page shows them."""

from __future__ import annotations

import json

import pytest

from cosbatch.standin import Standin
from tests.standin.client import Client
from tests.standin.page.reading import PLANTED, read

COLUMNS = "(name, bucket, key, round, document, created, due, state, tries)"


def tell(standin: Standin, state: str, error: object = "", tries: int = 0, key: str = "lists/a.csv") -> None:
    """Keep an event as what delivers them would, with one delivery that failed where there is an error."""
    due = 9e9  # in two hundred years: nothing takes it up
    with standin.service.database.writing() as transaction:
        values = ("cos:ObjectCreated:Put", "list-1250000000", key, 0, "{}", 0.0, due, state, tries)
        transaction.execute(f"INSERT INTO events {COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        (number,) = transaction.execute("SELECT last_insert_rowid()").fetchone()
        if error:
            transaction.execute("INSERT INTO deliveries VALUES (?, 0, 0, 0, ?)", (number, json.dumps(error)))


def test_shows_nothing_where_nothing_was_told(client: Client) -> None:
    assert "Events" not in read(client).text


@pytest.mark.parametrize(
    ("state", "tone", "words"),
    [
        ("Waiting", "busy", "1 waiting"),
        ("Retrying", "warn", "1 tried again"),
        ("Delivered", "good", "1 delivered"),
        ("Dead", "bad", "1 dead-lettered"),
        ("Stopped", "bad", "1 stopped in a loop"),
    ],
)
def test_says_what_became_of_an_event(standin: Standin, client: Client, state: str, tone: str, words: str) -> None:
    tell(standin, state)
    page = read(client)
    assert words in page.text
    assert f"state {tone}" in page.values("span", "class")
    assert "lists/a.csv list-1250000000, cos:ObjectCreated:Put" in page.text


def test_says_what_went_wrong_with_those_that_were_not_delivered(standin: Standin, client: Client) -> None:
    tell(standin, "Delivered", "the first try failed", tries=1)
    tell(standin, "Retrying", {"errorCode": -1, "errorMessage": "not there yet"})
    tell(standin, "Retrying", {"odd": 1})
    tell(standin, "Dead", f"no such bucket {PLANTED} {'x' * 1000}", tries=4, key=PLANTED)
    page = read(client)
    assert "1 delivered 2 tried again 1 dead-lettered" in page.text
    assert " not there yet " in page.text
    assert '{"odd": 1}' in page.text
    assert "the first try failed" not in page.text
    assert f"no such bucket {PLANTED} xxx" in page.text
    assert "x…" in page.text
    assert len(page.all("script")) == 1


def test_shows_the_newest_30(standin: Standin, client: Client) -> None:
    for number in range(31):
        tell(standin, "Delivered", key=f"lists/number-{number:02}.csv")
    page = read(client)
    assert ("number-00" in page.text, "number-01" in page.text) == (False, True)
    assert "31 delivered" in page.text
