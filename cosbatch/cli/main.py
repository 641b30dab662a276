"""The command line: JSON on stdout, words for people on stderr, exit code 0 done, 1 failed, 2 wrong usage.

Each module of commands has an `add` that declares them, each with the function that runs it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Sequence

from cosbatch.cli.deploy import cam_policy, doctor, package, schema
from cosbatch.cli.job_commands import create, jobs, wait
from cosbatch.cli.manifests import build, check, retry
from cosbatch.cli.rehearse import demo, invoke, standin
from cosbatch.cli.terminal import output
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.cli.terminal.tables import printable
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import CosbatchError, InternalError

PROGRAM = "python -m cosbatch"

_DESCRIPTION = """\
COS batch jobs, created exactly once.

Credentials come from the environment alone, in the same variables that the function has:
TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY, COSBATCH_UIN, COSBATCH_APPID, COSBATCH_REGION."""
_EPILOG = f"""\
A first look, without an account and without a network:

  {PROGRAM} demo

{PROGRAM} COMMAND --help explains a command by examples."""

# What a shell reports of a program that the signal ended.
_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main(arguments: Sequence[str], clock: Clock | None = None) -> int:
    """The exit code of the command that the arguments name."""
    try:
        code = _code_of(arguments, clock or Clock())
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _discard_stdout()
        return _PIPE_CLOSED
    except OSError as error:
        _discard_stdout()
        output.say(f"{PROGRAM}: {error.strerror}{f' ({error.filename})' if error.filename else ''}")
        return 1
    return code


def _code_of(arguments: Sequence[str], clock: Clock) -> int:
    top = parser()
    if not arguments:
        top.print_help(sys.stderr)
        return 2
    try:
        options = top.parse_args(arguments, argparse.Namespace(clock=clock))
    except SystemExit as ending:
        return int(ending.code or 0)
    return _guarded(options)


def _guarded(options: argparse.Namespace) -> int:
    """The exit code of the command; every failure is told in words, with a traceback only where --verbose asks for it."""
    try:
        code: int = options.run(options)
    except WrongUsage as error:
        output.say(printable(f"{PROGRAM}: {error}"))
        return 2
    except OSError:
        # A pipe that closed, a disk that is full: main() handles these.
        raise
    except CosbatchError as error:
        return _failed(error, options)
    except Exception as error:  # noqa: BLE001  # a bug is told like every other failure
        return _failed(_bug(error, options), options)
    return code


def _failed(error: CosbatchError, options: argparse.Namespace) -> int:
    error.fields["Hint"] = output.hint_of(error.code)
    output.fail(error.as_json(), options)
    return 1


def _bug(error: Exception, options: argparse.Namespace) -> CosbatchError:
    if getattr(options, "verbose", False):
        output.say("".join(traceback.format_exception(type(error), error, error.__traceback__)))
        return InternalError("A bug of this program; the lines above show where it happened.")
    return InternalError(f"A bug of this program ({type(error).__name__}); --verbose shows where it happened.")


def _discard_stdout() -> None:
    """What is still unwritten goes nowhere, so that the interpreter does not fail on it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog=PROGRAM,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    # In the order of the help.
    demo.add(commands)
    create.add(commands)
    jobs.add(commands)
    wait.add(commands)
    invoke.add(commands)
    standin.add(commands)
    check.add(commands)
    build.add(commands)
    retry.add(commands)
    schema.add(commands)
    package.add(commands)
    cam_policy.add(commands)
    doctor.add(commands)
    return top
