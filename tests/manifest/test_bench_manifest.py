"""The benchmark runs; what it measures is no test."""

from __future__ import annotations

import json

import pytest

from tests import bench_manifest


@pytest.mark.slow
def test_benchmark_measures_every_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["bench_manifest", "--rows", "2000", "--rounds", "1", "--json"])
    bench_manifest.main()
    report = json.loads(capsys.readouterr().out)
    assert [each["file"] for each in report["files"]] == [each.name for each in bench_manifest.SUBJECTS]
    assert all(set(each["ratios"]) == {"bare", "checking"} for each in report["files"])
    assert report["peak_memory_kib"] > 0


@pytest.mark.slow
def test_prints_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["bench_manifest", "--rows", "1000", "--rounds", "1"])
    bench_manifest.main()
    assert "peak memory" in capsys.readouterr().out
