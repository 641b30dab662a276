"""Reading the project's own pages in Markdown: their tables, their blocks, their links."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def page(name: str) -> str:
    """The text of a page, by its path in the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def table(text: str, head: str) -> list[list[str]]:
    """The rows of the table whose first column is called so: their cells."""
    lines = text.split(f"| {head} |", 1)[1].splitlines()[2:]
    rows = itertools.takewhile(lambda line: line.lstrip().startswith("|"), lines)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def names(text: str, head: str) -> list[str]:
    """All that stands in code marks in the first column of that table."""
    return [name for row in table(text, head) for name in re.findall(r"`([^`]+)`", row[0])]


def blocks(text: str, language: str) -> list[str]:
    """The contents of the code blocks of that language."""
    return [found[2] for found in re.finditer(rf"^( *)```{language}\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL)]


def anchors(text: str) -> set[str]:
    """What can follow a # in a link to the page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(text: str) -> list[str]:
    """Where the page's links lead, but for those to the web."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not target.startswith("http")]
