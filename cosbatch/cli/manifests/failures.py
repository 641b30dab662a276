"""What a report tells of failures: its parts, read from files or from the bucket, and what failed by code, in words."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from cosbatch.cli.manifests import reports, source
from cosbatch.cli.manifests.reports import File, Tasks
from cosbatch.cli.remote import objects
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.tables import printable
from cosbatch.manifest.judge import sniff_unreadable
from cosbatch.manifest.verdict import FAULTS
from cosbatch.model.errors import InvalidEvent
from cosbatch.model.hints import hints
from cosbatch.model.names import Resource


class ReportPart(NamedTuple):
    """The tasks in one file of a report, to be read before the next part; whether some of them may have failed."""

    name: str
    tells_of_failures: bool
    tasks: Iterator[Tasks]


def report_parts(name: str, options: argparse.Namespace) -> Iterator[ReportPart]:
    """The parts of a report, those first that may tell of failures. Raises WrongUsage, InvalidEvent, ServiceSideError."""
    with source.opened(name, options) as opened:
        first = next(opened.blocks, b"")
        if not first:
            raise InvalidEvent(f"{name} is empty, and so no report of a job. Fetch it again.")
        if sniff_unreadable(first) == "Utf16":
            raise InvalidEvent(f"{name} cannot be read as a report. {FAULTS['Utf16']}")
        blocks = chain([first], opened.blocks)
        if not reports.is_contents(first):
            yield ReportPart(name, True, reports.tasks(blocks, None, name))
            return
        contents = reports.contents_of(b"".join(blocks), name)
    for file in sorted(contents.files, key=lambda file: not file.tells_of_failures):
        place = _place(name, file)
        with source.opened(place, options) as opened:
            yield ReportPart(place, file.tells_of_failures, reports.tasks(opened.blocks, contents.columns, place))


def _place(name: str, file: File) -> str:
    """Where a file is that a manifest.json names: in the bucket, or on disk beside the manifest.json or in results/."""
    if objects.is_object(name):
        return Resource(file.bucket or objects.place_of(name).bucket, file.key, None).uri
    folder, base = os.path.dirname(name), os.path.basename(file.key)
    for candidate in (os.path.join(folder, base), os.path.join(folder, "results", base)):
        if os.path.exists(candidate):
            return candidate
    message = _("{name} names {key}; there is no {file} beside it, nor in results/: fetch it from the bucket")
    raise WrongUsage(message.format(name=name, key=file.key, file=base))


def most_first(counts: Mapping[str, int]) -> dict[str, int]:
    """How many tasks failed by which code, the code of the most tasks first."""
    return dict(sorted(counts.items(), key=lambda count: (-count[1], count[0])))


def failures_told(counts: Mapping[str, int]) -> Iterator[str]:
    """One line for each code: how many tasks failed so, and what to do about it."""
    for code, count in counts.items():
        yield printable(f"{count:,} {code}: {output.hint_of(code) if code in hints() else ''}".rstrip(": "))
