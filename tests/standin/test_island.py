"""The stand-in shares no code with the rest of the package."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import cosbatch.standin

FOLDER = Path(cosbatch.standin.__file__).parent


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_imports_only_itself_the_standard_library_and_defusedxml() -> None:
    for path in FOLDER.rglob("*.py"):
        for name in imported(path):
            is_own = name == "cosbatch.standin" or name.startswith("cosbatch.standin.")
            assert is_own or name.partition(".")[0] in {*sys.stdlib_module_names, "defusedxml"}, (
                path.name,
                name,
            )


def test_every_module_is_short_enough_to_read_in_one_go() -> None:
    for path in FOLDER.rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 350, path.name
