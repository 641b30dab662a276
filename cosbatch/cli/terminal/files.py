"""The files that a command reads, and those it writes: a regular file whole or not at all, a device or FIFO as it is."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from cosbatch.cli.terminal.language import N_, _
from cosbatch.model import names, strict_json
from cosbatch.model.errors import InvalidEvent

STDIN = "-"
STDOUT = "-"
_STDIN, _STDOUT, _STDERR = 0, 1, 2
# What people write for cos://.
_SLIP = re.compile(r"cos(?::/*|/{2,})(.+)", re.IGNORECASE | re.DOTALL)
# Bytes or characters: more than the largest event (6 MB) and any profiles file; a device may have no end.
_LONGEST = 8 * 1024 * 1024
# Why the system refuses a file, in common: in English, the words that systems have for it.
_OF_SYSTEM = {
    errno.ENOENT: N_("No such file or directory"),
    errno.EISDIR: N_("Is a directory"),
    errno.ENOTDIR: N_("Not a directory"),
    errno.EACCES: N_("Permission denied"),
    errno.EPERM: N_("Operation not permitted"),
    errno.ENOSPC: N_("No space left on device"),
    errno.EROFS: N_("Read-only file system"),
    errno.ENAMETOOLONG: N_("File name too long"),
    errno.EPIPE: N_("Broken pipe"),
    errno.EIO: N_("Input/output error"),
    errno.ELOOP: N_("Too many levels of symbolic links"),
    errno.EFBIG: N_("File too large"),
    errno.EDQUOT: N_("Disk quota exceeded"),
}


class WrongUsage(Exception):
    """The command cannot begin with what it was given; the text says why and how to fix it."""


def needs(option: str, needed: str) -> WrongUsage:
    """The error to raise where an option comes without the one that it belongs to."""
    message = _("{option} does nothing without {needed}: write both, or neither")
    return WrongUsage(message.format(option=option, needed=needed))


def stdin() -> BinaryIO:
    """Standard input, whose reads wait for what comes: a neighbour at the same pipe may have set O_NONBLOCK for itself, and
    reads would then end early, as if there was no more.
    """
    with contextlib.suppress(OSError):
        os.set_blocking(sys.stdin.fileno(), True)
    return sys.stdin.buffer


def read_bytes(path: str, most: int = -1) -> bytes:
    """The content of the file, or of stdin for `-`; no more than so many bytes of it. Raises WrongUsage."""
    if path == STDIN:
        return stdin().read(most)
    with naming(path), opened(path) as file:
        return file.read(most)


def read_json(path: str) -> object:
    """The value in the file, or in stdin for `-`. Raises WrongUsage where there is no file, InvalidEvent where it is not JSON,
    or longer than 8 MiB."""
    content = read_bytes(path, _LONGEST + 1)
    if len(content) > _LONGEST:
        raise InvalidEvent(f"{path} is longer than 8 MiB: no call or event is. Lists of objects belong into manifests.")
    try:
        return strict_json.read(content)
    except ValueError as error:
        raise InvalidEvent(f"{path} cannot be read: {error}.") from None


def read_text(path: str) -> str:
    """The text of a profiles file. Raises OSError, also where it is longer than 8 MiB, ValueError, and WrongUsage."""
    check_profiles(path)
    with open(path, encoding="utf-8-sig") as file:
        text = file.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return text


def read_object(path: str) -> dict[str, object]:
    """The JSON object in the file. Raises WrongUsage, InvalidEvent."""
    value = read_json(path)
    if not isinstance(value, dict):
        raise InvalidEvent(f"{path} holds no JSON object.")
    return value


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The file or pipe, open for reading. Raises WrongUsage where it cannot be opened, or is a device, which may have no end."""
    if _is_device(path) and not _leads_to(path, _STDIN):
        raise WrongUsage(_("{path} is a device; name a file, or - for stdin").format(path=path))
    try:
        file = open(path, "rb")  # noqa: SIM115  # errors of the `with` block are not errors of opening
    except OSError as error:
        if isinstance(error, FileNotFoundError) and (told := _of_bucket_told(path)):
            raise WrongUsage(told) from None
        raise WrongUsage(_("{path} cannot be read: {reason}").format(path=path, reason=system_reason(error))) from None
    with file:
        yield file


def _of_bucket_told(path: str) -> str:
    """That the name of no file was probably meant for what lies in a bucket; empty where it was not."""
    slip = _SLIP.fullmatch(path)
    try:
        meant = names.parse_resource(f"cos://{slip[1]}" if slip else path)
    except ValueError:
        message = _("{path} is no file, and what lies in a bucket is named so: cos://bucket-appid/key")
        return message.format(path=path) if slip or "://" in path else ""
    return _("{path} is no file; did you mean {place}?").format(path=path, place=meant.uri)


def _is_device(path: str) -> bool:
    mode = _mode_of(path)
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def check_profiles(path: str) -> None:
    """Raises WrongUsage where a FIFO, a device or a socket is in the place of a profiles file: who reads it may never end."""
    mode = _mode_of(path)
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        message = _("the profiles file {path} is no regular file; let COSBATCH_PROFILES name one")
        raise WrongUsage(message.format(path=path))


def _mode_of(path: str) -> int:
    """The mode of what the path leads to; 0 where that cannot be seen: who opens it says why."""
    try:
        return os.stat(path).st_mode
    except (OSError, ValueError):
        return 0


def check_place(path: str) -> None:
    """Raises WrongUsage where a link, a device or the like is in the place of a file of ours."""
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise WrongUsage(_("{path} is no regular file; remove it, or choose another --output").format(path=path))


def output_path(text: str) -> str | None:
    """The type of an option that names a file to write; None for stdout: as `-`, or by a name such as /dev/stdout."""
    if os.path.isdir(text):
        raise argparse.ArgumentTypeError(_("{path} is a folder; name a file in it").format(path=text))
    return None if text == STDOUT or _leads_to(text, _STDOUT) else text


def folder_path(text: str) -> str:
    """The type of an option that names a folder to write files into: stdout is none."""
    if text == STDOUT:
        raise argparse.ArgumentTypeError(_("{path} is no folder").format(path=repr(text)))
    return text


def check_apart(path: str, read: str) -> None:
    """Raises WrongUsage where the file to write is the one that is read: what is in it would be gone."""
    with contextlib.suppress(OSError, ValueError):
        if os.path.isfile(path) and os.path.samefile(path, sys.stdin.fileno() if read == STDIN else read):
            raise WrongUsage(_("{path} is what is read here; write to another file").format(path=path))


def _leads_to(path: str, descriptor: int) -> bool:
    """Whether the path names what is open in this process under that descriptor."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except (OSError, ValueError):
        return False


def replaceable(path: str) -> str | None:
    """Where the path leads, behind links, to a regular file or none yet; None where it is to be written as it is.

    That is a device, a FIFO, or the file that stderr goes to: put something else in its place, and it is gone for others.
    Raises WrongUsage.
    """
    try:
        there = os.stat(path)
    except FileNotFoundError as error:
        # No name would lead to the current folder.
        if not path:
            raise unwritable("''", error) from None
        return os.path.realpath(path)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from None
    return os.path.realpath(path) if stat.S_ISREG(there.st_mode) and not _leads_to(path, _STDERR) else None


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """An OSError of the `with` block names the file at `path`, unless it names one: those of writing name none."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or path
        raise


@contextlib.contextmanager
def writing(path: str) -> Iterator[BinaryIO]:
    """A file to write what belongs at `path`; a regular file is replaced when the `with` block ends without an error.

    Links are followed, and a file that is replaced leaves its mode and owner to the new one. Raises WrongUsage, and
    OSError where the disk is full.
    """
    target = replaceable(path)
    if target is None:
        with naming(path), _opened_as_it_is(path) as file:
            yield file
        return
    try:
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".cosbatch-")
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        with naming(path), os.fdopen(descriptor, "wb") as file:
            yield file
        take_place_of(target, temporary)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def _opened_as_it_is(path: str) -> BinaryIO:
    """The device, the FIFO or the file that stderr goes to, behind what is written there. Raises WrongUsage."""
    try:
        is_regular = stat.S_ISREG(os.stat(path).st_mode)
        return os.fdopen(os.open(path, os.O_WRONLY | (os.O_APPEND if is_regular else 0)), "wb")
    except OSError as error:
        raise unwritable(path, error) from None


def take_place_of(target: str, written: str) -> None:
    """Put the file `written` in the place of `target`, with its mode and owner where there is one."""
    try:
        there = os.stat(target)
    except FileNotFoundError:
        os.chmod(written, 0o666 & ~_umask())
    else:
        # Root may give a file away, others may not; then it is theirs, for the same people to read.
        with contextlib.suppress(PermissionError):
            os.chown(written, there.st_uid, there.st_gid)
        os.chmod(written, stat.S_IMODE(there.st_mode))
    os.replace(written, target)


def make_folder(path: str) -> None:
    """Make the folder where it is not there yet. Raises WrongUsage."""
    try:
        os.makedirs(path, exist_ok=True)
    except FileExistsError:
        raise WrongUsage(_("{path} is a file, and not the folder that is to be written to").format(path=path)) from None
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: str, error: Exception) -> WrongUsage:
    """The error to raise where a file cannot be written."""
    folder = os.path.dirname(os.path.realpath(path))
    if isinstance(error, FileNotFoundError) and path and not os.path.exists(folder):
        message = _("{path} cannot be written: there is no folder {folder}; make it first")
        return WrongUsage(message.format(path=path, folder=folder))
    reason = system_reason(error) if isinstance(error, OSError) else error
    return WrongUsage(_("{path} cannot be written: {reason}").format(path=path, reason=reason))


def system_reason(error: OSError) -> str:
    """Why the system refused a file; in English where it is none of the common reasons."""
    common = _OF_SYSTEM.get(error.errno or 0)
    return _(common) if common else error.strerror or str(error)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
