"""The Dockerfile: no image can be built here, so its commands are run as they are written, in a fresh environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
STEPS = re.findall(r"^([A-Z]+) (.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M)
LEFT_BEHIND = shutil.ignore_patterns(*(ROOT / ".dockerignore").read_text(encoding="utf-8").replace("**/", "").split())


def test_has_a_few_plain_steps() -> None:
    assert [name for name, _ in STEPS] == ["FROM", "WORKDIR", "COPY", "RUN", "CMD"]


def test_runs_as_it_is_written(tmp_path: Path) -> None:
    folder, environment = tmp_path / "cosbatch", tmp_path / "env"
    shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COSBATCH_", "PYTHON"))}
    clean["PATH"] = os.pathsep.join([str(environment / "bin"), clean["PATH"]])
    steps = dict(STEPS)
    subprocess.run(["sh", "-c", steps["RUN"]], cwd=folder, env=clean, check=True, timeout=300, capture_output=True)
    # Another port, for one of that number may be taken here; and the function, as somebody may add it.
    command = [*json.loads(steps["CMD"]), "--port", "0", "--function", "handler.main_handler"]
    command[0] = str(environment / "bin" / command[0])
    with subprocess.Popen(command, cwd=folder, env=clean, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            endpoint = json.loads(child.stdout.readline())["endpoint"]
            with urllib.request.urlopen(f"{endpoint}/_standin/health") as reply:
                assert reply.status == 200
        finally:
            child.terminate()
