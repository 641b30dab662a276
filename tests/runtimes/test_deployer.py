"""What Tencent's own deployer asks the cloud for when it deploys serverless.yml: its real code, the cloud answered locally."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.runtimes.conftest import ROOT, process_environ

DEPLOYER = Path(__file__).with_name("deployer")
MISSING = [program for program in ("node", "npm") if shutil.which(program) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not on this machine: {', '.join(MISSING)}")

NEEDED = {
    "REGION": "ap-chengdu",
    "COSBATCH_FUNCTION_ROLE": "CosbatchExecution",
    "COSBATCH_MANIFEST_BUCKET": "manifest-1250000000",
    "COSBATCH_UIN": "100000000001",
    "COSBATCH_HTTP_TOKENS": "0" * 64,
}
LOGS = {"COSBATCH_LOGSET": "logset-of-the-tests", "COSBATCH_LOG_TOPIC": "topic-of-the-tests"}
DEAD_LETTERS = "  # deadLetter:\n  #   type: THE-TYPE\n  #   name: THE-QUEUE\n"
Call = dict[str, Any]


@pytest.fixture(scope="session")
def installed() -> None:
    """The deployer beside its check, kept from one run to the next."""
    quietly = ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    subprocess.run(["npm", "install", *quietly], cwd=DEPLOYER, check=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def deployment(installed: None) -> list[Call]:
    return deployed(ROOT, NEEDED)


def deployed(folder: Path, variables: dict[str, str]) -> list[Call]:
    """The API calls of the deployment, in their order: `{Action, ...parameters}` each."""
    command = ["node", str(DEPLOYER / "check.js"), str(folder)]
    done = subprocess.run(command, env=process_environ(**variables), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    calls: list[Call] = json.loads(done.stdout)
    return calls


def of_action(deployment: list[Call], action: str) -> list[Call]:
    return [call for call in deployment if call["Action"] == action]


def test_is_given_every_variable_that_the_file_names() -> None:
    """The deployer leaves out a setting whose variable is not set, and says nothing."""
    text = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{env:(\w+)\}", text)) == {*NEEDED, *LOGS}


def test_makes_one_function_that_the_platform_can_run(deployment: list[Call]) -> None:
    (function,) = of_action(deployment, "CreateFunction")
    wanted = {
        "Type": "Event",
        "Runtime": "Python3.10",
        "Handler": "handler.main_handler",
        "Role": "CosbatchExecution",
        "Timeout": 60,
        "MemorySize": 256,
    }
    assert {name: function[name] for name in wanted} == wanted
    assert function["PublicNetConfig"]["PublicNetStatus"] == "ENABLE"


def test_gives_the_function_its_variables(deployment: list[Call]) -> None:
    (function,) = of_action(deployment, "CreateFunction")
    variables = {pair["Key"]: pair["Value"] for pair in function["Environment"]["Variables"]}
    assert variables == {
        "COSBATCH_UIN": "100000000001",
        "COSBATCH_REGION": "ap-chengdu",
        "COSBATCH_HTTP_AUTH": "bearer",
        "COSBATCH_HTTP_TOKENS": "0" * 64,
        "COSBATCH_MANIFEST_CHECK": "head",
        "COSBATCH_LOG_LEVEL": "INFO",
    }


def test_opens_a_trigger_for_the_uploads_of_each_profile(deployment: list[Call]) -> None:
    triggers = [trigger for trigger in of_action(deployment, "CreateTrigger") if trigger["Type"] == "cos"]
    assert {trigger["Enable"] for trigger in triggers} == {"OPEN"}
    assert {trigger["TriggerName"] for trigger in triggers} == {"manifest-1250000000.cos.ap-chengdu.myqcloud.com"}
    described = [json.loads(trigger["TriggerDesc"]) for trigger in triggers]
    assert [description["event"] for description in described] == ["cos:ObjectCreated:*"] * 2
    assert [description["filter"] for description in described] == [
        {"Prefix": "restore/", "Suffix": ".csv"},
        {"Prefix": "archive/", "Suffix": ".csv"},
    ]


def test_gives_the_function_an_address_that_the_internet_reaches(deployment: list[Call]) -> None:
    (trigger,) = [trigger for trigger in of_action(deployment, "CreateTrigger") if trigger["Type"] == "http"]
    assert trigger["Enable"] == "OPEN"
    described = json.loads(trigger["TriggerDesc"])
    assert described["AuthType"] == "NONE", "the function itself knows its callers"
    assert described["NetConfig"] == {"EnableExtranet": True, "EnableIntranet": False}


def test_leaves_retries_and_dead_letters_to_the_platform_and_logs_to_its_own_topic(deployment: list[Call]) -> None:
    (function,) = of_action(deployment, "CreateFunction")
    assert not {"AsyncRunEnable", "DeadLetterConfig", "ClsLogsetId", "ClsTopicId"} & function.keys()
    assert not of_action(deployment, "UpdateFunctionEventInvokeConfig")


def test_delivers_logs_to_the_topic_that_the_variables_name(installed: None) -> None:
    (function,) = of_action(deployed(ROOT, {**NEEDED, **LOGS}), "CreateFunction")
    assert [function["ClsLogsetId"], function["ClsTopicId"]] == [*LOGS.values()]


def test_sets_the_dead_letter_queue_once_its_lines_are_uncommented(installed: None, tmp_path: Path) -> None:
    text = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    assert DEAD_LETTERS in text
    (tmp_path / "serverless.yml").write_text(text.replace(DEAD_LETTERS, DEAD_LETTERS.replace("# ", "")))
    (function,) = of_action(deployed(tmp_path, NEEDED), "CreateFunction")
    assert function["DeadLetterConfig"] == {"Type": "THE-TYPE", "Name": "THE-QUEUE"}
