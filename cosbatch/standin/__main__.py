"""The command line: `python -m cosbatch.standin` runs until it is told to stop."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence

from cosbatch.standin.running import running
from cosbatch.standin.store.database import UnusableData
from cosbatch.standin.wire.addresses import Account


def _parser() -> argparse.ArgumentParser:
    account = Account()
    options = argparse.ArgumentParser(prog="python -m cosbatch.standin", description="A local COS with the Batch API.")
    options.add_argument("--port", type=int, default=0, metavar="N", help="where to listen (default: a free port)")
    options.add_argument("--data", metavar="DIR", help="where objects and jobs are kept (default: nowhere)")
    options.add_argument("--secret-id", default=account.secret_id, metavar="ID", help="the SecretId that clients use")
    options.add_argument("--secret-key", default=account.secret_key, metavar="KEY", help="the SecretKey that they use")
    options.add_argument("--speed", type=_speed, default=1.0, metavar="N", help="how fast days pass (default: 1)")
    return options


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise ValueError(text)
    return speed


def main(arguments: Sequence[str] | None = None, stop: threading.Event | None = None) -> int:
    """The exit code of a stand-in that ran until a signal arrived, or `stop` was set."""
    options = _parser().parse_args(arguments)
    stopped = stop or _stop_on_signals()
    account = Account(secret_id=options.secret_id, secret_key=options.secret_key)
    try:
        with running(options.data, port=options.port, account=account, speed=options.speed) as standin:
            sys.stdout.write(json.dumps({"endpoint": standin.endpoint, "environ": standin.environ}) + "\n")
            sys.stdout.flush()
            stopped.wait()
    except (UnusableData, OSError, OverflowError) as error:
        sys.stderr.write(f"The stand-in cannot start: {error}\n")
        return 1
    return 0


def _stop_on_signals() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


if __name__ == "__main__":
    sys.exit(main())
