"""Where two documents of a job differ, by what they mean: the service may write names, numbers and flags in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from cosbatch.model import names
from cosbatch.model.errors import Problem, quoted

# Elements that hold the name of a bucket or an object, which has a short and a long form (common elements, 436/38607).
_NAMES = ("Bucket", "ObjectArn", "TargetResource")
# What a page gives as the meaning of a missing element; false and empty mean the same as missing anyway.
_DEFAULTS = frozenset({("MetadataDirective", "Copy"), ("StorageClass", "STANDARD")})


def differences(ours: Mapping[str, object], theirs: Mapping[str, object], whose: str) -> list[Problem]:
    """One problem for each element that differs, in the order of their JSON pointers; `whose` names the other document.

    An element that is missing means the same as one that is empty, false, or as the page's default.
    """
    here, there = dict(_leaves(ours)), dict(_leaves(theirs))
    return [
        Problem(pointer, f"is {_shown(here.get(pointer))} here, {_shown(there.get(pointer))} in {whose}")
        for pointer in sorted(here.keys() | there.keys())
        if here.get(pointer) != there.get(pointer)
    ]


def contradictions(ours: Mapping[str, object], theirs: Mapping[str, object], whose: str) -> list[Problem]:
    """The differences in elements that both have: a description of a job may leave some of them out (436/38609)."""
    both = dict(_leaves(ours)).keys() & dict(_leaves(theirs)).keys()
    return [problem for problem in differences(ours, theirs, whose) if problem.pointer in both]


def _shown(text: str | None) -> str:
    return "missing" if text is None else repr(quoted(text))


def _leaves(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every text, number and flag of a document in one way of writing it, by its JSON pointer."""
    if isinstance(value, Mapping):
        if pointer and not value:
            # COSDeleteObject says all by its presence.
            yield pointer, "present"
        for name, below in value.items():
            yield from _leaves(below, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _leaves(below, f"{pointer}/{index}")
    elif value is not None:
        name = pointer.rpartition("/")[2]
        text = _plain(str(value).strip(), name)
        if text not in ("", "false") and (name, text) not in _DEFAULTS:
            yield pointer, text


def _plain(text: str, name: str) -> str:
    if name == "ETag":
        return text.strip('"')
    if name in _NAMES:
        with suppress(ValueError):  # of others, who may write anything there
            resource = names.parse_resource(text)
            return resource.arn(resource.region or "")
    return text.lower() if text.lower() in ("true", "false") else text
