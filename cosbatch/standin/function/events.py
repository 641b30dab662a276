"""The event that COS sends for an object that was created, with its oddities, and who keeps it for delivery (583/9707)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from urllib.parse import quote

from cosbatch.standin.function.triggers import Function
from cosbatch.standin.store.creations import Created
from cosbatch.standin.wire.addresses import SHORT_REGIONS

# Newer regions have no short code; what COS puts there is not known.
SHORT_CODES = {region: code for code, region in SHORT_REGIONS.items()}
ADD = """
INSERT INTO events (name, bucket, key, round, document, created, due) VALUES (?, ?, ?, ?, ?, ?, ?)
"""


class Announcer:
    """Keeps an event for each created object that a trigger takes, in the very transaction that creates it.

    `wake` is called when there is one to deliver.
    """

    def __init__(self, function: Function, wake: Callable[[], None]) -> None:
        self._function = function
        self._wake = wake
        self._noted = False

    def note(self, connection: sqlite3.Connection, created: Created) -> None:
        """Keep the event of an object, if the function is to be told."""
        if not any(trigger.takes(created.bucket, created.key) for trigger in self._function.triggers):
            return
        document = json.dumps(event_of(created, self._function.called))
        name, moment = _name_of(created), created.moment
        values = (name, created.bucket, created.key, created.cause.round, document, moment, moment)
        connection.execute(ADD, values)
        self._noted = True

    def committed(self) -> None:
        """Let the event be delivered; writers come one at a time."""
        if self._noted:
            self._noted = False
            self._wake()


def _name_of(created: Created) -> str:
    """The name of the event, such as cos:ObjectCreated:Put."""
    return f"cos:ObjectCreated:{created.cause.how}"


def event_of(created: Created, function: str) -> dict[str, object]:
    """The whole event for a function, by the name that the platform calls it: the key raw and behind `/<appid>/<name>/`, the url percent-encoded, and no ETag."""
    return {"Records": [{"cos": _cos_part(created), "event": _event_part(created, function)}]}


def _cos_part(created: Created) -> dict[str, object]:
    name, _, appid = created.bucket.rpartition("-")
    kind = created.headers.get("content-type", "application/octet-stream")
    host = f"{created.bucket}.cos.{created.region}.myqcloud.com"
    return {
        "cosSchemaVersion": "1.0",
        "cosObject": {
            "url": f"http://{host}/{quote(created.key)}",
            "meta": {"x-cos-request-id": created.cause.request_id, "Content-Type": kind, **created.metadata},
            "vid": created.version,
            "key": f"/{appid}/{name}/{created.key}",
            "size": created.size,
        },
        "cosBucket": {
            "region": SHORT_CODES.get(created.region, created.region),
            "name": name,
            "appid": appid,
            "cosRegion": created.region,
            "s3Region": created.region,
        },
        "cosNotificationId": "unkown",
    }


def _event_part(created: Created, function: str) -> dict[str, object]:
    appid = created.bucket.rpartition("-")[2]
    return {
        "eventName": _name_of(created),
        "eventVersion": "1.0",
        "eventTime": int(created.moment),
        "eventSource": "qcs::cos",
        "requestParameters": {
            "requestSourceIP": created.cause.client,
            "requestHeaders": {"Authorization": created.cause.authorization},
        },
        "eventQueue": f"qcs:0:scf:{created.region}:appid/{appid}:default.{function}.$DEFAULT",
        "reservedInfo": "",
        "reqid": 0,
    }
