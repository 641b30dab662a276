"""The question before jobs are made: what is done to how many objects, in the language of the person who is asked."""

from __future__ import annotations

from typing import Any

import pytest

from cosbatch.cli.job_commands.proposal import Proposal, question
from cosbatch.cli.terminal.language import speak
from cosbatch.jobs.creation import order_of
from cosbatch.jobs.inspection import Inspection
from cosbatch.jobs.perform import Draft
from cosbatch.model.names import Resource

RESTORE = {"COSInitiateRestoreObject": {"ExpirationInDays": 7}}
COPY = {"COSPutObjectCopy": {"TargetResource": "cos://archive-1250000000"}}
TAG = {"COSPutObjectTagging": {"TagSet": [{"Key": "team", "Value": "ops"}], "TaggingDirective": "Add"}}
DELETE: dict[str, Any] = {"COSDeleteObject": {}}


def proposal(operation: dict[str, Any], rows: int | None) -> Proposal:
    order = order_of({"Description": "", "Operation": operation}, "token")
    inspection = Inspection({}, {"Fields": ["Bucket", "Key"]}, rows=rows)
    return Proposal(Resource("lists-1250000000", "list.csv", None), None, Draft(order, inspection))


@pytest.mark.parametrize(
    ("language", "operation", "rows", "asked"),
    [
        ("en", RESTORE, (1000, 500), "Restore 1,500 objects for 7 days?"),
        ("en", {"COSInitiateRestoreObject": {"ExpirationInDays": 1}}, (1,), "Restore 1 object for 1 day?"),
        ("en", RESTORE, (1000, None), "Restore all objects of the list for 7 days?"),
        ("zh", RESTORE, (1000, 500), "恢复 7 天：1,500 个对象。是否继续？"),
        ("zh", COPY, (None,), "复制到 archive-1250000000：清单中的全部对象。目标位置的同名对象会被覆盖。是否继续？"),
        ("zh", TAG, (3,), "设置标签 team=ops：3 个对象。其他标签会保留。是否继续？"),
        ("zh", DELETE, (3,), "删除：3 个对象。未开启版本控制的存储桶中，删除的对象无法找回。是否继续？"),
    ],
)
def test_asks_in_the_language_of_the_person(
    monkeypatch: pytest.MonkeyPatch, language: str, operation: dict[str, Any], rows: tuple[int | None, ...], asked: str
) -> None:
    monkeypatch.setenv("COSBATCH_LANG", language)
    speak()
    assert question([proposal(operation, count) for count in rows]) == asked
