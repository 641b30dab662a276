"""Values as lines for a person: tables, and one line for each leaf of a value. Words are not broken where a line is full."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest

_GAP = "  "
# Columns that text of several words gets at least: narrower, it is hard to read.
_READABLE = 16
# Columns that are kept for the leaves of a record: longer names stand in front of their own alone.
_FOR_LEAVES = 38
_INSET = " " * 4
# What a line is put together from, with the blanks before it: a word, or one Chinese character; a mark that closes something
# stands behind it on the same line, and one that opens something before it.
_PIECE = re.compile(r" *[（《“]*(?:[\u2e80-\uffef]|[^ \u2e80-\uffef]+)[，。；：、？！）》”]*")


def table(
    header: Sequence[str], rows: Sequence[Sequence[object]], indent: int = 0, sentences: bool = False
) -> list[str]:
    """The header and the rows in columns that the terminal has room for; numbers are at the right.

    `indent` is how many columns of the terminal stand before the table. Long texts go on below, in their own column; where
    that is not enough, what does not fit stands below its row, by its name; of `sentences`, each on lines of its own.
    """
    cells = [[name, *(_cell(row[at]) for row in rows)] for at, name in enumerate(header)]
    are_numbers = [bool(rows) and all(isinstance(row[at], int) for row in rows) for at in range(len(header))]
    room = _room(indent)
    widths = _fitting(
        [max(map(width, column)) for column in cells], [max(map(_longest, column)) for column in cells], room
    )
    if widths:
        lines = [list(line) for line in zip(*cells, strict=True)]
        return [text for line in lines for text in _laid_out(line, widths, are_numbers)]
    return _folded(cells, are_numbers, room, sentences)


def _room(indent: int) -> int:
    return shutil.get_terminal_size().columns - indent


def _fitting(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """The widths of columns that want so much and need so much; None where they do not fit."""
    floor = [max(need, min(want, _READABLE)) for need, want in zip(least, wanted, strict=True)]
    spare = room - sum(floor) - len(_GAP) * (len(floor) - 1)
    if spare < 0:
        return None
    widths = floor
    # Who wants little gets all of it, and leaves more to the others.
    by_need = sorted(range(len(floor)), key=lambda at: wanted[at] - floor[at])
    for served, at in enumerate(by_need):
        given = min(wanted[at] - floor[at], spare // (len(floor) - served))
        widths[at] += given
        spare -= given
    return widths


def _laid_out(cells: Sequence[str], widths: Sequence[int], to_the_right: Sequence[bool]) -> Iterator[str]:
    """The lines of one row."""
    columns = [wrapped(cell, room) for cell, room in zip(cells, widths, strict=True)]
    for parts in zip_longest(*columns, fillvalue=""):
        padded = [
            blanks + part if right else part + blanks
            for part, room, right in zip(parts, widths, to_the_right, strict=True)
            for blanks in [" " * (room - width(part))]
        ]
        yield _GAP.join(padded).rstrip()


def _folded(cells: Sequence[Sequence[str]], to_the_right: Sequence[bool], room: int, sentences: bool) -> list[str]:
    """As many columns as fit, and below each row the others by their names."""
    widths = [min(room, max(map(width, column))) for column in cells]
    fit = 1
    while sum(widths[: fit + 1]) + len(_GAP) * fit <= room:
        fit += 1
    lines: list[str] = []
    for number, row in enumerate(zip(*cells, strict=True)):
        lines += _laid_out(row[:fit], widths[:fit], to_the_right[:fit])
        rest = [f"{column[0]}: {cell}" for column, cell in zip(cells[fit:], row[fit:], strict=True) if cell]
        if number and rest:
            below = [[fact] for fact in rest] if sentences else [rest]
            lines += [_INSET + line for facts in below for line in _in_turn(facts, room - len(_INSET))]
    return lines


def _in_turn(facts: Sequence[str], room: int) -> Iterator[str]:
    """The facts behind each other; one that does not fit on a line begins a new one."""
    line, *others = facts
    for fact in others:
        together = f"{line}, {fact}"
        if width(together) > room:
            yield from wrapped(line, room)
            line = fact
        else:
            line = together
    yield from wrapped(line, room)


def record(value: object, indent: int = 0, label: Callable[[str], str] = str) -> list[str]:
    """One line for each leaf of the value: the path to it, and the leaf, which goes on below where it is long.

    `label` puts a name on the path into a person's words.
    What is empty is left out, but for a container without elements: COSDeleteObject is one.
    """
    leaves = [(name, _cell(leaf)) for name, leaf in _leaves(value, label) if leaf not in (None, "", [])]
    columns = _room(indent)
    usual = max((width(name) for name, _ in leaves if width(name) <= columns - _FOR_LEAVES), default=0)
    return [line for name, leaf in leaves for line in _named(name, leaf, usual, columns)]


def _named(name: str, leaf: str, usual: int, columns: int) -> Iterator[str]:
    """The leaf behind its name, which takes so many columns as usual; below it where there is no room for its words."""
    before = name + " " * (usual - width(name)) + _GAP
    room = columns - width(before)
    if name and room < max(_longest(leaf), min(width(leaf), _READABLE)):
        yield name
        yield from (_INSET + line for line in wrapped(leaf, columns - len(_INSET)))
        return
    first, *more = wrapped(leaf, room)
    yield f"{before if name else ''}{first}".rstrip()
    yield from (" " * width(before) + line for line in more)


def fitted(text: str, behind: int = 0) -> str:
    """The text in lines that the terminal has room for; what goes on below stands as far to the right as its line begins.

    `behind` is how many columns of each line are kept free.
    """
    return "\n".join(part for line in text.split("\n") for part in _fitted(line, behind))


def _fitted(line: str, behind: int) -> Iterator[str]:
    inset = " " * (len(line) - len(line.lstrip(" ")))
    yield from (f"{inset}{part}" for part in wrapped(line[len(inset) :], _room(len(inset) + behind)))


def indented(xml: str) -> Iterator[str]:
    """The lines of a document that was rendered without any, each container's children further in."""
    depth = 0
    for line in xml.replace("><", ">\n<").splitlines():
        closes = line.startswith("</")
        depth -= closes
        yield "  " * depth + line
        depth += not closes and "</" not in line


def wrapped(text: str, room: int) -> list[str]:
    """The text in lines of at most so many columns, but for words that are longer: they are not broken."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and width(lines[-1]) + width(piece) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip(" ")
    return lines


def clipped(text: str, room: int) -> str:
    """As much of the beginning of the text as takes at most so many columns."""
    while width(text) > room:
        text = text[:-1]
    return text


def _longest(text: str) -> int:
    """The width of the longest word."""
    return max((width(piece.lstrip(" ")) for piece in _PIECE.findall(text)), default=0)


def _leaves(value: object, label: Callable[[str], str], path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            told = label(str(name))
            yield from _leaves(below, label, f"{path}.{told}" if path else told)
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from _leaves(below, label, f"{path}[{index}]")
    else:
        yield printable(path), value


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
    if text.isascii():  # most is, and is not asked for each character: 0.1 µs a line where it would be 8
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
