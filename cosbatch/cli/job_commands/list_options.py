"""What all commands that make jobs of a LIST take, and what of a CreateJob call follows from it.

Role, report and priority come from options; where these are left out, from the profile; where there is none or it leaves them
open, from variables.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from cosbatch.cli.manifests import lists
from cosbatch.cli.manifests.split import MOST_ROWS
from cosbatch.cli.remote.objects import resource_of
from cosbatch.cli.terminal.asking import add_yes
from cosbatch.cli.terminal.files import WrongUsage, needs
from cosbatch.cli.terminal.language import _
from cosbatch.cli.terminal.options import add_connections, add_service, seconds, storage_class, whole_number
from cosbatch.cli.terminal.typed import option_typed
from cosbatch.configuration.profiles import Profile
from cosbatch.model import names
from cosbatch.model.names import Resource
from cosbatch.schemas.document import PRIORITY_MAXIMUM

ROLE = "COSBATCH_ROLE"
REPORT = "COSBATCH_REPORT"
PRIORITY = "COSBATCH_PRIORITY"
UPLOAD_TO = "COSBATCH_UPLOAD_TO"
USUAL_PRIORITY = 10
UPLOAD_FOLDER = "cosbatch-lists/"
_SCOPES = {"all": "AllTasks", "failed": "FailedTasksOnly"}

Environ = Mapping[str, str]


def add_all(parser: argparse.ArgumentParser) -> None:
    """What the commands take that are named after an operation."""
    parser.add_argument("list", metavar="LIST", help=_(lists.HELP))
    _add_job(parser)
    add_way(parser)
    add_end(parser)
    add_yes(parser)
    add_listing(parser)
    add_service(parser)


def _add_job(parser: argparse.ArgumentParser) -> None:
    job = parser.add_argument_group(_("the job"))
    whose = _("whose rights the job has: name or ARN (default: {variable})").format(variable=ROLE)
    where = _("where the report goes: cos://bucket/prefix (default: {variable})").format(variable=REPORT)
    how_soon = _("the larger, the sooner (default: {variable}, or else {number})")
    profile = _("the profile of profiles.json that gives what is not given here")
    job.add_argument("--profile", metavar="NAME", help=profile)
    job.add_argument("--role", metavar="ROLE", help=whose)
    job.add_argument("--report", metavar="PLACE", help=where)
    job.add_argument("--report-scope", choices=tuple(_SCOPES), help=_("the tasks that it names (default: all)"))
    how_soon = how_soon.format(variable=PRIORITY, number=USUAL_PRIORITY)
    job.add_argument("--priority", type=whole_number(0, PRIORITY_MAXIMUM), metavar="N", help=how_soon)
    job.add_argument("--description", metavar="TEXT", help=_("shown with the job (default: what is done to how many)"))


def add_way(parser: argparse.ArgumentParser) -> None:
    """How a list becomes jobs."""
    way = parser.add_argument_group(_("the list"))
    where = _(
        "where it goes from here: cos://bucket/prefix/ (default: {variable}, or else {folder} in the profile's or the "
        "report's bucket)"
    )
    way.add_argument("--upload-to", metavar="PLACE", help=where.format(variable=UPLOAD_TO, folder=UPLOAD_FOLDER))
    how_many = way.add_mutually_exclusive_group()
    each = _("make a job for each N rows")
    how_many.add_argument("--split", type=whole_number(1, MOST_ROWS), metavar="N", help=each)
    how_many.add_argument("--plan-digest", metavar="DIGEST", help=_("make the job only if it is still the planned one"))
    new = way.add_mutually_exclusive_group()
    new.add_argument("--token", metavar="TOKEN", help=_("the ClientRequestToken (default: made of list and job)"))
    new.add_argument("--again", action="store_true", help=_("make one more job of a list that had the same job before"))


def add_listing(parser: argparse.ArgumentParser) -> None:
    """What of a prefix is taken, and how it is listed."""
    classes = _(
        "of cos://bucket/prefix/, take only objects of this storage class; repeatable (default: all, to restore what is "
        "archived)"
    )
    parser.add_argument("--from-class", action="append", type=storage_class, metavar="CLASS", help=classes)
    add_connections(parser)


def add_end(parser: argparse.ArgumentParser) -> None:
    """How far to go."""
    parser.add_argument("--dry-run", action="store_true", help=_("show the plan, and send nothing"))
    xml = _("with --dry-run: show the XML that would go out, too")
    parser.add_argument("--document", action="store_true", help=xml)
    parser.add_argument("--wait", action="store_true", help=_("follow the job to its end"))
    how_long = _("with --wait: stop waiting after this long (default: never)")
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help=how_long)


def check_end(options: argparse.Namespace) -> None:
    """Raises WrongUsage where an option comes without the one that it belongs to."""
    for name, needed in (("document", "dry_run"), ("timeout", "wait")):
        if getattr(options, name, None) and not getattr(options, needed):
            raise needs(option_typed(name), option_typed(needed))


def fields_of(options: argparse.Namespace, environ: Environ, profile: Profile | None, uin: str) -> dict[str, object]:
    """The fields of the CreateJob call but for its manifest, token and operation. Raises WrongUsage."""
    taken: Mapping[str, Any] = profile.job if profile else {}
    role = options.role or (None if "RoleArn" in taken else environ.get(ROLE) or None)
    fields = {
        "Profile": options.profile,
        "Description": options.description,
        "Priority": options.priority if options.priority is not None or "Priority" in taken else _priority(environ),
        "Report": _report(options, environ, taken.get("Report")),
        "RoleArn": None if role is None else role_given(role, uin, "--role" if options.role else ROLE),
    }
    given = {name: value for name, value in fields.items() if value is not None}
    _check_given({**taken, **given})
    return given


def role_given(text: str, uin: str, what: str) -> str:
    """The ARN of the role that an option or a variable gives by its name or its ARN. Raises WrongUsage."""
    arn = text if text.startswith("qcs:") else names.role_arn(uin, text)
    if names.role_uin(arn) is None:
        # Not the text itself: what was put into a variable by mistake may be a secret.
        message = _("{what} names no role: write its name, or qcs::cam::uin/<uin>:roleName/<name>")
        raise WrongUsage(message.format(what=what))
    return arn


def _check_given(job: Mapping[str, object]) -> None:
    """Raises WrongUsage where nothing says whose rights the job has, or where its report goes."""
    role = _("whose rights the job has (--role, {variable})").format(variable=ROLE)
    report = _("where its report goes (--report, {variable})").format(variable=REPORT)
    missing = [what for name, what in (("RoleArn", role), ("Report", report)) if name not in job]
    if missing:
        raise WrongUsage(_("nothing says {what}; --profile can give both").format(what=_(", nor ").join(missing)))


def _priority(environ: Environ) -> int:
    try:
        return whole_number(0, PRIORITY_MAXIMUM)(environ.get(PRIORITY) or str(USUAL_PRIORITY))
    except argparse.ArgumentTypeError:
        # Its value is not told: what was put there by mistake may be a secret.
        message = _("{text} is not a whole number from {least} to {most}")
        raise WrongUsage(message.format(text=PRIORITY, least=0, most=PRIORITY_MAXIMUM)) from None


def _report(options: argparse.Namespace, environ: Environ, taken: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The Report; None where the profile's is left as it is, or there is none."""
    scoped = {"ReportScope": _SCOPES[options.report_scope]} if options.report_scope else {}
    where = options.report or (None if taken else environ.get(REPORT) or None)
    if where is None:
        return {**taken, **scoped} if taken and scoped else None
    place = place_given(where, "--report" if options.report else REPORT)
    prefix = {"Prefix": place.key.rstrip("/")} if place.key else {}
    # Named also where it is the usual one: what is typed either way is one job, with one token.
    scope = _SCOPES[options.report_scope or "all"]
    return {"Bucket": f"cos://{place.bucket}", "Enabled": True, **prefix, "ReportScope": scope}


def place_given(text: str, what: str) -> Resource:
    """The bucket, or the place in it, that an option or a variable names. Raises WrongUsage."""
    # Not the text itself: what was put into a variable by mistake may be a secret.
    message = _("{what} names no bucket: {reason}; write cos://bucket-appid/prefix")
    return resource_of(text, message, what=what)


def upload_folder(
    upload_to: str | None, environ: Environ, profile: Profile | None, report_bucket: str | None
) -> Resource:
    """Where lists are uploaded, as --upload-to or else a variable says; the key is empty, or ends in a slash.

    Raises WrongUsage.
    """
    given = upload_to or environ.get(UPLOAD_TO) or None
    if given is not None:
        place = place_given(given, "--upload-to" if upload_to else UPLOAD_TO)
        folder = (place.key or "").rstrip("/")
        return place._replace(key=f"{folder}/" if folder else "")
    if profile is not None and profile.match is not None:
        return Resource(profile.match.bucket, UPLOAD_FOLDER, None)
    if report_bucket is None:
        message = _("nothing says where the list is uploaded: --upload-to or {variable} names the place")
        raise WrongUsage(message.format(variable=UPLOAD_TO))
    return Resource(names.parse_resource(report_bucket).bucket, UPLOAD_FOLDER, None)
