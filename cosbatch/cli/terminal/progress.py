"""Progress of work: a bar on a terminal, elsewhere one line for each change of state."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TextIO

from cosbatch.cli.terminal import streams
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.tables import clipped, printable, width
from cosbatch.model.deadline import Clock

# Seconds between two drawings of the bar: more would only keep the terminal busy.
_PAUSE = 0.1
_READINGS = 30
_LABEL = len("Completing")
_LONGEST_BAR = 24
_SHORTEST_BAR = 6
# Bytes; less is done before a person could look at a bar.
WORTH_A_BAR = 10_000_000


@dataclass(frozen=True)
class Reading:
    """How far the work is: `label` names its state; `total` is None where it is not known. No other comes after the last."""

    label: str
    done: int
    total: int | None = None
    failed: int = 0
    is_last: bool = False


class Progress:
    """Shows readings as they come; `figure` formats a number of what is counted."""

    def __init__(self, stream: TextIO, clock: Clock, figure: Callable[[int], str] = "{:,}".format) -> None:
        self._stream = stream
        self._clock = clock
        self._figure = figure
        self._is_drawn = streams.is_drawable(stream)
        self._label = ""
        self._drawn_at = -_PAUSE
        self._readings: deque[tuple[float, int]] = deque(maxlen=_READINGS)

    def show(self, reading: Reading) -> None:
        now, reading = self._clock.monotonic(), replace(reading, label=printable(reading.label))
        is_new = reading.label != self._label
        self._label = reading.label
        if self._is_drawn:
            self._draw(reading, now, is_new)
        elif is_new:
            line = _("{label}: {counts} done").format(label=reading.label, counts=self._counts(reading, _(" of ")))
            streams.write(self._stream, line + "\n")

    def _draw(self, reading: Reading, now: float, is_new: bool) -> None:
        if not is_new and now - self._drawn_at < _PAUSE and reading.done != reading.total:
            return
        self._drawn_at = now
        self._readings.append((now, reading.done))
        columns = shutil.get_terminal_size().columns - 1
        streams.draw(self._stream, clipped(self._line(reading, columns), columns).rstrip())

    def _line(self, reading: Reading, columns: int) -> str:
        """State, bar, counts, and before the end rate and time left; the bar takes the columns that the words leave free."""
        rate = 0 if reading.is_last else rate_of(list(self._readings))
        words = self._counts(reading, "/")
        if rate:
            words += f"  {self._figure(round(rate))}/s"
        if rate and reading.total is not None and reading.done < reading.total:
            left = duration((reading.total - reading.done) / rate)
            words += "  " + _("{duration} left").format(duration=left)
        label = reading.label + " " * (_LABEL - width(reading.label))
        return "  ".join([label, *_bar(reading, columns - width(label) - width(words)), words])

    def _counts(self, reading: Reading, of: str) -> str:
        total = "" if reading.total is None else f"{of}{self._figure(reading.total)}"
        failed = _(" ({count} failed)").format(count=self._figure(reading.failed)) if reading.failed else ""
        return f"{self._figure(reading.done)}{total}{failed}"

    def close(self) -> None:
        """Leave the bar as it is, and begin a new line."""
        streams.leave_drawing(self._stream)


@contextlib.contextmanager
def bytes_shown(label: str, total: int, clock: Clock) -> Iterator[Callable[[int], None]]:
    """What to call with each number of bytes that were worked on, to show all of them on stderr; few are not shown."""
    done = 0
    with contextlib.closing(Progress(sys.stderr, clock, in_bytes)) as progress:

        def add(count: int) -> None:
            nonlocal done
            done += count
            if total > WORTH_A_BAR:
                progress.show(Reading(label, done, total))

        yield add


def _bar(reading: Reading, room: int) -> list[str]:
    """The bar, in brackets, and the share; `room` is for both, with two blanks around each."""
    if not reading.total:
        return []
    length = min(_LONGEST_BAR, max(_SHORTEST_BAR, room - len("  []  100 %  ")))
    full = min(length, reading.done * length // reading.total)
    return [f"[{'#' * full}{'.' * (length - full)}]", f"{min(100, reading.done * 100 // reading.total):>3} %"]


def rate_of(readings: list[tuple[float, int]]) -> float:
    """How many a second, over the readings: pairs of seconds and a count. 0 where they are too few."""
    if len(readings) < 2 or readings[-1][0] <= readings[0][0]:
        return 0.0
    (began, before), (ended, after) = readings[0], readings[-1]
    return max(0.0, (after - before) / (ended - began))


def duration(seconds: float) -> str:
    """`0:41`, `12:05`, `3:00:00`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def in_bytes(count: int) -> str:
    """`840 B`, `12.3 MB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
