"""Files that are none, or behave like none: all commands that read a list, a report, a call or an event tell of them alike."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tests.cli.running import Run

HOW = ["--role", "R", "--report", "cos://report-1250000000/r", "--yes"]
COMMANDS = [
    ["check", "FILE"],
    ["tag", "FILE", "a=b", *HOW],
    ["split", "FILE", "--rows", "5"],
    ["retry", "FILE"],
    ["plan", "FILE"],
    ["create", "FILE"],
    ["invoke", "FILE", "--local"],
]
all_commands = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])


def arguments(command: Sequence[str], path: str) -> list[str]:
    return [path if argument == "FILE" else argument for argument in command]


@all_commands
def test_reads_no_device(run: Run, command: Sequence[str]) -> None:
    said = run(*arguments(command, "/dev/zero"))
    assert (said.code, said.err) == (2, "cosbatch: /dev/zero is a device; name a file, or - for stdin\n")


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="this system has no file that opens and fails")
@all_commands
def test_names_the_file_that_fails_while_it_is_read(run: Run, command: Sequence[str]) -> None:
    said = run(*arguments(command, "/proc/self/mem"))
    assert (said.code, said.err) == (1, "cosbatch: Input/output error (/proc/self/mem)\n")


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="this system has no file of a size it does not tell")
@pytest.mark.parametrize("command", COMMANDS[:3], ids=lambda command: command[0])
def test_judges_what_is_in_a_file_that_tells_no_size(run: Run, command: Sequence[str]) -> None:
    said = run(*arguments(command, "/proc/self/stat"))
    assert (said.code, "ColumnCount" in said.err, "Empty" in said.err) == (1, True, False)
