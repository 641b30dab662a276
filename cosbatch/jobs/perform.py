"""Does what one call asks for: from the call to the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from cosbatch.configuration import Configuration, caller_policy
from cosbatch.configuration.profiles import Profile, document_of
from cosbatch.jobs import creation
from cosbatch.jobs.inspection import Inspection, inspect, warning_of
from cosbatch.jobs.plan import check_digest, plan_of
from cosbatch.jobs.uploaded import UploadedManifest, find_uploaded
from cosbatch.model import identity
from cosbatch.model.errors import (
    CosbatchError,
    DuplicateUnresolved,
    Forbidden,
    InvalidRequest,
    ServiceSideError,
    UnexpectedResponse,
    UpstreamTLS,
)
from cosbatch.model.messages import Call, Upload
from cosbatch.schemas.calls import CREATE_JOB_OPTIONS, load_call
from cosbatch.schemas.elements import load
from cosbatch.service import actions
from cosbatch.service.exchange import Exchange


class CallContext(NamedTuple):
    """What a call is worked on with: the configuration, the way to the service with its clock, and chance."""

    configuration: Configuration
    exchange: Exchange
    random_bytes: Callable[[int], bytes]


def perform(call: Call, context: CallContext) -> dict[str, object]:
    """The result of the call. Raises CosbatchError, KeyError for an action that the API has not."""
    if call.upload is not None:
        return _create_for_upload(call.upload, call.fields["Profile"], context)
    if call.action == "CreateJob":
        return create_or_plan(*draft_of_call(call, context), context)
    fields, ask, account = load_call(call.action, call.fields), context.exchange.ask, context.exchange.account
    match call.action:
        case "DescribeJob":
            request = actions.describe_job_request(fields["JobId"], account)
            return ask(request, partial(actions.described, fields["JobId"]))
        case "ListJobs":
            query = {name[:1].lower() + name[1:]: value for name, value in fields.items()}
            return ask(actions.list_jobs_request(query, account), actions.listed)
        case "UpdateJobPriority":
            caller_policy.check_priority(fields["Priority"], context.configuration.profiles)
            request = actions.update_job_priority_request(fields["JobId"], fields["Priority"], account)
            return ask(request, partial(actions.updated_priority, fields["JobId"]))
        case "UpdateJobStatus":
            return _update_job_status(fields, call.caller, context)
        case _:
            assert call.action == "DeleteJob"
            deleted = ask(actions.delete_job_request(fields["JobId"], account), actions.deleted)
            return {"JobId": fields["JobId"], **deleted}


def _update_job_status(fields: Mapping[str, Any], caller: str | None, context: CallContext) -> dict[str, object]:
    """A caller who is known by a token may not be the one who asked for the job that is confirmed."""
    ask, account = context.exchange.ask, context.exchange.account
    job_id, status = fields["JobId"], fields["RequestedJobStatus"]
    if caller is not None and status == "Ready":
        job: Any = ask(actions.describe_job_request(job_id, account), partial(actions.described, job_id))["Job"]
        caller_policy.check_confirmation(job.get("Description"), caller, context.configuration.profiles)
    request = actions.update_job_status_request(job_id, status, fields.get("StatusUpdateReason"), account)
    return ask(request, partial(actions.updated_status, job_id))


class Draft(NamedTuple):
    """A job that may be created: the order, and what its manifest is."""

    order: creation.Order
    inspection: Inspection


def create_or_plan(draft: Draft, options: Mapping[str, Any], context: CallContext) -> dict[str, object]:
    """The result of CreateJob for the draft of a call that says this besides. Raises CosbatchError."""
    if options["DryRun"]:
        return plan_of(draft.order, draft.inspection, context.exchange.account)
    check_digest(options.get("PlanDigest"), draft.order)
    return created(draft, context)


def draft_of_call(call: Call, context: CallContext) -> tuple[Draft, Mapping[str, Any]]:
    """The job that the call asks for, and what the call says besides its document. Raises CosbatchError."""
    given = {name: value for name, value in call.fields.items() if name in CREATE_JOB_OPTIONS.fields}
    elements = {name: value for name, value in call.fields.items() if name not in CREATE_JOB_OPTIONS.fields}
    try:
        options = load(CREATE_JOB_OPTIONS, given, "The call breaks rules of CreateJob; nothing was sent.")
    except InvalidRequest as error:
        profile = context.configuration.profiles.find(given.get("Profile"))
        # Which elements a profile leaves to the caller is not known of one that is not named rightly.
        if profile is not None or "Profile" not in given:
            try:
                document_of(elements, profile, context.configuration.settings.account.region, 0.0)
            except (InvalidRequest, Forbidden) as more:
                error.problems += more.problems
        raise
    profile = context.configuration.profiles.named(options["Profile"]) if "Profile" in options else None
    now = context.exchange.deadline.clock.now()
    return draft_of(call._replace(fields=elements), profile, now, context), options


def _create_for_upload(upload: Upload, name: object, context: CallContext) -> dict[str, object]:
    """The result for the list that was uploaded."""
    profile = context.configuration.profiles.named(name)
    try:
        found = find_uploaded(upload, profile.name, context.exchange)
        result = _created_once(found, profile, context)
    except ServiceSideError as error:
        error.retryable = _may_pass(error)
        raise
    return {**_warned(result, found.warnings), "Manifest": upload.arn, "Profile": profile.name}


def _created_once(found: UploadedManifest, profile: Profile, context: CallContext) -> dict[str, Any]:
    """The job of the manifest; where that is refused by now, the one that was made before, if there is one."""
    call = Call("CreateJob", {"Manifest": {"Location": found.manifest.location}}, found.token)
    try:
        draft = draft_of(call, profile, found.modified, context)
        result = created(draft, context)
    except CosbatchError as error:
        if _may_pass(error) or isinstance(error, UpstreamTLS):
            raise
        try:
            made = creation.recall(found.token, found.manifest.location, context.exchange)
        except DuplicateUnresolved:
            # Whether there is one cannot be seen now: the refusal says what is wrong, and asks for another delivery.
            error.retryable = True
            raise error from None
        if made is None:
            raise
        return made
    # An uploader sees no plan, so the result tells how many rows the list has, and what is worth a warning in it.
    rows = {} if draft.inspection.rows is None else {"Rows": draft.inspection.rows}
    return _warned({**result, **rows}, map(warning_of, draft.inspection.warnings))


def _may_pass(error: CosbatchError) -> bool:
    """Whether it may be otherwise at the next delivery of an upload: also where the object is not there or was changed
    meanwhile, and after answers that may not be the service's own.
    """
    if not isinstance(error, ServiceSideError):
        return error.retryable
    return error.retryable or error.unproven or error.status in (404, 412) or isinstance(error, UnexpectedResponse)


def created(draft: Draft, context: CallContext) -> dict[str, Any]:
    """What was created, with a warning of what could not be looked at before. Raises CosbatchError, with the token."""
    try:
        result = creation.create(draft.order, context.exchange)
    except CosbatchError as error:
        # With it the caller can ask again, and get the job that there may be.
        error.fields["ClientRequestToken"] = draft.order.token
        raise
    return _warned(result, draft.inspection.unchecked)


def _warned(result: dict[str, Any], more: Iterable[object]) -> dict[str, Any]:
    """The result with more warnings behind its own."""
    warnings = [*result.get("Warnings", ()), *more]
    return {**result, "Warnings": warnings} if warnings else result


def draft_of(call: Call, profile: Profile | None, moment: float, context: CallContext) -> Draft:
    """Everything but the sending: validate, bound, look at the manifest, give the job its identity.

    The call's fields are elements of the document alone; `moment`, in Unix seconds, is of the day that {date} stands for.
    """
    settings, profiles = context.configuration
    document_on = partial(document_of, call.fields, profile, settings.account.region)
    document = document_on(moment)
    caller_policy.check(document, profile, profiles, settings)
    inspection = inspect(document["Manifest"], profile.limits if profile else {}, settings, context.exchange)
    caller_policy.check_size(inspection.seen, profile, inspection.is_complete)
    document["Manifest"] = {"Location": inspection.location, "Spec": inspection.spec}
    if caller_policy.needs_confirmation(document, profile):
        document["ConfirmationRequired"] = True
    given = document["ClientRequestToken"]
    if given and call.token:
        # A token in a timer's message holds for all of its ticks.
        given = identity.token_given_to_event(given)
    token = given or call.token or identity.fresh_token(context.random_bytes)
    digest_on = partial(_digest_on, document, document_on)
    order = creation.order_of(document, token, call.caller)._replace(digest_on=digest_on)
    if inspection.leaves_limit_open:
        # What nobody could check waits for a person; whether there was time for it makes no other job.
        order = order._replace(document={**order.document, "ConfirmationRequired": True})
    return Draft(order, inspection)


def _digest_on(document: Mapping[str, Any], document_on: Callable[[float], Mapping[str, Any]], moment: float) -> str:
    """The digest of the call's complete document, had it been called at that moment: {date} stands for its day."""
    then = document_on(moment)
    return identity.digest_of({**document, "Description": then["Description"], "Report": then["Report"]})
