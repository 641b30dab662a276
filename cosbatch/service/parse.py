"""Reads the service's XML, which may be anything: plain values out, DTDs and entities refused."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, TreeBuilder  # build only; what parses is defusedxml's

from defusedxml.ElementTree import XMLParser

from cosbatch.service.render import MEMBERS

_NUMBERS = {
    "ExpirationInDays",
    "ModifiedSinceConstraint",
    "NumberOfTasksFailed",
    "NumberOfTasksSucceeded",
    "Priority",
    "TotalNumberOfTasks",
    "UnModifiedSinceConstraint",
}
# What is longer is no count of anything: it stays text.
_NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
_FLAGS = {"ConfirmationRequired", "Enabled", "PrefixReplace"}
# An element that says all by its presence: an empty object, as in the document that asked for it.
_EMPTY = "COSDeleteObject"
_WHITE_SPACE = " \t\r\n"
# The pages nest eight deep; a listing of 1,000 jobs has some 15,000 elements, each of four parts at the most: its two tags,
# the text in it and the white space behind it.
_DEEPEST = 32
_MOST_PARTS = 150_000
_PIECE = 64 * 1024  # bytes, more than the tag of any element has


def parse(body: bytes, root: str) -> dict[str, object]:
    """The children of the element `root`, as plain values: objects, lists, numbers, booleans, and text without the
    white space around it.

    An element that no page knows comes through as text or as an object. A wrapper around the root, as one
    published client has it, is looked through. Raises ValueError where the body is not XML with that root.
    """
    element = _parsed(body)
    if _name(element) != root:
        if len(element) != 1 or _name(element[0]) != root:
            raise ValueError(f"the root element is {_name(element)[:64]!r}, not {root}")
        element = element[0]
    return _object(element)


def _parsed(body: bytes) -> Element:
    tree = _BoundedTree()
    parser = XMLParser(target=tree, forbid_dtd=True)
    try:
        for start in range(0, len(body), _PIECE):
            before = tree.parts
            parser.feed(body[start : start + _PIECE])
            if tree.parts == before and start + _PIECE <= len(body):
                raise _OutOfBounds(f"a tag of more than {_PIECE} bytes")
        element: Element = parser.close()
    except _OutOfBounds as error:
        raise ValueError(f"not the service's XML: {error}") from None
    except (SyntaxError, ValueError, LookupError) as error:
        # An encoding that Python does not know is a LookupError; what defusedxml forbids is a ValueError.
        raise ValueError(f"not the service's XML: {type(error).__name__}") from None
    return element


class _OutOfBounds(ValueError):
    """No answer of the service is like that."""


class _BoundedTree(TreeBuilder):
    """A tree of at most so many parts, and so deep: megabytes of tiny ones would take seconds and all memory."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = 0  # tags, attributes and texts
        self._depth = -1  # of the root: 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._count(1 + len(attrs))
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _OutOfBounds(f"nested more than {_DEEPEST} deep")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._count(1)
        self._depth -= 1
        return super().end(tag)

    def data(self, data: str, /) -> None:
        self._count(1)
        super().data(data)

    def _count(self, parts: int) -> None:
        self.parts += parts
        if self.parts > _MOST_PARTS:
            raise _OutOfBounds(f"more than {_MOST_PARTS} tags, attributes and texts")


def _name(element: Element) -> str:
    """The name without its namespace, which no page gives and some gateway may add."""
    return element.tag.rpartition("}")[2]


def _plain(element: Element) -> object:
    name = _name(element)
    if name in MEMBERS:
        return [_plain(child) for child in element if _name(child) == MEMBERS[name]]
    if len(element):
        return _object(element)
    text = (element.text or "").strip(_WHITE_SPACE)
    if name == _EMPTY and not text:
        return {}
    if name in _NUMBERS and _NUMBER.fullmatch(text):
        return int(text)
    if name in _FLAGS:
        return {"true": True, "false": False}.get(text, text)
    return text


def _object(element: Element) -> dict[str, object]:
    """Its children by name; a name that stands more than once holds a list."""
    found: dict[str, list[object]] = {}
    for child in element:
        found.setdefault(_name(child), []).append(_plain(child))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
