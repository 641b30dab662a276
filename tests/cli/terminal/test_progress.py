"""The bar, and the lines that replace it where there is no terminal."""

from __future__ import annotations

import io

import pytest

from cosbatch.cli.terminal.progress import Progress, Reading, duration, in_bytes, rate_of
from tests.cli.running import SteppingClock, Terminal


def drawings(terminal: Terminal) -> list[str]:
    return terminal.getvalue().split("\r\x1b[K")[1:]


def test_draws_state_share_counts_rate_and_time_left_on_one_line() -> None:
    terminal, time = Terminal(), SteppingClock()
    progress = Progress(terminal, time.clock())
    for done, failed in ((0, 0), (500_000, 3), (1_000_000, 30)):
        progress.show(Reading("Active", done, 1_000_000, failed))
        time.sleep(10)
    assert drawings(terminal) == [
        "Active      [........................]    0 %  0/1,000,000",
        "Active      [###....]   50 %  500,000/1,000,000 (3 failed)  50,000/s  0:10 left",
        "Active      [###############]  100 %  1,000,000/1,000,000 (30 failed)  50,000/s",
    ]


def test_draws_neither_rate_nor_time_left_at_the_end() -> None:
    terminal, time = Terminal(), SteppingClock()
    progress = Progress(terminal, time.clock())
    for label, done in (("Active", 0), ("Failed", 1_001)):
        progress.show(Reading(label, done, 2_500, is_last=label == "Failed"))
        time.sleep(5)
    assert drawings(terminal)[-1] == "Failed      [#########...............]   40 %  1,001/2,500"


def test_draws_a_longer_bar_where_the_line_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    terminal, time = Terminal(), SteppingClock()
    progress = Progress(terminal, time.clock())
    for done in (0, 5_000):
        progress.show(Reading("Active", done, 10_000))
        time.sleep(10)
    assert drawings(terminal)[1] == "Active      [############............]   50 %  5,000/10,000  500/s  0:10 left"


def test_keeps_to_one_line_of_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "22")
    terminal = Terminal()
    Progress(terminal, SteppingClock().clock()).show(Reading("Active", 1, 2))
    assert drawings(terminal) == ["Active      [###...]"]


def test_draws_no_state_that_controls_the_terminal() -> None:
    terminal = Terminal()
    Progress(terminal, SteppingClock().clock()).show(Reading("\x9b31m\n", 3))
    assert drawings(terminal) == [r"\x9b31m\n   3"]


def test_draws_no_more_than_all() -> None:
    terminal = Terminal()
    Progress(terminal, SteppingClock().clock()).show(Reading("Active", 3, 2))
    assert drawings(terminal) == ["Active      [########################]  100 %  3/2"]


def test_draws_no_bar_where_nobody_knows_how_much_there_is() -> None:
    terminal = Terminal()
    Progress(terminal, SteppingClock().clock()).show(Reading("Listing", 12))
    assert drawings(terminal) == ["Listing     12"]


def test_draws_seldom_but_always_the_end_and_a_new_state() -> None:
    terminal, clock = Terminal(), SteppingClock().clock()
    progress = Progress(terminal, clock)
    for done in range(101):
        progress.show(Reading("Active", done, 100))
    progress.show(Reading("Completing", 100, 100))
    assert [line.split()[0] for line in drawings(terminal)] == ["Active", "Active", "Completing"]


def test_goes_to_the_next_line_at_the_end_only_if_something_was_drawn() -> None:
    terminal, clock = Terminal(), SteppingClock().clock()
    progress = Progress(terminal, clock)
    progress.close()
    assert terminal.getvalue() == ""
    progress.show(Reading("Active", 1))
    progress.close()
    assert terminal.getvalue().endswith("1\n")


@pytest.mark.parametrize(("stream", "kind"), [(io.StringIO(), "xterm"), (Terminal(), "dumb")])
def test_writes_one_line_for_each_state_where_nothing_can_be_drawn(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, kind: str
) -> None:
    monkeypatch.setenv("TERM", kind)
    progress = Progress(stream, SteppingClock().clock())
    for label, done in (("Ready", 0), ("Active", 0), ("Active", 50), ("Complete", 100)):
        progress.show(Reading(label, done, 100, failed=1 if done else 0))
    progress.close()
    assert stream.getvalue().splitlines() == [
        "Ready: 0 of 100 done",
        "Active: 0 of 100 done",
        "Complete: 100 of 100 (1 failed) done",
    ]


@pytest.mark.parametrize(
    ("readings", "rate"),
    [
        ([], 0),
        ([(0.0, 5)], 0),
        ([(1.0, 5), (1.0, 9)], 0),
        ([(0.0, 0), (2.0, 10)], 5),
        ([(0.0, 10), (2.0, 0)], 0),
    ],
)
def test_reckons_the_rate_from_the_first_to_the_last_reading(readings: list[tuple[float, int]], rate: float) -> None:
    assert rate_of(readings) == rate


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (41, "0:41"), (725, "12:05"), (10_800, "3:00:00")])
def test_writes_durations_as_clocks_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(840, "840 B"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (2 * 10**9, "2.0 GB")]
)
def test_writes_sizes_in_decimal_units(count: int, text: str) -> None:
    assert in_bytes(count) == text
