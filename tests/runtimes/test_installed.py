"""The project as a wheel and as a source distribution, installed into a fresh environment and used from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pages import ROOT, blocks, page

LEFT_BEHIND = shutil.ignore_patterns(".*", "build", "dist", "node_modules", "*.egg-info", "__pycache__")
CONSUMER = """
from cosbatch import BatchClient

def ids(client: BatchClient) -> list[str]:
    return [str(job["JobId"]) for job in client.list_jobs("Active")]
"""


# Another project's test: a list is uploaded with the vendor's SDK, and nothing else is done by hand.
WHOLE_WAY = """
import json
from cosbatch.standin import Standin
from qcloud_cos import CosConfig, CosS3Client

def test_goes_from_a_list_to_its_report(cos_standin: Standin) -> None:
    account = cos_standin.account
    client = CosS3Client(CosConfig(Region=account.region, SecretId=account.secret_id, SecretKey=account.secret_key,
                                   Scheme="http", Proxies={"http": cos_standin.endpoint}))
    client.put_object(Bucket="data-1250000000", Key="a.txt", Body=b"old", StorageClass="ARCHIVE")
    client.put_object(Bucket="manifest-1250000000", Key="restore/list.csv", Body=b"data-1250000000,a.txt\\n")
    cos_standin.wait(60)
    listed = client.list_objects(Bucket="report-1250000000", Prefix="reports/restore/")["Contents"]
    report = next(found["Key"] for found in listed if found["Key"].endswith("/manifest.json"))
    body = client.get_object(Bucket="report-1250000000", Key=report)["Body"].get_raw_stream().read()
    assert [result["TaskExecutionStatus"] for result in json.loads(body)["Results"]] == ["succeeded"]
    assert client.head_object(Bucket="data-1250000000", Key="a.txt")["x-cos-restore"] == 'ongoing-request="true"'
"""


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a program of an environment into which the source distribution's wheel was installed, in an empty folder."""
    work = tmp_path_factory.mktemp("installed")
    source, built, folder = work / "source", work / "built", work / "elsewhere"
    shutil.copytree(ROOT, source, ignore=LEFT_BEHIND)
    folder.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COSBATCH_", "PYTHON"))}

    def run(program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(work / "env" / "bin" / program), *arguments]
        asked = {**environ, **variables}
        return subprocess.run(command, cwd=folder, env=asked, capture_output=True, text=True, timeout=300)

    subprocess.run([sys.executable, "-m", "venv", str(work / "env")], check=True)
    assert run("python", "-m", "pip", "install", "-q", "-U", "build", "setuptools").returncode == 0
    made = run("python", "-m", "build", str(source), "--no-isolation", "--outdir", str(built))
    assert made.returncode == 0, made.stderr
    (wheel,) = built.glob("*.whl")
    assert list(built.glob("*.tar.gz"))
    done = run("python", "-m", "pip", "install", "-q", str(wheel))
    assert done.returncode == 0, done.stderr
    yield run


def test_is_installed_and_used_without_a_checkout(installed: Run, tmp_path: Path) -> None:
    demo = installed("cosbatch", "demo", "--objects", "5")
    assert (demo.returncode, json.loads(demo.stdout)["Outcome"]) == (0, "complete"), demo.stderr
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"Action": "ListJobs"}), encoding="utf-8")
    invoked = installed("cosbatch", "invoke", str(event), "--local")
    assert (invoked.returncode, json.loads(invoked.stdout)["Jobs"]) == (0, []), invoked.stderr
    manifest = tmp_path / "list.csv"
    manifest.write_text("examplebucket-1250000000,a.txt\n", encoding="utf-8")
    assert json.loads(installed("cosbatch", "check", str(manifest)).stdout)["Verdict"] == "ok"
    helped = installed("cosbatch", "--help", COSBATCH_LANG="zh_CN.UTF-8")
    assert (helped.returncode, helped.stdout.startswith("用法: ")) == (0, True), helped.stdout
    packed = installed("cosbatch", "package", "--example", "--output", str(tmp_path / "function.zip"))
    assert (packed.returncode, (tmp_path / "function.zip").stat().st_size > 500_000) == (0, True), packed.stderr


def test_gives_its_types_to_programs_that_use_it(installed: Run, tmp_path: Path) -> None:
    consumer = tmp_path / "consumer.py"
    consumer.write_text(CONSUMER, encoding="utf-8")
    python = installed("python", "-c", "import sys; print(sys.executable)").stdout.strip()
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, str(consumer)]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert checked.returncode == 0, checked.stdout


def test_rehearses_with_the_vendors_sdk_as_the_readme_shows(installed: Run) -> None:
    done = installed("python", "-m", "pip", "install", "-q", "cos-python-sdk-v5")
    assert done.returncode == 0, done.stderr
    prefix, folder = installed("python", "-c", "import os, sys; print(sys.prefix, os.getcwd())").stdout.split()
    account = ("--uin", "100000000001", "--appid", "1250000000", "--region", "ap-chengdu")
    assert installed("cosbatch", "init", *account).returncode == 0
    readme = page("README.md")
    command, (upload,) = blocks(readme, "sh")[-2], blocks(readme, "python")
    words = [f"{prefix}/bin/cosbatch", *command.replace("8930", "0").split()[1:]]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            endpoint = json.loads(process.stdout.readline())["endpoint"]
            uploaded = installed("python", "-c", upload.replace("http://127.0.0.1:8930", endpoint))
            assert uploaded.returncode == 0, uploaded.stderr
            assert wait_for_jobs(endpoint) == ["Complete"]
        finally:
            process.terminate()


def wait_for_jobs(endpoint: str) -> list[str]:
    """The states of the stand-in's jobs once one is Complete, or after a minute."""
    for _ in range(600):
        with urllib.request.urlopen(f"{endpoint}/_standin/jobs") as response:
            states = [job["Status"] for job in json.load(response)["Jobs"]]
        if "Complete" in states:
            break
        time.sleep(0.1)
    return states


def test_is_known_to_pytest_and_plays_the_whole_part_for_the_vendors_sdk(installed: Run) -> None:
    done = installed("python", "-m", "pip", "install", "-q", "pytest", "cos-python-sdk-v5")
    assert done.returncode == 0, done.stderr
    (written,) = [block for block in blocks(page("cosbatch/standin/README.md"), "python") if "qcloud_cos" in block]
    folder = Path(installed("python", "-c", "import os; print(os.getcwd())").stdout.strip())
    conftest, in_tests, _server = blocks(page("docs/standin.md"), "python")
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    (folder / "test_on_the_page.py").write_text(in_tests, encoding="utf-8")
    (folder / "test_as_written.py").write_text(written, encoding="utf-8")
    (folder / "test_whole_way.py").write_text(WHOLE_WAY, encoding="utf-8")
    ran = installed("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder))
    assert "3 passed" in ran.stdout, ran.stdout
