"""What the function is deployed by, and what the program is installed by, name the same dependencies."""

from __future__ import annotations

import re

from tests.pages import ROOT


def test_declares_the_same_dependencies_twice() -> None:
    """The function is deployed by requirements.txt, the program installed by pyproject.toml."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.findall(r'"([^"]+)"', project.partition("\ndependencies = [")[2].partition("]")[0])
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert declared == [line for line in lines if line and not line.startswith("#")]
