"""`python -m tests.bench`: what an event costs, against requests alone, boto3 and the COS SDK, each ratio with its bound.

Everything goes over TLS, as it does in the cloud, where openssl is on the machine. Exit code 0 where every bound holds, 1 where one does not. Costs are instructions, counted by valgrind, where it is on the
machine, else CPU time: the latter needs a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import cases, layouts, meters
from tests.bench.comparisons import COMPARISONS, Comparison, Work
from tests.bench.figures import figures, table
from tests.bench.meters import Subject
from tests.bench.server import certificate, last_request, serving

WORKPLACE = layouts.ROOT / ".bench"
# What requests alone is installed with, and the other peers.
REQUIREMENTS = ("requirements.txt", "requirements-bench.txt")


@dataclass(frozen=True)
class Bench:
    """The subjects by name, and how they are measured: a warm call is what `calls` more calls add to a process."""

    subjects: Mapping[str, Subject]
    calls: int
    rounds: int
    counts_instructions: bool

    @property
    def unit(self) -> str:
        return "M instructions" if self.counts_instructions else "ms"

    def costs(self, comparisons: Sequence[Comparison]) -> dict[Work, float]:
        """What each work costs: the median of the rounds. Instructions are the same in each, and count on any number of cores."""
        works = list(dict.fromkeys(work for each in comparisons for work in (each.ours, each.theirs)))
        rounds, workers = (1, os.cpu_count()) if self.counts_instructions else (self.rounds, 1)
        with ThreadPoolExecutor(workers) as pool:
            columns = [list(pool.map(self.cost, works)) for _ in range(rounds)]
        return {work: median(values) for work, *values in zip(works, *columns, strict=True)}

    def cost(self, work: Work) -> float:
        subject = self.subjects[work.subject]
        match work.measured:
            case "cold":
                return self._processing(subject, work.kind, 1)
            case "warm":
                once, twice = (self._processing(subject, work.kind, self.calls * times) for times in (1, 2))
                return (twice - once) / self.calls
            case "memory":
                return median(meters.peak_memory(subject, work.kind, 1) for _ in range(5))

    def _processing(self, subject: Subject, kind: str, calls: int) -> float:
        meter = meters.instructions if self.counts_instructions else meters.cpu_time
        return meter(subject, kind, calls)


def main() -> int:
    options = _options()
    WORKPLACE.mkdir(exist_ok=True)
    own = certificate(WORKPLACE)
    calls, rounds = (10, 3) if options.short else (20, 9)
    comparisons = [each for each in COMPARISONS if each.bound or not options.short]
    with serving(own) as endpoint:
        bench = Bench(_subjects(endpoint, own), calls, rounds, shutil.which("valgrind") is not None and not options.cpu)
        measured = figures(comparisons, bench.costs(comparisons), bench.unit)
    print(table(measured))
    return 0 if all(figure.holds for figure in measured) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer calls and rounds, and only what has a bound")
    parser.add_argument("--cpu", action="store_true", help="CPU time, even where valgrind is on the machine")
    return parser.parse_args()


def _subjects(endpoint: str, certificate: Path | None) -> dict[str, Subject]:
    """All of them, on one case: what the peers post is what the function sends for the same event."""
    function = layouts.deployed(WORKPLACE, certificate)
    requests, peers = (layouts.installed(WORKPLACE, layouts.ROOT / name) for name in REQUIREMENTS)
    bundles = [layouts.trusting(folder, certificate) for folder in (requests, peers)]
    profiles = cases.write_profiles(WORKPLACE / "profiles.json")
    environ = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        **cases.environ(endpoint, profiles),
    }
    case = cases.write(WORKPLACE / "case.json", endpoint, bundles[1], {})
    subjects = {
        "function": Subject("function", layouts.PYTHON, function, case, environ),
        "requests": Subject("requests_alone", layouts.PYTHON, requests, case, environ),
        "boto3": Subject("boto3", layouts.PYTHON, peers, case, environ),
        "sdk": Subject("sdk", layouts.PYTHON, peers, case, environ),
    }
    sent: dict[str, object] = {}
    for kind in ("http", "full"):
        subjects["function"].run(kind, 1)
        sent[kind] = cases.finished(last_request(endpoint, certificate))
    cases.write(case, endpoint, bundles[1], sent)
    return subjects


if __name__ == "__main__":
    sys.exit(main())
