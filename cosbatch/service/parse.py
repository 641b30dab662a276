"""Reads the service's XML, which may be anything: plain values out, DTDs and entities refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from defusedxml.ElementTree import fromstring

from cosbatch.service.render import MEMBERS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NUMBERS = frozenset(
    {
        "ExpirationInDays",
        "ModifiedSinceConstraint",
        "NumberOfTasksFailed",
        "NumberOfTasksSucceeded",
        "Priority",
        "TotalNumberOfTasks",
        "UnModifiedSinceConstraint",
    }
)
# What is longer is no count of anything: it stays text.
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_FLAGS = frozenset({"ConfirmationRequired", "Enabled", "PrefixReplace"})
_BOOLEANS = {"true": True, "false": False}
# An element that says all by its presence: an empty object, as in the document that asked for it.
_EMPTY = "COSDeleteObject"
_WHITE_SPACE = " \t\r\n"
# The pages nest eight deep.
_DEEPEST = 32


def parse(body: bytes, root: str) -> dict[str, object]:
    """The children of the element `root`, as plain values: objects, lists, numbers, booleans, and text without the
    white space around it.

    An element that no page knows comes through as text or as an object. A wrapper around the root, as one
    published client has it, is looked through. Raises ValueError where the body is not XML with that root.
    """
    element = _parsed(body)
    if _name(element) != root:
        inner = [child for child in element if _name(child) == root]
        if len(element) != 1 or not inner:
            raise ValueError(f"the root element is {_name(element)[:64]!r}, not {root}")
        element = inner[0]
    value = _plain(element, _DEEPEST)
    return value if isinstance(value, dict) else {}


def _parsed(body: bytes) -> Element:
    try:
        # An encoding that Python does not know is a LookupError; what defusedxml forbids is a ValueError.
        return fromstring(body, forbid_dtd=True)
    except (SyntaxError, ValueError, LookupError) as error:
        raise ValueError(f"not the service's XML: {type(error).__name__}") from None


def _name(element: Element) -> str:
    """The name without its namespace, which no page gives and some gateway may add."""
    return element.tag.rpartition("}")[2]


def _plain(element: Element, deepest: int) -> object:
    """`deepest` is how many more floors there may be below."""
    if deepest < 0:
        raise ValueError(f"not the service's XML: nested more than {_DEEPEST} deep")
    name = _name(element)
    if name in MEMBERS:
        return [_plain(child, deepest - 1) for child in element if _name(child) == MEMBERS[name]]
    if len(element):
        return _object(element, deepest - 1)
    return _scalar(name, (element.text or "").strip(_WHITE_SPACE))


def _object(children: Iterable[Element], deepest: int) -> dict[str, object]:
    """Children by name; a name that stands more than once holds a list."""
    value: dict[str, object] = {}
    repeated: dict[str, list[object]] = {}
    for child in children:
        name, below = _name(child), _plain(child, deepest)
        if name in value:
            repeated.setdefault(name, [value[name]]).append(below)
        else:
            value[name] = below
    return {**value, **repeated}


def _scalar(name: str, text: str) -> object:
    if name == _EMPTY and not text:
        return {}
    if name in _NUMBERS and _NUMBER.fullmatch(text):
        return int(text)
    if name in _FLAGS:
        return _BOOLEANS.get(text, text)
    return text
