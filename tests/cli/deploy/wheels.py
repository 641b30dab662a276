"""Wheels for tests: made by hand, or put together again from what is installed, so that pip needs no registry."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

INSTALLED = ("requests", "urllib3", "idna", "certifi", "defusedxml", "marshmallow", "typing_extensions")


def make_wheel(
    folder: Path, name: str, version: str, files: Mapping[str, bytes] | None = None, requires: Sequence[str] = ()
) -> None:
    """A pure wheel of one module, or of the files given."""
    needs = [f"Requires-Dist: {need}" for need in requires]
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *needs]
    _write(folder, name, version, files or {f"{name}.py": b"VERSION = 1\n"}, "\n".join(metadata).encode())


def wheel_of_installed(folder: Path, name: str) -> None:
    """The installed distribution as the wheel that it came from, near enough."""
    found = distribution(name)
    files = {
        str(path): Path(str(found.locate_file(path))).read_bytes()
        for path in found.files or ()
        if path.suffix != ".pyc" and ".dist-info" not in path.parts[0] and path.parts[0] != ".."
    }
    _write(folder, name, found.version, files, (found.read_text("METADATA") or "").encode())


def _write(folder: Path, name: str, version: str, files: Mapping[str, bytes], metadata: bytes) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
