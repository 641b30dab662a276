"""Several connections list what one lists, in the same order."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from cosbatch.cli.remote import listing as one_by_one
from cosbatch.cli.remote.client import Client, client_of
from cosbatch.cli.remote.listing import BEGINNING, Entry, Listing, Marker, Page
from cosbatch.cli.remote.row_store import Rows, joined
from cosbatch.cli.remote.side_by_side import listed
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import ServiceError
from cosbatch.model.messages import Request, Response
from cosbatch.standin import Standin, running

BUCKET = "examplebucket-1250000000"
NAMES = ("a", "a-", "a0", "b", "ü", "\U0001f600", " ", "a.b", "~", "\uffff")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    with running(tmp_path_factory.mktemp("standin")) as standin:
        yield standin


class CountingWire:
    """Notes which queries went out."""

    def __init__(self, client: Client) -> None:
        self._wire = client.wire
        self.queries: list[dict[str, str]] = []

    def send(self, request: Request, seconds: float) -> Response:
        self.queries.append(dict(request.query))
        return self._wire.send(request, seconds)


def connected(standin: Standin, count: int) -> list[Client]:
    return [client_of(standin.environ, Clock()) for _ in range(count)]


def fill(standin: Standin, keys: Iterable[str], versions: int = 1) -> None:
    """The bucket with just these keys, faster than a client could store them."""
    standin.reset()
    with standin.service.database.writing() as transaction:
        transaction.execute("INSERT INTO buckets (name, region, created) VALUES (?, 'ap-chengdu', 0)", (BUCKET,))
        (number,) = transaction.connection.execute("SELECT id FROM buckets").fetchone()
        rows = [(number, key, f"v{each}") for key in keys for each in range(versions)]
        statement = "INSERT INTO versions (bucket, key, version, modified) VALUES (?, ?, ?, 0)"
        transaction.connection.executemany(statement, rows)


def row(entry: Entry) -> bytes:
    return f"{quote(entry.key)},{entry.version},{entry.is_latest}\n".encode()


def rows_of(page: Page) -> Rows:
    return Rows(b"".join(map(row, page.entries)), len(page.entries), page.following)


def rows(clients: list[Client], listing: Listing) -> list[bytes]:
    found = joined([*listed(clients, listing, BEGINNING, rows_of)])
    assert found.lines == found.content.count(b"\n")
    return found.content.splitlines(keepends=True)


def expected(standin: Standin, listing: Listing, marker: Marker = BEGINNING) -> list[bytes]:
    (client,) = connected(standin, 1)
    whole = Listing(listing.bucket, listing.region, listing.prefix, listing.versions)
    return [row(entry) for page in one_by_one.pages(client, whole, marker) for entry in page.entries]


def tree(seed: int) -> set[str]:
    """Keys of a few folders in each other, with slashes at both ends, and folders that are objects themselves."""
    choose = random.Random(seed)
    names = choose.sample(NAMES, choose.randint(1, len(NAMES)))
    keys = set()
    for _ in range(choose.choice((0, 1, 40, 80))):
        steps = [choose.choice((*names, "")) for _ in range(choose.randint(1, 4))]
        keys.add("/".join(steps) or "/")
    return keys


@pytest.mark.parametrize("seed", range(12))
def test_lists_the_same_in_the_same_order(filled: Standin, seed: int) -> None:
    fill(filled, tree(seed))
    choose = random.Random(seed)
    prefix = choose.choice(("", "", "a", "a/"))
    listing = Listing(BUCKET, "ap-chengdu", prefix, page_size=choose.randint(1, 5))
    assert rows(connected(filled, choose.randint(2, 5)), listing) == expected(filled, listing)


@pytest.mark.parametrize("page_size", [1, 3, 7])
def test_lists_every_version_once(filled: Standin, page_size: int) -> None:
    fill(
        filled,
        [f"{folder}{name}" for folder in ("", "a/", "b/", "b/c/") for name in ("", "x", "y") if folder + name],
        3,
    )
    listing = Listing(BUCKET, "ap-chengdu", versions=True, page_size=page_size)
    assert rows(connected(filled, 3), listing) == expected(filled, listing)


def test_lists_keys_with_no_room_between_them(filled: Standin) -> None:
    fill(filled, ["b" * count for count in range(1, 9)])
    listing = Listing(BUCKET, "ap-chengdu", page_size=1)
    assert rows(connected(filled, 2), listing) == expected(filled, listing)


def test_goes_on_behind_the_marker_of_any_page(filled: Standin) -> None:
    fill(filled, [f"{folder}/{name}" for folder in "abc" for name in "1234"])
    listing = Listing(BUCKET, "ap-chengdu", page_size=3)
    before = b""
    for found in listed(connected(filled, 3), listing, BEGINNING, rows_of):
        before += found.content
        if found.following is not None:
            after = b"".join(expected(filled, listing, found.following))
            assert before + after == b"".join(expected(filled, listing))


def carried_out(standin: Standin, connections: int, listing: Listing) -> list[CountingWire]:
    """The wires of the connections that listed all of it."""
    clients = connected(standin, connections)
    wires = [CountingWire(client) for client in clients]
    through = [Client(client.configuration, wire, client.clock) for client, wire in zip(clients, wires, strict=True)]
    assert rows(through, listing) == expected(standin, listing)
    return wires


def counted(standin: Standin, connections: int, listing: Listing) -> list[dict[str, str]]:
    """The queries of a whole listing."""
    return [query for wire in carried_out(standin, connections, listing) for query in wire.queries]


def test_every_connection_lists_its_share(filled: Standin) -> None:
    fill(filled, [f"photos/{number:09}.jpg" for number in range(128)])
    filled.order({"action": "GetBucket", "fault": "Delay", "seconds": 0.01, "times": None})
    counts = [len(wire.queries) for wire in carried_out(filled, 4, Listing(BUCKET, "ap-chengdu", page_size=2))]
    assert max(counts) < 40, counts  # of 64 pages
    assert sum(counts) < 130, counts


def test_asks_little_for_many_small_folders(filled: Standin) -> None:
    fill(filled, [f"{folder:03}/only" for folder in range(400)])
    queries = counted(filled, 4, Listing(BUCKET, "ap-chengdu", page_size=20))
    assert len(queries) < 100  # one connection alone: 20


def test_raises_what_a_thread_ran_into(filled: Standin) -> None:
    fill(filled, [f"{folder}/{name}" for folder in "abcdefgh" for name in range(8)])
    filled.order({"action": "GetBucket", "fault": "AccessDenied", "after": 6, "times": None})
    with pytest.raises(ServiceError, match="Access Denied"):
        rows(connected(filled, 3), Listing(BUCKET, "ap-chengdu", page_size=2))


def test_ends_its_threads_when_it_is_closed(filled: Standin) -> None:
    fill(filled, [f"{folder}/{name}" for folder in "abcdefgh" for name in range(8)])
    listing = Listing(BUCKET, "ap-chengdu", page_size=2)
    with contextlib.closing(listed(connected(filled, 3), listing, BEGINNING, rows_of)) as following:
        assert next(following).following is not None
    assert [*following] == []
    for thread in threading.enumerate():
        if thread.name.startswith("listing"):
            thread.join(timeout=20)
            assert not thread.is_alive()


def test_one_connection_lists_page_by_page(filled: Standin, tmp_path: Path) -> None:
    fill(filled, "abc")
    queries = counted(filled, 1, Listing(BUCKET, "ap-chengdu", page_size=2))
    assert [query.get("marker") for query in queries] == [None, "b"]
