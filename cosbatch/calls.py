"""Does what one call asks for: from the call to the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from cosbatch import actions, creation, identity, policy
from cosbatch.configuration import Configuration
from cosbatch.creation import Order
from cosbatch.errors import CosbatchError
from cosbatch.inspection import Inspection, inspect
from cosbatch.messages import Call
from cosbatch.plan import check_digest, plan_of
from cosbatch.profiles import Profile, document_of
from cosbatch.retry import Exchange
from cosbatch.schemas.calls import CREATE_JOB_OPTIONS, load_call
from cosbatch.schemas.elements import load


@dataclass(frozen=True)
class Desk:
    """What a call is worked on with: the configuration, the way to the service, time and chance."""

    configuration: Configuration
    exchange: Exchange
    now: Callable[[], float]
    random_bytes: Callable[[int], bytes]


def perform(call: Call, desk: Desk) -> dict[str, object]:
    """The result of the call. Raises CosbatchError."""
    if call.action == "CreateJob":
        return create_job(call, desk)
    fields = load_call(call.action, call.fields)
    settings, ask = desk.configuration.settings, desk.exchange.ask
    if call.action == "DescribeJob":
        return ask(actions.describe_job_request(fields["JobId"], settings), actions.described)
    if call.action == "ListJobs":
        query = {name[:1].lower() + name[1:]: value for name, value in fields.items()}
        return ask(actions.list_jobs_request(query, settings), actions.listed)
    if call.action == "UpdateJobPriority":
        request = actions.update_job_priority_request(fields["JobId"], fields["Priority"], settings)
        return ask(request, actions.updated_priority)
    if call.action == "UpdateJobStatus":
        status, reason = fields["RequestedJobStatus"], fields.get("StatusUpdateReason")
        request = actions.update_job_status_request(fields["JobId"], status, reason, settings)
        return ask(request, actions.updated_status)
    return {"JobId": fields["JobId"], **ask(actions.delete_job_request(fields["JobId"], settings), actions.deleted)}


@dataclass(frozen=True)
class Draft:
    """A job that may be created: the order, what its manifest is, and the profile it came by."""

    order: Order
    inspection: Inspection
    profile: Profile | None


def create_job(call: Call, desk: Desk) -> dict[str, object]:
    """The result of CreateJob, or its plan. Raises CosbatchError."""
    options = _options(call)
    draft = draft_of(call, options, desk)
    if options["DryRun"]:
        configuration = desk.configuration
        return plan_of(draft.order, draft.inspection, configuration.profiles, configuration.settings)
    check_digest(options.get("PlanDigest"), draft.order)
    try:
        result = creation.create(draft.order, desk.exchange, desk.configuration.settings)
    except CosbatchError as error:
        # With it the caller can ask again, and get the job that there may be.
        error.fields["ClientRequestToken"] = draft.order.token
        raise
    if call.upload is None:
        return result
    manifest = draft.order.document["Manifest"]["Location"]["ObjectArn"]
    return {**result, "Manifest": manifest, "Profile": call.profile}


def _options(call: Call) -> dict[str, Any]:
    given = {name: value for name, value in call.fields.items() if name in CREATE_JOB_OPTIONS.fields}
    return load(CREATE_JOB_OPTIONS, given, "The call breaks rules of CreateJob; nothing was sent.")


def draft_of(call: Call, options: Mapping[str, Any], desk: Desk) -> Draft:
    """Everything but the sending: validate, bound, look at the manifest, give the job its identity."""
    settings, profiles = desk.configuration.settings, desk.configuration.profiles
    name = call.profile or options.get("Profile")
    profile = profiles.named(name) if name is not None else None
    elements = {name: value for name, value in call.fields.items() if name not in CREATE_JOB_OPTIONS.fields}
    document = document_of(elements, profile, settings.region, _date(call, desk))
    policy.check(document, profile, profiles, settings)
    inspection = inspect(document["Manifest"], settings, desk.exchange)
    policy.check_size(inspection.rows, profile)
    document = _completed(document, inspection, profile)
    token = document["ClientRequestToken"] or call.token or identity.fresh_token(desk.random_bytes)
    return Draft(creation.order_of(document, token), inspection, profile)


def _completed(document: dict[str, Any], inspection: Inspection, profile: Profile | None) -> dict[str, Any]:
    confirm = document["ConfirmationRequired"] or policy.needs_confirmation(document, profile)
    manifest = {"Location": inspection.location, "Spec": inspection.spec}
    return {**document, "ConfirmationRequired": confirm, "Manifest": manifest}


def _date(call: Call, desk: Desk) -> str:
    """The day in UTC: an upload's own, so that a later delivery of its event makes the same job."""
    seconds = call.upload.time if call.upload and call.upload.time else desk.now()
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d")
