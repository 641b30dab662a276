"""The command line: JSON on stdout, words for people on stderr, exit code 0 done, 1 failed, 2 wrong usage.

Each module holds one group of commands; its `add` declares them, each with the function that runs it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

GROUPS: tuple[str, ...] = ()


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code."""
    parsed = parser().parse_args(arguments)
    code: int = parsed.run(parsed)
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of all commands. A group's module is imported for its declarations only; what is heavy it imports late."""
    from importlib import import_module

    top = argparse.ArgumentParser(prog="python -m cosbatch", description="COS batch jobs, created exactly once.")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for group in GROUPS:
        import_module(f"cosbatch.cli.{group}").add(commands)
    return top
