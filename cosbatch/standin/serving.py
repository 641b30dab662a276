"""A stand-in that runs on the command line until it is told to stop, and says on stdout when it is ready."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from cosbatch.standin.assembly import running
from cosbatch.standin.function.triggers import UnusableFunction
from cosbatch.standin.options import account_of, function_of
from cosbatch.standin.store.database import UnusableData

_INTERRUPTED = 130


def serve(
    options: argparse.Namespace, profiles: str, stop: threading.Event | None = None, folder: Path | str = "."
) -> int:
    """The exit code of a stand-in that ran until a signal arrived, or `stop` was set; 130 where one came before it was ready.

    `profiles` is the file whose matches say of what a function is told, where no option does; its module is in `folder`.
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
            function=function_of(options, profiles, folder),
        ) as standin:
            is_ready = True
            sys.stdout.write(json.dumps({"endpoint": standin.endpoint, "environ": standin.environ}) + "\n")
            sys.stdout.flush()
            (stop or threading.Event()).wait()
    except KeyboardInterrupt:
        return 0 if is_ready else _INTERRUPTED
    except (UnusableData, UnusableFunction, OSError) as error:
        sys.stderr.write(f"The stand-in cannot start: {error}\n")
        return 1
    return 0


def _end_by_signals() -> None:
    """From here on, a signal breaks off what is under way: also a function that takes long to load."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
