"""The README shows what runs, and is short."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cosbatch.cli.main import parser
from cosbatch.standin import Standin, running
from tests.pages import ROOT, blocks, page
from tests.standin.client import client_of

README = page("README.md")
RUN, TEST, _, *RECIPES, _ = blocks(README, "sh")
SOURCE, LISTS = "examplebucket-1250000000", "manifest-1250000000"


def test_names_every_command() -> None:
    (actions,) = [action for action in parser()._actions if action.choices]
    missing = [command for command in actions.choices or () if f"`{command}`" not in README]
    assert not missing


def test_begins_with_one_line_each_to_run_and_to_test() -> None:
    assert [block.count("\n") for block in (RUN, TEST)] == [1, 1]
    assert "cosbatch demo" in RUN
    assert "pytest" in TEST


def test_is_read_in_one_sitting() -> None:
    assert README.count("\n") <= 150


@pytest.mark.slow
def test_restores_what_is_archived_as_written(tmp_path: Path) -> None:
    make_list, make_job = RECIPES
    with running(tmp_path / "cos") as standin:
        with client_of(standin) as client:
            for number in range(3):
                client.cos("PUT", SOURCE, f"{number}.jpg", headers={"x-cos-storage-class": "ARCHIVE"}, body=b"x")
            client.cos("PUT", SOURCE, "not archived.jpg", body=b"x")
            run(make_list, tmp_path, standin)
            client.cos("PUT", LISTS, "restore/archived.csv", body=(tmp_path / "archived.csv").read_bytes())
        run(make_job, tmp_path, standin)
        (job,) = standin.jobs()
    assert (job["Status"], job["NumberOfTasksSucceeded"]) == ("Complete", 3)


def run(recipe: str, folder: Path, standin: Standin) -> None:
    """Runs the lines as a reader would, in a folder of their own."""
    lines = recipe.replace(".venv/bin/python", sys.executable)
    places = {"PYTHONPATH": str(ROOT), "COSBATCH_PROFILES": str(ROOT / "profiles.json")}
    environ = {"PATH": os.environ["PATH"], **standin.environ, **places}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines], cwd=folder, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
