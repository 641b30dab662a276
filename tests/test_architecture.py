"""The house stands as its own docstring says: floors, doors, the island, and what a cold start loads."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import cosbatch

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cosbatch"
BESIDE = ("cli", "client", "standin", "__main__")


def path_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = [*sorted(name_of(path) for path in PACKAGE.rglob("*.py")), "handler"]


def part_of(module: str) -> str:
    """The name by which the docstring knows a module of ours: its own, or that of its folder."""
    return [*module.split("."), module][1]


CORE = [module for module in MODULES if part_of(module) not in BESIDE]


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(path_of(module).read_text(encoding="utf-8"))


@cache
def imports_of(module: str) -> frozenset[str]:
    """Every module that one imports, at its top or later; of cosbatch the very module, of libraries the dotted name."""
    return frozenset(name for node in ast.walk(tree_of(module)) for name in _imported(node, module))


def _imported(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = ".".join([*_package(module, node.level), *([node.module] if node.module else [])])
        for alias in node.names:
            below = f"{base}.{alias.name}"
            yield below if below in MODULES else base


def _package(module: str, level: int) -> list[str]:
    """Where a relative import of the module begins."""
    parts = [*module.split("."), "__init__"] if path_of(module).name == "__init__.py" else module.split(".")
    return parts[: len(parts) - level] if level else []


def floors() -> dict[str, int]:
    """The floor of each part of the house, as the docstring of the package tells it."""
    rows: dict[str, int] = {}
    floor = ""
    for line in (cosbatch.__doc__ or "").splitlines():
        found = re.fullmatch(r" {4}([0-9 ])  (\w+)(?:/|\.py)? +\S.*", line)
        if found:
            floor = found[1].strip() or floor
            rows[found[2]] = int(floor)
    return rows


FLOORS = floors()


def test_gives_every_part_of_the_house_a_floor() -> None:
    assert FLOORS.keys() == {part_of(module) for module in CORE if module != "cosbatch"}


@pytest.mark.parametrize("module", [module for module in CORE if module != "cosbatch"])
def test_imports_only_from_its_own_folder_and_from_beneath(module: str) -> None:
    for imported in imports_of(module):
        if imported.partition(".")[0] == "cosbatch" and part_of(imported) != part_of(module):
            assert FLOORS[part_of(imported)] < FLOORS[part_of(module)], f"{module} imports {imported}"


def test_no_file_name_stands_twice() -> None:
    """But for the packages' own files, and the stand-in's."""
    paths = [path for path in PACKAGE.rglob("*.py") if "standin" not in path.parts and not path.name.startswith("__")]
    names = [path.name for path in paths]
    assert sorted(set(names)) == sorted(names)


def test_the_package_itself_loads_nothing() -> None:
    assert {name for name in loaded_by("import cosbatch") if _is_of(name, "cosbatch")} == {"cosbatch"}


def test_no_module_imports_itself_in_a_circle() -> None:
    done: set[str] = set()

    def walk(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way, module])
        if module not in done:
            for imported in sorted(imports_of(module) & set(MODULES)):
                walk(imported, (*way, module))
            done.add(module)

    for module in MODULES:
        walk(module, ())


# One door for each library: a module or folder of the house. What stands beside it has doors of its own.
DOORS = {
    "marshmallow": {"schemas"},
    "requests": {"service"},
    "defusedxml": {"service"},
}


@pytest.mark.parametrize("library", DOORS)
def test_lets_each_library_in_by_its_own_door(library: str) -> None:
    users = {part_of(module) for module in CORE if any(_is_of(name, library) for name in imports_of(module))}
    assert users == DOORS[library]


def test_uses_no_other_libraries() -> None:
    known = {*sys.stdlib_module_names, *DOORS, "cosbatch", "handler"}
    for module in CORE:
        assert {name.partition(".")[0] for name in imports_of(module)} <= known, module


def _is_of(name: str, library: str) -> bool:
    return name.partition(".")[0] == library


# The stand-in's own command line, and what gives the function there the variables that the platform sets.
STANDIN_READERS = {"cosbatch.standin.__main__", "cosbatch.standin.function.bootstrap"}


def test_reads_the_environment_in_the_handler_and_the_command_line_only() -> None:
    readers = {module for module in MODULES if _reads_environment(tree_of(module))}
    assert {part_of(module) for module in readers - STANDIN_READERS} <= {"handler", "cli", "client"}


def _reads_environment(tree: ast.Module) -> bool:
    words = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_os(node.value)}
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "os"
        for alias in node.names
    }
    return bool((words | names) & {"environ", "environb", "getenv", "putenv"})


def _is_os(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "os"


def test_the_stand_in_is_an_island() -> None:
    """A fault that both sides shared would cancel itself out."""
    for module in MODULES:
        ours = {name for name in imports_of(module) if _is_of(name, "cosbatch") or _is_of(name, "handler")}
        if part_of(module) == "standin":
            assert all(part_of(name) == "standin" for name in ours), module
        elif part_of(module) not in BESIDE:
            assert not any(part_of(name) == "standin" for name in ours), module


def test_nothing_of_the_house_knows_the_command_line_or_the_client() -> None:
    for module in [module for module in CORE if module != "cosbatch"]:
        own = {name for name in imports_of(module) if _is_of(name, "cosbatch")}
        assert not {part_of(name) for name in own} & {"cli", "client"}, module


def test_the_handler_bears_being_loaded_under_an_empty_name() -> None:
    """The platform's local runtime does so, and finds no module of that name; dataclasses and __future__ would look for it."""
    names = {node.module for node in ast.walk(tree_of("handler")) if isinstance(node, ast.ImportFrom)}
    assert not names & {"__future__", "dataclasses"}
    assert "dataclasses" not in imports_of("handler")


@pytest.mark.parametrize("module", CORE)
def test_says_its_job_in_the_first_line_and_is_read_in_one_go(module: str) -> None:
    docstring = ast.get_docstring(tree_of(module)) or ""
    assert docstring.splitlines()[0].endswith((".", ":")), module
    assert len(path_of(module).read_text(encoding="utf-8").splitlines()) < 350


@pytest.mark.parametrize("module", CORE)
def test_has_no_function_longer_than_forty_lines(module: str) -> None:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            assert node.end_lineno - node.lineno < 40, f"{module}.{node.name}"


# Heavy, and of no use to an event; the libraries themselves may load some of them.
NOT_AT_A_COLD_START = {
    "argparse",
    "asyncio",
    "concurrent.futures",
    "cosbatch.cli",
    "cosbatch.model.hints",
    "cosbatch.standin",
    "csv",
    "difflib",
    "logging.config",
    "multiprocessing",
    "sqlite3",
    "unittest",
    "uuid",
}


def loaded_by(statement: str) -> set[str]:
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environ)
    return set(json.loads(done.stdout))


@pytest.mark.slow
def test_loads_nothing_at_a_cold_start_that_an_event_does_not_need() -> None:
    libraries = loaded_by("import requests, marshmallow, defusedxml.ElementTree")
    ours = loaded_by("import handler") - libraries
    assert "cosbatch.dispatch" in ours
    assert ours & NOT_AT_A_COLD_START == set()
    assert {name.partition(".")[0] for name in ours} <= {*sys.stdlib_module_names, "cosbatch", "handler"}
