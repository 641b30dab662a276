"""The command `package`: the zip that the platform takes, of the function's code, profiles, dependencies and byte code.

The same code and the same wheels give the same zip, bit for bit.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cosbatch.cli.deploy.accounts import foreign_names, names_example
from cosbatch.cli.deploy.root_certificates import laid_out
from cosbatch.cli.remote.function_files import PACKAGE, function_file, profiles_file, say_of_example
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.files import WrongUsage, make_folder, naming, writing
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.options import Commands, command
from cosbatch.cli.terminal.tables import fitted, table
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.configuration.settings import APPID, UIN, first_set
from cosbatch.model.errors import ConfigurationError, CosbatchError, quoted

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
_BUNDLE = "certifi/cacert.pem"

# The oldest date that a zip can hold; plain files that everybody may read.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3

# Of what a program says of its failure, so many errors and characters are told.
_ERRORS_TOLD, _SAID_TOLD = 3, 1000

# Marks a folder that this command has written, and may write anew.
_MARK = ".cosbatch-package"

Files = dict[str, bytes]


class CannotPack(CosbatchError):
    """pip, openssl or the compiler could not do its part."""


def add(commands: Commands) -> None:
    parser = command(
        commands,
        "package",
        _("Make the zip that the platform takes."),
        "  cosbatch package\n  cosbatch package --output dist/cosbatch.zip --folder dist/cosbatch",
        package,
    )
    parser.add_argument(
        "--output",
        metavar="ZIP",
        type=zip_path,
        default="dist/cosbatch.zip",
        help=_("where to write the zip (default: %(default)s)"),
    )
    parser.add_argument(
        "--example", action="store_true", help=_("pack profiles.json also where it is of another account")
    )
    parser.add_argument(
        "--folder",
        metavar="DIR",
        help=_("write the same files to this folder too, for a deployer that makes a zip itself"),
    )


def zip_path(text: str) -> str:
    """The type of the option that names the zip: a slip such as profiles.json must not cost that file."""
    if not text.endswith(".zip") and (os.path.isfile(text) or not os.path.exists(text)):
        raise argparse.ArgumentTypeError(_("{path} is no name of a zip; end it with .zip").format(path=repr(text)))
    return text


def package(options: argparse.Namespace) -> int:
    """`{Package, Bytes, Digest, ByteCode, Roots, Dependencies, Largest: [{Part, Bytes}]}`."""
    _check_profiles(os.environ, options.example)
    python = interpreter_of(RUNTIME)
    folder = Path(options.folder).resolve() if options.folder else None
    # What stands in the way of the files is told before the work.
    if folder:
        _check_folder(folder)
    make_folder(os.path.dirname(options.output) or os.curdir)
    with writing(options.output) as file:
        files, dependencies = collect(python)
        content = _zipped(files)
        file.write(content)
    if folder:
        _write_folder(files, folder)
    report = _report(options.output, content, dependencies, python)
    output.show(report, options, lambda: _lines(report))
    for note in _notes(report):
        output.say(note)
    return exit_codes.DONE


def _check_profiles(environ: Mapping[str, str], is_meant: bool) -> None:
    """Raises ConfigurationError where the function would refuse its profiles, now or at every upload."""
    say_of_example()
    profiles, problems = parse_profiles(profiles_file().read_bytes().decode("utf-8-sig", "replace"))
    if problems:
        raise ConfigurationError("The function could not read profiles.json; no package was made.", problems)
    appid, uin = first_set(environ, APPID), first_set(environ, UIN)
    foreign = list(foreign_names(profiles, appid, uin))
    example = "It names the account of the example that is shipped." if names_example(profiles) else ""
    if foreign and not is_meant:
        message = f"profiles.json is of another account; no package was made. {example}".strip()
        raise ConfigurationError(
            f"{message} Write your own profiles, or pack these on purpose with --example.", foreign
        )
    if example and (foreign or not appid or not uin):
        output.say(
            _(
                "profiles.json names the account of the example that is shipped. In your account it does nothing; "
                "COSBATCH_APPID and COSBATCH_UIN say which one that is."
            )
        )


def collect(python: str | None) -> tuple[Files, dict[str, str]]:
    """All files of the package, and the versions of its dependencies. Raises CannotPack."""
    files = dict(_own_files())
    dependencies = {}
    with tempfile.TemporaryDirectory() as folder:
        for wheel in _wheels(Path(folder)):
            name, version = wheel.name.split("-")[:2]
            if name not in _LEFT_OUT:
                dependencies[name] = version
                files.update(_unpacked(wheel))
    if python is not None:
        files.update(_byte_code(files, python))
    return {**files, **_roots(files)}, dependencies


def _roots(files: Mapping[str, bytes]) -> Files:
    """The root certificates that TLS trusts, one by one. Raises CannotPack."""
    try:
        return laid_out(_BUNDLE, files.get(_BUNDLE, b"")) or {}
    except subprocess.CalledProcessError as error:
        raise CannotPack(f"openssl could not name the roots: {in_short(error.stderr.decode())}") from None


def _own_files() -> Iterator[tuple[str, bytes]]:
    yield "handler.py", function_file("handler.py").read_bytes()
    yield "profiles.json", profiles_file().read_bytes()
    for path in PACKAGE.rglob("*.py"):
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
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    known = [sys.executable, shutil.which(name), *pyenv.glob(f"versions/*/bin/{name}")]
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
        _write_all(files, root)
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


def _zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, inside in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr, entry.create_system = _MODE, _UNIX
            archive.writestr(entry, inside, zipfile.ZIP_DEFLATED, compresslevel=9)
    return content.getvalue()


def _check_folder(folder: Path) -> None:
    """Make the folder. Raises WrongUsage where that cannot be, or it holds what this command has not written."""
    make_folder(str(folder))
    if any(folder.iterdir()) and not (folder / _MARK).exists():
        message = _("{path} holds something else than a package: name another folder, or empty it")
        raise WrongUsage(message.format(path=folder))


def _write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Replace the folder by the files."""
    shutil.rmtree(folder)
    _write_all({**files, _MARK: b""}, folder)


def _write_all(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with naming(str(path)):
            path.write_bytes(content)


def _report(path: str, content: bytes, dependencies: Mapping[str, str], python: str | None) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sizes = Counter[str]()
        for entry in archive.infolist():
            sizes[_part(entry.filename)] += entry.compress_size
        roots = sum(entry.filename.startswith(f"{_BUNDLE}.") for entry in archive.infolist())
    return {
        "Package": path,
        "Bytes": len(content),
        "Digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "ByteCode": RUNTIME if python else None,
        "Roots": roots,
        "Dependencies": dict(dependencies),
        "Largest": [{"Part": part, "Bytes": size} for part, size in sizes.most_common(8)],
    }


def _part(name: str) -> str:
    """The part that a file belongs to: the package or module at the root, with its byte code and its metadata."""
    return re.split(r"[-./]", name.removeprefix("__pycache__/"))[0]


def _lines(report: Mapping[str, Any]) -> Iterable[str]:
    whole = _("{path}: {count} bytes, {digest}")
    yield fitted(whole.format(path=report["Package"], count=f"{report['Bytes']:,}", digest=report["Digest"]))
    yield fitted(", ".join(f"{name} {version}" for name, version in report["Dependencies"].items()))
    yield from table((_("largest parts"), _("bytes")), [(part["Part"], part["Bytes"]) for part in report["Largest"]])


def _notes(report: Mapping[str, Any]) -> Iterator[str]:
    """What makes cold starts slower than they could be."""
    if report["ByteCode"] is None:
        compiled = _(
            "No Python {version} is here: the package has no byte code, and every cold start compiles all of it."
        )
        yield compiled.format(version=RUNTIME)
    if not report["Roots"]:
        yield _("No openssl is here: the roots that TLS trusts stay in one file, which takes 15 ms of a cold start.")
