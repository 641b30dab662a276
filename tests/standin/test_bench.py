"""The benchmark runs; what it measures is not judged here."""

from __future__ import annotations

import json

import pytest

from tests.standin import bench


@pytest.mark.slow
def test_measures_jobs_requests_and_memory(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "REQUESTS", 2)
    bench.main(["--rows", "500", "--json"])
    results = json.loads(capsys.readouterr().out)
    assert [run["operation"] for run in results["runs"]] == ["restore", "tagging", "copy", "delete"]
    assert results["peak_memory_mb"] > 0


def test_shows_what_was_measured_as_a_table() -> None:
    runs = [bench.Run("restore", 1_000_000, 51_234.5, 10.04, 99.96)]
    table = bench.table(bench.Results(runs, [bench.Requests("HeadObject", 1234.5)], 33.33)).splitlines()
    assert table[1].split() == ["restore", "1,000,000", "51,234", "10.0", "ms,", "100.0", "ms"]
    assert table[4].split() == ["HeadObject", "1,234"]
    assert table[-1] == "peak memory 33.3 MB"
