"""The limits of the service are told where a job may meet them."""

from __future__ import annotations

import pytest

from cosbatch.cli.job_commands.service_limits import notes_on

RESTORE: dict[str, object] = {"COSInitiateRestoreObject": {}}
COPY: dict[str, object] = {"COSPutObjectCopy": {}}


@pytest.mark.parametrize(
    ("operation", "rows", "buckets", "region", "told"),
    [
        (RESTORE, [1000], 1, "ap-chengdu", []),
        (RESTORE, [None], 1, "na-siliconvalley", []),
        (RESTORE, [1], 1, "ap-singapore", ["not in ap-singapore"]),
        (RESTORE, [1001], 1, "ap-chengdu", ["once half of its tasks so far have failed"]),
        (RESTORE, [1, 1], 1, "ap-chengdu", ["2 jobs"]),
        (RESTORE, [1], 2, "ap-chengdu", []),
        (COPY, [1], 1, "ap-chengdu", ["over 5 GB"]),
        (COPY, [1], 2, "ap-chengdu", ["over 5 GB", "the list names 2"]),
    ],
)
def test_tells_what_a_job_may_meet(
    operation: dict[str, object], rows: list[int | None], buckets: int, region: str, told: list[str]
) -> None:
    notes = [*notes_on(operation, rows, buckets, region)]
    assert len(notes) == len(told)
    assert all(part in note for part, note in zip(told, notes, strict=True))
