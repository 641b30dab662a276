"""A real Chromium for the tests, spoken to over its DevTools pipe: no further library is needed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe"),
)
# The browser reads commands from its descriptor 3 and answers on 4.
AS_3_AND_4 = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Tab:
    """One page in a browser. `complaints` are what its console has said: errors, warnings, exceptions."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = os.fdopen(reading, "rb", buffering=0)
        self._writing = os.fdopen(writing, "wb", buffering=0)
        self._number = 0
        self._waiting = b""
        self._events: list[str] = []
        self._session = ""
        self.complaints: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: object) -> Any:
        """The result of a command of the DevTools protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writing.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _next(self) -> Any:
        while b"\0" not in self._waiting:
            piece = self._reading.read(65536)
            assert piece, "the browser has ended"
            self._waiting += piece
        text, _, self._waiting = self._waiting.partition(b"\0")
        message = json.loads(text)
        self._events.append(message.get("method", ""))
        if message.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(text.decode())
        return message

    def show(self, width: int, *, language: str = "en", script: bool = True) -> None:
        """Be a screen of so many CSS pixels, a phone up to 500, with a person's settings."""
        mobile = width <= 500
        size = {"width": width, "height": 844 if mobile else 800, "deviceScaleFactor": 1}
        self.send("Emulation.setDeviceMetricsOverride", mobile=mobile, **size)
        self.send("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        self.send("Emulation.setScriptExecutionDisabled", value=not script)

    def prefer(self, scheme: str) -> None:
        """Have a person's setting, dark or light, for the page that is open and those to come."""
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url: str) -> None:
        """Load a page and wait until it is there."""
        self._events.clear()
        self.send("Page.navigate", url=url)
        self.wait_for_load()

    def wait_for_load(self) -> None:
        """Wait until the next page is there."""
        while "Page.loadEventFired" not in self._events:
            self._next()
        self._events.clear()

    def ask(self, script: str) -> Any:
        """The value of a script's expression in the page; promises are awaited."""
        found = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, and let go of it."""
        codes = {"Tab": 9, "Enter": 13}
        keys = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        text = {"text": "\r"} if key == "Enter" else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **keys, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **keys)

    def screenshot(self) -> bytes:
        """What is to be seen, as PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])


@contextmanager
def tab() -> Iterator[Tab]:
    """A tab of a browser that ends with the `with` block."""
    assert CHROMIUM is not None
    commands_read, commands_write = os.pipe()
    answers_read, answers_write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}"]
        with subprocess.Popen(
            [sys.executable, "-c", AS_3_AND_4, str(commands_read), str(answers_write), *command],
            pass_fds=(commands_read, answers_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as browser:
            os.close(commands_read)
            os.close(answers_write)
            page = Tab(answers_read, commands_write)
            try:
                yield page
            finally:
                page._writing.close()
                browser.terminate()
                browser.wait(30)
                page._reading.close()
