"""The files of the function, in a checkout and in an environment that cosbatch is installed in."""

from __future__ import annotations

from importlib.metadata import PackagePath, PathDistribution
from pathlib import Path

import pytest

from cosbatch.cli.remote import function_files
from cosbatch.cli.remote.function_files import function_file, profiles_file


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an environment with one file of the function; the checkout is out of sight."""
    monkeypatch.setattr(function_files, "PACKAGE", tmp_path / "lib" / "cosbatch")
    paths = [PackagePath("cosbatch/__init__.py"), PackagePath("../share/cosbatch/profiles.json")]
    for path in paths:
        path.dist = PathDistribution(tmp_path / "lib" / "cosbatch.dist-info")
    monkeypatch.setattr("importlib.metadata.files", lambda name: paths)
    return tmp_path


def test_finds_them_beside_the_package_in_a_checkout() -> None:
    assert function_file("handler.py").is_file()


def test_finds_them_among_the_installed_data(installed: Path) -> None:
    assert function_file("profiles.json") == installed / "share" / "cosbatch" / "profiles.json"
    with pytest.raises(FileNotFoundError, match=r"handler\.py is not installed"):
        function_file("handler.py")


def test_takes_the_profiles_of_the_current_folder_first(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(installed)
    assert profiles_file() == function_file("profiles.json")
    Path("profiles.json").touch()
    assert profiles_file() == Path("profiles.json")
