"""The warnings of a plan in the words of the command line; a plan in JSON has them in English, with a pointer for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cosbatch.cli.terminal.language import N_, _
from cosbatch.model import names

# By the names that jobs/plan.py gives them.
_WORDS = {
    "NoReport": N_("no report is ordered: nothing will tell which objects failed"),
    "CopyOntoItself": N_("the target is a source too: objects of {target} are copied onto themselves"),
    "EmptiesKeys": N_("the new key of an object that is called just {prefix} is empty"),
    "DeletesInventory": N_("the list is an inventory: everything that it lists is deleted"),
    "DeletesWithoutVersions": N_("the list names no VersionId: without versioning the objects are gone for good"),
    "LowestPriority": N_("the priority is 0: every other job goes first, and the console cannot set it"),
}


def told(warning: Mapping[str, Any], document: Mapping[str, Any]) -> str:
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
