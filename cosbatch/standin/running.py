"""A whole stand-in: put together, started on a thread, stopped cleanly."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cosbatch.standin.account import Account
from cosbatch.standin.answering import Sent, answer_request
from cosbatch.standin.clock import Clock
from cosbatch.standin.control import answer_control, truth
from cosbatch.standin.faults.ordered import Faults, order_faults
from cosbatch.standin.jobs.runner import Runner
from cosbatch.standin.server import Server
from cosbatch.standin.service import Service
from cosbatch.standin.store.database import Database
from cosbatch.standin.wire.addresses import find_target
from cosbatch.standin.wire.messages import Request


class Standin:
    """One local COS over a data folder, listening on 127.0.0.1 from `start` to `stop`."""

    def __init__(self, data: Path, port: int, account: Account, clock: Clock, runs_jobs: bool = True) -> None:
        self.account = account
        self._runs_jobs = runs_jobs
        self.faults = Faults()
        reports = data / "reports"
        self.service = Service(account, Database(data), clock, reports, lambda: self.runner.wake())
        reports.mkdir(exist_ok=True)
        self.runner = Runner(self.service)
        try:
            self._server = Server(port, self._answer)
        except BaseException:
            self.service.database.close()
            raise
        self._thread = threading.Thread(target=self._server.serve, name="standin", daemon=True)

    @property
    def endpoint(self) -> str:
        """Return `http://127.0.0.1:PORT`."""
        return self._server.endpoint

    @property
    def environ(self) -> dict[str, str]:
        """Return the variables that point a client of this project here."""
        return self.account.environ(self.endpoint)

    def order(self, *faults: dict[str, object]) -> None:
        """Order faults as POST /_standin/faults does; raises UnknownFault."""
        self.faults.order(order_faults(list(faults), self.service.clock.now()))

    def jobs(self) -> list[dict[str, object]]:
        """Return what GET /_standin/jobs shows."""
        return truth(self.service)

    def start(self) -> None:
        """Begin to listen and to run jobs."""
        self._thread.start()
        if self._runs_jobs:
            self.runner.start()

    def stop(self) -> None:
        """Close every connection, end every thread, close the database."""
        self._server.stop()
        self._thread.join()
        self.runner.stop()
        self.service.database.close()

    def _answer(self, request: Request) -> Sent:
        target = find_target(request.hosts, request.path, self.account.region)
        if target.kind == "standin":
            delivery = answer_control(self.service, self.faults, request)
            return Sent(delivery, self.service.clock.now(), "standin")
        return answer_request(self.service, self.faults, request)


@contextmanager
def running(
    data: Path | str | None = None,
    *,
    port: int = 0,
    account: Account | None = None,
    speed: float = 1.0,
    runs_jobs: bool = True,
) -> Iterator[Standin]:
    """Run a stand-in for the time of a `with` block.

    Without `data` its objects and jobs are kept in a temporary folder and removed at the end; port 0 means a
    free one. Without `runs_jobs` jobs stay as they are created. Raises UnusableData when the folder
    cannot be used, OSError when the port is taken.
    """
    with tempfile.TemporaryDirectory(prefix="cosbatch-standin-") as temporary:
        standin = Standin(Path(data or temporary), port, account or Account(), Clock(speed), runs_jobs)
        standin.start()
        try:
            yield standin
        finally:
            standin.stop()
