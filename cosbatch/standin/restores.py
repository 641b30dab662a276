"""PostObjectRestore: the restore of one object."""

from __future__ import annotations

from .catalog import find_bucket
from .errors import ServiceError
from .messages import Response
from .objects import check_owner
from .operations import RESTORE_SECONDS, find_row, restore_row
from .schema import Field, Violation, choice, container, number
from .service import Call
from .xml_text import local_name, parse

TIER = container({"Tier": Field(choice("Expedited", "Standard", "Bulk"))})
REQUEST = container({"Days": Field(number(1, 365), True), "CASJobParameters": Field(TIER)})


def restore_object(call: Call) -> Response:
    """Begin to restore an archived object (202), or renew the copy of one that is restored (200)."""
    check_owner(call)
    days, tier = _read(call.request.text())
    wanted = call.request.parameter("versionId") or ""
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        row = find_row(transaction.connection, bucket, call.target.key, wanted)
        if row["storage_class"] == "DEEP_ARCHIVE" and (row["storage_class"], tier) not in RESTORE_SECONDS:
            raise ServiceError("InvalidArgument", "Objects in deep archive cannot be restored by Expedited")
        was_restored = restore_row(transaction, call.service.clock, row, days, tier)
    return Response(200 if was_restored else 202)


def _read(body: bytes) -> tuple[int, str]:
    root = parse(body)
    if local_name(root) != "RestoreRequest":
        raise ServiceError("MalformedXML", "The root of the document has to be RestoreRequest")
    try:
        request = REQUEST(root, ())
    except Violation as violation:
        raise ServiceError("MalformedXML", str(violation)) from None
    assert isinstance(request, dict)
    parameters = request.get("CASJobParameters", {})
    assert isinstance(parameters, dict)
    return int(str(request["Days"])), str(parameters.get("Tier", "Standard"))
