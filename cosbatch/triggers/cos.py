"""An upload to a bucket: each record that creates a manifest is a CreateJob call of the profile that takes it.

The shape of the event and its oddities: SCF documentation 583/9707 and published events. The key arrives raw, behind
`/<appid>/<bucket name>/`; `url` is percent-encoded; only they and the bucket's fields say what was uploaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import unquote

from cosbatch import names
from cosbatch.configuration import Configuration
from cosbatch.errors import CosbatchError, InvalidEvent, RetryableInvocationError
from cosbatch.identity import token_of
from cosbatch.messages import Call, Skipped, Upload
from cosbatch.triggers.outcomes import Outcome, Step, as_result, retryable

_URL = re.compile(r"https?://(?P<host>[^/?#]+)/(?P<path>[^?#]*)", re.ASCII | re.IGNORECASE)
_HOST = re.compile(
    r"(?P<bucket>[a-z0-9-]+)\.cos(?:-internal)?(?:\.(?P<region>[a-z0-9-]+)|(?P<short>[a-z]+))\.(?:myqcloud\.com|tencentcos\.cn)",
    re.ASCII | re.IGNORECASE,
)


def matches(event: Mapping[str, object]) -> bool:
    return "Records" in event


def calls(event: Mapping[str, object], configuration: Configuration) -> list[Step]:
    """One step a record, in order. Raises InvalidEvent where the records are not a bucket's."""
    return [_step(record, configuration) for record in records(event)]


def records(event: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The records of the event, all of them COS's. Raises InvalidEvent."""
    found = event["Records"]
    if not isinstance(found, list):
        raise InvalidEvent("Records is not a list.")
    if not all(isinstance(record, Mapping) and "cos" in record for record in found):
        raise InvalidEvent("Records holds something else than COS records; nothing was done for any of them.")
    return found


def reply(event: Mapping[str, object], outcomes: list[Outcome]) -> object:
    """`{"Results": [...]}`. Raises RetryableInvocationError with that text where a later delivery can mend a record."""
    if len(outcomes) == 1 and isinstance(event["Records"], list):
        # A fault of the whole event is the fault of every record.
        outcomes = outcomes * len(event["Records"])
    results = {"Results": [_result(outcome) for outcome in outcomes]}
    if any(retryable(outcome) for outcome in outcomes):
        raise RetryableInvocationError(json.dumps(results, ensure_ascii=False))
    return results


def _result(outcome: Outcome) -> dict[str, object]:
    result = as_result(outcome)
    return {"Outcome": "failed", **result} if isinstance(outcome, CosbatchError) else result


def _step(record: Mapping[str, object], configuration: Configuration) -> Step:
    try:
        return _call(record, configuration)
    except InvalidEvent as error:
        return error


def _call(record: Mapping[str, object], configuration: Configuration) -> Call | Skipped:
    """What the record asks for. Raises InvalidEvent where its parts do not agree."""
    kind = _text(record, "event", "eventName").replace(" ", "").lower().removeprefix("cos:")
    if not kind.startswith("objectcreated"):
        return Skipped(f"the event is {kind or 'without a name'}, not the creation of an object")
    upload = upload_of(record, configuration)
    if upload.key.endswith("/"):
        return Skipped("the object is a folder marker", upload.arn)
    reporting = configuration.profiles.reports_to(upload.bucket, upload.key)
    if reporting:
        return Skipped(f"the object lies among the reports of profile {reporting.name}", upload.arn)
    profile = configuration.profiles.taking(upload.bucket, upload.key)
    if profile is None:
        return Skipped("no profile matches the object", upload.arn)
    location = {"ObjectArn": upload.arn, **({"ETag": upload.etag} if upload.etag else {})}
    fields = {"Manifest": {"Location": location}}
    return Call("CreateJob", fields, identity_of(upload, profile.name), upload, profile.name)


def identity_of(upload: Upload, profile: str) -> str:
    """The token of the upload: the same for every delivery of its event, another for every other upload."""
    own = [upload.request_id] if upload.request_id else [upload.etag or "", str(upload.time)]
    return token_of("upload", upload.bucket, upload.key, profile, *own)


def upload_of(record: Mapping[str, object], configuration: Configuration) -> Upload:
    """The object that the record tells of. Raises InvalidEvent where key, url, bucket, appid and account disagree."""
    name, appid = _text(record, "cos", "cosBucket", "name"), _text(record, "cos", "cosBucket", "appid")
    bucket = name if name.endswith(f"-{appid}") else f"{name}-{appid}"
    if not names.BUCKET.fullmatch(bucket):
        raise InvalidEvent("The record names no bucket.")
    if appid != configuration.settings.appid:
        raise InvalidEvent(f"The record is of account {appid}, this function works for {configuration.settings.appid}.")
    key = _key(record, bucket, appid)
    _check_url(_text(record, "cos", "cosObject", "url"), bucket, key, configuration.settings.region)
    _check_regions(record, configuration.settings.region)
    meta = _at(record, "cos", "cosObject", "meta")
    meta = meta if isinstance(meta, Mapping) else {}
    time, request_id = _number(_at(record, "event", "eventTime")), _filled(meta.get("x-cos-request-id"))
    if time is None and request_id is None:
        raise InvalidEvent(
            "The record has neither x-cos-request-id nor eventTime: a second delivery could not be told."
        )
    arn = names.object_arn(bucket, key, configuration.settings.region)
    return Upload(bucket, key, arn, _filled(meta.get("ETag")), time, request_id)


def _key(record: Mapping[str, object], bucket: str, appid: str) -> str:
    """The object's key: what follows `/<appid>/<bucket>/`, taken off once. The rest may begin with a slash itself."""
    parts = _text(record, "cos", "cosObject", "key").split("/", 3)
    names_it = len(parts) == 4 and parts[0] == "" and parts[1] == appid and f"{parts[2]}-{appid}" == bucket
    full_name = len(parts) == 4 and parts[0] == "" and parts[1] == appid and parts[2] == bucket
    if not (names_it or full_name) or not parts[3]:
        raise InvalidEvent(
            f"The key does not begin with /{appid}/ and the bucket's name, followed by the object's key."
        )
    return parts[3]


def _check_url(url: str, bucket: str, key: str, region: str) -> None:
    found = _URL.fullmatch(url)
    host = _HOST.fullmatch(found["host"]) if found else None
    if found is None or host is None or host["bucket"].lower() != bucket:
        raise InvalidEvent(f"The url is not one of bucket {bucket}.")
    if (host["region"] or names.SHORT_REGIONS.get(host["short"] or "")) not in (region, "accelerate"):
        raise InvalidEvent(f"The url is of another region than {region}, where this function works.")
    if _unquoted(found["path"]) != key:
        raise InvalidEvent("The url and the key name different objects.")


def _unquoted(path: str) -> str | None:
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return None


def _check_regions(record: Mapping[str, object], region: str) -> None:
    """`region` itself is a short code that newer regions lack; these two, where they stand, are full names."""
    for name in ("cosRegion", "s3Region"):
        value = _filled(_at(record, "cos", "cosBucket", name))
        if value not in (None, region):
            raise InvalidEvent(f"The bucket is in {value}; this function works in {region}.")


def _text(record: object, *path: str) -> str:
    """The text at the path; empty where there is none."""
    value = _at(record, *path)
    return value if isinstance(value, str) else ""


def _at(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _filled(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    """Numbers came as text in the platform's first year."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
