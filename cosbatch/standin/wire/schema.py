"""A small language for the rules of a document: what an element may hold, and which plain value it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TypeAlias, cast
from xml.etree.ElementTree import Element

from cosbatch.standin.wire.documents import ISO, local_name

Value: TypeAlias = "str | int | bool | Document | list[Value]"
Document: TypeAlias = "dict[str, Value]"
BLANKS = " \t\r\n"


class Violation(Exception):
    """A rule that a document breaks; `path` names the element from the root's children downwards."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        self.path = path
        super().__init__(f"{'/'.join(path)} {message}")


Reader = Callable[[Element, tuple[str, ...]], Value]


@dataclass(frozen=True)
class Field:
    """One child of a container.

    `repeats`: a page prints it twice, so that a copy of it is no fault. `may_be_empty`: encoding/xml of the Go SDK
    writes it so where it is not set, and it counts as not given.
    """

    read: Reader
    required: bool = False
    repeats: bool = False
    may_be_empty: bool = False


def text(low: int, high: int, verbatim: bool = False, fits: re.Pattern[str] | None = None, form: str = "") -> Reader:
    """Text of `low` to `high` bytes; blanks around it are dropped unless it is `verbatim`. `form` says what `fits` finds."""

    def read(element: Element, path: tuple[str, ...]) -> Value:
        value = _text_of(element, path)
        value = value if verbatim else value.strip(BLANKS)
        if not low <= len(value.encode()) <= high:
            raise Violation(path, f"has to be {low} to {high} bytes long")
        if fits is not None and not fits.fullmatch(value):
            raise Violation(path, form)
        return value

    return read


def integer(text: str, low: int, high: int) -> int | None:
    """The decimal integer that a text is; None where it is none, or not from `low` to `high`."""
    if not re.fullmatch("[0-9]{1,19}", text, re.ASCII):
        return None
    return int(text) if low <= int(text) <= high else None


def number(low: int, high: int) -> Reader:
    """A decimal integer from `low` to `high`."""

    def read(element: Element, path: tuple[str, ...]) -> Value:
        value = integer(_text_of(element, path).strip(BLANKS), low, high)
        if value is None:
            raise Violation(path, f"must be an integer between {low} and {high}")
        return value

    return read


def choice(*values: str) -> Reader:
    """One of a few words, in exactly this spelling."""

    def read(element: Element, path: tuple[str, ...]) -> Value:
        value = _text_of(element, path).strip(BLANKS)
        if value not in values:
            raise Violation(path, f"has to be one of {', '.join(values)}")
        return value

    return read


def boolean() -> Reader:
    """The words true and false."""
    word = choice("true", "false")
    return lambda element, path: word(element, path) == "true"


def matching(fits: Callable[[str], object], description: str) -> Reader:
    """Text of 1 to 1024 bytes that `fits` finds true."""
    plain = text(1, 1024)

    def read(element: Element, path: tuple[str, ...]) -> Value:
        value = plain(element, path)
        if not fits(str(value)):
            raise Violation(path, f"has to be {description}")
        return value

    return read


def moment() -> Reader:
    """A timestamp, as Unix seconds (the SDKs' form) or in ISO 8601 (the form of the service's answers)."""

    def read(element: Element, path: tuple[str, ...]) -> Value:
        value = _text_of(element, path).strip(BLANKS)
        if re.fullmatch(r"[0-9]{1,12}", value, re.ASCII):
            return int(value)
        try:
            return int(datetime.strptime(value, ISO).replace(tzinfo=timezone.utc).timestamp())
        except ValueError:
            raise Violation(path, "has to be Unix seconds, or YYYY-MM-DDThh:mm:ssZ") from None

    return read


def container(fields: Mapping[str, Field], exactly_one: bool = False) -> Callable[[Element, tuple[str, ...]], Document]:
    """An element with these children in any order; `exactly_one` of them where it is a choice."""

    def read(element: Element, path: tuple[str, ...]) -> Document:
        _check_no_text(element, path)
        found = _children(element, path, fields)
        missing = [name for name, field in fields.items() if field.required and name not in found]
        if missing:
            raise Violation((*path, missing[0]), "is required")
        if exactly_one and len(found) != 1:
            raise Violation(path, f"has to hold exactly one of {', '.join(fields)}")
        return {name: found[name] for name in fields if name in found}

    return read


def part(document: Document, name: str) -> Document:
    """A container in a document that was read."""
    return cast(Document, document[name])


def _children(element: Element, path: tuple[str, ...], fields: Mapping[str, Field]) -> Document:
    found: Document = {}
    for child in element:
        name = local_name(child)
        if name not in fields:
            raise Violation((*path, name), "is not an element of this document")
        if fields[name].may_be_empty and not len(child) and not (child.text or "").strip(BLANKS):
            continue
        value = fields[name].read(child, (*path, name))
        if name in found and not (fields[name].repeats and found[name] == value):
            raise Violation((*path, name), "is given twice")
        found[name] = value
    return found


def items(name: str, read_item: Reader, low: int = 0, high: int = 1000) -> Reader:
    """A list of `low` to `high` elements that are all called `name`."""

    def read(element: Element, path: tuple[str, ...]) -> Value:
        _check_no_text(element, path)
        for child in element:
            if local_name(child) != name:
                raise Violation((*path, local_name(child)), f"is not {name}")
        if not low <= len(element) <= high:
            raise Violation(path, f"has to hold {low} to {high} elements {name}")
        return [read_item(child, (*path, name)) for child in element]

    return read


def _text_of(element: Element, path: tuple[str, ...]) -> str:
    if len(element):
        raise Violation(path, "holds elements where text belongs")
    return element.text or ""


def _check_no_text(element: Element, path: tuple[str, ...]) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any((text or "").strip(BLANKS) for text in texts):
        raise Violation(path, "holds text where elements belong")
