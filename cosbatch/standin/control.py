"""The stand-in's own routes, unsigned: the page for people, faults, the truth about the jobs, and a fresh start."""

from __future__ import annotations

import ipaddress
import json
from contextlib import nullcontext
from dataclasses import dataclass

from cosbatch.standin.cos.service import Service
from cosbatch.standin.faults.ordered import Faults, UnknownFault, read_order
from cosbatch.standin.function.deliverer import Deliverer
from cosbatch.standin.function.event_rows import events_told
from cosbatch.standin.jobs.job_rows import Job, all_jobs, states_of
from cosbatch.standin.jobs.reports import sweep
from cosbatch.standin.jobs.runner import Runner
from cosbatch.standin.page.site import answer_page
from cosbatch.standin.wire.addresses import without_port
from cosbatch.standin.wire.documents import timestamp
from cosbatch.standin.wire.messages import Request, Response

JSON_TYPE = (("Content-Type", "application/json"),)
LOOPBACK = ("127.", "::1", "::ffff:127.")


@dataclass(frozen=True)
class Parts:
    """The parts of a running stand-in that its own routes show and change; `host` is where it listens.

    There is a deliverer where there is a function.
    """

    service: Service
    faults: Faults
    runner: Runner
    host: str
    deliverer: Deliverer | None = None

    def reset(self) -> None:
        """Begin anew: no bucket, no job, no event, no fault is left."""
        with self.deliverer.at_rest() if self.deliverer else nullcontext(), self.runner.at_rest():
            self.service.database.clear()
            sweep(self.service.reports, ())
        self.faults.clear()


def answer_control(parts: Parts, request: Request) -> Response:
    """The response to a request for / or /_standin/...; refused for web pages of others, and for other machines.

    Another machine may ask where the stand-in was told to listen on more than the loopback interface.
    """
    if parts.host.startswith(LOOPBACK) and not request.client.startswith(LOOPBACK):
        return _json({"Error": "Only clients on this machine may ask for this"}, 403)
    if not _is_own(parts.host, request):
        return _json({"Error": "Only the stand-in's own address may ask for this, and no page of another origin"}, 403)
    try:
        return answer_page(parts.service, request) or _answer(parts, request)
    except UnknownFault as error:
        return _json({"Error": str(error)}, 400)


def _is_own(host: str, request: Request) -> bool:
    """Whether a request was sent to an address of the stand-in itself, by no web page of another origin.

    A page that has its own name point here (DNS rebinding) has that name as Host. An address in numbers is no name that
    could be made to point elsewhere; its port may be another one, where a container's is published.
    """
    origin = request.header("origin").partition("://")[2]
    return has_own_host(host, request) and ("origin" not in request.headers or origin in request.hosts)


def has_own_host(host: str, request: Request) -> bool:
    """Whether a request was sent to an address of the stand-in itself."""
    return all(_is_own_name(host, without_port(own).lower()) for own in request.hosts)


def _is_own_name(host: str, name: str) -> bool:
    if name in ("localhost", host):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _answer(parts: Parts, request: Request) -> Response:
    match request.method, request.path:
        case "GET", "/_standin/health":
            return _json({"Status": "ok"})
        case "POST", "/_standin/reset":
            parts.reset()
            return _json({"Status": "empty"})
        case "GET", "/_standin/jobs":
            return _json({"Jobs": truth(parts.service)})
        case "GET", "/_standin/events":
            return _json({"Events": events(parts.service)})
        case "GET" | "POST" | "DELETE", "/_standin/faults":
            return _json({"Faults": _faults_after(parts, request)})
        case _:
            told = "There are /, /_standin/health, /_standin/jobs and /_standin/events (GET), /_standin/reset (POST)"
            return _json({"Error": f"{told}, and /_standin/faults (POST, GET, DELETE)"}, 404)


def _faults_after(parts: Parts, request: Request) -> list[dict[str, object]]:
    """What is still to come, once a request to order or to forget faults is done."""
    if request.method == "POST":
        parts.faults.order(read_order(request.text(), parts.service.clock.now()))
    if request.method == "DELETE":
        parts.faults.clear()
    return parts.faults.waiting()


def _json(value: object, status: int = 200) -> Response:
    return Response(status, JSON_TYPE, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def truth(service: Service) -> list[dict[str, object]]:
    """Every job that was ever stored, deleted ones too, with its token and all of its states."""
    with service.database.reading() as connection:
        return [_truth_of(job, states_of(connection, job)) for job in all_jobs(connection)]


def events(service: Service) -> list[dict[str, object]]:
    """Every event that there was for the function: delivered, waiting, tried again, dead, or stopped in a loop."""
    with service.database.reading() as connection:
        return events_told(connection)


def _truth_of(job: Job, states: list[tuple[str, float]]) -> dict[str, object]:
    return {
        "JobId": job.id,
        "ClientRequestToken": job.token,
        "Description": job.description,
        "Status": job.state,
        "Priority": job.priority,
        "Region": job.region,
        "CreationTime": timestamp(job.created),
        "Created": job.created,
        "Terminated": job.terminated,
        "Deleted": job.deleted,
        "TotalNumberOfTasks": job.total,
        "NumberOfTasksSucceeded": job.succeeded,
        "NumberOfTasksFailed": job.failed,
        "FailureCode": job.failure_code,
        "FailureReason": job.failure_reason,
        "States": [{"Status": state, "At": at} for state, at in states],
        "Document": job.document,
    }
