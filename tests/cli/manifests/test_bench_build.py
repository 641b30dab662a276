"""The benchmark of build runs; what it measures is no test."""

from __future__ import annotations

import json

import pytest

from tests import bench_build


@pytest.mark.slow
def test_measures_every_number_of_connections(capsys: pytest.CaptureFixture[str]) -> None:
    bench_build.main(["--pages", "2", "--rounds", "1", "--json"])
    measured = [(each["page_size"], each["connections"]) for each in json.loads(capsys.readouterr().out)["listings"]]
    assert measured == [(size, n) for size in bench_build.PAGE_SIZES for n in bench_build.CONNECTIONS]


def test_shows_what_was_measured_as_a_table() -> None:
    figures = [bench_build.Figures(1000, 4, 4.0, 1.0, 9.0), bench_build.Figures(100, 4, 4.0, 2.0, 1.0)]
    assert [line.split()[-1] for line in bench_build.table(figures).splitlines()] == ["ratio", "4.00", "missed"]
