"""Lays out the folders, starts the server, measures everything in turns, prints the table and writes the JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench import cases, layouts
from tests.bench.figures import Figure, Series, table
from tests.bench.layouts import Layout
from tests.bench.measure import Subject, warm
from tests.bench.server import certificate, last_request, serving
from tests.bench.turns import Pair, Subjects, cold_turns, instructions_cold, instructions_warm, warm_turns

# The highest ratios that the project allows itself.
COLD, COLD_BOTO3 = 1.10, 0.45
WARM, WARM_BOTO3 = 0.95, 0.50
MEMORY, MEMORY_BOTO3 = 1.10, 0.65
FULL_DOCUMENT, TEN_RECORDS = 1.15, 6.0

_KINDS: list[Pair] = [("requests", "http"), ("requests", "full"), ("plain", "http"), ("plain", "full")]
_UPLOADS: list[Pair] = [("plain", "upload"), ("plain", "uploads")]
_PEER: Pair = ("boto3", "http")


def main() -> None:
    options = _options()
    workplace: Path = options.workplace
    workplace.mkdir(parents=True, exist_ok=True)
    identity = certificate(workplace)
    plain = layouts.plain(workplace, identity)
    folders = {"requests": plain, "plain": plain, "deployed": layouts.deployed(workplace, identity)}
    if not options.no_peers:
        folders["boto3"] = Layout(options.peers or layouts.installed(workplace, layouts.PEERS))
    with serving(identity) as endpoints:
        figures = [*_figures(options, folders, endpoints, workplace)]
    print(table(figures))
    result = {"Python": platform.python_version(), "Figures": [figure.as_json() for figure in figures]}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    workplace = layouts.ROOT / ".bench"
    parser.add_argument("--rounds", type=int, default=15, help="fresh processes of each kind, and blocks of warm calls")
    parser.add_argument("--calls", type=int, default=100, help="warm calls in a block")
    parser.add_argument("--json", type=Path, default=workplace / "figures.json", help="where the figures are written")
    parser.add_argument("--workplace", type=Path, default=workplace, help="where the folders are laid out")
    parser.add_argument("--peers", type=Path, help="a folder with boto3 (default: made from requirements-bench.txt)")
    parser.add_argument("--no-peers", action="store_true", help="leave boto3 out")
    parser.add_argument("--no-instructions", action="store_true", help="leave valgrind out")
    return parser.parse_args()


def _figures(
    options: argparse.Namespace, folders: dict[str, Layout], endpoints: dict[str, str], workplace: Path
) -> Iterator[Figure]:
    cases.write_profiles(workplace / "profiles.json")
    requests = _ready_made(folders["plain"], endpoints["http"], workplace)
    for scheme, endpoint in endpoints.items():
        path = cases.write(workplace / f"{scheme}.json", endpoint, folders["plain"].bundle, requests)
        subjects = {name: _subject(name, layout, path, endpoint) for name, layout in folders.items()}
        yield from _cold(scheme, subjects, options.rounds)
        yield from _warm(scheme, subjects, options.rounds, options.calls)
        if scheme == "http" and shutil.which("valgrind") and not options.no_instructions:
            yield from _instructions(subjects)
    if "boto3" in folders:
        yield _size(folders)


def _subject(name: str, layout: Layout, case: Path, endpoint: str) -> Subject:
    program = {"requests": "requests_alone", "boto3": "boto3"}.get(name, "cosbatch")
    environ = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        **cases.environ(endpoint, case.with_name("profiles.json")),
    }
    return Subject(program, layout.folder, case, environ)


def _ready_made(layout: Layout, endpoint: str, workplace: Path) -> dict[str, object]:
    """What requests posts is what the function sends for the same event."""
    path = cases.write(workplace / "first.json", endpoint, layout.bundle, {})
    requests: dict[str, object] = {}
    for kind in ("http", "full"):
        with warm(_subject("plain", layout, path, endpoint)) as process:
            process.calls(kind, 1)
        requests[kind] = cases.ready_made(last_request(endpoint))
    return requests


def _cold(scheme: str, subjects: Subjects, rounds: int) -> Iterator[Figure]:
    starts = cold_turns(subjects, rounds)
    bounds = {"requests": (COLD, MEMORY), "boto3": (COLD_BOTO3, MEMORY_BOTO3)}
    for other, (bound, memory_bound) in bounds.items():
        if other not in starts:
            continue
        for name in ("plain", "deployed"):
            ours, theirs = starts[name], starts[other]
            how = f"{scheme}, {name}"
            yield Figure(f"cold start until the answer, {how}", "ms", ours.answered, other, theirs.answered, bound)
            yield Figure(f"cold start, whole process, {how}", "ms", ours.ended, other, theirs.ended, bound)
            yield Figure(f"peak memory, {how}", "MiB", ours.memory, other, theirs.memory, memory_bound)


def _warm(scheme: str, subjects: Subjects, rounds: int, count: int) -> Iterator[Figure]:
    pairs = [*_KINDS, *_UPLOADS, *([_PEER] if "boto3" in subjects else [])]
    used = {name: subject for name, subject in subjects.items() if name != "deployed"}
    calls = warm_turns(used, pairs, rounds, count)
    yield from _call_figures(scheme, "us", calls)


def _call_figures(how: str, unit: str, calls: dict[Pair, Series]) -> Iterator[Figure]:
    ours = calls["plain", "http"]
    yield Figure(f"warm call, {how}", unit, ours, "requests", calls["requests", "http"], WARM)
    if _PEER in calls:
        yield Figure(f"warm call, {how}", unit, ours, "boto3", calls[_PEER], WARM_BOTO3)
    full = calls["plain", "full"], calls["requests", "full"]
    yield Figure(f"full document, {how}", unit, full[0], "requests", full[1], FULL_DOCUMENT)
    ten, one = calls["plain", "uploads"], calls["plain", "upload"]
    yield Figure(f"ten uploads in one event, {how}", unit, ten, "one upload", one, TEN_RECORDS)


def _instructions(subjects: Subjects) -> Iterator[Figure]:
    """Counted by valgrind: no ratio of times, but the same in each run."""
    starts = instructions_cold(subjects)
    for name in ("plain", "deployed"):
        for other in ("requests", "boto3"):
            if other in starts:
                yield Figure(f"cold start, instructions, {name}", "M", starts[name], other, starts[other])
    pairs = [*_KINDS, *_UPLOADS, *([_PEER] if "boto3" in subjects else [])]
    yield from _call_figures("instructions", "k", instructions_warm(subjects, pairs))


def _size(folders: dict[str, Layout]) -> Figure:
    sizes = {name: Series((folders[name].zipped_size() / 1e6,)) for name in ("deployed", "boto3")}
    return Figure("zip with byte code", "MB", sizes["deployed"], "boto3", sizes["boto3"])


if __name__ == "__main__":
    main()
