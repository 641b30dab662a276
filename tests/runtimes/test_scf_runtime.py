"""The function in the platform's own local tool: a process for each event, the event in Python's notation."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.runtimes.conftest import Account, process_environ
from tests.runtimes.events import EVENTS, Event, job_id, upload

# The tool's own `scf` does not start on newer interpreters; this is the part of it that runs functions.
NATIVE = "from tcfcli.cmds.native.cli import native; native()"
PATIENCE = 120

TEMPLATE = """\
Resources:
  default:
    Type: TencentCloud::Serverless::Namespace
    cosbatch:
      Type: TencentCloud::Serverless::Function
      Properties:
        CodeUri: {folder}
        Type: Event
        Handler: handler.main_handler
        Runtime: Python3.6  # the newest that the tool has a name for; it runs the `python` on PATH
        MemorySize: 256
        Timeout: {timeout}
"""


@dataclass(frozen=True)
class Native:
    """`scf native invoke`, with the function's folder and a Python that has nothing installed."""

    tools: str
    bare: str
    function: Path
    work: Path

    def invoke(self, event: Event, variables: dict[str, str], timeout: int = 30) -> subprocess.CompletedProcess[str]:
        template, events = self.work / "template.yaml", self.work / "event.txt"
        template.write_text(TEMPLATE.format(folder=self.function, timeout=timeout))
        events.write_text(repr(event))
        environ = process_environ(**variables, HOME=str(self.work))
        environ["PATH"] = os.pathsep.join([str(Path(self.bare).parent), environ["PATH"]])
        command = [self.tools, "-c", NATIVE, "invoke", "-q", "-t", str(template), "-e", str(events)]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=True)


@pytest.fixture
def native(tools: str, bare: str, function: Path, tmp_path: Path) -> Native:
    return Native(tools, bare, function, tmp_path)


@pytest.mark.parametrize("trigger", EVENTS)
def test_creates_a_job_for(trigger: str, native: Native, account: Account) -> None:
    account.upload_manifest("restore/list.csv")
    done = native.invoke(EVENTS[trigger]("restore/list.csv"), account.environ())
    assert done.stderr == ""
    reply = json.loads(done.stdout.splitlines()[-1])
    assert account.job_ids() == [job_id(trigger, reply)]


def test_has_the_platform_deliver_an_upload_again_that_a_later_try_can_fix(native: Native, account: Account) -> None:
    account.upload_manifest("restore/list.csv")
    account.standin.order({"action": "CreateJob", "fault": "ServiceUnavailable", "times": 100})
    done = native.invoke(upload("restore/list.csv"), account.environ(), timeout=5)
    assert "RetryableInvocationError" in done.stderr
    assert "errorMessage" in done.stderr
    assert account.job_ids() == []
