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
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cosbatch.cli.deploy import packing
from cosbatch.cli.deploy.accounts import foreign_names, names_example
from cosbatch.cli.remote.function_files import profiles_in_use
from cosbatch.cli.terminal import exit_codes, output
from cosbatch.cli.terminal.files import WrongUsage, check_profiles, make_folder, writing
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.options import Commands, command
from cosbatch.cli.terminal.tables import fitted, table
from cosbatch.configuration.profiles import parse_profiles
from cosbatch.configuration.settings import APPID, UIN, first_set
from cosbatch.model.errors import ConfigurationError

# The oldest date that a zip can hold; plain files that everybody may read.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3

# Where the zip goes where nothing else is said; this folder is made, as no other is for the name of a file.
_USUAL = "dist/cosbatch.zip"
# Marks a folder that this command has written, and may write anew.
_MARK = ".cosbatch-package"


def add(commands: Commands) -> None:
    examples = "  cosbatch package\n  cosbatch package --output dist/cosbatch.zip --folder dist/cosbatch"
    parser = command(commands, "package", _("Make the zip that the platform takes."), examples, package)
    where = _("where to write the zip (default: %(default)s)")
    parser.add_argument("--output", metavar="ZIP", type=zip_path, default=_USUAL, help=where)
    parser.add_argument(
        "--example", action="store_true", help=_("pack profiles.json also where it is of another account")
    )
    too = _("write the same files to this folder too, for a deployer that makes a zip itself")
    parser.add_argument("--folder", metavar="DIR", help=too)


def zip_path(text: str) -> str:
    """The type of the option that names the zip: a slip such as profiles.json must not cost that file."""
    if not text.endswith(".zip") and (os.path.isfile(text) or not os.path.exists(text)):
        raise argparse.ArgumentTypeError(_("{path} is no name of a zip; end it with .zip").format(path=repr(text)))
    return text


def package(options: argparse.Namespace) -> int:
    """`{Package, Bytes, Digest, ByteCode, Roots, Dependencies, Largest: [{Part, Bytes}]}`."""
    # Where the current folder is gone, this raises the error that says so; pip would have a traceback.
    os.getcwd()
    profiles = _profiles(os.environ, options.example)
    python = packing.interpreter_of(packing.RUNTIME)
    folder = Path(options.folder).resolve() if options.folder else None
    # What stands in the way of the files is told before the work.
    if folder:
        _check_folder(folder)
    if Path(options.output).parent == Path(_USUAL).parent:
        make_folder(os.path.dirname(_USUAL))
    with writing(options.output) as file:
        files, dependencies = packing.collect(python, profiles)
        content = _zipped(files)
        file.write(content)
    if folder:
        _write_folder(files, folder)
    report = _report(options.output, content, dependencies, python)
    output.show(report, options, lambda: _lines(report))
    for note in _notes(report):
        output.say(note)
    return exit_codes.DONE


def _profiles(environ: Mapping[str, str], is_meant: bool) -> bytes:
    """The profiles file. Raises ConfigurationError where the function would refuse its profiles, now or at every upload."""
    path = profiles_in_use(environ)
    check_profiles(path)
    content = Path(path).read_bytes()
    profiles, problems = parse_profiles(content.decode("utf-8-sig", "replace"))
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
        warning = _(
            "profiles.json names the account of the example that is shipped. In your account it does nothing; "
            "COSBATCH_APPID and COSBATCH_UIN say which one that is."
        )
        output.say(warning)
    return content


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
    packing.write_all({**files, _MARK: b""}, folder)


def _report(path: str, content: bytes, dependencies: Mapping[str, str], python: str | None) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sizes = Counter[str]()
        for entry in archive.infolist():
            sizes[_part(entry.filename)] += entry.compress_size
        roots = sum(entry.filename.startswith(f"{packing.BUNDLE}.") for entry in archive.infolist())
    return {
        "Package": path,
        "Bytes": len(content),
        "Digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "ByteCode": packing.RUNTIME if python else None,
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
        yield compiled.format(version=packing.RUNTIME)
    if not report["Roots"]:
        yield _("No openssl is here: the roots that TLS trusts stay in one file, which takes 15 ms of a cold start.")
