"""The command line: JSON on stdout, words for people on stderr, and an exit code of `terminal/exit_codes.py`.

Each module of commands has an `add` that declares them, each with the function that runs it.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from cosbatch.cli.deploy import cam_policy, doctor, init, package, schema
from cosbatch.cli.job_commands import create, jobs, operations, retry, wait
from cosbatch.cli.manifests import build, check, split
from cosbatch.cli.rehearse import demo, invoke, standin
from cosbatch.cli.terminal import exit_codes, output, streams
from cosbatch.cli.terminal.arguments import Parser, add_common, command_first, emptied
from cosbatch.cli.terminal.files import WrongUsage, system_reason
from cosbatch.cli.terminal.language import N_, _, speak, spoken
from cosbatch.cli.terminal.tables import printable
from cosbatch.model.deadline import Clock
from cosbatch.model.errors import CosbatchError, InternalError

PROGRAM = "cosbatch"
_COMMAND = "COMMAND"

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_DESCRIPTION = N_("""\
COS batch jobs, created exactly once.

Credentials come from the environment alone, in the same variables that the function has: TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY, COSBATCH_UIN, COSBATCH_APPID, COSBATCH_REGION.""")
_EPILOG = N_("""\
A first look, without an account and without a network:

  {program} demo

{program} COMMAND --help explains a command by examples. Options that all commands have may stand before it.

exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the job ended with failed tasks or was cancelled, 4 time was over, 5 the service could not be reached, 130 interrupted""")

# What people want, and the commands for it, in the order of the help.
GROUPS = (
    (N_("Try it, without an account"), ("demo", "invoke", "standin")),
    (N_("Have it done in one line"), ("restore", "copy", "tag", "delete-objects")),
    (N_("Make lists"), ("build", "check", "split", "retry")),
    (N_("Make a job"), ("plan", "create")),
    (N_("Follow and change jobs"), ("wait", "jobs", "describe", "confirm", "priority", "cancel", "delete")),
    (N_("Deploy the function"), ("init", "policy", "doctor", "package", "schema")),
)


def main(arguments: Sequence[str], clock: Clock | None = None) -> int:
    """The exit code of the command that the arguments name."""
    streams.open_missing()
    speak()
    try:
        code = _code_of(command_first(arguments), clock or Clock())
        streams.flush(sys.stdout)
    except KeyboardInterrupt:
        code = exit_codes.INTERRUPTED
    except OSError as error:
        streams.discard(sys.stdout)
        output.say(printable(f"{PROGRAM}: {_refused(error)}"))
        code = exit_codes.FAILED
    return code


def _refused(error: OSError) -> str:
    """What the system refused, and of which file where that is known; where it has no room or no folder, what to do."""
    if error.errno == errno.ENOENT and not error.filename:
        # os.getcwd() says so: all others name a file.
        return _("the current folder is gone; change into one that is there")
    if error.filename and error.errno in _NO_ROOM:
        told = _("{path} cannot be written: {reason}; make room there, or write to another place")
        return told.format(path=error.filename, reason=system_reason(error))
    return f"{system_reason(error)}{f' ({error.filename})' if error.filename else ''}"


def _code_of(arguments: Sequence[str], clock: Clock) -> int:
    top = parser()
    if not arguments:
        top.print_help(sys.stderr)
        return exit_codes.WRONG_USAGE
    try:
        known = argparse.Namespace(clock=clock, arguments=arguments, parser=top)
        options, unknown = top.parse_known_args(arguments, known)
        if unknown:
            options.parser.error(_("unrecognized arguments: %s") % " ".join(unknown))
        if option := emptied(arguments):
            options.parser.error(_("argument {option}: -- is no value").format(option=option))
        if "run" not in options:
            top.error(_("the following arguments are required: %s") % _COMMAND)
    except SystemExit as ending:
        return int(ending.code or 0)
    return _guarded(options)


def _guarded(options: argparse.Namespace) -> int:
    """The exit code of the command; every failure is told in words, with a traceback only where --verbose asks for it."""
    try:
        with contextlib.ExitStack() as ending:
            if options.quiet:
                nowhere = ending.enter_context(open(os.devnull, "w", encoding="utf-8"))
                ending.enter_context(contextlib.redirect_stderr(nowhere))
            code = _run(options)
    except WrongUsage as error:
        output.say(printable(f"{PROGRAM}: {error}"))
        return exit_codes.WRONG_USAGE
    except OSError:
        # A pipe that closed, a disk that is full: main() handles these.
        raise
    except CosbatchError as error:
        return _failed(error, options)
    except Exception as error:  # noqa: BLE001  # a bug is told like every other failure
        return _failed(_bug(error, options), options)
    return code


def _run(options: argparse.Namespace) -> int:
    """The exit code of the command. A reader of its rows who has enough of them, or fails, says so by an exit code of its own."""
    try:
        code: int = options.run(options)
    except streams.ReaderGone:
        output.say(_("Nobody reads stdout any more: the rows that are left are not written."))
        code = exit_codes.DONE
    return code


def _failed(error: CosbatchError, options: argparse.Namespace) -> int:
    error.fields.setdefault("Hint", output.hint_of(error.code))
    output.fail(error.as_json(), options)
    return exit_codes.of_failure(error.code)


def _bug(error: Exception, options: argparse.Namespace) -> CosbatchError:
    if options.verbose:
        output.say("".join(traceback.format_exception(type(error), error, error.__traceback__)))
        return InternalError("A bug of this program; the lines above show where it happened.")
    return InternalError(f"A bug of this program ({type(error).__name__}); --verbose shows where it happened.")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands, in the language that is spoken."""
    return _parser_in(spoken())


@cache
def _parser_in(_language: str) -> argparse.ArgumentParser:
    top = Parser(prog=PROGRAM, description=_(_DESCRIPTION), formatter_class=argparse.RawTextHelpFormatter)
    add_common(top)
    # Were it required, argparse would ask for it before it names an option that there is none of.
    commands = top.add_subparsers(metavar=_COMMAND, help=_("what to do; they are listed below"))
    demo.add(commands)
    invoke.add(commands)
    standin.add(commands)
    operations.add(commands)
    build.add(commands)
    check.add(commands)
    split.add(commands)
    retry.add(commands)
    create.add(commands)
    wait.add(commands)
    jobs.add(commands)
    init.add(commands)
    cam_policy.add(commands)
    doctor.add(commands)
    package.add(commands)
    schema.add(commands)
    top.epilog = "\n".join([*_told(commands.choices), "", _(_EPILOG).format(program=PROGRAM)])
    return top


def _told(commands: Mapping[str, argparse.ArgumentParser]) -> Iterator[str]:
    """What the help says of the commands."""
    for title, names in GROUPS:
        yield f"{_(title)}:"
        yield from (f"  {name:14}  {commands[name].description}" for name in names)
