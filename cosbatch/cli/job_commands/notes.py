"""What to know before a job is made: the service's limits that it may meet, and the warnings of its plan.

The limits are those of the service's pages: they are few, and none counts rows or jobs. A plan in JSON has its warnings in
English, with a pointer for programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cosbatch.cli.terminal.language import N_, _
from cosbatch.cli.terminal.regions import not_offered_told
from cosbatch.model import names

# More tasks than this, and a job ends as failed once half of what is done has failed (managing jobs, 436/38604).
_THRESHOLD = 1_000
# The warnings, by the names that jobs/plan.py gives them.
_WORDS = {
    "NoReport": N_("no report is ordered: nothing will tell which objects failed"),
    "CopyOntoItself": N_("the target is a source too: objects of {target} are copied onto themselves"),
    "EmptiesKeys": N_("the new key of an object that is called just {prefix} is empty"),
    "DeletesInventory": N_("the list is an inventory: everything that it lists is deleted"),
    "DeletesWithoutVersions": N_("the list names no VersionId: without versioning the objects are gone for good"),
    "LowestPriority": N_("the priority is 0: every other job goes first, and the console cannot set it"),
}


def limits_met(operation: Mapping[str, Any], rows: Sequence[int | None], buckets: int, region: str) -> Iterator[str]:
    """A line for each limit that the jobs may meet; `rows` of each job, `buckets` that their rows name."""
    if told := not_offered_told(region):
        yield told
    if len(rows) > 1:
        unknown = _(
            "{count} jobs: no page says how many an account may have. Where one is refused (TooManyJobs), the same command "
            "goes on later."
        )
        yield unknown.format(count=f"{len(rows):,}")
    if max((count or 0 for count in rows), default=0) > _THRESHOLD:
        ends = _("A job of more than {count} objects ends as failed once half of its tasks so far have failed.")
        yield ends.format(count=f"{_THRESHOLD:,}")
    if "COSPutObjectCopy" in operation:
        yield _("An object over 5 GB cannot be copied by a job.")
        if buckets > 1:
            one = _("A copying job takes all its objects from one bucket; the list names {count}.")
            yield one.format(count=buckets)


def warning_told(warning: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """A line on a warning of the document's plan."""
    words = _WORDS.get(warning.get("Warning", ""))
    if words is not None:
        return _("Warning: {message}").format(message=_(words).format(**_values(document)))
    if "Pointer" in warning:
        return _("Warning: {where} {message}").format(where=warning["Pointer"], message=warning["Message"])
    return _("Warning: line {number}: {message}").format(number=warning.get("Line"), message=warning["Message"])


def _values(document: Mapping[str, Any]) -> dict[str, str]:
    copy = document["Operation"].get("COSPutObjectCopy")
    if copy is None:
        return {}
    return {"target": names.parse_resource(copy["TargetResource"]).bucket, "prefix": copy.get("ResourcesPrefix") or ""}
