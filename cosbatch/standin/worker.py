"""A thread that works step by step until it is told to stop, and that no fault ends."""

from __future__ import annotations

import sys
import threading
import traceback
from abc import ABC, abstractmethod

from cosbatch.standin.store.failures import StoreFailure

SECONDS_AFTER_A_FAULT = 1.0


class Worker(ABC):
    """Takes steps from `start` to `stop`; the next stand-in over the same data goes on where it was."""

    def __init__(self, name: str) -> None:
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def step(self) -> float | None:
        """Do a little; in how many seconds to go on, None for when it is woken."""

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, once the step that is under way is done."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._wake.set()

    def _run(self) -> None:
        told = ""
        while not self._is_over():
            try:
                pause = self.step()
            except StoreFailure as failure:
                if failure.message != told:
                    sys.stderr.write(f"{failure.message}. Its jobs and events wait until then.\n")
                told = failure.message
                self._stopping.wait(SECONDS_AFTER_A_FAULT)
            except Exception:  # noqa: BLE001 - a fault must not end the thread
                traceback.print_exc()
                self._stopping.wait(SECONDS_AFTER_A_FAULT)
            else:
                told = ""
                self._wake.wait(pause)

    def _is_over(self) -> bool:
        """Forget earlier wakes before looking: a stop that comes right behind the look wakes anew."""
        self._wake.clear()
        return self._stopping.is_set()
