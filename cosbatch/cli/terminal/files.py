"""The files that a command reads, and files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from cosbatch.model import strict_json
from cosbatch.model.errors import InvalidEvent

STDIN = "-"


class WrongUsage(Exception):
    """The command cannot begin with what it was given; the text says why and how to fix it."""


def read_bytes(path: str) -> bytes:
    """The content of the file, or of stdin for `-`. Raises WrongUsage."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    with opened(path) as file:
        return file.read()


def read_json(path: str) -> object:
    """The value in the file, or in stdin for `-`. Raises WrongUsage where there is no file, InvalidEvent where it is not JSON."""
    try:
        return strict_json.read(read_bytes(path))
    except ValueError as error:
        raise InvalidEvent(f"{path} cannot be read: {error}.") from None


def read_object(path: str) -> dict[str, object]:
    """The JSON object in the file. Raises WrongUsage, InvalidEvent."""
    value = read_json(path)
    if not isinstance(value, dict):
        raise InvalidEvent(f"{path} holds no JSON object.")
    return value


@contextlib.contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The file, open for reading. Raises WrongUsage where it cannot be opened."""
    try:
        file = open(path, "rb")  # noqa: SIM115  # errors of the `with` block are not errors of opening
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}") from None
    with file:
        yield file


@contextlib.contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A file that replaces `path` in one step when the `with` block ends without an error. Raises WrongUsage."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".cosbatch-")
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def unwritable(path: str, error: OSError) -> WrongUsage:
    """The error to raise where a file cannot be written."""
    return WrongUsage(f"{path} cannot be written: {error.strerror}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
