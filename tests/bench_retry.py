"""Measures `retry` over reports against a plain loop over csv.reader that filters rows, all in one interleaved run.

    python -m tests.bench_retry [--rows N] [--rounds N] [--json]

The loop writes bucket and key of each row that did not succeed, in the order of the report; retry puts those of one error code
together, and looks at how all keys are written. Figures are CPU seconds, medians over the rounds; what matters are the ratios,
medians of those within a round.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from cosbatch.cli.main import main as command_line

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "examplebucket-1250000000"
CODES = ("SlowDown", "AccessDenied", "NoSuchKey")
MOST = 1.5  # times the loop's seconds
MOST_MEMORY = 60_000  # KiB, the program itself included

MEMORY_PROBE = """
import resource, sys
from cosbatch.cli.main import main
assert main(["retry", sys.argv[1], "--output", sys.argv[2]]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@dataclass(frozen=True)
class Subject:
    """A report of which one row in `each` failed."""

    name: str
    each: int
    quoted: str = "none"  # none, all or some cells
    key: str = "archive/%E5%B9%B4%2020{0:02}/{1:08}.jpg"


SUBJECTS = (
    Subject("1 in 100 failed", 100),
    Subject("1 in 2 failed", 2),
    Subject("all failed", 1),
    Subject("1 in 100 failed, quoted", 100, "all"),
    Subject("1 in 2 failed, quoted", 2, "all"),
    Subject("all failed, quoted", 1, "all"),
    Subject("1 in 100, messages quoted", 100, "some"),
    Subject("all, messages quoted", 1, "some"),
    Subject("1 in 100, keys are plain", 100, key="archive/年 20{0:02}/{1:08}.jpg"),
    Subject("all, keys are plain", 1, key="archive/年 20{0:02}/{1:08}.jpg"),
)


@dataclass(frozen=True)
class Figures:
    name: str
    loop: float
    retry: float
    ratio: float

    @property
    def holds(self) -> bool:
        return self.ratio <= MOST


def row(number: int, subject: Subject) -> str:
    code = CODES[number // subject.each % len(CODES)]
    failed = number % subject.each == 0
    outcome = ["failed", code, "403", "No such luck"] if failed else ["succeeded", "", "200", "Successful"]
    cells = [BUCKET, subject.key.format(number % 90, number), "", *outcome]
    if subject.quoted == "all":
        return ",".join(f'"{cell}"' for cell in cells) + "\n"
    if subject.quoted == "some":
        cells[-1] = f'"{cells[-1]}, sorry"'
    return ",".join(cells) + "\n"


def write(path: Path, subject: Subject, rows: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, rows, 10_000):
            file.write("".join(row(number, subject) for number in range(start, min(start + 10_000, rows))))
    return path


def loop(report: Path, manifest: Path) -> None:
    with report.open(encoding="utf-8", newline="") as rows, manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for cells in csv.reader(rows):
            if cells[3] != "succeeded":
                writer.writerow(cells[:2])


def retry(report: Path, manifest: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert command_line(["retry", str(report), "--output", str(manifest)]) == 0


def seconds(contender: Callable[[Path, Path], None], report: Path, manifest: Path) -> float:
    start = time.process_time()
    contender(report, manifest)
    return time.process_time() - start


def measure(subject: Subject, folder: Path, rows: int, rounds: int) -> Figures:
    report, manifest = write(folder / "report.csv", subject, rows), folder / "manifest.csv"
    times = [[seconds(contender, report, manifest) for contender in (loop, retry)] for _ in range(rounds)]
    looping, retrying = (median(column) for column in zip(*times, strict=True))
    return Figures(subject.name, looping, retrying, median(each[1] / each[0] for each in times))


def peak_memory(folder: Path, rows: int) -> int:
    """KiB at the peak of a process that makes the list of a report of which all tasks failed."""
    report = write(folder / "report.csv", SUBJECTS[2], rows)
    command = [sys.executable, "-c", MEMORY_PROBE, str(report), str(folder / "manifest.csv")]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(done.stderr.split()[-1])


def table(figures: list[Figures], memory: int) -> str:
    lines = [f"{'report':28}{'loop s':>8}{'retry s':>9}{'ratio':>7}"]
    lines += [
        f"{each.name:28}{each.loop:8.3f}{each.retry:9.3f}{each.ratio:7.2f}{'' if each.holds else '  missed'}"
        for each in figures
    ]
    return "\n".join([*lines, f"peak memory {memory / 1024:.1f} MiB{'' if memory < MOST_MEMORY else '  missed'}"])


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--rows", type=int, default=2_000_000, help="rows of each report")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        memory = peak_memory(Path(name), chosen.rows)
        figures = [measure(each, Path(name), chosen.rows, chosen.rounds) for each in SUBJECTS]
    if chosen.json:
        reports = [{**asdict(each), "ratio": round(each.ratio, 2), "holds": each.holds} for each in figures]
        print(
            json.dumps({"python": platform.python_version(), "peak_memory_kib": memory, "reports": reports}, indent=1)
        )
    else:
        print(table(figures, memory))


if __name__ == "__main__":
    main()
