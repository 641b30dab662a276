"""PostObjectRestore: the restore of one object."""

from __future__ import annotations

from cosbatch.standin.cos.objects import check_owner
from cosbatch.standin.cos.restoring import is_restored, restored
from cosbatch.standin.service import Call
from cosbatch.standin.store.catalog import find_bucket, find_object
from cosbatch.standin.wire.errors import ServiceError
from cosbatch.standin.wire.messages import Response
from cosbatch.standin.wire.schema import Field, Violation, choice, container, number
from cosbatch.standin.wire.xml_text import local_name, parse

TIER = container({"Tier": Field(choice("Expedited", "Standard", "Bulk"))})
REQUEST = container({"Days": Field(number(1, 365), True), "CASJobParameters": Field(TIER)})
WRITE = "UPDATE versions SET restored_from = ?, restored_until = ? WHERE id = ?"


def restore_object(call: Call) -> Response:
    """Begin to restore an archived object (202), or renew the copy of one that is restored (200)."""
    check_owner(call)
    days, tier = _read(call.request.text())
    clock, now = call.service.clock, call.service.clock.now()
    with call.service.database.writing() as transaction:
        bucket = find_bucket(transaction.connection, call.target.bucket)
        version = find_object(transaction.connection, bucket, call.target.key, call.request.parameter("versionId"))
        row = transaction.execute("SELECT * FROM versions WHERE id = ?", (version.id,)).fetchone()
        transaction.execute(WRITE, (*restored(row, clock, now, days, tier), version.id))
    return Response(200 if is_restored(row, now) else 202)


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
