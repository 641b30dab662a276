"""A form of a browser, multipart/form-data: its fields, and its file piece by piece, never as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.reading import PIECE

FIELDS_LIMIT = 64 * 1024
BOUNDARY = re.compile(r'multipart/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
NAME = re.compile(r'content-disposition:[^\r\n]*?[;\s]name="([^"]*)"', re.IGNORECASE)
FILENAME = re.compile(r'content-disposition:[^\r\n]*?[;\s]filename="([^"]*)"', re.IGNORECASE)


class Form(NamedTuple):
    """The fields in front of the file, by their names in small letters, the file's name, and its bytes."""

    fields: dict[str, str]
    filename: str
    file: Iterator[bytes]


def read_form(chunks: Iterator[bytes], content_type: str) -> Form:
    """The form whose bytes come in chunks. Raises ServiceError MalformedPOSTRequest where it is none, or has no file."""
    found = BOUNDARY.search(content_type)
    if found is None:
        raise _malformed("The Content-Type is not multipart/form-data with a boundary")
    mark = b"\r\n--" + (found[1] or found[2]).encode()
    reader = Reader(chunks)
    reader.until(mark)
    fields: dict[str, str] = {}
    while not reader.begins_with(b"--"):
        head = reader.until(b"\r\n\r\n").decode(errors="replace")
        name = NAME.search(head)
        if name is None:
            raise _malformed("A part of the form has no name")
        if name[1].lower() == "file":
            filename = FILENAME.search(head)
            return Form(fields, filename[1] if filename else "", reader.stream(mark))
        fields[name[1].lower()] = reader.until(mark).decode(errors="replace")
    raise _malformed("The form has no file")


class Reader:
    """Bytes that are looked through for marks; a line end is thought before the first, so that every mark has one."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = b"\r\n"
        self._taken = 0

    def _more(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise _malformed("The form ends too early")
        self._buffer += chunk

    def begins_with(self, text: bytes) -> bool:
        """Whether the next bytes are these."""
        while len(self._buffer) < len(text):
            self._more()
        return self._buffer.startswith(text)

    def until(self, mark: bytes) -> bytes:
        """What stands before a mark, which is skipped."""
        while mark not in self._buffer:
            if self._taken + len(self._buffer) > FIELDS_LIMIT + PIECE:
                raise _malformed("The fields before the file are too long")
            self._more()
        found, _, self._buffer = self._buffer.partition(mark)
        self._taken += len(found)
        if self._taken > FIELDS_LIMIT:
            raise _malformed("The fields before the file are too long")
        return found

    def stream(self, mark: bytes) -> Iterator[bytes]:
        """What stands before a mark, in pieces; what comes behind it is read away."""
        while mark not in self._buffer:
            sure = len(self._buffer) - len(mark)
            if sure > 0:
                yield self._buffer[:sure]
                self._buffer = self._buffer[sure:]
            self._more()
        yield self._buffer.partition(mark)[0]
        for _ in self._chunks:
            pass


def _malformed(message: str) -> ServiceError:
    return ServiceError("MalformedPOSTRequest", message)
