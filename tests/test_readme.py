"""The README shows what runs, is short, and says the same in Chinese."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cosbatch.cli.main import parser
from cosbatch.standin import Function, Standin, Trigger, running
from tests.pages import ROOT, blocks, page
from tests.standin.client import Client, client_of

PAGES = ("README.md", "README.zh-CN.md")
README = page("README.md")
RUN, TEST, ACCOUNT, RESTORE, DEPLOY, UPLOAD, REHEARSE, LOOK = blocks(README, "sh")
PHOTOS, INVENTORY, LISTS = "photos-1250000000", "inventory-1250000000", "manifest-1250000000"

# The vendor's tool as far as the README uses it: `coscli cp FILE cos://BUCKET/KEY`.
COSCLI = """
import sys
from pathlib import Path
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.model.deadline import Clock
import os
_, verb, file, place = sys.argv
assert verb == "cp"
objects.write(client_of(os.environ, Clock()), objects.place_of(place), Path(file).read_bytes())
"""


# Terraform as far as a page is right about it: what its variables name is there, seen from the folder that holds its files.
TERRAFORM = """
import sys
from pathlib import Path
assert Path("function.tf").is_file()
variables = dict(argument.split("=", 1) for argument in sys.argv if "=" in argument)
files = [Path(variables[name]) for name in ("policies", "package") if sys.argv[1] == "apply"]
assert all(file.is_file() for file in files), files
assert all(variables.values()), variables
"""


@pytest.mark.parametrize("name", PAGES)
def test_names_every_command(name: str) -> None:
    (actions,) = [action for action in parser()._actions if action.choices]
    missing = [command for command in actions.choices or () if f"`{command}`" not in page(name)]
    assert not missing


def test_begins_with_one_line_each_to_run_and_to_test() -> None:
    assert [block.count("\n") for block in (RUN, TEST)] == [1, 1]
    assert "cosbatch demo" in RUN
    assert "pytest" in TEST


@pytest.mark.parametrize("name", PAGES)
def test_is_read_in_one_sitting(name: str) -> None:
    assert page(name).count("\n") <= 150


@pytest.mark.parametrize("language", ["sh", "python", "mermaid"])
def test_shows_the_same_in_chinese(language: str) -> None:
    english, chinese = (blocks(page(name), language) for name in PAGES)
    assert len(english) == len(chinese)
    if language != "mermaid":
        assert english == chinese


def test_has_the_same_parts_in_chinese() -> None:
    english, chinese = ([line for line in page(name).splitlines() if line.startswith("#")] for name in PAGES)
    assert [line.count("#") for line in english] == [line.count("#") for line in chinese]


@pytest.fixture
def client(standin: Standin) -> Iterator[Client]:
    with client_of(standin) as client:
        yield client


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    """The whole system: lists under restore/ are told to the function."""
    function = Function("handler.main_handler", [Trigger(LISTS, "restore/", ".csv")], ROOT)
    with running(tmp_path / "cos", function=function) as standin:
        yield standin


@pytest.mark.slow
def test_restores_what_an_inventory_lists_as_written(standin: Standin, client: Client, tmp_path: Path) -> None:
    rows = "".join(f"{PHOTOS},{number}.jpg\n" for number in range(3)).encode()
    for number in range(3):
        client.cos("PUT", PHOTOS, f"{number}.jpg", headers={"x-cos-storage-class": "ARCHIVE"}, body=b"x")
    write_inventory(client, rows)
    run(RESTORE, tmp_path, standin)
    (job,) = standin.jobs()
    assert (job["Status"], job["NumberOfTasksSucceeded"]) == ("Complete", 3)


def write_inventory(client: Client, rows: bytes) -> None:
    data = gzip.compress(rows)
    file = {"key": "photos/data/1.csv.gz", "size": len(data), "MD5checksum": hashlib.md5(data).hexdigest()}
    document = {
        "sourceBucket": PHOTOS,
        "destinationBucket": INVENTORY,
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key",
        "files": [file],
    }
    client.cos("PUT", INVENTORY, "photos/data/1.csv.gz", body=data)
    client.cos("PUT", INVENTORY, "photos/20261123/manifest.json", body=json.dumps(document).encode())


@pytest.mark.slow
def test_prepares_the_function_and_lets_an_upload_make_a_job_as_written(
    standin: Standin, client: Client, tmp_path: Path
) -> None:
    run(DEPLOY, tmp_path, standin)
    written = {path.name for path in (tmp_path / "batch").iterdir()}
    assert written == {"profiles.json", "cosbatch.env", "policies.json", "function.zip"}
    client.cos("PUT", PHOTOS, "a.jpg", headers={"x-cos-storage-class": "ARCHIVE"}, body=b"x")
    (tmp_path / "november.csv").write_text(f"{PHOTOS},a.jpg\n")
    program(tmp_path, "coscli", COSCLI)
    run(UPLOAD, tmp_path, standin)
    standin.wait()
    assert [job["Status"] for job in standin.jobs()] == ["Complete"]


@pytest.mark.slow
def test_goes_on_in_the_folder_of_the_recipe_to_deploy_as_written(standin: Standin, tmp_path: Path) -> None:
    (tmp_path / "cosbatch").symlink_to(ROOT)
    program(tmp_path, "terraform", TERRAFORM)
    run("\n".join(blocks(page("docs/deploying.md"), "sh")), tmp_path, standin)
    written = {path.name for path in (tmp_path / "batch").iterdir()}
    assert written >= {"profiles.json", "cosbatch.env", "policies.json", "serverless.yml", "dist", "terraform"}


@pytest.mark.slow
def test_points_the_command_line_at_the_stand_in_as_written(standin: Standin, tmp_path: Path) -> None:
    run(DEPLOY.partition("cosbatch policy")[0], tmp_path, standin)
    started = f"cd ~/batch\n{REHEARSE.strip().replace('8930', '0')} > told.json & trap 'kill %1' EXIT\n"
    run(
        started + "while [ ! -s told.json ]; do sleep 0.1; done\n" + LOOK + 'echo "$COSBATCH_ENDPOINT" > endpoint',
        tmp_path,
        standin,
    )
    told = json.loads((tmp_path / "batch" / "told.json").read_text())
    assert (tmp_path / "batch" / "endpoint").read_text().strip() == told["endpoint"] != standin.endpoint


def run(recipe: str, folder: Path, standin: Standin) -> None:
    """Runs the lines as a reader would, in a folder of their own, with the account's variables as the README sets them."""
    program(folder, "cosbatch", "from cosbatch.cli.process import run\nraise SystemExit(run())")
    pointed = "".join(f"export {name}='{value}'\n" for name, value in standin.environ.items())
    environ = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    lines = ["bash", "-euo", "pipefail", "-c", ACCOUNT + pointed + recipe]
    done = subprocess.run(lines, cwd=folder, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def program(folder: Path, name: str, text: str) -> None:
    """A program on the PATH of the recipes."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)
