"""The benchmark of retry runs; what it measures is no test."""

from __future__ import annotations

import json

import pytest

from tests import bench_retry


@pytest.mark.slow
def test_measures_every_report(capsys: pytest.CaptureFixture[str]) -> None:
    bench_retry.main(["--rows", "300", "--rounds", "1", "--json"])
    measured = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in measured["reports"]] == [each.name for each in bench_retry.SUBJECTS]
    assert measured["peak_memory_kib"] > 0


def test_shows_what_was_measured_as_a_table() -> None:
    figures = [bench_retry.Figures("few", 1.0, 1.3, 1.4), bench_retry.Figures("many", 1.0, 1.7, 1.6)]
    lines = bench_retry.table(figures, 30_000).splitlines()
    assert [line.split()[-1] for line in lines] == ["ratio", "1.40", "missed", "MiB"]
