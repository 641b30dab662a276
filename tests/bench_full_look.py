"""Measures a full look at long lists: the whole function on an upload whose profile has limits, every byte over a socket.

    python -m tests.bench_full_look [--rows N]

Beside it stands a loop over csv.reader that fetches the same parts with requests, and looks at nothing but the number of
columns and the bucket. Figures are of processes of their own; what matters are the ratios. Exit code 0 where each bound
holds, 1 where one does not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from tests.stage import ENVIRON, PROFILE, profiles_text, upload

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "examplebucket-1250000000"
# Each row has as many bytes as each other: any part of the list can be made when it is asked for.
BLOCK = b"".join(b"%s,archive/%%E5%%B9%%B4%%202026/%08d.jpg\n" % (SOURCE.encode(), row) for row in range(70_000))
ROW = len(BLOCK) // 70_000
JOB = b"<CreateJobResult><JobId>53dc6228-c50b-46f7-8ad7-65e7159f1aae</JobId></CreateJobResult>"

LOOK = """
import json, resource, sys
import handler
event = json.loads(sys.argv[1])
result = handler.main_handler(event, {"time_limit_in_ms": 900_000})["Results"][0]
assert result["Outcome"] == "created" and "Warnings" not in result, result
"""
LOOP = """
import csv, io, json, resource, sys
import requests
url, size = sys.argv[1:]
session, rest, rows = requests.Session(), b"", 0
for start in range(0, int(size), 1 << 22):
    part = rest + session.get(url, headers={"Range": f"bytes={start}-{start + (1 << 22) - 1}"}).content
    end = part.rfind(b"\\n") + 1
    for row in csv.reader(io.StringIO(part[:end].decode(), newline="")):
        rows += len(row) == 2 and row[0] == "examplebucket-1250000000"
    rest = part[end:]
result = {"Rows": rows}
"""
COST = """
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([result["Rows"], used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss / 1024]))
"""


class Cost(NamedTuple):
    """What a process cost: CPU seconds, seconds, and MiB at its peak."""

    rows: int
    cpu: float
    seconds: float
    memory: float


class Bucket(BaseHTTPRequestHandler):
    """Serves a list of so many bytes in parts, and creates jobs."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    size = 0
    ids = count()

    def do_HEAD(self) -> None:
        self._answer(200, self.size)

    def do_GET(self) -> None:
        first, last = (int(place) for place in self.headers["Range"].removeprefix("bytes=").split("-"))
        last = min(last, self.size - 1)
        start = first % len(BLOCK)
        self._answer(206, last + 1 - first, f"bytes {first}-{last}/{self.size}")
        self.wfile.write((BLOCK + BLOCK)[start : start + last + 1 - first])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, len(JOB))
        self.wfile.write(JOB)

    def _answer(self, status: int, length: int, part: str = "") -> None:
        self.send_response(status)
        modified = {"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 12:00:00 GMT"}
        given = {"Content-Length": length, "x-cos-request-id": next(self.ids), "Content-Range": part, **modified}
        for name, value in given.items():
            if value != "":
                self.send_header(name, str(value))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: stderr is for what goes wrong."""


def cost(program: str, arguments: list[str], environ: dict[str, str] | None = None) -> Cost:
    """What a process of its own costs. Raises SystemExit where it fails."""
    command = [sys.executable, "-c", f"import time\nbegan = time.monotonic()\n{program}{COST}", *arguments]
    given = {"PATH": os.environ["PATH"], **(environ or {})}
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def measured(rows: int, folder: Path) -> tuple[Cost, Cost]:
    """The costs of the function and of the loop, over a list of so many rows."""

    class Long(Bucket):
        size = rows * ROW

    profiles = folder / "profiles.json"
    limited = {**PROFILE, "limits": {"source_buckets": [SOURCE], "max_objects": rows}}
    profiles.write_text(profiles_text(limited))
    with ThreadingHTTPServer(("127.0.0.1", 0), Long) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        environ = {
            **ENVIRON,
            "COSBATCH_ENDPOINT": endpoint,
            "COSBATCH_PROFILES": str(profiles),
            "COSBATCH_MANIFEST_CHECK": "head",
        }
        event: dict[str, Any] = {"Records": [upload(meta={}, size=Long.size)]}
        costs = cost(LOOK, [json.dumps(event)], environ), cost(LOOP, [f"{endpoint}/list.csv", str(Long.size)])
        server.shutdown()
    assert [each.rows for each in costs] == [rows, rows], costs
    return costs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000, help="of the longer list (default: %(default)s)")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        (short, _), (whole, loop) = measured(rows // 10, Path(folder)), measured(rows, Path(folder))
    for name, each in (("a tenth of it", short), ("the list", whole), ("csv.reader", loop)):
        per_million = each.cpu / each.rows * 1e6
        print(
            f"{name:14} {each.rows:>11,} rows {each.seconds:7.1f} s {each.cpu:7.1f} s of CPU, {per_million:.2f} s a million; {each.memory:.0f} MiB"
        )
    ratios = {
        "CPU time to csv.reader": (whole.cpu / loop.cpu, 0.7),
        "CPU time of a row to a tenth": (whole.cpu / whole.rows / (short.cpu / short.rows), 1.3),
        "memory to a tenth": (whole.memory / short.memory, 1.1),
    }
    for name, (ratio, bound) in ratios.items():
        print(f"{name:30} {ratio:5.2f}, at most {bound}{'' if ratio <= bound else '  missed'}")
    return 0 if all(ratio <= bound for ratio, bound in ratios.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
