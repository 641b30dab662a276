"""What the package holds: the function's code, its profiles and dependencies, their byte code, and the roots of TLS one by one.

A new TLS connection would read the whole bundle of roots: 15 ms, against 3 ms for the one certificate that OpenSSL finds by
its name.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from cosbatch.cli.remote.function_files import PACKAGE, function_file
from cosbatch.cli.terminal.files import naming
from cosbatch.model.errors import CosbatchError, quoted
from cosbatch.service.transport import ca_folder

RUNTIME = "3.10"
PLATFORM = "manylinux2014_x86_64"
# Where the platform unpacks the zip: tracebacks name files there.
CODE_ROOT = "/var/user"

# The command line and the stand-in are not deployed.
_NOT_OWN = ("cosbatch/__main__.py", "cosbatch/cli/", "cosbatch/client/", "cosbatch/standin/")

# Dependencies of dependencies that the function never calls, and that their callers do without.
_LEFT_OUT = {
    "charset_normalizer": "guesses encodings, and the service says its own (16 to 23 ms of a cold start, 0.7 MB)",
    "backports_datetime_fromisoformat": "rewrites datetime for marshmallow's date fields, which no schema here has",
}
# What the dependencies need on the runtime's Python only: pip looks at the needs of the Python that it runs on.
_ON_RUNTIME = ("typing-extensions",)

# The root certificates that requests trusts.
BUNDLE = "certifi/cacert.pem"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n", re.DOTALL)

# Of what a program says of its failure, so many errors and characters are told.
_ERRORS_TOLD, _SAID_TOLD = 3, 1000

Files = dict[str, bytes]


class CannotPack(CosbatchError):
    """pip, openssl or the compiler could not do its part."""


def collect(python: str | None, profiles: bytes) -> tuple[Files, dict[str, str]]:
    """All files of the package, with these profiles, and the versions of its dependencies. Raises CannotPack."""
    files = {"profiles.json": profiles, **dict(_own_files())}
    dependencies = {}
    with tempfile.TemporaryDirectory() as folder:
        for wheel in _wheels(Path(folder)):
            name, version = wheel.name.split("-")[:2]
            if name not in _LEFT_OUT:
                dependencies[name] = version
                files.update(_unpacked(wheel))
    if python is not None:
        files.update(_byte_code(files, python))
    return {**files, **laid_out(BUNDLE, files.get(BUNDLE, b""))}, dependencies


def _own_files() -> Iterator[tuple[str, bytes]]:
    yield "handler.py", function_file("handler.py").read_bytes()
    for path in [*PACKAGE.rglob("*.py"), PACKAGE / "model" / "hints.json"]:
        name = path.relative_to(PACKAGE.parent).as_posix()
        if not name.startswith(_NOT_OWN):
            yield name, path.read_bytes()


def _wheels(folder: Path) -> list[Path]:
    """What requirements.txt asks for, as wheels for the runtime. Raises CannotPack."""
    target = ["--only-binary", ":all:", "--python-version", RUNTIME, "--implementation", "cp", "--platform", PLATFORM]
    asked = ["-r", str(function_file("requirements.txt")), *_ON_RUNTIME]
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-input"]
    _call([*pip, *target, *asked, "--dest", str(folder)], "pip could not bring the dependencies")
    return sorted(folder.glob("*.whl"))


def _unpacked(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a wheel, at the paths that they are imported from; without its own list of them."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if not name.endswith(("/", ".dist-info/RECORD")):
                yield name, archive.read(name)


def interpreter_of(version: str) -> str | None:
    """A Python of this version: this one, one on PATH, or one of pyenv's; None where there is none."""
    name = f"python{version}"
    known = [sys.executable, shutil.which(name)]
    # There may be no home folder, or none that may be read.
    with contextlib.suppress(RuntimeError, OSError):
        pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
        known += map(str, pyenv.glob(f"versions/*/bin/{name}"))
    return next((str(path) for path in known if path and _version_of(str(path)) == version), None)


def _version_of(python: str) -> str:
    """The version that the interpreter says it has; empty where it does not run, as pyenv's shim of a missing version."""
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return _call([python, "-I", "-S", "-c", script], f"{python} does not run").strip()
    except (CannotPack, OSError):
        return ""


def _byte_code(files: Mapping[str, bytes], python: str) -> Files:
    """The byte code of all modules, made by that interpreter. Raises CannotPack.

    It depends on nothing but the interpreter's version: the platform chooses the dates and the folder of the unpacked
    files, and no source is read again to see whether it has changed.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_all(files, root)
        mode = ["--invalidation-mode", "unchecked-hash", "-s", folder, "-p", CODE_ROOT]
        # The byte code holds sets of constants in the order of their hashes.
        environ = {**os.environ, "PYTHONHASHSEED": "0"}
        compiler = [python, "-S", "-m", "compileall", "-q", *mode, folder]
        _call(compiler, f"{python} could not compile the package", environ)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.pyc")}


def _call(arguments: list[str], failure: str, environ: Mapping[str, str] | None = None) -> str:
    """What the program writes to stdout. Raises CannotPack where it fails."""
    nothing = subprocess.DEVNULL
    done = subprocess.run(arguments, env=environ, stdin=nothing, capture_output=True, text=True)  # noqa: S603  # no shell
    if done.returncode:
        raise CannotPack(f"{failure}: {in_short(done.stderr or done.stdout)}")
    return done.stdout


def in_short(said: str) -> str:
    """What a program said of its failure, on a line: the errors of pip without its tries, or else the beginning."""
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    return quoted("; ".join(errors[-_ERRORS_TOLD:]) or " ".join(said.split()), _SAID_TOLD)


def laid_out(bundle: str, content: bytes) -> Files:
    """The certificates of a bundle of that name, by the paths at which the function looks for them; see `hashed`."""
    folder = ca_folder(bundle, len(content))
    return {f"{folder}/{name}": certificate for name, certificate in hashed(content).items()}


def hashed(bundle: bytes) -> Files:
    """The certificates by the names that OpenSSL looks for (`<hash of the subject>.<number>`); none where no openssl is here.

    Raises CannotPack.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        return {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, certificate in enumerate(_CERTIFICATE.findall(bundle.decode())):
            (folder / f"{number:04}.pem").write_text(certificate)
        _call([openssl, "rehash", name], "openssl could not name the roots")
        return {link.name: link.read_bytes() for link in sorted(folder.iterdir()) if link.is_symlink()}


def write_all(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files below the folder. Raises OSError, which names the file."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with naming(str(path)):
            path.write_bytes(content)
