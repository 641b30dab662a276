"""The page docs/errors.md, made of the Codes and their hints: python -m tests.errors_page > docs/errors.md"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cosbatch.cli.main import parser
from cosbatch.model.errors import CosbatchError, UnexpectedResponse
from cosbatch.model.hints import OTHER, hints

_OPENING = """\
# Errors

After this page you know for each `Code` what is behind it, what to do about it, and whether a later try can help.

This page is made from the code: `python -m tests.errors_page > docs/errors.md`. The same words, also in Chinese \
(`COSBATCH_LANG=zh`), are the `Hint` of every failure; the command line says behind them how to go on, where that is known.

A failure is an object: `Code`, `Message`, `Status` (HTTP), `Retryable`, `Hint`, and where they apply `RequestId` and `TraceId` \
of COS, `ClientRequestToken`, and `Errors`, a list of all faults, each with a JSON pointer to where it is in the document. \
What the platform and the log make of a failure is told in [operating](operating.md)."""

_OWN = """\
## Codes of this project

*Tried again* says whether a later try with the same token can succeed; for an upload the platform makes that try by itself. \
A call that is tried again makes no second job. Two answers that a call gets as final are tried again for an upload, because the \
platform's queue costs nothing: a manifest that is not there (404) or was changed meanwhile (412), and any `UnexpectedResponse`."""

_SERVICE = """\
## Codes of the service

From the error page of the Batch API ([436/38610](https://cloud.tencent.com/document/product/436/38610)) and of COS \
([436/7730](https://cloud.tencent.com/document/product/436/7730)); some also occur in a job's report, for single objects. \
Tried again are `SlowDown`, `RequestTimeout`, `RequestTimeTooSkewed` after the clock was corrected, and every answer with HTTP \
status 5xx; a 5xx is passed on as 502. A Code that is not listed here is passed on as it came."""


def page() -> str:
    """The whole page, in Markdown."""
    # The command line has errors of its own, which this makes known.
    parser()
    own = {kind.code: kind for kind in _below(CosbatchError)}
    english = {code: _escaped(texts["en"]) for code, texts in sorted(hints().items()) if code != OTHER}
    ours = [(f"`{code}`", *_advice(own[code]), text) for code, text in english.items() if code in own]
    # "NoSuchJob of UpdateJobPriority": two names, each in its own type.
    theirs = [(f"`{code.replace(' of ', '` of `')}`", text) for code, text in english.items() if code not in own]
    last = "what is behind it, and how to fix it"
    own_table = _table(("Code", "Status", "tried again", last), ours)
    return "\n\n".join([_OPENING, _OWN, own_table, _SERVICE, _table(("Code of the service", last), theirs)]) + "\n"


def _below(kind: type[CosbatchError]) -> Iterator[type[CosbatchError]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _below(sub)


def _advice(kind: type[CosbatchError]) -> tuple[str, str]:
    if kind is UnexpectedResponse:
        return str(kind.status), "where COS may have acted"
    return str(kind.status), "yes" if kind.retryable else "no"


def _escaped(text: str) -> str:
    """The text, whose angle brackets Markdown would take for HTML."""
    return text.replace("<", "\\<")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(_lines([head, ("---",) * len(head), *rows]))


def _lines(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    print(page(), end="")
