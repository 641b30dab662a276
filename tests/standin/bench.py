"""How fast the stand-in is: `python -m tests.standin.bench [--rows N] [--json]`.

It runs the command line in a process of its own over a folder with N archived objects, and restores and tags
all of them; a tenth as many others are copied and deleted. While a job runs, other CreateJobs are timed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cosbatch.standin.store.database import Database
from tests.standin.client import Client
from tests.standin.documents import COPY, DELETE, RESTORE, SOURCE, TAGGING, document, manifest, operation

ROOT = Path(__file__).parents[2]
ARCHIVED, PLAIN = "archive/2026/11/file-{:09d}.bin", "plain/2026/11/file-{:09d}.bin"
REQUESTS = 1000
HELD = "<ConfirmationRequired>true</ConfirmationRequired>"


@dataclass(frozen=True)
class Run:
    """One job: tasks per second from CreateJob to Complete, and how long other CreateJobs took meanwhile."""

    operation: str
    tasks: int
    tasks_per_second: float
    create_job_median_ms: float
    create_job_slowest_ms: float


@dataclass(frozen=True)
class Requests:
    """Signed requests over one connection that is kept alive, with nothing else going on."""

    name: str
    requests_per_second: float


@dataclass(frozen=True)
class Results:
    """Everything that was measured; memory is the most that was ever resident."""

    runs: list[Run]
    requests: list[Requests]
    peak_memory_mb: float


def seed(data: Path, rows: int) -> None:
    """Put archived objects into a bucket, and a tenth as many plain ones, faster than a client could."""
    database = Database(data)
    with database.writing() as transaction:
        transaction.execute("INSERT INTO buckets (name, region, created) VALUES (?, 'ap-chengdu', 0)", (SOURCE,))
        for key, count, storage_class in ((ARCHIVED, rows, "ARCHIVE"), (PLAIN, rows // 10, "STANDARD")):
            statement = "INSERT INTO versions (bucket, key, modified, storage_class) VALUES (1, ?, 0, ?)"
            values = ((key.format(number), storage_class) for number in range(count))
            transaction.connection.executemany(statement, values)
    database.close()


@contextmanager
def process(data: Path) -> Iterator[tuple[int, str]]:
    """Run the command line; its process id and its endpoint."""
    command = [sys.executable, "-m", "cosbatch.standin", "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child.pid, json.loads(child.stdout.readline())["endpoint"]
        finally:
            child.terminate()


def peak_memory_mb(pid: int) -> float:
    """The most memory that a process has had resident, as Linux counts it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def upload_manifest(client: Client, key: str, rows: int) -> str:
    """Upload a manifest of many objects; the element that names it."""
    body = "".join(f"{SOURCE},{key.format(number)}\n" for number in range(rows)).encode()
    return manifest(etag=client.cos("PUT", SOURCE, "manifest.csv", body=body).headers["etag"])


def run_job(client: Client, name: str, content: str, element: str, rows: int) -> Run:
    """Run one job to its end, and create others (which wait for a confirmation) all the while."""
    began, taken = time.perf_counter(), []
    reply = client.create(document(Manifest=element, Operation=operation(content)))
    job_id, state = reply.text("JobId"), ""
    while state not in ("Complete", "Failed"):
        taken.append(timed(lambda: client.create(document(ConfirmationRequired=HELD))))
        state = client.batch("GET", f"/jobs/{job_id}").text("Job/Status")
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    assert state == "Complete", state
    taken.sort()
    return Run(name, rows, rows / seconds, 1000 * taken[len(taken) // 2], 1000 * taken[-1])


def timed(work: Callable[[], object]) -> float:
    """How many seconds something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure_requests(client: Client) -> list[Requests]:
    """Time single calls, one after another."""
    bucket = "small-1250000000"
    calls: dict[str, Callable[[], object]] = {
        "PutObject (1 KB)": lambda: client.cos("PUT", bucket, "key", body=b"x" * 1024),
        "HeadObject": lambda: client.cos("HEAD", bucket, "key"),
        "GetObject (1 KB)": lambda: client.cos("GET", bucket, "key"),
        "CreateJob": lambda: client.create(document(ConfirmationRequired=HELD)),
        "ListJobs (10)": lambda: client.batch("GET", "/jobs", [("maxResults", "10")]),
    }
    return [
        Requests(name, REQUESTS / timed(lambda: [call() for _ in range(REQUESTS)]))  # noqa: B023
        for name, call in calls.items()
    ]


def measure(rows: int) -> Results:
    """Measure everything over a folder that is removed at the end."""
    data = Path(tempfile.mkdtemp(prefix="standin-bench-"))
    try:
        seed(data, rows)
        with process(data) as (pid, endpoint), Client(endpoint, timeout=120) as client:
            requests = measure_requests(client)
            archived = upload_manifest(client, ARCHIVED, rows)
            runs = [run_job(client, "restore", RESTORE, archived, rows)]
            runs.append(run_job(client, "tagging", TAGGING, archived, rows))
            plain = upload_manifest(client, PLAIN, rows // 10)
            runs.append(run_job(client, "copy", COPY, plain, rows // 10))
            runs.append(run_job(client, "delete", DELETE, plain, rows // 10))
            return Results(runs, requests, peak_memory_mb(pid))
    finally:
        shutil.rmtree(data)


def table(results: Results) -> str:
    """The results for people."""
    lines = [f"{'job':12}{'tasks':>12}{'tasks/s':>12}{'CreateJob meanwhile: median, slowest':>40}"]
    for run in results.runs:
        latency = f"{run.create_job_median_ms:.1f} ms, {run.create_job_slowest_ms:.1f} ms"
        lines.append(f"{run.operation:12}{run.tasks:>12,}{run.tasks_per_second:>12,.0f}{latency:>40}")
    lines += ["", f"{'request':24}{'requests/s':>12}"]
    lines += [f"{each.name:24}{each.requests_per_second:>12,.0f}" for each in results.requests]
    return "\n".join([*lines, "", f"peak memory {results.peak_memory_mb:.1f} MB"])


def main(arguments: list[str] | None = None) -> None:
    """Print what was measured."""
    options = argparse.ArgumentParser(prog="python -m tests.standin.bench", description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000, metavar="N", help="objects and rows (default: 1000000)")
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = options.parse_args(arguments)
    results = measure(chosen.rows)
    print(json.dumps(asdict(results), indent=1) if chosen.json else table(results))


if __name__ == "__main__":
    main()
