"""Measures `build --connections N` against one connection, where each response comes 50 ms later.

    python -m tests.bench_build [--pages N] [--rounds N] [--json]

A stand-in in a process of its own holds a bucket of many folders, and delays each response by its fault Delay. Pages are of
1,000 keys as the command asks for them, and of fewer, where the stand-in's own work on a page counts less beside the delay. All
listings go by the code of `build`, into a file. Figures are elapsed seconds, medians over the rounds, and the CPU that this side
takes for a page over the most connections, in milliseconds; what matters are the ratios.
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
PAGE_SIZES = (1000, 20)
FOLDERS = 40
DELAY = {"action": "GetBucket", "fault": "Delay", "seconds": 0.05, "times": None}
LEAST = 0.8  # of N


@dataclass(frozen=True)
class Figures:
    """Seconds of a listing over one connection and over several."""

    page_size: int
    connections: int
    alone: float
    together: float
    cpu: float

    @property
    def ratio(self) -> float:
        return self.alone / self.together

    @property
    def holds(self) -> bool:
        return self.ratio >= LEAST * self.connections


def fill(data: Path, keys: int) -> None:
    """Put so many keys into folders of a bucket, faster than a client could."""
    database = Database(data)
    with database.writing() as transaction:
        transaction.execute("INSERT INTO buckets (name, region, created) VALUES (?, 'ap-chengdu', 0)", (BUCKET,))
        rows = ((f"photos/{number * FOLDERS // keys:03}/{number:09}.jpg",) for number in range(keys))
        statement = "INSERT INTO versions (bucket, key, modified) VALUES (1, ?, 0)"
        transaction.connection.executemany(statement, rows)
    database.close()


def seconds(endpoint: str, page_size: int, connections: int, keys: int) -> tuple[float, float]:
    """Elapsed seconds, and seconds of CPU."""
    clients = [client_of(Account().environ(endpoint), Clock()) for _ in range(connections)]
    selection = Selection(Listing(BUCKET, "ap-chengdu", page_size=page_size), True, ())
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        start, cpu = time.perf_counter(), time.process_time()
        state = list_into(os.path.join(folder, "list.csv"), selection, clients)
        taken = time.perf_counter() - start, time.process_time() - cpu
    assert state.rows == keys
    return taken


def measure(page_size: int, pages: int, rounds: int) -> list[Figures]:
    with tempfile.TemporaryDirectory() as name:
        keys = page_size * pages
        fill(Path(name), keys)
        with process(Path(name)) as (_pid, endpoint):
            requests.post(f"{endpoint}/_standin/faults", data=json.dumps([DELAY]), timeout=10).raise_for_status()
            rows = [[seconds(endpoint, page_size, n, keys) for n in (1, *CONNECTIONS)] for _ in range(rounds)]
    (alone, _cpu), *together = (
        [median(part) for part in zip(*column, strict=True)] for column in zip(*rows, strict=True)
    )
    return [
        Figures(page_size, n, alone, taken, 1000 * cpu / pages)
        for n, (taken, cpu) in zip(CONNECTIONS, together, strict=True)
    ]


def table(figures: list[Figures]) -> str:
    lines = [f"{'keys a page':12}{'connections':>12}{'one s':>9}{'all s':>9}{'CPU ms':>9}{'ratio':>7}"]
    for each in figures:
        counts = f"{each.page_size:<12}{each.connections:>12}"
        missed = "" if each.holds else "  missed"
        lines.append(f"{counts}{each.alone:9.2f}{each.together:9.2f}{each.cpu:9.2f}{each.ratio:7.2f}{missed}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--pages", type=int, default=200, help="pages of each listing")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = options.parse_args(arguments)
    figures = [each for size in PAGE_SIZES for each in measure(size, chosen.pages, chosen.rounds)]
    if chosen.json:
        listings = [{**asdict(each), "ratio": round(each.ratio, 2), "holds": each.holds} for each in figures]
        print(json.dumps({"python": platform.python_version(), "listings": listings}, indent=1))
    else:
        print(table(figures))


if __name__ == "__main__":
    main()
