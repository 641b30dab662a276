"""`package`: what the zip holds, and what is said while it is made."""

from __future__ import annotations

import hashlib
import json
import marshal
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from cosbatch.cli.deploy import packing
from cosbatch.cli.main import main
from cosbatch.model.hints import hint_for
from cosbatch.standin import running
from tests.cli.deploy.wheels import INSTALLED, make_wheel, wheel_of_installed
from tests.cli.running import Run

GONE = "cosbatch: the current folder is gone; change into one that is there\n"
HERE = "{}.{}".format(*sys.version_info)
NEVER_CALLED = ("charset_normalizer", "backports_datetime_fromisoformat")
# One root, and the key behind it, which is none.
BUNDLE = (Path(__file__).parents[2] / "data" / "localhost.pem").read_bytes()
# In seconds; only a process that hangs takes that long.
PATIENCE = 120

# What a platform does, and then where everything that was loaded came from.
INVOKE = """
import json, sys, sysconfig
import handler
reply = handler.main_handler(json.load(sys.stdin), {})
files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
foreign = [file for file in files if not file.startswith((sys.argv[1], sysconfig.get_path("stdlib")))]
print(json.dumps({"Reply": reply, "Foreign": foreign}))
"""


@dataclass(frozen=True)
class Packed:
    """A package that was made, and what was said while it was."""

    zip: Path
    folder: Path
    report: dict[str, Any]

    def names(self) -> list[str]:
        with zipfile.ZipFile(self.zip) as archive:
            return archive.namelist()

    def read(self, name: str) -> bytes:
        with zipfile.ZipFile(self.zip) as archive:
            return archive.read(name)


def point_pip_at(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let pip look for wheels in the folder and nowhere else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        patch.delenv(name)
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(folder), "CONFIG_FILE": os.devnull}.items():
        patch.setenv(f"PIP_{name}", value)


def make_small_wheels(folder: Path) -> None:
    """Wheels of one line each, three of them of marshmallow."""
    make_wheel(folder, "requests", "2.34.2", requires=["charset-normalizer", "certifi"])
    make_wheel(
        folder, "certifi", "2026.1", {"certifi/__init__.py": b"ROOTS = {'a', 'b', 'c'}\n", "certifi/cacert.pem": BUNDLE}
    )
    make_wheel(folder, "urllib3", "2.8.0")
    make_wheel(folder, "defusedxml", "0.7.1")
    make_wheel(folder, "typing_extensions", "4.16.0")
    for version in ("4.1.2", "4.4.0", "5.0.0"):
        make_wheel(folder, "marshmallow", version, requires=["backports-datetime-fromisoformat"])
    for name in NEVER_CALLED:
        make_wheel(folder, name, "3.1")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the small wheels, a runtime of this Python's version, and an empty working folder."""
    folder, work = tmp_path / "wheels", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    make_small_wheels(folder)
    point_pip_at(folder, monkeypatch)
    monkeypatch.setattr(packing, "RUNTIME", HERE)
    monkeypatch.chdir(work)
    return folder


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """A package of the small wheels, made once for the tests that only look at it, and the folder beside it."""
    folder = tmp_path_factory.mktemp("small")
    make_small_wheels(folder)
    made = folder / "function.zip", folder / "new" / "folder"
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        point_pip_at(folder, patch)
        patch.setattr(packing, "RUNTIME", HERE)
        assert pack("--output", str(made[0]), "--folder", str(made[1])) == 0
    return Packed(*made, json.loads(out.getvalue()))


def pack(*arguments: str) -> int:
    return main(["package", *arguments])


def test_holds_the_function_its_profiles_and_its_dependencies_at_the_root(packed: Packed) -> None:
    own = {
        "handler.py",
        "profiles.json",
        "cosbatch/__init__.py",
        "cosbatch/triggers/cos.py",
        "cosbatch/schemas/document.py",
        "cosbatch/model/hints.json",
    }
    assert own < set(packed.names())
    assert {"requests.py", "urllib3.py", "defusedxml.py", "marshmallow.py", "certifi/__init__.py"} < set(packed.names())


def test_makes_no_folder_for_the_name_of_a_zip(run: Run, small: Path) -> None:
    missing = small.parent / "nowhere"
    said = run("package", "--example", "--output", str(missing / "a.zip"))
    assert (said.code, said.out, missing.exists()) == (2, "", False)
    assert f"a.zip cannot be written: there is no folder {missing}; make it first\n" in said.err


def test_holds_what_only_the_runtime_s_python_needs(packed: Packed) -> None:
    assert "typing_extensions.py" in packed.names()


@pytest.mark.parametrize(
    "left_out", ["cosbatch/cli/", "cosbatch/standin/", "cosbatch/__main__.py", "tests/", *NEVER_CALLED]
)
def test_leaves_out_what_no_invocation_needs(packed: Packed, left_out: str) -> None:
    assert not [name for name in packed.names() if name.startswith(left_out)]


def test_takes_the_newest_releases_that_the_requirements_allow(packed: Packed) -> None:
    assert packed.report["Dependencies"]["marshmallow"] == "4.4.0"


@pytest.mark.slow
def test_is_the_same_bit_for_bit_when_it_is_made_again_and_keeps_nothing_old_in_its_folder(
    packed: Packed, small: Path
) -> None:
    Path("again").mkdir()
    Path("again/.cosbatch-package").touch()
    Path("again/old.py").touch()
    assert pack("--folder", "again") == 0
    assert Path("dist/cosbatch.zip").read_bytes() == packed.zip.read_bytes()
    written = {path.relative_to("again").as_posix() for path in Path("again").rglob("*") if path.is_file()}
    assert written == {*packed.names(), ".cosbatch-package"}


def test_holds_plain_files_that_everybody_may_read_in_order_and_without_dates(packed: Packed) -> None:
    with zipfile.ZipFile(packed.zip) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {stat.filemode(entry.external_attr >> 16) for entry in entries} == {"-rw-r--r--"}


def test_has_byte_code_that_is_never_compared_with_dates_or_sources(packed: Packed) -> None:
    tag = sys.implementation.cache_tag
    content = packed.read(f"cosbatch/__pycache__/dispatch.{tag}.pyc")
    hash_based, check_source = 0b01, 0b10
    assert int.from_bytes(content[4:8], "little") == hash_based & ~check_source
    assert marshal.loads(content[16:]).co_filename == "/var/user/cosbatch/dispatch.py"


def test_has_byte_code_for_every_module(packed: Packed) -> None:
    modules = [name for name in packed.names() if name.endswith(".py")]
    assert len([name for name in packed.names() if name.endswith(".pyc")]) == len(modules)


@pytest.mark.parametrize("error", [RuntimeError("no home"), PermissionError(13, "Permission denied")])
def test_looks_for_an_interpreter_where_there_is_no_home_that_may_be_read(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setattr(Path, "home", Mock(side_effect=error))
    assert packing.interpreter_of("2.0") is None
    assert packing.interpreter_of(HERE) == sys.executable


def test_does_without_an_interpreter_of_the_runtime_s_version_and_without_openssl(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "interpreter_of", lambda version: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert pack() == 0
    told = capsys.readouterr()
    assert f"No Python {HERE} is here" in told.err
    assert "No openssl is here" in told.err
    report = json.loads(told.out)
    assert (report["ByteCode"], report["Roots"]) == (None, 0)
    with zipfile.ZipFile("dist/cosbatch.zip") as archive:
        assert not [name for name in archive.namelist() if name.endswith((".pyc", ".0"))]


def test_holds_the_roots_one_by_one_under_the_names_that_openssl_looks_for(packed: Packed) -> None:
    (name,) = [name for name in packed.names() if name.startswith("certifi/cacert.pem.")]
    assert name.rpartition("/")[0] == f"certifi/cacert.pem.{len(BUNDLE)}"
    assert packed.report["Roots"] == 1
    assert b"PRIVATE" not in packed.read(name)


def test_says_what_openssl_said_where_it_fails(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl = small / "openssl"
    openssl.write_text("#!/bin/sh\necho no such folder >&2\nexit 1\n")
    openssl.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(openssl))
    monkeypatch.setattr(packing, "interpreter_of", lambda version: None)
    assert pack() == 1
    assert "openssl could not name the roots: no such folder" in capsys.readouterr().err


def test_reports_the_size_the_digest_and_the_largest_parts(packed: Packed) -> None:
    content = packed.zip.read_bytes()
    assert packed.report["Bytes"] == len(content)
    assert packed.report["Digest"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert packed.report["ByteCode"] == HERE
    largest = {part["Part"]: part["Bytes"] for part in packed.report["Largest"]}
    assert next(iter(largest)) == "cosbatch"
    assert "handler" in largest, "with its byte code, which lies in a folder of its own"


def test_shows_a_table_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(packing, "collect", lambda python, profiles: ({"handler.py": b""}, {"marshmallow": "4.4.0"}))
    monkeypatch.setattr(packing, "interpreter_of", lambda version: None)
    assert pack() == 0
    shown = capsys.readouterr().out
    assert "dist/cosbatch.zip: " in shown
    assert "marshmallow 4.4.0" in shown
    assert "largest parts" in shown


@pytest.mark.parametrize(
    ("variables", "pointers"),
    [
        ({"COSBATCH_APPID": "1257654321"}, ["/profiles/0/match/bucket", "/profiles/0/job/Report/Bucket"]),
        ({"COSBATCH_APPID": "1257654321", "TENCENTCLOUD_APPID": "1250000000"}, ["/profiles/0/match/bucket"]),
        ({"COSBATCH_UIN": "666"}, ["/profiles/0/job/RoleArn", "/profiles/2/job/RoleArn"]),
    ],
)
def test_refuses_the_profiles_of_another_account(
    small: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    pointers: list[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert pack() == 1
    told = capsys.readouterr()
    failure = json.loads(told.out)
    assert failure["Code"] == "ConfigurationError"
    assert {problem["Pointer"] for problem in failure["Errors"]} >= set(pointers)
    assert "names the account of the example that is shipped" in told.err
    assert "--example" in told.err
    assert not Path("dist").exists()


@pytest.fixture
def nothing_to_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "collect", lambda python, profiles: ({"handler.py": b""}, {}))
    monkeypatch.setattr(packing, "interpreter_of", lambda version: None)


@pytest.mark.usefixtures("nothing_to_pack")
def test_packs_the_example_on_purpose_and_says_what_it_is(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSBATCH_APPID", "1257654321")
    assert pack("--example") == 0
    assert "names the account of the example that is shipped" in capsys.readouterr().err


@pytest.mark.usefixtures("nothing_to_pack")
def test_says_that_it_packs_the_example_where_no_account_is_known(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COSBATCH_APPID")
    assert pack() == 0
    assert "COSBATCH_APPID and COSBATCH_UIN say which" in capsys.readouterr().err


@pytest.mark.usefixtures("nothing_to_pack")
@pytest.mark.parametrize(
    "profiles",
    ['\ufeff{"profiles": []}', '{"profiles": [{"name": "a", "job": {}, "open": ["Operation"]}]}'],
)
def test_packs_the_profiles_of_the_current_folder(
    small: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    profiles: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles.json").write_text(profiles, encoding="utf-8")
    is_broken = "job" in profiles
    assert pack() == int(is_broken)
    told = capsys.readouterr()
    assert ("could not read profiles.json" in told.err) == is_broken
    assert "example" not in told.err


def test_packs_the_profiles_that_the_variable_names(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "collect", lambda python, profiles: ({"profiles.json": profiles}, {}))
    monkeypatch.setattr(packing, "interpreter_of", lambda version: None)
    (tmp_path / "other.json").write_text('{"profiles": []}')
    Path("profiles.json").write_text("not this one")
    monkeypatch.setenv("COSBATCH_PROFILES", str(tmp_path / "other.json"))
    assert pack() == 0
    with zipfile.ZipFile("dist/cosbatch.zip") as archive:
        assert archive.read("profiles.json") == b'{"profiles": []}'
    assert "example" not in capsys.readouterr().err


@pytest.mark.usefixtures("nothing_to_pack")
def test_writes_the_zip_to_a_device_and_leaves_it_one(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pack("--output", os.devnull) == 0
    assert json.loads(capsys.readouterr().out)["Bytes"] > 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_says_what_pip_said_where_a_dependency_cannot_be_had(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next(small.glob("defusedxml-*")).unlink()
    assert pack() == 1
    failure = json.loads(capsys.readouterr().out)
    assert failure["Code"] == "CannotPack"
    assert failure["Message"].startswith(
        "pip could not bring the dependencies: Could not find a version that satisfies"
    )
    assert "; No matching distribution found for defusedxml" in failure["Message"]
    assert "PIP_INDEX_URL" in failure["Hint"]
    assert not Path("dist/cosbatch.zip").exists()


@pytest.mark.slow
def test_says_what_the_compiler_said_where_a_module_is_not_for_the_runtime(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_wheel(small, "defusedxml", "0.7.2", {"defusedxml.py": b"def def\n"})
    assert pack() == 1
    told = capsys.readouterr().err
    assert "could not compile the package" in told
    assert "/var/user/defusedxml.py" in told


def test_writes_the_files_to_a_folder_that_is_not_there_yet(packed: Packed) -> None:
    assert (packed.folder / "handler.py").read_bytes() == packed.read("handler.py")


def test_replaces_a_folder_that_it_has_written_by_whatever_name(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for files in ({"old.py": b""}, {"new.py": b""}):
        monkeypatch.setattr(packing, "collect", lambda python, profiles, files=files: (files, {}))
        assert pack("--example", "--folder", "there/../packed") == 0
    assert Path("packed/new.py").exists()
    assert not Path("packed/old.py").exists()
    assert not Path("there").exists()


def test_does_not_touch_a_folder_that_holds_something_else(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("precious").mkdir()
    Path("precious/handler.py").write_text("mine")
    assert pack("--folder", "precious") == 2
    assert "precious holds something else" in capsys.readouterr().err
    assert Path("precious/handler.py").read_text() == "mine"
    assert not Path("dist/cosbatch.zip").exists()


def test_tells_of_a_program_s_failure_the_errors_alone() -> None:
    tries = "WARNING: Retrying: Connection refused\n" * 50
    assert packing.in_short(tries + "ERROR: none\n" * 5 + "ERROR: No requests\n") == "none; none; No requests"
    assert packing.in_short("*** Error\n  line 1\n") == "*** Error line 1"
    assert len(packing.in_short(tries)) == 1000


@pytest.mark.parametrize("arguments", [("--folder", "file"), ("--folder", "/proc/new"), ("--output", "file/new/a.zip")])
def test_says_before_the_work_that_nothing_can_be_written(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str]
) -> None:
    monkeypatch.setattr(packing, "collect", lambda python, profiles: pytest.fail("the work has begun"))
    Path("file").write_text("mine")
    assert pack("--example", *arguments) == 2
    assert re.search("cannot be written|is a file, and not the folder", capsys.readouterr().err)


@pytest.fixture
def pyenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty pyenv, and nothing on PATH."""
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    (tmp_path / "path").mkdir()
    yield tmp_path / "pyenv"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_compiles_with_the_running_python_where_it_is_of_the_runtime_s_version(pyenv: Path) -> None:
    assert packing.interpreter_of(HERE) == sys.executable


def test_finds_an_interpreter_on_the_path(pyenv: Path, tmp_path: Path) -> None:
    found = program(tmp_path / "path/python3.99", "echo 3.99")
    assert packing.interpreter_of("3.99") == str(found)


def test_finds_pyenv_s_interpreter_behind_a_shim_that_has_none(pyenv: Path, tmp_path: Path) -> None:
    program(tmp_path / "path/python3.99", "echo 'command not found' >&2; exit 127")
    found = program(pyenv / "versions/3.99.1/bin/python3.99", "echo 3.99")
    assert packing.interpreter_of("3.99") == str(found)


def test_finds_no_interpreter_in_a_file_that_does_not_run(pyenv: Path) -> None:
    program(pyenv / "versions/3.99.1/bin/python3.99", "").write_text("not a program")
    assert packing.interpreter_of("3.99") is None


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the dependencies that are installed here."""
    folder = tmp_path_factory.mktemp("function")
    for name in INSTALLED:
        wheel_of_installed(folder, name)
    for name in NEVER_CALLED:
        make_wheel(folder, name, "3.1")
    with pytest.MonkeyPatch.context() as patch:
        point_pip_at(folder, patch)
        patch.setattr(packing, "RUNTIME", HERE)
        assert pack("--output", str(folder / "function.zip")) == 0
    return folder / "function.zip"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "language", "name", "value"),
    [
        ({"Action": "ListJobs"}, "en", "Jobs", []),
        ({"Action": "DescribeJob", "JobId": "unknown"}, "zh", "Hint", hint_for("NoSuchJob", "zh")),
    ],
    ids=["a result", "a hint in Chinese"],
)
def test_runs_from_the_unpacked_package_alone_and_says_nothing_on_stderr(
    function: Path, tmp_path: Path, call: dict[str, str], language: str, name: str, value: object
) -> None:
    root = tmp_path / "var" / "user"
    with zipfile.ZipFile(function) as archive:
        archive.extractall(root)
    with running(tmp_path / "data") as standin:
        done = subprocess.run(
            [sys.executable, "-S", "-c", INVOKE, str(root)],
            input=json.dumps(call),
            env={
                "PYTHONPATH": str(root),
                "PYTHONDONTWRITEBYTECODE": "x",
                "COSBATCH_LANG": language,
                **standin.environ,
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.stderr == ""
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["Reply"][name] == value
    assert told["Foreign"] == []


@pytest.mark.slow
def test_stays_under_two_megabytes(function: Path) -> None:
    assert function.stat().st_size < 2_000_000


def test_says_before_the_work_that_a_folder_is_no_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packing, "collect", lambda python, profiles: pytest.fail("the work has begun"))
    assert pack("--example", "--output", str(tmp_path)) == 2
    assert f"{tmp_path} cannot be written: Is a directory" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["profiles.json", "new", "-", ""])
def test_takes_no_name_for_the_zip_but_that_of_one(small: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    Path("profiles.json").write_text("mine")
    assert pack("--output", name) == 2
    assert "is no name of a zip; end it with .zip" in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["profiles.json"]
    assert Path("profiles.json").read_text() == "mine"


def test_says_so_where_it_packs_the_profiles_that_are_shipped(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "collect", lambda python, profiles: ({}, {}))
    assert pack("--example") == 0
    assert "There is no profiles.json in this folder" in capsys.readouterr().err


def test_says_that_the_current_folder_is_gone(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    os.rmdir(tmp_path / "gone")
    said = run("package", "--output", str(tmp_path / "x.zip"))
    assert (said.code, said.out, said.err) == (1, "", GONE)
    assert list(tmp_path.iterdir()) == []
