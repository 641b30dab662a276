"""What is about to be done, in words: shown before somebody is asked, and by --dry-run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cosbatch.cli.job_commands.notes import limits_met, warning_told
from cosbatch.cli.remote.content import Content
from cosbatch.cli.terminal.language import N_, _, ngettext
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
    # The moment, in Unix seconds, whose day {date} stands for while the list is not uploaded.
    planned_at: float = 0.0

    @property
    def document(self) -> Mapping[str, Any]:
        return self.draft.order.document

    @property
    def rows(self) -> int | None:
        return self.draft.inspection.rows


def waiting(draft: Draft) -> dict[str, object]:
    """What the result of a job says that waits until somebody confirms it; nothing of another."""
    return {N_("ConfirmationRequired"): True} if draft.order.document["ConfirmationRequired"] else {}


def question(proposals: Sequence[Proposal]) -> str:
    """The one thing to say yes or no to, in the plainest words."""
    document, what = proposals[0].document, objects_told(_rows(proposals))
    (operation,) = document["Operation"].items()
    match operation:
        case ("COSInitiateRestoreObject", restore):
            days = restore["ExpirationInDays"]
            asked = ngettext("Restore {what} for {days} day?", "Restore {what} for {days} days?", days)
            return asked.format(what=what, days=days)
        case ("COSPutObjectCopy", copy):
            target = names.parse_resource(copy["TargetResource"]).bucket
            asked = _("Copy {what} to {target}? What is there by the same names is overwritten.")
            return asked.format(what=what, target=target)
        case ("COSPutObjectTagging", tagging):
            tags = ", ".join(f"{tag['Key']}={tag['Value']}" for tag in tagging["TagSet"])
            asked = _("Tag {what} with {tags}? Their other tags are lost.")
            if tagging.get("TaggingDirective") == "Add":
                asked = _("Tag {what} with {tags}? Their other tags stay.")
            return asked.format(what=what, tags=tags)
    asked = _("DELETE {what}? Where a bucket keeps no versions, they are gone for good.")
    if "VersionId" in (proposals[0].draft.inspection.spec["Fields"] or ()):
        asked = _("DELETE {what}? The versions that the list names are gone for good.")
    return asked.format(what=what)


def objects_told(rows: int | None) -> str:
    """So many objects, in words; all of the list where nobody has counted them."""
    if rows is None:
        return _("all objects of the list")
    return ngettext("{count} object", "{count} objects", rows).format(count=f"{rows:,}")


def _rows(proposals: Sequence[Proposal]) -> int | None:
    """The rows of all of them; None where those of one are not known."""
    counts = [proposal.rows for proposal in proposals]
    return None if None in counts else sum(filter(None, counts))


def lines_on(proposals: Sequence[Proposal], settings: Settings) -> Iterator[str]:
    """What it is, to how many objects, where the list and the report go; limits and warnings."""
    document, inspections = proposals[0].document, [proposal.draft.inspection for proposal in proposals]
    buckets = list(dict.fromkeys(bucket for inspection in inspections for bucket in inspection.buckets))
    rows = [proposal.rows for proposal in proposals]
    yield from record({name: text for name, text in _facts(proposals, buckets).items() if text})
    for limit in limits_met(document["Operation"], rows, len(buckets), settings.account.region):
        yield _("Note: {note}").format(note=limit)
    warnings = list(dict.fromkeys(_warnings(proposals, settings)))
    yield from warnings[:_MOST]
    left = len(warnings) - _MOST
    if left > 0:
        more = ngettext(
            "and {count} warning more; --dry-run --json shows all",
            "and {count} warnings more; --dry-run --json shows all",
            left,
        )
        yield more.format(count=f"{left:,}")


def _warnings(proposals: Sequence[Proposal], settings: Settings) -> Iterator[str]:
    for proposal in proposals:
        plan: Any = plan_of(proposal.draft.order, proposal.draft.inspection, settings.account)["Plan"]
        yield from (warning_told(warning, proposal.document) for warning in plan["Warnings"])


def _facts(proposals: Sequence[Proposal], buckets: Sequence[str]) -> dict[str, str]:
    document, rows = proposals[0].document, _rows(proposals)
    ((operation, parameters),) = document["Operation"].items()
    count = _("an unknown number") if rows is None else f"{rows:,}"
    most = max(proposal.rows or 0 for proposal in proposals)
    jobs = ngettext("{count}, of at most {rows} object", "{count}, of at most {rows} objects", most)
    report = document["Report"]
    reported = f"{_cos(report['Bucket'])}/{report.get('Prefix') or ''}, {report['ReportScope']}"
    return {
        _("Operation"): " ".join([operation, *_parameters(parameters)]),
        _("Objects"): _("{count}, in {buckets}").format(count=count, buckets=", ".join(buckets) or _("no bucket")),
        _("Jobs"): jobs.format(count=f"{len(proposals):,}", rows=f"{most:,}") if len(proposals) > 1 else "",
        _("List"): _lists(proposals),
        _("Report"): reported if report["Enabled"] else _("none"),
        _("Role"): str(document["RoleArn"]),
        _("Priority"): str(document["Priority"]),
        _("Description"): without_marker(str(document["Description"])),
        _("Confirmation"): _("each job waits until somebody confirms it") if document["ConfirmationRequired"] else "",
    }


def _lists(proposals: Sequence[Proposal]) -> str:
    first, others = proposals[0], len(proposals) - 1
    told = first.place.uri if first.content is None else _("to be uploaded to {place}").format(place=first.place.uri)
    return told + (_(" and {count} more").format(count=f"{others:,}") if others else "")


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
    elif isinstance(value, bool):
        yield f"{path}={str(value).lower()}"
    else:
        yield f"{path}={_cos(str(value))}"


def _cos(text: str) -> str:
    """A bucket by its short name; other text as it is."""
    try:
        return f"cos://{names.parse_resource(text).bucket}"
    except ValueError:
        return text
