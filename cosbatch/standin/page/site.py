"""What the page for people answers: the first page, one job, the files of jobs, and the two buttons."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

from cosbatch.standin.cos.service import Service
from cosbatch.standin.jobs.changes import change_status
from cosbatch.standin.jobs.job_rows import any_job, states_of
from cosbatch.standin.page.files import files_of
from cosbatch.standin.page.look import POLICY
from cosbatch.standin.page.one_job import render_job
from cosbatch.standin.page.overview import render_overview
from cosbatch.standin.page.parts import View, frame
from cosbatch.standin.page.words import preferred
from cosbatch.standin.store.catalog import find_bucket, find_object
from cosbatch.standin.store.contents import pieces
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Request, Response

ALWAYS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"))
HTML = (("Content-Type", "text/html; charset=utf-8"), ("Vary", "Accept-Language"), ("Content-Security-Policy", POLICY))
# Whatever somebody has stored is shown as text, and never acts as a page of the stand-in.
TEXT = (("Content-Type", "text/plain; charset=utf-8"), ("Content-Security-Policy", "default-src 'none'; sandbox"))
REASONS = {"Ready": "confirmed on the page of the stand-in", "Cancelled": "cancelled on the page of the stand-in"}


def answer_page(service: Service, request: Request) -> Response | None:
    """The answer to a request for a page; None for another request."""
    view = View(preferred(request.header("Accept-Language")), service.form_token, service.account)
    match request.method, request.path.split("/")[1:]:
        case "GET", [""]:
            return _overview(service, view)
        case "GET", ["_standin", "job", job_id]:
            return _job(service, view, job_id)
        case "POST", ["_standin", "job", job_id, "confirm"]:
            return _change(service, view, request, job_id, "Ready")
        case "POST", ["_standin", "job", job_id, "cancel"]:
            return _change(service, view, request, job_id, "Cancelled")
        case "GET", ["_standin", "objects", bucket, *key]:
            return _file(service, view, bucket, "/".join(key))
    return None


def _page(html: str, status: int = 200) -> Response:
    return Response(status, (*HTML, *ALWAYS), html.encode())


def _refusal(view: View, words: str, status: int) -> Response:
    title = view.say("This cannot be done")
    return _page(frame(view, view.language.say("COS stand-in"), f"<h1>{title}</h1><p>{view.say(words)}</p>"), status)


def _overview(service: Service, view: View) -> Response:
    with service.database.reading() as connection:
        return _page(render_overview(view, connection))


def _job(service: Service, view: View, job_id: str) -> Response:
    with service.database.reading() as connection:
        job = any_job(connection, job_id)
        if job is None:
            return _refusal(view, "There is no such job.", 404)
        files = files_of(connection, service.database.contents, job)
        return _page(render_job(view, job, states_of(connection, job), files))


def _file(service: Service, view: View, bucket: str, key: str) -> Response:
    """An object as text, for links to reports and lists."""
    try:
        with service.database.reading() as connection:
            version = find_object(connection, find_bucket(connection, bucket), key)
            file = service.database.contents.open(version.stored.content)
    except ServiceError as error:
        return _refusal(view, error.message, error.status)
    size = version.stored.size
    return Response(200, (*TEXT, *ALWAYS), stream=pieces(file, 0, size), length=size)


def _change(service: Service, view: View, request: Request, job_id: str, requested: str) -> Response:
    """Confirm or cancel a job, as a form of this very page asks; back to the job's page then."""
    if not _is_own_form(service, request):
        return _refusal(view, "This form is too old: load the page again.", 403)
    with service.database.writing() as transaction:
        job = any_job(transaction.connection, job_id)
        if job is None:
            return _refusal(view, "There is no such job.", 404)
        try:
            change_status(transaction, job, requested, REASONS[requested], service.clock.now())
        except ServiceError as error:
            return _refusal(view, error.message, error.status)
    service.wake()
    return Response(303, (("Location", f"/_standin/job/{job_id}"), *ALWAYS))


def _is_own_form(service: Service, request: Request) -> bool:
    """Whether a form bears the token of this stand-in; that it comes from no other origin was looked at before."""
    fields = parse_qs(request.text().decode("latin-1"))
    return hmac.compare_digest(fields.get("token", [""])[0].encode(), service.form_token.encode())
