"""The benchmark of build runs; what it measures is no test."""

from __future__ import annotations

import json

import pytest

from tests import bench_build


@pytest.mark.slow
def test_measures_every_number_of_connections(capsys: pytest.CaptureFixture[str]) -> None:
    bench_build.main(["--pages", "2", "--rounds", "1", "--json"])
    listings = json.loads(capsys.readouterr().out)["listings"]
    measured = [((each["page_size"], each["folders"]), each["connections"]) for each in listings]
    assert measured == [(layout, n) for layout in bench_build.LAYOUTS for n in bench_build.CONNECTIONS]


def test_shows_what_was_measured_as_a_table() -> None:
    taken = bench_build.Taken(1.0, 0.4, 0.8), bench_build.Taken(2.0, 0.4, 0.8)
    figures = [bench_build.Figures(20, 40, 4, 100, 4.0, each) for each in taken]
    lines = [line.split() for line in bench_build.table(figures).splitlines()]
    assert [line[-1] for line in lines] == ["ratio", "4.00", "missed"]
    assert lines[1][5:8] == ["4.00", "8.00", "1.20"]
