"""A plan's warnings: each that a plan can have is told to people in their language."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from cosbatch.cli.job_commands.plan_warnings import told
from cosbatch.cli.terminal.language import speak
from cosbatch.jobs import plan

DELETE: dict[str, Any] = {"Operation": {"COSDeleteObject": {}}}
COPY = {"Operation": {"COSPutObjectCopy": {"TargetResource": "cos://archive-1250000000", "ResourcesPrefix": "old/"}}}
NAMES = re.findall(r'warning\("(\w+)"', inspect.getsource(plan))


def said(warning: dict[str, object], document: dict[str, Any], language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COSBATCH_LANG", language)
    speak()
    return told(warning, document)


@pytest.mark.parametrize("name", NAMES)
def test_has_chinese_words_for_every_warning_of_a_plan(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    warning: dict[str, object] = {"Warning": name, "Pointer": "/Here", "Message": "in English"}
    chinese = said(warning, COPY, "zh", monkeypatch)
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
            COPY,
            "Warning: the target is a source too: objects of archive-1250000000 are copied onto themselves",
        ),
        (
            "en",
            {"Warning": "EmptiesKeys", "Pointer": "/P", "Message": "m"},
            COPY,
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
