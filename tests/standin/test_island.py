"""The stand-in shares no code with the rest of the package, and stands on the floors that its docstring tells."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

import cosbatch.standin

FOLDER = Path(cosbatch.standin.__file__).parent
PATHS = sorted(FOLDER.rglob("*.py"))
FLOORS = {name: int(floor) for floor, name in re.findall(r"^ {4}(\d)  (\w+)", cosbatch.standin.__doc__ or "", re.M)}


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Every module that one imports, by its dotted name, with the names taken from it."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names += (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
    return tuple(names)


def part_of(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").parts[0]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_imports_only_itself_the_standard_library_and_defusedxml(path: Path) -> None:
    for name in imported(path):
        is_own = name.startswith("cosbatch.standin.")
        allowed = {*sys.stdlib_module_names, "defusedxml", *(["pytest"] if path.stem == "pytest_plugin" else [])}
        assert is_own or name.partition(".")[0] in allowed, name


def test_gives_every_part_a_floor() -> None:
    assert FLOORS.keys() == {part_of(path) for path in PATHS} - {"__init__"}


@pytest.mark.parametrize(
    "path", [path for path in PATHS if part_of(path) != "__init__"], ids=lambda path: str(path.relative_to(FOLDER))
)
def test_imports_only_from_its_own_folder_and_from_beneath(path: Path) -> None:
    for name in imported(path):
        if name.startswith("cosbatch.standin."):
            part = name.split(".")[2]
            assert part == part_of(path) or FLOORS[part] < FLOORS[part_of(path)], name


def test_no_file_name_stands_twice() -> None:
    names = [path.name for path in PATHS if path.name != "__init__.py"]
    assert sorted(set(names)) == sorted(names)


def test_tells_of_every_module_in_its_readme() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = {path.stem if path.parent != FOLDER else path.name for path in PATHS if path.name != "__init__.py"}
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_says_its_job_in_the_first_line_and_is_read_in_one_go(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    assert docstring.splitlines()[0].endswith((".", ":"))
    assert len(text.splitlines()) <= 250
