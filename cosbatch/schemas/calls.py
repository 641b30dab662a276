"""What a call may hold beside the document of CreateJob: the actions and their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError
from marshmallow.validate import Predicate

from cosbatch.model import names
from cosbatch.model.errors import InvalidRequest, Problem, quoted
from cosbatch.schemas.document import PRIORITY_MAXIMUM
from cosbatch.schemas.elements import Choice, Element, Flag, Number, Text, load

STATES = (
    *("Active", "Cancelled", "Cancelling", "Complete", "Completing", "Failed", "Failing", "New", "Paused", "Pausing"),
    *("Preparing", "Ready", "Suspended"),
)
FINAL_STATES = ("Cancelled", "Complete", "Failed")


def job_id(text: str) -> None:
    if not names.is_job_id(text):
        raise ValidationError("must be a JobId: letters, digits, dashes, underscores, dots and tildes")


class CreateJobOptions(Element):
    """What CreateJob takes beside the elements of the document."""

    Profile = Text(1, 64)
    DryRun = Flag(load_default=False)
    PlanDigest = Text(1, 128)


class OneJob(Element):
    # 1 to 64 bytes everywhere but in one answer, which says 5 to 36: the wider reading holds.
    JobId = Text(1, 64, validate=job_id, required=True)


class ListJobs(Element):
    """One state at a time: no source says how several would be asked for."""

    JobStatuses = Choice(*STATES)
    MaxResults = Number(1, 1000)
    NextToken = Text(1, 64, validate=Predicate("isprintable", error="must be printable"))


class UpdateJobPriority(OneJob):
    Priority = Number(0, PRIORITY_MAXIMUM, required=True)


class UpdateJobStatus(OneJob):
    RequestedJobStatus = Choice("Ready", "Cancelled", required=True)
    StatusUpdateReason = Text(0, 256)


CREATE_JOB_OPTIONS = CreateJobOptions()
SCHEMAS: dict[str, Element] = {
    "DescribeJob": OneJob(),
    "ListJobs": ListJobs(),
    "UpdateJobPriority": UpdateJobPriority(),
    "UpdateJobStatus": UpdateJobStatus(),
    "DeleteJob": OneJob(),
}
ACTIONS = ("CreateJob", *SCHEMAS)


def load_call(action: str, fields: Mapping[str, object]) -> dict[str, Any]:
    """The fields of a call other than CreateJob, normalised. Raises InvalidRequest with all faults."""
    return load(SCHEMAS[action], capitalised(fields), f"The call breaks rules of the {action} page; nothing was sent.")


def capitalised(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields by their elements' names; they may come as the pages' parameters, which begin with a small letter.

    Raises InvalidRequest where one is given in both ways.
    """
    named = {name[:1].upper() + name[1:]: value for name, value in fields.items()}
    if len(named) < len(fields):
        twice = [name for name in named if name in fields and name[:1].lower() + name[1:] in fields.keys() - {name}]
        message = "is given twice, with a small first letter too; give it once"
        problems = [Problem(f"/{quoted(name)}", message) for name in twice]
        raise InvalidRequest("The call gives a field twice; nothing was sent.", problems)
    return named
