"""Folders to run from, all with their byte code: the deployed package, and the libraries of the peers."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from cosbatch.cli.deploy.packing import RUNTIME, interpreter_of, laid_out

ROOT = Path(__file__).parents[2]
# As the platform has it, where there is one.
PYTHON = interpreter_of(RUNTIME) or sys.executable


def deployed(workplace: Path, certificate: Path | None) -> Path:
    """What `python -m cosbatch package` makes; it trusts one certificate more."""
    folder, archive = workplace / "deployed", workplace / "cosbatch.zip"
    command = [sys.executable, "-m", "cosbatch", "package", "--output", str(archive), "--folder", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    _compile(folder)
    bundle = trusting(folder, certificate)
    # The command has written the roots one by one too, in a folder that is named after the bundle's size.
    for name, content in laid_out(str(bundle), bundle.read_bytes()).items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(content)
    return folder


def trusting(folder: Path, certificate: Path | None) -> Path:
    """The bundle of the roots that the libraries of the folder trust: the certificate is added to it."""
    bundle = folder / "certifi" / "cacert.pem"
    public = certificate.read_text().partition("-----BEGIN PRIVATE")[0] if certificate else ""
    if public not in bundle.read_text():
        bundle.write_text(bundle.read_text() + public)
    return bundle


def installed(workplace: Path, requirements: Path) -> Path:
    """A folder with what a requirements file names, installed once for each of its wordings."""
    wording = hashlib.sha256(PYTHON.encode() + requirements.read_bytes()).hexdigest()[:12]
    folder = workplace / f"{requirements.stem}-{wording}"
    if not folder.exists():
        print(f"Installing {requirements.name} ...", file=sys.stderr)
        unfinished = workplace / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile"]
        subprocess.run([*pip, "--target", str(unfinished), "-r", str(requirements)], check=True)
        _compile(unfinished)
        unfinished.rename(folder)
    return folder


def _compile(folder: Path) -> None:
    """Byte code that is never compared with its source, so that every start finds it, wherever the folder lies."""
    compiler = [PYTHON, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run(compiler, check=False, stdout=subprocess.DEVNULL)
