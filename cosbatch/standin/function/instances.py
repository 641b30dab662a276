"""The instances of the function: processes of their own, each with one event at a time, kept for the next one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

from cosbatch.standin.function.triggers import Function, UnusableFunction
from cosbatch.standin.store.creations import session_token
from cosbatch.standin.wire.addresses import Account

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
CHECKOUT = Path(__file__).resolve().parents[3]
# How many instances there are at once; further calls wait.
MOST = 4


class Result(NamedTuple):
    """What came of an invocation: the reply, or what SCF tells of an error, as plain JSON values."""

    succeeded: bool
    value: object


def shipped_folder(checkout: Path = CHECKOUT) -> Path:
    """Where the handler.py is that comes with cosbatch: in the checkout, or else among what is installed."""
    if (checkout / "handler.py").is_file():
        return checkout
    files = (file for found in distributions(name="cosbatch") for file in found.files or ())
    installed = (file.locate() for file in files if file.parts[-3:] == ("share", "cosbatch", "handler.py"))
    return Path(str(next(installed, checkout / "handler.py"))).resolve().parent


class Instance:
    """One process that has loaded the function. Raises UnusableFunction where it cannot be loaded."""

    def __init__(self, function: Function) -> None:
        self._limit = function.time_limit
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, on a script of ours
            [sys.executable, "-u", str(BOOTSTRAP), function.name, str(shipped_folder())],
            cwd=function.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=function.log,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._events, self._replies = self._process.stdin, self._process.stdout
        self._has_ended = False
        try:
            said = self._read()
        except KeyboardInterrupt:
            self.end()
            raise
        if "ready" not in said:
            self.end()
            why = said.get("error", "its process has ended")
            raise UnusableFunction(f"{function.name} cannot be loaded from {Path(function.folder).resolve()}: {why}")

    def invoke(self, message: bytes) -> Result:
        """What comes of one event, within the time limit; an instance that gives no reply has ended."""
        timer = threading.Timer(self._limit, self._process.kill)
        timer.start()
        try:
            self._events.write(message + b"\n")
            self._events.flush()
            said = self._read()
        except OSError:
            said = {}
        is_over = not timer.is_alive()
        timer.cancel()
        if "reply" in said:
            return Result(True, said["reply"])
        if "trace" in said:
            return _error(430, "user code exception caught", str(said["trace"]))
        self._has_ended = True
        if is_over:
            return _error(433, f"Invoking task timed out after {self._limit:g} seconds")
        return _error(439, "User process exit when running")

    def _read(self) -> Mapping[str, object]:
        line = self._replies.readline()
        return dict(json.loads(line)) if line else {}

    @property
    def is_alive(self) -> bool:
        """Whether another event can be taken."""
        return not self._has_ended and self._process.poll() is None

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and wait for its end."""
        self.kill()
        self._process.wait()
        for pipe in (self._events, self._replies):
            with suppress(OSError):  # what was still to be written
                pipe.close()


def _error(status: int, message: str, trace: str = "") -> Result:
    """What the platform says of an invocation that failed (Python development page, status codes 583/35311)."""
    return Result(False, {"errorCode": -1, "errorMessage": message, "stackTrace": trace, "statusCode": status})


class Instances:
    """The instances of one function; many threads call it."""

    def __init__(self, function: Function, account: Account, endpoint: str) -> None:
        self.function = function
        self._account = account
        self._endpoint = endpoint
        self._guard = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST)
        self._idle: list[Instance] = []
        self._busy: set[Instance] = set()
        self._has_ended = False

    def start(self) -> None:
        """Load the function once. Raises UnusableFunction."""
        self._idle.append(Instance(self.function))

    def invoke(self, event: object, number: int) -> Result:
        """What the function makes of an event, in a round."""
        with self._room:
            try:
                instance = self._lend()
            except UnusableFunction as error:  # somebody works on its code
                return _error(443, str(error))
            try:
                return instance.invoke(self._message(event, number))
            finally:
                self._take_back(instance)

    def _lend(self) -> Instance:
        with self._guard:
            while self._idle and not self._idle[-1].is_alive:
                self._idle.pop().end()
            instance = self._idle.pop() if self._idle else Instance(self.function)
            self._busy.add(instance)
            return instance

    def _take_back(self, instance: Instance) -> None:
        with self._guard:
            self._busy.discard(instance)
            if instance.is_alive and not self._has_ended:
                self._idle.append(instance)
                return
        instance.end()

    def _message(self, event: object, number: int) -> bytes:
        message = {"event": event, "context": self._context(), "environ": self._environ(number)}
        return json.dumps(message).encode()

    def _context(self) -> dict[str, object]:
        """The context of a Python function (583/9210)."""
        return {
            "request_id": str(uuid.uuid4()),
            "time_limit_in_ms": int(self.function.time_limit * 1000),
            "memory_limit_in_mb": 256,
            "function_name": self.function.called,
            "function_version": "$LATEST",
            "namespace": "default",
            "environment": '{"SCF_NAMESPACE":"default"}',
            "environ": "SCF_NAMESPACE=default;SCF_NAMESPACE=default",
            "tencentcloud_region": self._account.region,
            "tencentcloud_appid": self._account.appid,
            "tencentcloud_uin": self._account.uin,
        }

    def _environ(self, number: int) -> dict[str, str]:
        """The variables that the platform sets anew for each invocation, and those that point to the stand-in."""
        return {
            **self._account.environ(self._endpoint),
            "TENCENTCLOUD_SESSIONTOKEN": session_token(number),
            "TENCENTCLOUD_RUNENV": "SCF",
            "TENCENTCLOUD_REGION": self._account.region,
            "TENCENTCLOUD_APPID": self._account.appid,
            "TENCENTCLOUD_UIN": self._account.uin,
            "SCF_FUNCTIONNAME": self.function.called,
        }

    def end_busy(self) -> None:
        """End every invocation that is under way."""
        with self._guard:
            for instance in self._busy:
                instance.kill()

    def end(self) -> None:
        """End every instance."""
        self.end_busy()
        with self._guard:
            self._has_ended = True
            for instance in self._idle:
                instance.end()
            self._idle.clear()
