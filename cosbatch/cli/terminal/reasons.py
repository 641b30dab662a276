"""Why the system refused a file, or a text is no resource, in the language that is spoken: what says so speaks English."""

from __future__ import annotations

import errno

from cosbatch.cli.terminal.language import N_, _

# The common ones; in English, the words that systems have for them.
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
}
# Those of model/names.py that quote nothing.
OF_RESOURCES = (
    N_("not a resource name"),
    N_("not a resource name: behind its bucket's name stands no APPID"),
    N_("the URL has a % that is no escape (the character itself is %25)"),
    N_("the escapes of the URL are not UTF-8"),
)


def system_reason(error: OSError) -> str:
    """Why the system refused it; in English where it is none of the common reasons."""
    common = _OF_SYSTEM.get(error.errno or 0)
    return _(common) if common else error.strerror or str(error)


def resource_reason(error: ValueError) -> str:
    """Why a text is no resource; in English where it quotes the text."""
    return _(str(error))
