"""The benchmark runs; what it measures is not judged here."""

from __future__ import annotations

import json

import pytest

from tests.standin import bench


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["table", "JSON"])
def test_measures_jobs_requests_and_memory(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "REQUESTS", 2)
    bench.main(["--rows", "500", *options])
    printed = capsys.readouterr().out
    if options:
        results = json.loads(printed)
        assert [run["operation"] for run in results["runs"]] == ["restore", "tagging", "copy", "delete"]
        assert results["peak_memory_mb"] > 0
    else:
        assert "tasks/s" in printed
        assert "peak memory" in printed
