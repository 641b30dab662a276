"""Measures `build --connections N` against one connection, where each response comes 50 ms later.

    python -m tests.bench_build [--pages N] [--rounds N] [--json]

A stand-in in a process of its own holds a bucket, of forty folders or of one, and delays each response by its fault Delay. Pages
are of 1,000 keys as the command asks for them, and of 20, where nearly all of a page is the delay. All listings go by the code of
`build`, into a file. Seconds are elapsed ones, medians over the rounds; what matters is the ratio. CPU is that of build and of the
stand-in for a page, in milliseconds, and `cores` how many processors both had: where that is all that there are, the ratio is
theirs, and not that of the connections.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import requests

from cosbatch.cli.manifests.build import Selection, list_into
from cosbatch.cli.remote.client import client_of
from cosbatch.cli.remote.listing import Listing
from cosbatch.model.deadline import Clock
from cosbatch.standin import Account
from cosbatch.standin.store.database import Database
from tests.standin.bench import process

BUCKET = "examplebucket-1250000000"
CONNECTIONS = (4, 8)
LAYOUTS = ((20, 40), (20, 1), (1000, 40), (1000, 1))  # keys a page, folders
DELAY = {"action": "GetBucket", "fault": "Delay", "seconds": 0.05, "times": None}
LEAST = 0.8  # of N


@dataclass(frozen=True)
class Taken:
    """Seconds that a listing took: elapsed ones, and CPU on both sides."""

    elapsed: float
    cpu: float
    cpu_of_standin: float


@dataclass(frozen=True)
class Figures:
    """A listing over several connections, and the elapsed seconds of one over a single connection, `alone`."""

    page_size: int
    folders: int
    connections: int
    pages: int
    alone: float
    together: Taken

    @property
    def ratio(self) -> float:
        return self.alone / self.together.elapsed

    @property
    def cores(self) -> float:
        return (self.together.cpu + self.together.cpu_of_standin) / self.together.elapsed

    @property
    def holds(self) -> bool:
        return self.ratio >= LEAST * self.connections


def fill(data: Path, keys: int, folders: int) -> None:
    """Put so many keys into folders of a bucket, faster than a client could."""
    database = Database(data)
    with database.writing() as transaction:
        transaction.execute("INSERT INTO buckets (name, region, created) VALUES (?, 'ap-chengdu', 0)", (BUCKET,))
        rows = ((f"photos/{number * folders // keys:03}/{number:09}.jpg",) for number in range(keys))
        statement = "INSERT INTO versions (bucket, key, modified) VALUES (1, ?, 0)"
        transaction.connection.executemany(statement, rows)
    database.close()


def listing(process_id: int, endpoint: str, page_size: int, connections: int, keys: int) -> Taken:
    clients = [client_of(Account().environ(endpoint), Clock()) for _ in range(connections)]
    selection = Selection(Listing(BUCKET, "ap-chengdu", page_size=page_size), True, ())
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        start, cpu, of_standin = time.perf_counter(), time.process_time(), cpu_of(process_id)
        state = list_into(os.path.join(folder, "list.csv"), selection, clients)
        taken = Taken(time.perf_counter() - start, time.process_time() - cpu, cpu_of(process_id) - of_standin)
    assert state.rows == keys
    return taken


def cpu_of(process_id: int) -> float:
    """The seconds of CPU that a process has had, as Linux counts them."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(page_size: int, folders: int, pages: int, rounds: int) -> list[Figures]:
    with tempfile.TemporaryDirectory() as name:
        keys = page_size * pages
        fill(Path(name), keys, folders)
        with process(Path(name)) as (process_id, endpoint):
            requests.post(f"{endpoint}/_standin/faults", data=json.dumps([DELAY]), timeout=10).raise_for_status()
            numbers = (1, *CONNECTIONS)
            rows = [[listing(process_id, endpoint, page_size, n, keys) for n in numbers] for _ in range(rounds)]
    alone, *together = (medians(column) for column in zip(*rows, strict=True))
    return [
        Figures(page_size, folders, n, pages, alone.elapsed, taken)
        for n, taken in zip(CONNECTIONS, together, strict=True)
    ]


def medians(rounds: Sequence[Taken]) -> Taken:
    columns = zip(*((each.elapsed, each.cpu, each.cpu_of_standin) for each in rounds), strict=True)
    return Taken(*(median(column) for column in columns))


def table(figures: list[Figures]) -> str:
    heads = ("keys a page", "folders", "connections", "one s", "all s", "CPU ms", "stand-in's", "cores", "ratio")
    lines = ["  ".join(heads)]
    for each in figures:
        taken, milliseconds = each.together, 1000 / each.pages
        cells = (
            *(str(number) for number in (each.page_size, each.folders, each.connections)),
            *(f"{seconds:.2f}" for seconds in (each.alone, taken.elapsed)),
            *(f"{seconds * milliseconds:.2f}" for seconds in (taken.cpu, taken.cpu_of_standin)),
            *(f"{number:.2f}" for number in (each.cores, each.ratio)),
        )
        line = "  ".join(cell.rjust(len(head)) for cell, head in zip(cells, heads, strict=True))
        lines.append(line if each.holds else f"{line}  missed")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--pages", type=int, default=1000, help="pages of each listing")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = options.parse_args(arguments)
    figures = [each for layout in LAYOUTS for each in measure(*layout, chosen.pages, chosen.rounds)]
    if chosen.json:
        listings = [{**asdict(each), "ratio": round(each.ratio, 2), "holds": each.holds} for each in figures]
        print(json.dumps({"python": platform.python_version(), "listings": listings}, indent=1))
    else:
        print(table(figures))


if __name__ == "__main__":
    main()
