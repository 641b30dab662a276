"""What Tencent's own deployer would send to the cloud for serverless.yml: its real code, with the cloud answered locally."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.runtimes.conftest import ROOT

CHECK = ROOT.parent / "shared" / "tools" / "serverless-check" / "check.js"
# The first of them stands here so that there is one copy of it: the check answers for the cloud in its stead.
MODULES = ("@tencent-sdk/capi@1.1.8", "tencent-component-toolkit@2.27.6", "@serverless/components@3.18.2")
VARIABLES = {
    "REGION": "ap-chengdu",
    "COSBATCH_FUNCTION_ROLE": "CosbatchExecution",
    "COSBATCH_MANIFEST_BUCKET": "manifest-1250000000",
    "COSBATCH_UIN": "100000000001",
    "COSBATCH_HTTP_TOKENS": "0" * 64,
}


@pytest.fixture(scope="session")
def modules() -> Path:
    """The deployer, kept from one run to the next."""
    folder = ROOT / ".serverless-check"
    npm = [
        "npm",
        "install",
        "--prefix",
        str(folder),
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel",
        "error",
    ]
    subprocess.run([*npm, *MODULES], check=True, stdin=subprocess.DEVNULL)
    return folder / "node_modules"


@pytest.fixture(scope="session")
def deployment(modules: Path) -> dict[str, Any]:
    """What the check prints: `calls`, `missing`, `errors`."""
    environ = {"PATH": os.environ["PATH"], "NODE_PATH": str(modules), **VARIABLES}
    done = subprocess.run(["node", CHECK, ROOT], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def calls(deployment: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [call["body"] for call in deployment["calls"] if call["action"] == action]


def test_goes_through_the_deployer_with_nothing_missing(deployment: dict[str, Any]) -> None:
    assert deployment["errors"] == []
    assert deployment["missing"] == []


def test_makes_one_function_that_the_platform_can_run(deployment: dict[str, Any]) -> None:
    (function,) = calls(deployment, "CreateFunction")
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


def test_gives_the_function_its_variables(deployment: dict[str, Any]) -> None:
    (function,) = calls(deployment, "CreateFunction")
    variables = {pair["Key"]: pair["Value"] for pair in function["Environment"]["Variables"]}
    assert variables == {
        "COSBATCH_UIN": "100000000001",
        "COSBATCH_REGION": "ap-chengdu",
        "COSBATCH_HTTP_AUTH": "bearer",
        "COSBATCH_HTTP_TOKENS": "0" * 64,
        "COSBATCH_MANIFEST_CHECK": "head",
        "COSBATCH_LOG_LEVEL": "INFO",
    }


def test_opens_a_trigger_for_the_uploads_of_each_profile(deployment: dict[str, Any]) -> None:
    triggers = [trigger for trigger in calls(deployment, "CreateTrigger") if trigger["Type"] == "cos"]
    assert {trigger["Enable"] for trigger in triggers} == {"OPEN"}
    assert {trigger["TriggerName"] for trigger in triggers} == {"manifest-1250000000.cos.ap-chengdu.myqcloud.com"}
    described = [json.loads(trigger["TriggerDesc"]) for trigger in triggers]
    assert [description["event"] for description in described] == ["cos:ObjectCreated:*"] * 2
    assert [description["filter"] for description in described] == [
        {"Prefix": "restore/", "Suffix": ".csv"},
        {"Prefix": "archive/", "Suffix": ".csv"},
    ]


def test_gives_the_function_an_address_that_the_internet_reaches(deployment: dict[str, Any]) -> None:
    (trigger,) = [trigger for trigger in calls(deployment, "CreateTrigger") if trigger["Type"] == "http"]
    assert trigger["Enable"] == "OPEN"
    described = json.loads(trigger["TriggerDesc"])
    assert described["AuthType"] == "NONE", "the function itself knows its callers"
    assert described["NetConfig"] == {"EnableExtranet": True, "EnableIntranet": False}
