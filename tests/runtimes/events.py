"""One event of each trigger, each of which asks for one job of profile `restore`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Event = dict[str, object]

BUCKET = "manifest-1250000000"
TOKEN = "a-token-of-the-tests"


def upload(key: str) -> Event:
    """What the platform sends for an object that was uploaded."""
    bucket = {"appid": "1250000000", "name": "manifest", "region": "cd", "cosRegion": "ap-chengdu"}
    url = f"http://{BUCKET}.cos.ap-chengdu.myqcloud.com/{key}"
    meta = {"x-cos-request-id": f"request-of-{key}", "Content-Type": "text/csv"}
    cos = {"cosSchemaVersion": "1.0", "cosBucket": bucket}
    cos["cosObject"] = {"key": f"/1250000000/manifest/{key}", "url": url, "size": 100, "vid": "", "meta": meta}
    parameters = {"requestSourceIP": "127.0.0.1", "requestHeaders": {"Authorization": "of the uploader"}}
    event = {"eventName": "cos:ObjectCreated:Put", "eventTime": 1795442400, "requestParameters": parameters}
    return {"Records": [{"cos": cos, "event": event}]}


def call(key: str) -> Event:
    return {"Action": "CreateJob", "Profile": "restore", "Manifest": f"cos://{BUCKET}/{key}", "Priority": 20}


def http(key: str) -> Event:
    """What a Function URL sends."""
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json", "host": "function.example"}
    return {"httpMethod": "POST", "path": "/jobs", "headers": headers, "queryString": {}, "body": json.dumps(call(key))}


def timer(key: str) -> Event:
    return {
        "Type": "Timer",
        "TriggerName": "nightly",
        "Time": "2026-11-23T02:00:00Z",
        "Message": json.dumps(call(key)),
    }


EVENTS: dict[str, Callable[[str], Event]] = {"an upload": upload, "HTTP": http, "a timer": timer, "a direct call": call}


def job_id(trigger: str, reply: Any) -> str:
    """The JobId that the reply to the trigger tells."""
    if trigger == "an upload":
        (reply,) = reply["Results"]
    elif trigger == "HTTP":
        assert reply["statusCode"] == 201, reply
        reply = json.loads(reply["body"])
    assert reply["Outcome"] == "created", reply
    return str(reply["JobId"])
