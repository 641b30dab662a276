"""Values as lines for a person: tables, and one line for each leaf of a value."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_GAP = "  "


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The header and the rows, in columns as wide as they need; numbers are at the right."""
    columns = [_column(name, [row[at] for row in rows]) for at, name in enumerate(header)]
    return [_GAP.join(cells).rstrip() for cells in zip(*columns, strict=True)]


def _column(name: str, values: Sequence[object]) -> list[str]:
    """The name and the values, all of one width."""
    cells = [name, *(_cell(value) for value in values)]
    widest = max(width(cell) for cell in cells)
    to_the_right = bool(values) and all(isinstance(value, int) for value in values)
    blanks = [" " * (widest - width(cell)) for cell in cells]
    return [gap + cell if to_the_right else cell + gap for cell, gap in zip(cells, blanks, strict=True)]


def record(value: object) -> list[str]:
    """One line for each leaf of the value: the path to it, and the leaf."""
    leaves = list(_leaves(value))
    widest = max((width(name) for name, _ in leaves), default=0)
    return [f"{name}{' ' * (widest - width(name))}{_GAP}{leaf}".strip() for name, leaf in leaves]


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            yield from _leaves(below, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from _leaves(below, f"{path}[{index}]")
    else:
        yield printable(path), _cell(value)


def _cell(value: object) -> str:
    """The value as JSON writes it, without quotes around text; figures in groups of three."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    return printable("" if value is None or value in ({}, []) else str(value))


def printable(text: str) -> str:
    """The text on one line; characters that could control a terminal become escapes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def width(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese characters take two, combining accents none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
