"""The rules' bounds."""

from __future__ import annotations

from cosbatch.manifest.columns import MOST_NAMES, bucket_fault
from cosbatch.manifest.stream import judge_csv


def test_remembers_no_more_buckets_than_fit() -> None:
    rows = [b"bucket%d-1250000000,k\n" % i for i in range(MOST_NAMES + 5)]
    verdict = judge_csv([*rows, b"last-appid,k\n"])
    assert len(verdict.buckets) == MOST_NAMES
    assert verdict.totals == {"SeveralBuckets": 1, "ForeignBucket": 1}


def test_judges_names_that_are_too_long_to_be_remembered() -> None:
    name = b"b" * 200 + b"-1250000000"
    verdict = judge_csv([(name + b",a\n" + name + b",b\n")])
    assert (verdict.ok, verdict.buckets) == (True, (name.decode(),))


def test_allows_names_of_any_form_that_are_allowed_by_name() -> None:
    assert bucket_fault(b"bare", ["bare"]) == ""
    assert judge_csv([b"bare,k\n"], allowed_buckets=["bare"]).buckets == ("bare",)
