"""The stand-in's own routes, unsigned: the page for people, faults, and the truth about the jobs."""

from __future__ import annotations

import json

from cosbatch.standin.cos.service import Service
from cosbatch.standin.faults.ordered import Faults, UnknownFault, read_order
from cosbatch.standin.jobs.rows import Job, all_jobs, states_of
from cosbatch.standin.page import show_page
from cosbatch.standin.wire.documents import timestamp
from cosbatch.standin.wire.messages import Request, Response

JSON_TYPE = (("Content-Type", "application/json"),)
LOOPBACK = ("127.", "::1", "::ffff:127.")


def answer_control(service: Service, faults: Faults, request: Request) -> Response:
    """The response to a request for / or /_standin/...; only clients on this machine may ask."""
    if not request.client.startswith(LOOPBACK):
        return _json({"Error": "Only clients on this machine may ask for this"}, 403)
    try:
        return _answer(service, faults, request)
    except UnknownFault as error:
        return _json({"Error": str(error)}, 400)


def _answer(service: Service, faults: Faults, request: Request) -> Response:
    match request.method, request.path:
        case "GET", "/":
            return show_page(service)
        case "GET", "/_standin/jobs":
            return _json({"Jobs": truth(service)})
        case "GET" | "POST" | "DELETE", "/_standin/faults":
            return _json({"Faults": _faults_after(service, faults, request)})
        case _:
            told = "There are / and /_standin/jobs (GET), and /_standin/faults (POST, GET, DELETE)"
            return _json({"Error": told}, 404)


def _faults_after(service: Service, faults: Faults, request: Request) -> list[dict[str, object]]:
    """What is still to come, once a request to order or to forget faults is done."""
    if request.method == "POST":
        faults.order(read_order(request.text(), service.clock.now()))
    if request.method == "DELETE":
        faults.clear()
    return faults.waiting()


def _json(value: object, status: int = 200) -> Response:
    return Response(status, JSON_TYPE, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def truth(service: Service) -> list[dict[str, object]]:
    """Every job that was ever stored, deleted ones too, with its token and all of its states."""
    with service.database.reading() as connection:
        return [_truth_of(job, states_of(connection, job)) for job in all_jobs(connection)]


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
