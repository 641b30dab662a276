"""What is about to be done, in words: shown before somebody is asked, and by --dry-run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cosbatch.cli.job_commands.service_limits import notes_on
from cosbatch.cli.remote.content import Content
from cosbatch.cli.terminal.tables import record
from cosbatch.configuration.settings import Settings
from cosbatch.jobs.perform import Draft
from cosbatch.jobs.plan import plan_of
from cosbatch.model import names
from cosbatch.model.identity import without_marker
from cosbatch.model.names import Resource

# Warnings that are shown; the plan has all.
_MOST = 5


@dataclass(frozen=True)
class Proposal:
    """A job that may be made: of a list that lies at `place`, or goes there, where it has a content on this machine."""

    place: Resource
    content: Content | None
    draft: Draft

    @property
    def document(self) -> Mapping[str, Any]:
        return self.draft.order.document

    @property
    def rows(self) -> int | None:
        return self.draft.inspection.rows


def question(proposals: Sequence[Proposal]) -> str:
    """The one thing to say yes or no to, in the plainest words."""
    document = proposals[0].document
    counts = [proposal.rows for proposal in proposals]
    what = f"{sum(count or 0 for count in counts):,} objects" if None not in counts else "all objects of the list"
    (operation,) = document["Operation"].items()
    match operation:
        case ("COSInitiateRestoreObject", restore):
            return f"Restore {what} for {restore['ExpirationInDays']} days?"
        case ("COSPutObjectCopy", copy):
            target = names.parse_resource(copy["TargetResource"]).bucket
            return f"Copy {what} to {target}? What is there by the same names is overwritten."
        case ("COSPutObjectTagging", tagging):
            tags = ", ".join(f"{tag['Key']}={tag['Value']}" for tag in tagging["TagSet"])
            stay = tagging.get("TaggingDirective") == "Add"
            return f"Tag {what} with {tags}? Their other tags {'stay' if stay else 'are lost'}."
    has_versions = "VersionId" in (proposals[0].draft.inspection.spec["Fields"] or ())
    lost = "The versions that the list names" if has_versions else "Where a bucket keeps no versions, they"
    return f"DELETE {what}? {lost} are gone for good."


def lines_on(proposals: Sequence[Proposal], settings: Settings) -> Iterator[str]:
    """What it is, to how many objects, where the list and the report go; limits and warnings."""
    document, inspections = proposals[0].document, [proposal.draft.inspection for proposal in proposals]
    buckets = list(dict.fromkeys(bucket for inspection in inspections for bucket in inspection.buckets))
    rows = [proposal.rows for proposal in proposals]
    yield from record({name: text for name, text in _facts(proposals, buckets).items() if text})
    for note in notes_on(document["Operation"], rows, len(buckets), settings.account.region):
        yield f"Note: {note}"
    warnings: list[str] = []
    for proposal in proposals:
        plan: Any = plan_of(proposal.draft.order, proposal.draft.inspection, settings)["Plan"]
        warnings += [_said(warning) for warning in plan["Warnings"]]
    found = list(dict.fromkeys(warnings))
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST:,} warnings more; --dry-run --json shows all"


def _facts(proposals: Sequence[Proposal], buckets: Sequence[str]) -> dict[str, str]:
    document, first = proposals[0].document, proposals[0]
    ((operation, parameters),) = document["Operation"].items()
    rows = [proposal.rows for proposal in proposals]
    count = "an unknown number" if None in rows else f"{sum(filter(None, rows)):,}"
    report = document["Report"]
    reported = f"{_cos(report['Bucket'])}/{report.get('Prefix') or ''}, {report['ReportScope']}"
    return {
        "Operation": " ".join([operation, *_parameters(parameters)]),
        "Objects": f"{count}, in {', '.join(buckets) or 'no bucket'}",
        "Jobs": f"{len(proposals):,}, of at most {max(filter(None, rows), default=0):,} objects" if rows[1:] else "",
        "List": _list(first) + (f" and {len(proposals) - 1:,} more" if rows[1:] else ""),
        "Report": reported if report["Enabled"] else "none",
        "Role": str(document["RoleArn"]),
        "Priority": str(document["Priority"]),
        "Description": without_marker(str(document["Description"])),
        "Confirmation": "each job waits until somebody confirms it" if document["ConfirmationRequired"] else "",
    }


def _list(proposal: Proposal) -> str:
    place = f"cos://{proposal.place.bucket}/{proposal.place.key}"
    return place if proposal.content is None else f"to be uploaded to {place}"


def _parameters(value: object, path: str = "") -> Iterator[str]:
    """Each leaf as name=value, a tag by its own name."""
    if isinstance(value, Mapping) and value.keys() == {"Key", "Value"}:
        yield f"{value['Key']}={value['Value']}"
    elif isinstance(value, Mapping):
        for name, below in value.items():
            yield from _parameters(below, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _parameters(below, f"{path}[{index}]")
    else:
        yield f"{path}={_cos(str(value))}"


def _cos(text: str) -> str:
    """A bucket by its short name; other text as it is."""
    try:
        return f"cos://{names.parse_resource(text).bucket}"
    except ValueError:
        return text


def _said(warning: Mapping[str, Any]) -> str:
    where = warning.get("Pointer") or f"line {warning.get('Line')}"
    return f"Warning: {where} {warning['Message']}"
