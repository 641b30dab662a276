"""What the runtimes need: the function as it is deployed, their tools, and a stand-in to create jobs in."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cosbatch.cli.deploy import packing
from cosbatch.cli.main import main
from cosbatch.standin import Standin, running
from tests.runtimes.events import BUCKET, TOKEN
from tests.standin.client import client_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def function(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deployed folder, with the dependencies that the registry has."""
    folder = tmp_path_factory.mktemp("deployed")
    assert main(["package", "--output", str(folder / "function.zip"), "--folder", str(folder / "user")]) == 0
    return folder / "user"


@pytest.fixture(scope="session")
def python() -> str:
    """A Python as the platform has it, where there is one."""
    return packing.interpreter_of(packing.RUNTIME) or sys.executable


@pytest.fixture(scope="session")
def tools(python: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of a virtual environment that holds the runtimes."""
    folder = tmp_path_factory.mktemp("tools")
    found = virtual_environment(python, folder)
    pip = [found, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(ROOT / "requirements-runtimes.txt")], check=True)
    return found


@pytest.fixture(scope="session")
def bare(python: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of a virtual environment that holds nothing: all that the function loads is its own."""
    return virtual_environment(python, tmp_path_factory.mktemp("bare"), "--without-pip")


def virtual_environment(python: str, folder: Path, *options: str) -> str:
    subprocess.run([python, "-m", "venv", *options, str(folder)], check=True)
    return str(folder / "bin" / "python")


@dataclass(frozen=True)
class Account:
    """The account that the function works for, on a stand-in."""

    standin: Standin

    def upload_manifest(self, key: str) -> None:
        with client_of(self.standin) as client:
            reply = client.cos("PUT", BUCKET, key, body=b"source-1250000000,a.txt\n")
            assert reply.status == 200, reply

    def environ(self) -> dict[str, str]:
        """The function's variables: those of serverless.yml, and the way to the stand-in."""
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        return {**self.standin.environ, "COSBATCH_HTTP_AUTH": "bearer", "COSBATCH_HTTP_TOKENS": digest}

    def job_ids(self) -> list[object]:
        return [job["JobId"] for job in self.standin.jobs()]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with running(tmp_path / "cos") as standin:
        yield Account(standin)


def process_environ(**variables: str) -> dict[str, str]:
    """A clean environment: nothing of the machine's but where programs and homes are."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8", **variables}
