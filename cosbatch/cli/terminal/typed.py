"""What a person typed: failures name that to people, and to programs its place in the document of a call, a JSON pointer."""

from __future__ import annotations

import argparse
import re
import shlex

from cosbatch.jobs.inspection import OBJECT_ARN

# Where the list stands in a document, and by which options the commands named after operations give the rest of it.
_LIST = ("/Manifest", OBJECT_ARN)
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


def option_typed(name: str) -> str:
    """`--dry-run` of `dry_run`, as the parsed options name it."""
    return f"--{name.replace('_', '-')}"


def service_typed(options: argparse.Namespace) -> str:
    """The options by which the service is found, as the next command needs them too; empty where none were given."""
    given = [(option_typed(name), getattr(options, name, None)) for name in ("region", "endpoint")]
    return "".join(f" {option} {shlex.quote(value)}" for option, value in given if value)


def place_typed(pointer: str, options: argparse.Namespace) -> str:
    """The name of the list or of a variable, or the options that were given for what the pointer is at; itself where none were."""
    if pointer in _LIST:
        return getattr(options, "list", pointer)
    if variable := _VARIABLE.fullmatch(pointer):
        return variable[1]
    # Only those commands have it: in others, what is called `report` or `priority` is another thing.
    names = _OPTIONS.get(pointer, ()) if "report_scope" in options else ()
    given = [option_typed(name) for name in names if getattr(options, name, None) is not None]
    return ", ".join(given) or pointer or "/"
