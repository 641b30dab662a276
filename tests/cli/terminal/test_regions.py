"""Which region was probably meant."""

from __future__ import annotations

import pytest

from cosbatch.cli.terminal.regions import OFFERED, meant, meant_told, not_offered_told
from cosbatch.model.names import SHORT_REGIONS


@pytest.mark.parametrize(
    ("region", "near"),
    [
        ("ap-chengduu", "ap-chengdu"),
        ("chengdu", "ap-chengdu"),
        ("AP-Chengdu", "ap-chengdu"),
        ("ap-bejing", "ap-beijing"),
        ("gz", "ap-guangzhou"),
        ("na-siliconvaley", "na-siliconvalley"),
    ],
)
def test_names_the_region_that_comes_next(region: str, near: str) -> None:
    assert meant(region) == near
    assert meant_told(region) == f"; did you mean {near}?"
    assert not_offered_told(region).endswith(f"not in {region}. Did you mean {near}?")


@pytest.mark.parametrize("region", ["nowhere", "", "ap-tokyo", "ap-shanghai-fsi", "eu-frankfurt", "ap-hongkong"])
def test_guesses_nothing_where_none_is_near_or_it_may_be_right(region: str) -> None:
    assert meant(region) is None
    assert meant_told(region) == ""
    assert not_offered_told(region).endswith(f"not in {region}.")


@pytest.mark.parametrize("region", OFFERED)
def test_says_nothing_of_a_region_where_jobs_are_offered(region: str) -> None:
    assert meant(region) is None
    assert not_offered_told(region) == ""


def test_takes_no_known_region_for_another() -> None:
    assert [region for region in SHORT_REGIONS.values() if meant(region)] == []
