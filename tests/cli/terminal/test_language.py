"""The language that the command line speaks: of the variables, of what it says itself, and of argparse."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cosbatch.cli.terminal.language import N_, _, ngettext, speak
from cosbatch.cli.terminal.tables import width
from tests.cli.running import Run


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh_CN.UTF-8")


@pytest.mark.parametrize(
    ("said", "system", "text"),
    [
        ("zh_CN.UTF-8", "en_US.UTF-8", "未作任何更改。"),
        ("", "zh_CN.UTF-8", "未作任何更改。"),
        ("en", "zh_CN.UTF-8", "Nothing was changed."),
        ("", "de_DE.UTF-8", "Nothing was changed."),
        ("", "", "Nothing was changed."),
    ],
)
def test_speaks_as_the_variables_say(monkeypatch: pytest.MonkeyPatch, said: str, system: str, text: str) -> None:
    monkeypatch.setenv("COSBATCH_LANG", said)
    monkeypatch.setenv("LANG", system)
    speak()
    assert _("Nothing was changed.") == text
    assert _("a text that no catalogue has") == "a text that no catalogue has"


def test_chooses_by_a_number() -> None:
    assert [ngettext("one row", "some rows", count) for count in (1, 2)] == ["one row", "some rows"]


def test_marks_a_text_without_a_change() -> None:
    assert N_("Nothing was changed.") == "Nothing was changed."


def test_speaks_english_where_the_terminal_has_no_chinese_characters(
    chinese: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    speak()
    assert _("Nothing was changed.") == "Nothing was changed."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("jbos",), "；您是否想输入 jobs？"),
        (("jobs", "--stat", "Active"), "无法识别的参数：--stat Active；您是否想输入 --state？"),
        (("jobs", "--state", "active"), "；您是否想输入 Active？"),
        (("invoke",), "缺少以下参数：EVENT.json"),
        (("demo", "--objects"), "需要一个值"),
        (("demo", "--objects", "x"), "'x' 不是 1 到 100000 之间的整数"),
        (("demo", "--json=3"), "不接受取值 '3'"),
        (("--quiet", "--verbose", "jobs"), "不能与参数 --quiet 同时使用"),
        (("standin", "--port", "x"), "'x' 不是 0 到 65535 之间的整数"),
    ],
)
def test_says_in_chinese_what_is_wrong_with_the_arguments(
    run: Run, chinese: None, arguments: tuple[str, ...], said: str
) -> None:
    told = run(*arguments)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("用法: cosbatch")
    assert told.err.rstrip().endswith(said)


def test_keeps_codes_and_messages_in_english(run: Run, chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_UIN", "")
    said = run("jobs")
    assert (said.json["Code"], said.json["Errors"][0]["Pointer"]) == ("ConfigurationError", "/COSBATCH_UIN")
    assert said.json["Message"].isascii()
    assert said.json["Hint"].startswith("环境变量或 profiles 配置有误")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_fits_its_help_into_eighty_columns_but_for_examples(
    run: Run, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("COSBATCH_LANG", language)
    top = run("--help").out
    commands = re.findall(r"^  ([a-z][a-z-]*) {2,}", top, re.MULTILINE)
    assert len(commands) > 15
    for text in (top, *(run(command, "--help").out for command in commands)):
        for line in text.splitlines():
            assert width(line) <= 80 or line.startswith("    "), line


@pytest.mark.slow
def test_leaves_the_language_of_a_process_alone_until_it_is_run() -> None:
    program = "import json, os, cosbatch.cli.main; print(json.dumps('LANGUAGE' in os.environ))"
    environ = {name: value for name, value in os.environ.items() if name != "LANGUAGE"}
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], env=environ, cwd=root, capture_output=True, check=True)
    assert json.loads(done.stdout) is False
