"""`init`: what it writes for an account, what it asks, and what it refuses."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cosbatch.cli.deploy.accounts import foreign_names, names_example
from cosbatch.configuration.profiles import parse_profiles
from tests.cli.running import Run, Terminal

GIVEN = ("init", "--uin", "200000000002", "--appid", "1257654321", "--region", "ap-beijing")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and an environment that names no account."""
    monkeypatch.chdir(tmp_path)
    for name in ("COSBATCH_UIN", "COSBATCH_APPID", "COSBATCH_REGION"):
        monkeypatch.delenv(name)
    return tmp_path


def types(monkeypatch: pytest.MonkeyPatch, *lines: str) -> Terminal:
    """The screen of a person at a terminal who types these lines."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in lines)))
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def test_writes_profiles_and_variables_of_the_account(run: Run, folder: Path) -> None:
    said = run(*GIVEN)
    assert (said.code, said.json) == (0, {"Profiles": "profiles.json", "Variables": "cosbatch.env"})
    assert "export TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY" in said.err
    profiles, problems = parse_profiles((folder / "profiles.json").read_text())
    assert problems == ()
    assert [*foreign_names(profiles, "1257654321", "200000000002")] == []
    assert not names_example(profiles)


def test_writes_variables_that_a_shell_reads_and_no_keys(run: Run, folder: Path) -> None:
    run(*GIVEN, "--reports", "r-1257654321")
    shell = ". ./cosbatch.env; echo $COSBATCH_UIN $COSBATCH_APPID $COSBATCH_REGION $COSBATCH_ROLE $COSBATCH_REPORT"
    read = subprocess.run(["sh", "-c", shell], cwd=folder, capture_output=True, text=True, check=True)
    assert read.stdout.split() == [
        *("200000000002", "1257654321", "ap-beijing", "COSBatch_QcsRole"),
        "cos://r-1257654321/reports",
    ]
    assert "key-of-the-tests" not in (folder / "cosbatch.env").read_text()


def test_is_what_the_function_can_be_configured_by(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*GIVEN)
    for line in (folder / "cosbatch.env").read_text().splitlines():
        name, value = line.removeprefix("export ").split("=")
        monkeypatch.setenv(name, value)
    role = "qcs::cam::uin/200000000002:roleName/COSBatch_QcsRole"
    assert [job["RoleArn"] for job in run("policy").json["JobRoles"]] == [role]


def test_takes_the_account_that_the_environment_names(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TENCENTCLOUD_UIN": "7", "COSBATCH_APPID": "8", "TENCENTCLOUD_REGION": "ap-chengdu"}.items():
        monkeypatch.setenv(name, value)
    assert run("init").code == 0
    (profile,) = json.loads((folder / "profiles.json").read_text())["profiles"]
    assert profile["match"]["bucket"] == "manifest-8"
    assert "uin/7:" in profile["job"]["RoleArn"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("init",), "--uin: needed: UIN of the account"),
        ((*GIVEN[:3], "--appid", "12x"), "--appid: '12x' is not right: it takes at most 20 digits"),
        (
            (*GIVEN[:3], "--appid", "0"),
            "--appid: '0' is not right: it takes at most 20 digits 0 to 9, of which the first is",
        ),
        ((*GIVEN[:3], "--appid", "１２３"), "--appid: '１２３' is not right"),
        (
            (*GIVEN[:5], "--region", "!"),
            "--region: '!' is not right: it takes a part of the world and a place in it",
        ),
        ((*GIVEN[:5], "--region", "nowhere"), "with a dash between them, such as ap-chengdu\n"),
        ((*GIVEN[:5], "--region", "Chengdu"), "such as ap-chengdu; did you mean ap-chengdu?"),
        (
            ("init", "--uin", "x", "--appid", "y", "--region", "ap-nowhere", "--role", "a;b"),
            "--uin: 'x' is not right: it takes at most 20 digits 0 to 9, of which the first is no 0; "
            "--appid: 'y' is not right: it takes at most 20 digits 0 to 9, of which the first is no 0; --role: 'a;b' is",
        ),
        (("init", "--uin", "x", "--region", "ap-nowhere"), "batch jobs are offered in ap-beijing, "),
        (("init", "--uin", "7", "--region", "ap-beijing", "--lists", "a-1"), "that owns the buckets\n"),
        (("init", "--uin", "x", "--region", "!"), "--uin: 'x' is not right: it takes at most 20 digits"),
        ((*GIVEN, "--lists", "lists"), "--lists: 'lists' is not right: it takes a bucket with its APPID"),
        ((*GIVEN, "--reports", "r-1250000000"), "--reports: r-1250000000 is not a bucket of APPID 1257654321"),
        ((*GIVEN, "--role", "a;b"), "--role: 'a;b' is not right: it takes the name of a role, of letters"),
    ],
)
def test_says_what_is_missing_or_wrong_and_writes_nothing(
    run: Run, folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert list(folder.iterdir()) == []


def test_replaces_nothing_unless_it_is_told_to(run: Run, folder: Path) -> None:
    own = folder / "profiles.json"
    own.write_text("mine")
    own.chmod(0o600)
    said = run(*GIVEN)
    assert (said.code, own.read_text()) == (2, "mine")
    assert "profiles.json is there already; --force replaces it" in said.err
    assert run(*GIVEN, "--force").code == 0
    assert own.read_text() != "mine"
    assert stat.S_IMODE(own.stat().st_mode) == 0o600


def test_asks_a_person_until_an_answer_can_be_right(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = types(monkeypatch, "200000000002", "", "no number", "1257654321", "ap-beijing", "", "", "MyRole")
    assert run("init").code == 0
    (profile,) = json.loads((folder / "profiles.json").read_text())["profiles"]
    assert profile["match"]["bucket"] == "manifest-1257654321"
    assert profile["job"]["RoleArn"] == "qcs::cam::uin/200000000002:roleName/MyRole"
    shown = screen.getvalue()
    assert "bucket that lists are uploaded to [manifest-1257654321]: " in shown
    assert shown.count("APPID of the account that owns the buckets: ") == 3


def test_asks_a_person_nothing_who_has_said_what_must_be_said(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = types(monkeypatch)
    assert run(*GIVEN).code == 0
    assert "bucket that lists are uploaded to" not in screen.getvalue()


def test_asks_a_person_nothing_more_whose_option_cannot_be_right(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = types(monkeypatch, "200000000002", "ap-beijing")
    assert run("init", "--appid", "x").code == 2
    assert "--appid: 'x' is not right" in screen.getvalue()
    assert "region of buckets" not in screen.getvalue()


def test_writes_nothing_where_the_person_ends_the_input(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = types(monkeypatch, "200000000002")
    assert run("init").code == 2
    assert "the input ended before all was said; nothing was written" in screen.getvalue()
    assert list(folder.iterdir()) == []


def test_says_which_region_was_probably_meant(run: Run) -> None:
    said = run(*GIVEN[:5], "--region", "ap-chengduu")
    assert said.code == 0
    assert "not in ap-chengduu. Did you mean ap-chengdu?\n" in said.err


def test_takes_one_bucket_for_lists_reports_and_receipts(run: Run, folder: Path) -> None:
    assert run(*GIVEN, "--lists", "one-1257654321", "--reports", "one-1257654321").code == 0
    assert parse_profiles((folder / "profiles.json").read_text())[1] == ()


def test_writes_no_profile_that_the_function_would_refuse(run: Run, folder: Path) -> None:
    said = run(*GIVEN, "--role", "r" * 3000)
    assert (said.code, said.json["Code"]) == (1, "ConfigurationError")
    assert list(folder.iterdir()) == []
