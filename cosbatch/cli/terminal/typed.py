"""What a person typed for a place in the document of a call: failures name that to people, and JSON pointers to programs."""

from __future__ import annotations

import argparse
import re

# Where the list stands in a document, and by which options the commands named after operations give the rest of it.
_LIST = ("/Manifest", "/Manifest/Location/ObjectArn")
_OPTIONS = {
    "/Profile": ("profile",),
    "/Description": ("description",),
    "/Priority": ("priority",),
    "/RoleArn": ("role",),
    "/Report": ("report", "report_scope"),
    "/Report/Bucket": ("report",),
    "/Report/Prefix": ("report",),
    "/Report/ReportScope": ("report_scope",),
    "/Operation": ("days", "tier", "to", "strip", "storage_class"),
    "/Operation/COSInitiateRestoreObject/ExpirationInDays": ("days",),
    "/Operation/COSInitiateRestoreObject/JobTier": ("tier",),
    "/Operation/COSPutObjectCopy/TargetResource": ("to",),
    "/Operation/COSPutObjectCopy/TargetKeyPrefix": ("to",),
    "/Operation/COSPutObjectCopy/ResourcesPrefix": ("strip",),
    "/Operation/COSPutObjectCopy/StorageClass": ("storage_class",),
    "/ClientRequestToken": ("token",),
    "/PlanDigest": ("plan_digest",),
}
_VARIABLE = re.compile(r"/([A-Z][A-Z_]+)")


def place_typed(pointer: str, options: argparse.Namespace) -> str:
    """The name of the list or of a variable, or the options that were given for what the pointer is at; itself where none were."""
    if pointer in _LIST:
        return getattr(options, "list", pointer)
    if variable := _VARIABLE.fullmatch(pointer):
        return variable[1]
    # Only those commands have it: in others, what is called `report` or `priority` is another thing.
    names = _OPTIONS.get(pointer, ()) if "report_scope" in options else ()
    given = [f"--{name.replace('_', '-')}" for name in names if getattr(options, name, None) is not None]
    return ", ".join(given) or pointer or "/"
