"""A whole stand-in: put together, started on a thread, stopped cleanly."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cosbatch.standin.answering import answer_request
from cosbatch.standin.control import Parts, events, truth
from cosbatch.standin.cos.service import Clock, Service
from cosbatch.standin.faults.ordered import Faults, order_faults
from cosbatch.standin.function.deliverer import Deliverer
from cosbatch.standin.function.event_rows import on_their_way
from cosbatch.standin.function.events import Announcer
from cosbatch.standin.function.instances import Instances
from cosbatch.standin.function.triggers import Function, check_buckets
from cosbatch.standin.jobs.job_rows import moving
from cosbatch.standin.jobs.runner import Runner
from cosbatch.standin.store.database import Database
from cosbatch.standin.wire.addresses import Account
from cosbatch.standin.wire.place import Place
from cosbatch.standin.wire.server import Server

# So much of what is still under way is named; the rest is counted.
MOST_NAMED = 10
# Seconds: 31 years, for no lock can be waited for any time.
LONGEST = 10**9


class Standin:
    """One local COS over a data folder, listening at one place from `start` to `stop`.

    With a function it plays the platform too: what is created is told to the function.
    """

    def __init__(
        self,
        data: Path,
        place: Place,
        account: Account,
        clock: Clock,
        runs_jobs: bool = True,
        function: Function | None = None,
    ) -> None:
        self.account = account
        self._runs_jobs = runs_jobs
        self.faults = Faults()
        reports = data / "reports"
        self.service = Service(account, Database(data), clock, reports, lambda: self.runner.wake())
        reports.mkdir(exist_ok=True)
        self.runner = Runner(self.service)
        try:
            self._server = Server(place, lambda request: answer_request(self._parts, request))
        except BaseException:
            self.service.database.close()
            raise
        self.deliverer: Deliverer | None = None
        if function:
            instances = Instances(function, account, self._server.plain_endpoint)
            self.deliverer = Deliverer(self.service, self.faults, instances)
            self.service.database.watch = Announcer(function, self.deliverer.wake)
        self._parts = Parts(self.service, self.faults, self.runner, place.host, self.deliverer)
        self._thread = threading.Thread(target=self._server.serve, name="standin", daemon=True)

    @property
    def endpoint(self) -> str:
        """Where it listens, `http://127.0.0.1:PORT`; https with a certificate, where plain HTTP is spoken as well."""
        return self._server.endpoint

    @property
    def environ(self) -> dict[str, str]:
        """The variables that point a client of this project here; by plain HTTP, for no authority has signed the certificate."""
        return self.account.environ(self._server.plain_endpoint)

    def order(self, *faults: dict[str, object]) -> None:
        """Order faults as POST /_standin/faults does. Raises UnknownFault."""
        self.faults.order(order_faults(list(faults), self.service.clock.now()))

    def jobs(self) -> list[dict[str, object]]:
        """What GET /_standin/jobs shows. Raises StoreFailure once it is stopped."""
        return truth(self.service)

    def events(self) -> list[dict[str, object]]:
        """What GET /_standin/events shows. Raises StoreFailure once it is stopped."""
        return events(self.service)

    def wait(self, timeout: float = 30.0) -> None:
        """Return once every job has ended or waits for its confirmation, and no event is on its way to the function.

        All that was answered before counts: behind an upload, its event, the job that the function makes of it, and the
        events of what that job writes. Without `runs_jobs` no job moves, and none is waited for. `timeout` is in seconds of
        the clock on the wall, whatever the speed. Raises TimeoutError, which names what is left, ValueError where they are
        none that can be waited for, and StoreFailure where it is stopped meanwhile.
        """
        if not (isinstance(timeout, int | float) and 0 <= timeout <= LONGEST):
            raise ValueError(f"timeout must be a number of seconds from 0 to {LONGEST}; it is {timeout!r}")
        left = self.service.database.left_after(timeout, self._under_way)
        if left:
            more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
            named = f"{', '.join(left[:MOST_NAMED])}{more}"
            raise TimeoutError(f"Still under way after {timeout:g} seconds: {named}; jobs() and events() tell more.")

    def _under_way(self, connection: sqlite3.Connection) -> list[str]:
        jobs = moving(connection) if self._runs_jobs else []
        return jobs + (on_their_way(connection) if self.deliverer else [])

    def reset(self) -> None:
        """Begin anew, as POST /_standin/reset does: no bucket, no job, no event, no fault is left."""
        self._parts.reset()

    def start(self) -> None:
        """Begin to listen, to run jobs and to deliver events. Raises UnusableFunction, once it has stopped again."""
        self._thread.start()
        if self._runs_jobs:
            self.runner.start()
        if self.deliverer:
            try:
                self.deliverer.start()
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Close every connection, end every thread, close the database."""
        if self.deliverer:
            self.deliverer.stop()
        self._server.stop()
        self._thread.join()
        self.runner.stop()
        self.service.database.close()


@contextmanager
def running(
    data: Path | str | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    account: Account | None = None,
    uin: str | None = None,
    appid: str | None = None,
    region: str | None = None,
    certificate: Path | str | None = None,
    key: Path | str | None = None,
    speed: float = 1.0,
    runs_jobs: bool = True,
    function: Function | None = None,
) -> Iterator[Standin]:
    """Run a stand-in for the time of a `with` block.

    Without `data` its objects and jobs are kept in a temporary folder and removed at the end; port 0 means a
    free one. `uin`, `appid` and `region` take the place of the account's. `certificate` and `key` are PEM files: with
    them it speaks TLS too. Without `runs_jobs` jobs stay as they are created. `function` is told of what is created.
    Raises UnusableData when the folder cannot be used, OSError when the port is taken or the certificate cannot be used,
    UnusableFunction when the function cannot be loaded, or no trigger of it is of the account.
    """
    given = {"uin": uin, "appid": appid, "region": region}
    whose = replace(account or Account(), **{name: value for name, value in given.items() if value is not None})
    place = Place(host, port, certificate, key)
    if function:
        check_buckets(function.triggers, whose)
    with tempfile.TemporaryDirectory(prefix="cosbatch-standin-") as temporary:
        standin = Standin(Path(data or temporary), place, whose, Clock(speed), runs_jobs, function)
        standin.start()
        try:
            yield standin
        finally:
            standin.stop()
