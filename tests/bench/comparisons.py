"""What is compared with what, and how high each ratio may be."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Work(NamedTuple):
    """What a subject does: its first call in a fresh process, one more call of a kind in a warm one, or its memory."""

    measured: Literal["cold", "warm", "memory"]
    subject: str
    kind: str = "http"


class Comparison(NamedTuple):
    """Ours against another; without a bound, it is told and not judged."""

    name: str
    ours: Work
    theirs: Work
    bound: float | None = None


_COLD, _MEMORY = Work("cold", "function"), Work("memory", "function")
_WARM, _FULL = Work("warm", "function"), Work("warm", "function", "full")

COMPARISONS = (
    Comparison("cold start", _COLD, Work("cold", "requests"), 0.95),
    Comparison("cold start", _COLD, Work("cold", "boto3"), 0.45),
    Comparison("cold start", _COLD, Work("cold", "sdk")),
    Comparison("peak memory", _MEMORY, Work("memory", "requests"), 1.10),
    Comparison("peak memory", _MEMORY, Work("memory", "boto3"), 0.65),
    Comparison("peak memory", _MEMORY, Work("memory", "sdk")),
    Comparison("warm call", _WARM, Work("warm", "requests"), 1.25),
    Comparison("warm call", _WARM, Work("warm", "boto3"), 0.75),
    Comparison("warm call", _WARM, Work("warm", "sdk")),
    Comparison("every copy option", _FULL, Work("warm", "requests", "full"), 1.80),
    Comparison("every copy option", _FULL, Work("warm", "boto3", "full"), 1.00),
    Comparison("every copy option", _FULL, Work("warm", "sdk", "full")),
    Comparison(
        "ten uploads in one event", Work("warm", "function", "uploads"), Work("warm", "function", "upload"), 9.5
    ),
)
