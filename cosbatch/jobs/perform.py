"""Does what one call asks for: from the call to the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from cosbatch.configuration import caller_policy
from cosbatch.configuration.profiles import Profile, document_of
from cosbatch.configuration.reading import Configuration
from cosbatch.configuration.settings import Settings
from cosbatch.jobs import creation
from cosbatch.jobs.creation import Order
from cosbatch.jobs.inspection import Inspection, inspect
from cosbatch.jobs.plan import check_digest, plan_of
from cosbatch.model import identity
from cosbatch.model.errors import CosbatchError, InvalidManifest, ServiceSideError
from cosbatch.model.messages import Call
from cosbatch.schemas.calls import CREATE_JOB_OPTIONS, load_call
from cosbatch.schemas.elements import load
from cosbatch.service import actions
from cosbatch.service.exchange import Exchange


@dataclass(frozen=True)
class CallContext:
    """What a call is worked on with: the configuration, the way to the service, time and chance."""

    configuration: Configuration
    exchange: Exchange
    now: Callable[[], float]
    random_bytes: Callable[[int], bytes]

    @property
    def settings(self) -> Settings:
        return self.configuration.settings


def perform(call: Call, context: CallContext) -> dict[str, object]:
    """The result of the call. Raises CosbatchError, ValueError for an action that the API has not."""
    match call.action:
        case "CreateJob":
            return create_job(call, context)
        case "DescribeJob":
            return describe_job(call, context)
        case "ListJobs":
            return list_jobs(call, context)
        case "UpdateJobPriority":
            return update_job_priority(call, context)
        case "UpdateJobStatus":
            return update_job_status(call, context)
        case "DeleteJob":
            return delete_job(call, context)
    raise ValueError(f"{call.action} is no action of the API")


@dataclass(frozen=True)
class Draft:
    """A job that may be created: the order, what its manifest is, and the profile it came by."""

    order: Order
    inspection: Inspection
    profile: Profile | None


def create_job(call: Call, context: CallContext) -> dict[str, object]:
    """The result of CreateJob, or its plan. Raises CosbatchError."""
    options = _options(call)
    try:
        draft = draft_of(call, options, context)
    except (InvalidManifest, ServiceSideError) as error:
        known = _made_before(call, error, context)
        if known is None:
            raise
        return known
    if options["DryRun"]:
        return plan_of(draft.order, draft.inspection, context.configuration.profiles, context.settings)
    check_digest(options.get("PlanDigest"), draft.order)
    return {**_created(draft, context), **_of_upload(call)}


def _created(draft: Draft, context: CallContext) -> dict[str, object]:
    """What came of it, with a warning of what could not be looked at before."""
    unchecked = draft.inspection.unchecked
    try:
        result = creation.create(draft.order, context.exchange, context.settings)
        return {**result, "Warnings": [*unchecked]} if unchecked else result
    except CosbatchError as error:
        # With it the caller can ask again, and get the job that there may be.
        error.fields["ClientRequestToken"] = draft.order.token
        raise


def _made_before(call: Call, error: CosbatchError, context: CallContext) -> dict[str, object] | None:
    """The upload's job, where an earlier delivery of its event made it and the manifest was changed or removed since."""
    if call.upload is None or call.token is None or error.retryable:
        return None
    known = creation.recall(call.token, context.exchange, context.settings)
    return {**known, **_of_upload(call)} if known else None


def _of_upload(call: Call) -> dict[str, object]:
    return {"Manifest": call.upload.arn, "Profile": call.profile} if call.upload else {}


def _options(call: Call) -> dict[str, Any]:
    given = {name: value for name, value in call.fields.items() if name in CREATE_JOB_OPTIONS.fields}
    return load(CREATE_JOB_OPTIONS, given, "The call breaks rules of CreateJob; nothing was sent.")


def draft_of(call: Call, options: Mapping[str, Any], context: CallContext) -> Draft:
    """Everything but the sending: validate, bound, look at the manifest, give the job its identity."""
    settings, profiles = context.settings, context.configuration.profiles
    name = call.profile or options.get("Profile")
    profile = profiles.named(name) if name is not None else None
    elements = {name: value for name, value in call.fields.items() if name not in CREATE_JOB_OPTIONS.fields}
    document = document_of(elements, profile, settings.account.region, _date(call, context))
    caller_policy.check(document, profile, profiles, settings)
    inspection = inspect(document["Manifest"], profile.limits if profile else {}, settings, context.exchange)
    caller_policy.check_size(inspection.rows, profile)
    document = _completed(document, inspection, profile)
    token = document["ClientRequestToken"] or call.token or identity.fresh_token(context.random_bytes)
    return Draft(creation.order_of(document, token, call.caller), inspection, profile)


def _completed(document: dict[str, Any], inspection: Inspection, profile: Profile | None) -> dict[str, Any]:
    confirm = document["ConfirmationRequired"] or caller_policy.needs_confirmation(document, profile)
    manifest = {"Location": inspection.location, "Spec": inspection.spec}
    return {**document, "ConfirmationRequired": confirm, "Manifest": manifest}


def _date(call: Call, context: CallContext) -> str:
    """The day in UTC: an upload's own, so that a later delivery of its event makes the same job.

    An event without a time, which the platform never sends, is of the first day that there is.
    """
    seconds = context.now() if call.upload is None else call.upload.time or 0
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d")


def describe_job(call: Call, context: CallContext) -> dict[str, object]:
    return _described(load_call(call.action, call.fields)["JobId"], context)


def _described(job_id: str, context: CallContext) -> dict[str, object]:
    return context.exchange.ask(actions.describe_job_request(job_id, context.settings.account), actions.described)


def list_jobs(call: Call, context: CallContext) -> dict[str, object]:
    fields = load_call(call.action, call.fields)
    query = {name[:1].lower() + name[1:]: value for name, value in fields.items()}
    return context.exchange.ask(actions.list_jobs_request(query, context.settings.account), actions.listed)


def update_job_priority(call: Call, context: CallContext) -> dict[str, object]:
    fields = load_call(call.action, call.fields)
    caller_policy.check_priority(fields["Priority"], context.configuration.profiles)
    request = actions.update_job_priority_request(fields["JobId"], fields["Priority"], context.settings.account)
    return context.exchange.ask(request, actions.updated_priority)


def update_job_status(call: Call, context: CallContext) -> dict[str, object]:
    """A caller who is known by a token may not be the one who asked for the job that is confirmed."""
    fields = load_call(call.action, call.fields)
    status, reason = fields["RequestedJobStatus"], fields.get("StatusUpdateReason")
    if call.caller is not None and status == "Ready":
        job: Any = _described(fields["JobId"], context)["Job"]
        caller_policy.check_confirmation(job.get("Description"), call.caller, context.configuration.profiles)
    request = actions.update_job_status_request(fields["JobId"], status, reason, context.settings.account)
    return context.exchange.ask(request, actions.updated_status)


def delete_job(call: Call, context: CallContext) -> dict[str, object]:
    job_id = load_call(call.action, call.fields)["JobId"]
    return {
        "JobId": job_id,
        **context.exchange.ask(actions.delete_job_request(job_id, context.settings.account), actions.deleted),
    }
