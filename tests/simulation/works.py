"""The two ways to work on a delivery: the code that creates one job, and the whole function on an upload event."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cosbatch.dispatch import Runtime, dispatch
from cosbatch.jobs import creation
from cosbatch.jobs.creation import Order, order_of
from cosbatch.model.credentials import Account, Credentials
from cosbatch.model.deadline import Deadline
from cosbatch.model.errors import CosbatchError, RetryableInvocationError
from cosbatch.service.exchange import Exchange
from cosbatch.service.render import render
from tests.simulation.bucket import EPOCH, State
from tests.simulation.client import Answer, Delivery, Instance, Wish, Work
from tests.simulation.service import ETAG

CREDENTIALS = Credentials("AKIDsimulation", "secret")
ACCOUNT = Account("100000000001", "1250000000", "ap-chengdu")
ENVIRON = {
    "TENCENTCLOUD_SECRETID": "AKIDsimulation",
    "TENCENTCLOUD_SECRETKEY": "secret",
    "COSBATCH_UIN": "100000000001",
    "COSBATCH_APPID": "1250000000",
    "COSBATCH_REGION": "ap-chengdu",
    "COSBATCH_MANIFEST_CHECK": "off",
}
_SPEC = {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"}
_JOB: dict[str, object] = {
    "Operation": {"COSInitiateRestoreObject": {"ExpirationInDays": 7, "JobTier": "Bulk"}},
    "Priority": 10,
    "Report": {"Bucket": "qcs::cos:ap-chengdu::report-1250000000", "Enabled": False},
    "RoleArn": "qcs::cam::uin/100000000001:roleName/COSBatch_QcsRole",
}
PROFILE: dict[str, Any] = {
    "name": "restore",
    "match": {"bucket": "manifest-1250000000", "prefix": "in/"},
    "job": {**_JOB, "Manifest": {"Spec": _SPEC}, "Description": "restore {key} {date}"},
}
PROFILES = json.dumps({"profiles": [PROFILE]})


def arn_of(key: str) -> str:
    return f"qcs::cos:ap-chengdu::manifest-1250000000/in/{key}"


def order_for(key: str, token: str, description: str | None, priority: int = 10) -> Wish:
    """The wish for one small job, as an order."""
    location = {"ETag": ETAG, "ObjectArn": arn_of(key)}
    document = {"Description": description, "Manifest": {"Location": location, "Spec": _SPEC}, **_JOB}
    order = order_of({**document, "Priority": priority}, token)
    return Wish(arn_of(key), order, render("CreateJobRequest", order.document))


def create(instance: Instance, delivery: Delivery) -> list[Answer]:
    """Work on a delivery of one order."""
    order = delivery.wishes[0].content
    assert isinstance(order, Order)
    wire = instance.transport.connect(CREDENTIALS, None)
    deadline = Deadline(instance.clock, instance.clock.monotonic() + delivery.limit)
    exchange = Exchange(wire, ACCOUNT, deadline, instance.budget, delivery.timeout)
    try:
        result = creation.create(order, exchange)
    except CosbatchError as error:
        result = {**error.as_json(), "Outcome": "failed"}
    return [_answer_of(result)]


def record_for(key: str, etag: bool = True) -> Wish:
    """The wish for a job by the record of an upload; without an ETag, the manifest is asked for its own."""
    meta = {"x-cos-request-id": f"upload-{key}", **({"ETag": ETAG} if etag else {})}
    return Wish(arn_of(key), _record(f"in/{key}", int(EPOCH), {"meta": meta}))


def record_of(told: State, named: State, version: str | None, meta: Mapping[str, str]) -> Wish:
    """The wish for a job by the record of an upload that made the state `named`; the record's size and time are those of
    the state `told`.
    """
    said = {"meta": meta, "size": len(told.content), "vid": version or ""}
    content = _record(named.key, told.modified, said)
    return Wish(f"qcs::cos:ap-chengdu::manifest-1250000000/{named.key}", content, state=told, version=version)


def _record(key: str, time: int, said: Mapping[str, object]) -> dict[str, object]:
    """A record of COS's event: that the object of the key was put at the time, and what else it says of the object."""
    cos_object = {
        "key": f"/1250000000/manifest/{key}",
        "url": f"http://manifest-1250000000.cos.ap-chengdu.myqcloud.com/{key}",
        **said,
    }
    bucket = {"name": "manifest", "appid": "1250000000", "region": "cd"}
    event = {"eventName": "cos:ObjectCreated:Put", "eventTime": time}
    return {"cos": {"cosBucket": bucket, "cosObject": cos_object}, "event": event}


def handle(instance: Instance, delivery: Delivery) -> list[Answer]:
    """Work on a delivery of an upload event, with a record for each wish."""
    return handled(instance, delivery, PROFILES, "off")


def handle_with(profiles: Callable[[], str], check: str) -> Work:
    """Work on deliveries of upload events by the profiles as they are at the time."""
    return lambda instance, delivery: handled(instance, delivery, profiles(), check)


def handled(instance: Instance, delivery: Delivery, profiles: str, check: str) -> list[Answer]:
    """The answers of the whole function."""
    event = {"Records": [wish.content for wish in delivery.wishes]}
    context = {"time_limit_in_ms": round(delivery.limit * 1000), "request_id": delivery.name}
    environ = {**ENVIRON, "COSBATCH_TIMEOUT": str(delivery.timeout), "COSBATCH_MANIFEST_CHECK": check}
    runtime = runtime_of(instance, environ, profiles)
    try:
        return answers_of(dispatch(event, context, runtime))
    except RetryableInvocationError as error:
        return answers_of(json.loads(str(error)))


def runtime_of(instance: Instance, environ: Mapping[str, str], profiles: str = PROFILES) -> Runtime:
    """What the function stands on, with an instance of the stage beneath it."""
    return Runtime(
        transport=instance.transport,
        budget=instance.budget,
        clock=instance.clock,
        environ=environ,
        profiles_path="profiles.json",
        read_file=lambda _: profiles,
        write=lambda _: None,
        random_bytes=instance.chance.randbytes,
    )


def answers_of(reply: object) -> list[Answer]:
    """The answers that the reply to an upload gives, one for each record."""
    assert isinstance(reply, dict)
    return [_answer_of(result) for result in reply["Results"]]


def _answer_of(result: Mapping[str, object]) -> Answer:
    warnings: Any = result.get("Warnings", [])
    return Answer(
        str(result["Outcome"]),
        str(result.get("JobId", "")),
        str(result.get("Code", "")),
        bool(result.get("Retryable")),
        tuple(warning["Warning"] for warning in warnings),
    )
