from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from cosbatch.cli.main import main, parser
from cosbatch.configuration.settings import read_settings

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "serverless.yml").read_text(encoding="utf-8")
INPUTS: dict[str, Any] = yaml.safe_load(TEXT)["inputs"]
EVENTS: list[tuple[str, dict[str, Any]]] = [
    (kind, event["parameters"]) for entry in INPUTS["events"] for kind, event in entry.items()
]
NEEDED = set(re.findall(r"\$\{env:(\w+)\}", TEXT))


def test_opens_every_trigger_in_so_many_words() -> None:
    assert [parameters.get("enable") for _, parameters in EVENTS] == [True] * len(EVENTS)


def test_has_a_trigger_for_the_uploads_of_each_profile() -> None:
    profiles = json.loads((ROOT / "profiles.json").read_text(encoding="utf-8"))["profiles"]
    taken = [profile["match"] for profile in profiles if "match" in profile]
    filters = [parameters["filter"] for kind, parameters in EVENTS if kind == "cos"]
    assert filters == [{"prefix": match["prefix"], "suffix": match["suffix"]} for match in taken]


def test_has_a_trigger_for_the_uploads_of_the_profile_that_init_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--uin", "200000000002", "--appid", "1257654321", "--region", "ap-beijing"]) == 0
    (profile,) = json.loads((tmp_path / "profiles.json").read_text(encoding="utf-8"))["profiles"]
    taken = [parameters["filter"] for kind, parameters in EVENTS if kind == "cos"]
    assert {name: profile["match"][name] for name in ("prefix", "suffix")} in taken


def test_writes_out_what_the_platform_s_defaults_would_get_wrong() -> None:
    assert INPUTS["type"] == "event"
    assert INPUTS["timeout"] >= 30
    assert INPUTS["handler"] == "handler.main_handler"


def test_leaves_the_platforms_retries_on() -> None:
    """With asyncRunEnable they are off; without it, other figures for them are not sent."""
    assert not {"asyncRunEnable", "retryNum", "msgTTL"} & INPUTS.keys()


def test_gives_the_function_variables_that_it_understands() -> None:
    values = {"COSBATCH_UIN": "100000000001", "REGION": "ap-chengdu", "COSBATCH_HTTP_TOKENS": "0" * 64}
    variables = {
        name: re.sub(r"\$\{env:(\w+)\}", lambda found: values[found[1]], value)
        for name, value in INPUTS["environment"]["variables"].items()
    }
    of_the_platform = {
        "TENCENTCLOUD_SECRETID": "id",
        "TENCENTCLOUD_SECRETKEY": "key",
        "TENCENTCLOUD_APPID": "1250000000",
    }
    settings, problems = read_settings({**variables, **of_the_platform})
    assert problems == ()
    assert settings.http_auth == "bearer"


def test_sets_no_variable_whose_prefix_is_the_platform_s() -> None:
    reserved = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")
    assert not [name for name in INPUTS["environment"]["variables"] if name.startswith(reserved)]


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_says_what_must_be_set_in_its_head(name: str) -> None:
    head = TEXT.partition("component:")[0]
    assert re.search(rf"^#   {name} +\S", head, re.MULTILINE)


def test_uploads_what_the_package_command_lays_out() -> None:
    source = INPUTS["src"]
    program, *arguments = shlex.split(source["hook"])
    assert program == "cosbatch"
    assert parser().parse_args(arguments).folder == source["dist"]


@pytest.mark.parametrize("part", ["tests/**", "cosbatch/standin/**", "cosbatch/cli/**"])
def test_excludes_what_no_invocation_needs_whatever_folder_is_deployed(part: str) -> None:
    assert part in INPUTS["src"]["exclude"]
