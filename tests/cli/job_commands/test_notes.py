"""What people are told before a job is made: limits of the service where it may meet them, and every warning of its plan."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from cosbatch.cli.job_commands.notes import limits_met, warning_told
from cosbatch.cli.terminal.language import speak
from cosbatch.jobs import plan

RESTORE: dict[str, object] = {"COSInitiateRestoreObject": {}}
COPY: dict[str, object] = {"COSPutObjectCopy": {}}


@pytest.mark.parametrize(
    ("operation", "rows", "buckets", "region", "told"),
    [
        (RESTORE, [1000], 1, "ap-chengdu", []),
        (RESTORE, [None], 1, "na-siliconvalley", []),
        (RESTORE, [1], 1, "ap-singapore", ["not in ap-singapore"]),
        (RESTORE, [1], 1, "ap-chengduu", ["not in ap-chengduu. Did you mean ap-chengdu?"]),
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
    notes = [*limits_met(operation, rows, buckets, region)]
    assert len(notes) == len(told)
    assert all(part in note for part, note in zip(told, notes, strict=True))


DELETE: dict[str, Any] = {"Operation": {"COSDeleteObject": {}}}
ARCHIVING = {
    "Operation": {"COSPutObjectCopy": {"TargetResource": "cos://archive-1250000000", "ResourcesPrefix": "old/"}}
}
NAMES = re.findall(r'warning\("(\w+)"', inspect.getsource(plan))


def said(warning: dict[str, object], document: dict[str, Any], language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COSBATCH_LANG", language)
    speak()
    return warning_told(warning, document)


@pytest.mark.parametrize("name", NAMES)
def test_has_chinese_words_for_every_warning_of_a_plan(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    warning: dict[str, object] = {"Warning": name, "Pointer": "/Here", "Message": "in English"}
    chinese = said(warning, ARCHIVING, "zh", monkeypatch)
    assert chinese.startswith("警告：")
    assert "in English" not in chinese


@pytest.mark.parametrize(
    ("language", "warning", "document", "line"),
    [
        (
            "en",
            {"Warning": "DeletesWithoutVersions", "Pointer": "/P", "Message": "m"},
            DELETE,
            "Warning: the list names no VersionId: without versioning the objects are gone for good",
        ),
        (
            "zh",
            {"Warning": "DeletesWithoutVersions", "Pointer": "/P", "Message": "m"},
            DELETE,
            "警告：清单未指定 VersionId：未开启版本控制时，删除的对象无法找回",
        ),
        (
            "en",
            {"Warning": "CopyOntoItself", "Pointer": "/P", "Message": "m"},
            ARCHIVING,
            "Warning: the target is a source too: objects of archive-1250000000 are copied onto themselves",
        ),
        (
            "en",
            {"Warning": "EmptiesKeys", "Pointer": "/P", "Message": "m"},
            ARCHIVING,
            "Warning: the new key of an object that is called just old/ is empty",
        ),
        ("en", {"Warning": "LimitNotChecked", "Pointer": "/P", "Message": "m"}, DELETE, "Warning: /P m"),
        ("en", {"Fault": "BlankLine", "Line": 7, "Message": "m"}, DELETE, "Warning: line 7: m"),
    ],
)
def test_tells_it_in_the_language_of_the_person(
    monkeypatch: pytest.MonkeyPatch, language: str, warning: dict[str, object], document: dict[str, Any], line: str
) -> None:
    assert said(warning, document, language, monkeypatch) == line
