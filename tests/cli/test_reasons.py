"""Reasons of the system and of resource names, in the language of the person."""

from __future__ import annotations

import errno
import os
import re

import pytest

from cosbatch.cli.remote.objects import WHY_NO_RESOURCE, resource_of
from cosbatch.cli.terminal.files import WrongUsage, system_reason
from cosbatch.cli.terminal.language import speak
from cosbatch.model.names import parse_resource
from tests.cli.running import Run

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh")
    speak()


@pytest.mark.parametrize(
    "number",
    [errno.ENOENT, errno.EISDIR, errno.EACCES, errno.ENOSPC, errno.ELOOP, errno.EIO, errno.EFBIG, errno.EDQUOT],
)
def test_tells_the_common_reasons_of_the_system_in_chinese(number: int) -> None:
    assert CHINESE.search(system_reason(OSError(number, os.strerror(number))))


def test_tells_other_reasons_as_they_are() -> None:
    assert system_reason(OSError(errno.EMLINK, "Too many links")) == "Too many links"
    assert system_reason(FileNotFoundError("x is not installed")) == "x is not installed"
    with pytest.raises(WrongUsage, match=r"\Acopy: uid/1 is not the APPID at the end of bucket a-2\Z"):
        resource_of("qcs::cos:ap-chengdu:uid/1:a-2", "{what}: {reason}", what="copy")


@pytest.mark.parametrize(
    "text",
    [
        "archive",
        "cos://examplebucket/key",
        "https://a-1250000000.cos.ap-chengdu.myqcloud.com/%2",
        "https://a-1250000000.cos.ap-chengdu.myqcloud.com/%ff",
    ],
)
def test_tells_in_chinese_why_a_text_is_no_resource(text: str) -> None:
    with pytest.raises(ValueError, match=r"resource name|URL") as caught:
        parse_resource(text)
    assert str(caught.value) in WHY_NO_RESOURCE
    with pytest.raises(WrongUsage) as told:
        resource_of(text, "{reason}")
    assert CHINESE.search(str(told.value))


def test_a_sentence_has_no_english_in_its_middle(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "不是资源名称" in run("copy", "list.csv", "--to", "archive").err
    assert "没有此文件或文件夹" in run("check", "nowhere.csv").err
    assert "是文件夹" in run("check", "/").err
