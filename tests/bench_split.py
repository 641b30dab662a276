"""Measures `split`, and `restore --dry-run` of a list on this machine, against a loop over csv.reader that writes the parts.

    python -m tests.bench_split [--rows N] [--rounds N]

Each run is a process of its own, in turns. Figures are CPU seconds, medians over the rounds; what matters are the ratios and
the memory, which does not grow with the list. Exit code 1: a bound does not hold.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.stage import ENVIRON, ROLE

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "examplebucket-1250000000"
JOB = ["--days", "7", "--role", ROLE, "--report", "cos://report-1250000000/reports"]
PARTS = 4
# CPU seconds as a multiple of the loop's, and KiB; measured: 0.2 to 0.5, and 40,000 to 70,000.
MOST_TIME, MOST_MEMORY = 1.0, 100_000

LOOP = """
import csv, sys
with open(sys.argv[1], newline="") as file:
    for number, row in enumerate(csv.reader(file)):
        if number % int(sys.argv[2]) == 0:
            part = open(f"loop-{number}.csv", "w", newline="")
            write = csv.writer(part, lineterminator="\\n").writerow
        write(row)
"""
COMMAND = "import sys\nfrom cosbatch.cli.main import main\nmain(sys.argv[1:])\n"
USAGE = """
import resource, sys
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.__stderr__)
"""


def measured(program: str, arguments: list[str], folder: Path) -> tuple[float, int]:
    """CPU seconds and KiB of a process."""
    environ = {**os.environ, **ENVIRON, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program + USAGE, *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=True)
    seconds, memory = done.stderr.splitlines()[-1].split()
    return float(seconds), int(memory)


def written(folder: Path, name: str, form: str, rows: int) -> Path:
    with open(folder / name, "w", encoding="utf-8") as file:
        for number in range(rows):
            file.write(form.format(number))
    return folder / name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    forms = {"plain": BUCKET + ",photos/{:08}%20a.jpg\n", "quoted": f'"{BUCKET}","photos/{{:08}}%20a.jpg"\n'}
    part, holds = str(-(-options.rows // PARTS)), True
    with tempfile.TemporaryDirectory() as folder:
        for name, form in forms.items():
            path = str(written(Path(folder), f"{name}.csv", form, options.rows))
            runs = {
                "loop": (LOOP, [path, part]),
                "split": (COMMAND, ["--quiet", "split", path, "--rows", part]),
                "plan": (COMMAND, ["--quiet", "restore", path, "--dry-run", *JOB]),
            }
            found = [{what: measured(*run, Path(folder)) for what, run in runs.items()} for _ in range(options.rounds)]
            for what in ("split", "plan"):
                ratio = median(each[what][0] / each["loop"][0] for each in found)
                seconds, memory = median(each[what][0] for each in found), max(each[what][1] for each in found)
                holds = holds and ratio <= MOST_TIME and memory <= MOST_MEMORY
                print(f"{name:6}  {what:5}  {seconds:6.2f} s  {ratio:5.2f} of the loop  {memory:>7,} KiB")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
