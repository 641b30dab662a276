"""Runs the measured processes and reads off what they cost: CPU time, memory, instructions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# The interpreter itself, without the virtual environment that the benchmark may run in.
PYTHON: str = getattr(sys, "_base_executable", sys.executable)
_SUBJECT = str(Path(__file__).with_name("subject.py"))
_REFERENCES = re.compile(r"I\s+refs:\s+([\d,]+)")


@dataclass(frozen=True)
class Subject:
    """What is measured: one of the three programs of subject.py, in a folder, on a case."""

    program: str
    folder: Path
    case: Path
    environ: dict[str, str]

    @property
    def command(self) -> list[str]:
        return [PYTHON, "-S", _SUBJECT, self.program, str(self.folder), str(self.case)]


@dataclass(frozen=True)
class Cold:
    """A process with one call: CPU in milliseconds until the answer and until its end, memory at its peak in MiB."""

    answered: float
    ended: float
    memory: float


def cold(subject: Subject, kind: str = "http") -> Cold:
    """Run a fresh process with one call."""
    process = subprocess.Popen(subject.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=subject.environ)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{kind} 1\n".encode())
    process.stdin.close()
    with process.stdout as stdout:
        answer = stdout.read().split()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{subject.program} failed in {subject.folder}")
    return Cold(float(answer[1]) * 1000, (usage.ru_utime + usage.ru_stime) * 1000, int(answer[2]) / 1024)


class Warm:
    """A process that stays, and makes calls as it is told."""

    def __init__(self, stdin: IO[str], stdout: IO[str]) -> None:
        self._stdin = stdin
        self._stdout = stdout

    def calls(self, kind: str, count: int) -> float:
        """CPU microseconds of one of `count` calls."""
        self._stdin.write(f"{kind} {count}\n")
        self._stdin.flush()
        return float(self._stdout.readline().split()[0]) * 1e6


@contextmanager
def warm(subject: Subject) -> Iterator[Warm]:
    """A running process of the subject."""
    with subprocess.Popen(
        subject.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=subject.environ
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        yield Warm(process.stdin, process.stdout)
        process.stdin.close()


def instructions(subject: Subject, lines: Sequence[str]) -> int:
    """Instructions that valgrind counts in a process that is told these lines; they repeat to a hundredth of a percent."""
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    # Without this, the order of sets would be another in each run.
    environ = {**subject.environ, "PYTHONHASHSEED": "0"}
    told = "".join(f"{line}\n" for line in lines)
    run = subprocess.run(
        [*valgrind, *subject.command], input=told, capture_output=True, text=True, env=environ, check=True
    )
    found = _REFERENCES.search(run.stderr)
    assert found, run.stderr
    return int(found[1].replace(",", ""))
