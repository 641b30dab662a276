"""Folders to run from: the plain installation, the deployed one, and boto3's; all with their byte code."""

from __future__ import annotations

import compileall
import hashlib
import io
import py_compile
import shutil
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from cosbatch.cli.deploy.root_certificates import laid_out

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "requirements-bench.txt"


@dataclass(frozen=True)
class Layout:
    """A folder with libraries, and with the function where it is there to run it."""

    folder: Path

    @property
    def bundle(self) -> Path:
        """The certificates that requests trusts."""
        return self.folder / "certifi" / "cacert.pem"

    def zipped_size(self) -> int:
        """Bytes of the folder as a zip."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in self.folder.rglob("*"):
                archive.write(path, path.relative_to(self.folder))
        return len(buffer.getvalue())


def plain(workplace: Path, trusted: Path | None) -> Layout:
    """What `pip install -r requirements.txt` gives, and the function beside it; `trusted` is a certificate more."""
    folder = workplace / "plain"
    _copy_fresh(installed(workplace, ROOT / "requirements.txt"), folder)
    shutil.copytree(ROOT / "cosbatch", folder / "cosbatch", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("handler.py", "profiles.json"):
        shutil.copy(ROOT / name, folder)
    _compile(folder)
    return _trusting(Layout(folder), trusted)


def deployed(workplace: Path, trusted: Path | None) -> Layout:
    """What `python -m cosbatch package` makes, byte code included; `trusted` is a certificate more."""
    folder, archive = workplace / "deployed", workplace / "cosbatch.zip"
    package = [sys.executable, "-m", "cosbatch", "package", "--output", str(archive), "--folder", str(folder)]
    subprocess.run(package, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    layout = _trusting(Layout(folder), trusted)
    return _with_roots_laid_out(layout) if trusted else layout


def _trusting(layout: Layout, trusted: Path | None) -> Layout:
    if trusted:
        with layout.bundle.open("a") as bundle:
            bundle.write(trusted.read_text().partition("-----BEGIN PRIVATE")[0])
    return layout


def _with_roots_laid_out(layout: Layout) -> Layout:
    """As `package` lays them out; what it has laid out itself does not hold the certificate that was added since."""
    for name, certificate in (laid_out(str(layout.bundle), layout.bundle.read_bytes()) or {}).items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(certificate)
    return layout


def installed(workplace: Path, requirements: Path) -> Path:
    """A folder with what a requirements file names, installed once for each of its wordings."""
    wording = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = workplace / f"{requirements.stem}-{wording}"
    if not folder.exists():
        print(f"Installing {requirements.name} ...", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        subprocess.run([*pip, "--target", str(folder), "-r", str(requirements)], check=True)
        _compile(folder)
    return folder


def _copy_fresh(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _compile(folder: Path) -> None:
    with redirect_stdout(sys.stderr):
        compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
