"""What is about to be done, in words: shown before somebody is asked, and by --dry-run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cosbatch.cli.job_commands.plan_warnings import told
from cosbatch.cli.job_commands.service_limits import notes_on
from cosbatch.cli.remote.content import Content
from cosbatch.cli.terminal.language import _, ngettext
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
    document, what = proposals[0].document, _what(proposals)
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
    has_versions = "VersionId" in (proposals[0].draft.inspection.spec["Fields"] or ())
    asked = _("DELETE {what}? Where a bucket keeps no versions, they are gone for good.")
    if has_versions:
        asked = _("DELETE {what}? The versions that the list names are gone for good.")
    return asked.format(what=what)


def _what(proposals: Sequence[Proposal]) -> str:
    counts = [proposal.rows for proposal in proposals]
    if None in counts:
        return _("all objects of the list")
    count = sum(count or 0 for count in counts)
    return ngettext("{count} object", "{count} objects", count).format(count=f"{count:,}")


def lines_on(proposals: Sequence[Proposal], settings: Settings) -> Iterator[str]:
    """What it is, to how many objects, where the list and the report go; limits and warnings."""
    document, inspections = proposals[0].document, [proposal.draft.inspection for proposal in proposals]
    buckets = list(dict.fromkeys(bucket for inspection in inspections for bucket in inspection.buckets))
    rows = [proposal.rows for proposal in proposals]
    yield from record({name: text for name, text in _facts(proposals, buckets).items() if text})
    for note in notes_on(document["Operation"], rows, len(buckets), settings.account.region):
        yield _("Note: {note}").format(note=note)
    warnings: list[str] = []
    for proposal in proposals:
        plan: Any = plan_of(proposal.draft.order, proposal.draft.inspection, settings.account)["Plan"]
        warnings += [told(warning, document) for warning in plan["Warnings"]]
    found = list(dict.fromkeys(warnings))
    yield from found[:_MOST]
    left = len(found) - _MOST
    if left > 0:
        more = ngettext(
            "and {count} warning more; --dry-run --json shows all",
            "and {count} warnings more; --dry-run --json shows all",
            left,
        )
        yield more.format(count=f"{left:,}")


def _facts(proposals: Sequence[Proposal], buckets: Sequence[str]) -> dict[str, str]:
    document, first = proposals[0].document, proposals[0]
    ((operation, parameters),) = document["Operation"].items()
    rows = [proposal.rows for proposal in proposals]
    count = _("an unknown number") if None in rows else f"{sum(filter(None, rows)):,}"
    most = max(filter(None, rows), default=0)
    jobs = ngettext("{count}, of at most {rows} object", "{count}, of at most {rows} objects", most)
    report = document["Report"]
    reported = f"{_cos(report['Bucket'])}/{report.get('Prefix') or ''}, {report['ReportScope']}"
    return {
        _("Operation"): " ".join([operation, *_parameters(parameters)]),
        _("Objects"): _("{count}, in {buckets}").format(count=count, buckets=", ".join(buckets) or _("no bucket")),
        _("Jobs"): jobs.format(count=f"{len(proposals):,}", rows=f"{most:,}") if rows[1:] else "",
        _("List"): _list(first) + (_(" and {count} more").format(count=f"{len(proposals) - 1:,}") if rows[1:] else ""),
        _("Report"): reported if report["Enabled"] else _("none"),
        _("Role"): str(document["RoleArn"]),
        _("Priority"): str(document["Priority"]),
        _("Description"): without_marker(str(document["Description"])),
        _("Confirmation"): _("each job waits until somebody confirms it") if document["ConfirmationRequired"] else "",
    }


def _list(proposal: Proposal) -> str:
    place = proposal.place.uri
    return place if proposal.content is None else _("to be uploaded to {place}").format(place=place)


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
