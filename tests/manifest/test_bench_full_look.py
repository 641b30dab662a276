"""The benchmark of the full look runs; what it measures is no test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench_full_look import measured


@pytest.mark.slow
def test_costs_what_it_costs_to_read_every_row(tmp_path: Path) -> None:
    function, loop = measured(2_000, tmp_path)
    assert function.rows == loop.rows == 2_000
    assert min(*function, *loop) > 0
