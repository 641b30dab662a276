"""A stand-in that runs on the command line until it is told to stop, and says so when it is ready."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path

from cosbatch.standin.assembly import Standin, running
from cosbatch.standin.function.triggers import UnusableFunction
from cosbatch.standin.options import account_of, function_of
from cosbatch.standin.store.database import UnusableData

_INTERRUPTED = 130


class CannotStart(OSError):
    """The stand-in cannot run as it is asked to; the text says why."""


def serve(
    options: argparse.Namespace,
    profiles: str,
    stop: threading.Event | None = None,
    say: Callable[[str], object] = lambda text: sys.stderr.write(f"{text}\n"),
) -> int:
    """The exit code of a stand-in that ran until a signal arrived, or `stop` was set; 130 where one came before it was ready.

    `profiles` is the file whose matches say of what a function is told, where no option does.
    `say` tells a person at a terminal what to do with it. Raises CannotStart.
    """
    is_ready = False
    try:
        if stop is None:
            _end_by_signals()
        with running(
            options.data,
            host=options.host,
            port=options.port,
            account=account_of(options),
            certificate=options.certificate,
            key=options.key,
            speed=options.speed,
            function=function_of(options, profiles),
        ) as standin:
            is_ready = True
            _announce(standin, options, say)
            (stop or threading.Event()).wait()
    except KeyboardInterrupt:
        return 0 if is_ready else _INTERRUPTED
    except (UnusableData, UnusableFunction, OSError) as error:
        address = (
            "" if is_ready else _("{address} (see --host and --port)").format(address=f"{options.host}:{options.port}")
        )
        raise CannotStart(_("The stand-in cannot start: {reason}").format(reason=_reason(error, address))) from None
    return 0


def _announce(standin: Standin, options: argparse.Namespace, say: Callable[[str], object]) -> None:
    """Tell a program in JSON where the stand-in is, a person at a terminal in words and as a shell reads it."""
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in standin.environ.items())
    if options.env:
        Path(options.env).write_text(exports, encoding="utf-8")
    if _is_for_a_program(options):
        sys.stdout.write(json.dumps({"endpoint": standin.endpoint, "environ": standin.environ}) + "\n")
    else:
        say(_("Its page for people is {endpoint}/ and Ctrl-C ends it.").format(endpoint=standin.endpoint))
        say(_("For cosbatch in another terminal:"))
        sys.stdout.write(exports)
    sys.stdout.flush()


def _is_for_a_program(options: argparse.Namespace) -> bool:
    """Whether a program reads stdout: `cosbatch standin` can be told so, by --json and --table."""
    told: bool | None = getattr(options, "json", None)
    return not sys.stdout.isatty() if told is None else told


def _reason(error: Exception, address: str) -> str:
    """Why, in words: the system's errors have a number, too, and name the file behind, or are of the address."""
    if isinstance(error, FileExistsError):
        return _("{path} is a file, and no folder").format(path=error.filename)
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    place = error.filename or address
    return f"{error.strerror}: {place}" if place else error.strerror


def _end_by_signals() -> None:
    """From here on, a signal breaks off what is under way: also a function that takes long to load.

    So does the end of the terminal, unless nohup has it ignored.
    """
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        # Whoever listens already has a new line to begin, too.
        if not callable(signal.getsignal(number)):
            signal.signal(number, signal.default_int_handler)
