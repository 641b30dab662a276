"""Shows what a CreateJob call would send, and what a careful colleague would say of it, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cosbatch.jobs.creation import Order
from cosbatch.jobs.inspection import Inspection, warning
from cosbatch.model import names
from cosbatch.model.credentials import Account
from cosbatch.model.errors import IdempotencyMismatch, Problem
from cosbatch.service import actions


def plan_of(order: Order, inspection: Inspection, account: Account) -> dict[str, object]:
    """`{"Plan": {...}}`: the request as it would go out, without credentials, and what is known of its manifest."""
    request = actions.create_job_request(order.document, account)
    headers = {"Host": request.host, **dict(request.headers), "Content-Length": str(len(request.body))}
    found = [fault.as_json() for fault in inspection.warnings]
    plan: dict[str, object] = {
        "Method": request.method,
        "Host": request.host,
        "Path": request.path,
        "Headers": headers,
        "Body": request.body.decode(),
        "ClientRequestToken": order.token,
        "Digest": order.digest,
        "Manifest": {"ETag": inspection.location["ETag"], "Size": inspection.size, "Rows": inspection.rows},
        "Warnings": [*_warnings(order.document, inspection), *inspection.unchecked, *found],
    }
    return {"Plan": plan}


def check_digest(seen: str | None, order: Order) -> None:
    """Raises IdempotencyMismatch where the job is no longer the one whose plan was seen."""
    if seen is not None and seen != order.digest:
        problem = Problem("/PlanDigest", f"is {seen}, the job as it is now has {order.digest}")
        what = "the manifest, the profile or the call"
        message = f"Something has changed since the plan was made: {what}. Look at a new plan."
        raise IdempotencyMismatch(message, [problem])


def _warnings(document: Mapping[str, Any], inspection: Inspection) -> Iterator[dict[str, object]]:
    operation, spec = document["Operation"], document["Manifest"]["Spec"]
    if not document["Report"]["Enabled"]:
        yield warning("NoReport", "/Report/Enabled", "is false: nothing will tell which objects failed")
    if copy := operation.get("COSPutObjectCopy"):
        target = names.parse_resource(copy["TargetResource"]).bucket
        if target in inspection.buckets and not copy.get("PrefixReplace"):
            message = f"is a source too: objects of {target} are copied onto themselves"
            yield warning("CopyOntoItself", "/Operation/COSPutObjectCopy/TargetResource", message)
        if copy.get("ResourcesPrefix") and not copy.get("TargetKeyPrefix"):
            message = f"empties the key of an object that is called just {copy['ResourcesPrefix']!r}"
            yield warning("EmptiesKeys", "/Operation/COSPutObjectCopy/TargetKeyPrefix", message)
    if "COSDeleteObject" in operation:
        if spec["Format"] == names.INVENTORY:
            message = "is an inventory: everything that it lists is deleted"
            yield warning("DeletesInventory", "/Manifest/Spec/Format", message)
        elif "VersionId" not in (spec["Fields"] or ()):
            message = "names no VersionId: without versioning the objects are gone for good"
            yield warning("DeletesWithoutVersions", "/Manifest/Spec/Fields", message)
    if document["Priority"] == 0:
        yield warning("LowestPriority", "/Priority", "is 0: every other job goes first, and the console cannot set it")
