"""What somebody makes of the body of a job whose Description, with our marker in it, they copy into a job of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

Change = Callable[[bytes], bytes]
_OPERATION = re.compile(rb"<Operation>.*</Operation>", re.DOTALL)
_KEY = re.compile(rb"(<ObjectArn>[^<]*/)[^</]*")
_DELETE = b"<Operation><COSDeleteObject></COSDeleteObject></Operation>"
_RESTORE = b"<Operation><COSInitiateRestoreObject><ExpirationInDays>1</ExpirationInDays></COSInitiateRestoreObject></Operation>"


def _deletes(body: bytes) -> bytes:
    """The same list, for a job that deletes all of it; or restores it, where that job deletes."""
    return _OPERATION.sub(_RESTORE if b"<COSDeleteObject" in body else _DELETE, body)


def _of_another_list(body: bytes) -> bytes:
    return _KEY.sub(rb"\g<1>another.csv", body)


def _same(body: bytes) -> bytes:
    """As the console clones a job."""
    return body


COPIES: tuple[Change, ...] = (_deletes, _of_another_list, _same)
