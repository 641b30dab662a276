"""What a process costs: instructions counted by valgrind, CPU time, memory at its peak."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

_SUBJECT = str(Path(__file__).with_name("subject.py"))
_VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")


@dataclass(frozen=True)
class Subject:
    """What is measured: a program of subject.py, run by `python` with the libraries of a folder, on the calls of a case."""

    program: str
    python: str
    folder: Path
    case: Path
    environ: dict[str, str]

    def run(self, kind: str, calls: int, *wrapper: str) -> subprocess.CompletedProcess[str]:
        """A fresh process that makes so many calls of a kind; raises SystemExit where it fails."""
        command = [*wrapper, self.python, "-S", _SUBJECT, self.program, str(self.folder), str(self.case)]
        done = subprocess.run([*command, kind, str(calls)], env=self.environ, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{self.program} failed in {self.folder}:\n{done.stderr}")
        return done


def instructions(subject: Subject, kind: str, calls: int) -> float:
    """Millions of instructions. They repeat to a thousandth, whatever else the machine does."""
    found = _COUNTED.search(subject.run(kind, calls, *_VALGRIND).stderr)
    assert found, "valgrind tells what it has counted"
    return int(found[1].replace(",", "")) / 1e6


def cpu_time(subject: Subject, kind: str, calls: int) -> float:
    """Milliseconds of CPU time, user and system."""
    before = getrusage(RUSAGE_CHILDREN)
    subject.run(kind, calls)
    after = getrusage(RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def peak_memory(subject: Subject, kind: str, calls: int) -> float:
    """MiB of resident memory."""
    return int(subject.run(kind, calls).stdout) / 1024
