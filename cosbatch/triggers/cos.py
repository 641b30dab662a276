"""An upload to a bucket: each record that creates a manifest is a CreateJob call of the profile that takes it.

The shape of the event and its oddities: SCF documentation 583/9707 and published events. The key arrives raw, behind
`/<appid>/<bucket name>/`; `url` is percent-encoded; only they and the bucket's fields say what was uploaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from cosbatch.configuration import Configuration
from cosbatch.model import names
from cosbatch.model.credentials import Account
from cosbatch.model.deadline import iso_seconds
from cosbatch.model.errors import CosbatchError, InvalidEvent, RetryableInvocationError, quoted
from cosbatch.model.messages import Call, Outcome, Skipped, Step, Upload, as_result, as_text, retryable

# What COS puts into a record, and what the records of other senders have.
_OWN = frozenset({"cos", "event"})
_OTHERS = frozenset({"CMQ", "Ckafka", "EventSource", "Sns", "eventSource", "s3"})
# Bytes: no page has longer keys, nor could ObjectArn name one (436/38607).
_LONGEST_KEY = 1024
_URL = re.compile(
    r"https?://(?P<bucket>[a-z0-9-]+)\.cos(?:-internal)?(?:\.(?P<region>[a-z0-9-]+)|(?P<short>[a-z]+))"
    r"\.(?:myqcloud\.com|tencentcos\.cn)/(?P<path>[^?#]*)",
    re.ASCII | re.IGNORECASE,
)


def matches(event: Mapping[str, object]) -> bool:
    """Raises InvalidEvent where there are records, but of another sender."""
    return "Records" in event and records(event) is not None


def records(event: Mapping[str, object]) -> list[object]:
    """The records of the event: COS's, sound or not. Raises InvalidEvent."""
    found = event["Records"]
    if not isinstance(found, list):
        raise InvalidEvent("Records is not a list.")
    if any(_is_foreign(record) for record in found):
        raise InvalidEvent("Records holds records of another sender than COS; nothing was done for any of them.")
    return found


def _is_foreign(record: object) -> bool:
    if not isinstance(record, Mapping) or not record:
        return False
    return not _OWN & record.keys() or bool(_OTHERS & record.keys())


def calls(event: Mapping[str, object], configuration: Configuration) -> list[Step]:
    """One step a record, in order."""
    return [_step(record, configuration) for record in records(event)]


def reply(event: Mapping[str, object], outcomes: list[Outcome]) -> object:
    """`{"Results": [...]}`. Raises RetryableInvocationError with that text where a later delivery can fix a record."""
    if len(outcomes) == 1:
        # A fault of the whole event is the fault of every record.
        outcomes = outcomes * len(records(event))
    results = {"Results": [result_of(outcome) for outcome in outcomes]}
    if any(retryable(outcome) for outcome in outcomes):
        raise RetryableInvocationError(as_text(results))
    return results


def result_of(outcome: Outcome) -> dict[str, object]:
    """The JSON object for what came of one record."""
    result = as_result(outcome)
    return {"Outcome": "failed", **result} if isinstance(outcome, CosbatchError) else result


def _step(record: object, configuration: Configuration) -> Step:
    try:
        return _call(record, configuration)
    except InvalidEvent as error:
        return error


def _call(record: object, configuration: Configuration) -> Call | Skipped:
    """What the record asks for. Raises InvalidEvent where its parts do not agree."""
    name = _text(record, "event", "eventName")
    kind = "".join(name.split()).lower().removeprefix("cos:")
    if not kind:
        raise InvalidEvent("The record does not say what happened: event.eventName is missing.")
    if kind.partition(":")[0] != "objectcreated":
        return Skipped(f"the event is {quoted(name)}, not the creation of an object")
    upload = upload_of(record, configuration.settings.account)
    if upload.key.endswith("/"):
        return Skipped("the object is a folder marker", upload.arn)
    output = configuration.profiles.output_at(upload.bucket, upload.key)
    if output:
        return Skipped(f"the object lies among the {output[0]} of profile {output[1]}", upload.arn)
    profile = configuration.profiles.taking(upload.bucket, upload.key)
    if profile is None:
        return Skipped("no profile matches the object", upload.arn)
    return Call("CreateJob", {"Profile": profile.name}, upload=upload)


def upload_of(record: object, account: Account) -> Upload:
    """The object that the record tells of. Raises InvalidEvent where key, url, bucket, appid and account disagree."""
    of_bucket, of_object = _at(record, "cos", "cosBucket"), _at(record, "cos", "cosObject")
    bucket = _bucket(of_bucket, account.appid)
    key = _key(of_object, bucket)
    _check_url(_text(of_object, "url"), bucket, key, account.region)
    _check_regions(of_bucket, account.region)
    return Upload(
        bucket,
        key,
        names.Resource(bucket, key, None).arn(account.region),
        etag=_text(of_object, "meta", "ETag") or None,
        size=names.whole_number(_at(of_object, "size")),
        time=_seconds(_at(record, "event", "eventTime")),
        version=_text(of_object, "vid") or None,
    )


def _bucket(of_bucket: object, account: str) -> str:
    """The bucket's full name; the record has its name and appid apart. Raises InvalidEvent."""
    name, appid = _text(of_bucket, "name"), _text(of_bucket, "appid")
    bucket = name if name.endswith(f"-{appid}") else f"{name}-{appid}"
    if not names.BUCKET.fullmatch(bucket):
        raise InvalidEvent("The record names no bucket: cos.cosBucket.name and appid.")
    if appid != account:
        raise InvalidEvent(f"The record is of account {quoted(appid)}, this function works for {account}.")
    return bucket


def _key(of_object: object, bucket: str) -> str:
    """The object's key: what follows `/<appid>/<bucket>/`, taken off once. The rest may begin with a slash itself."""
    name, _, appid = bucket.rpartition("-")
    text = _text(of_object, "key")
    for prefix in (f"/{appid}/{name}/", f"/{appid}/{bucket}/"):
        if text.startswith(prefix) and text != prefix:
            key = text.removeprefix(prefix)
            if len(key.encode()) > _LONGEST_KEY:
                raise InvalidEvent(f"The key has more than {_LONGEST_KEY} bytes; no object has such a key.")
            return key
    raise InvalidEvent(f"The key does not begin with {quoted(f'/{appid}/{name}/')}, followed by the object's key.")


def _check_url(url: str, bucket: str, key: str, region: str) -> None:
    found = _URL.fullmatch(url)
    if found is None or found["bucket"].lower() != bucket:
        raise InvalidEvent(f"The url is not one of bucket {quoted(bucket)}.")
    if (found["region"] or names.SHORT_REGIONS.get(found["short"])) not in (region, "accelerate"):
        raise InvalidEvent(f"The url is of another region than {region}, where this function works.")
    if unquote_to_bytes(found["path"]) != key.encode():
        raise InvalidEvent("The url and the key name different objects.")


def _check_regions(of_bucket: object, region: str) -> None:
    """`region` itself is a short code that newer regions lack; these two, where they stand, are full names."""
    for name in ("cosRegion", "s3Region"):
        value = _text(of_bucket, name)
        if value not in ("", region):
            raise InvalidEvent(f"The bucket is in {quoted(value)}; this function works in {region}.")


def _text(value: object, *path: str) -> str:
    """The text at the path; empty where there is none that can be sent on: half of a surrogate pair cannot."""
    text = _at(value, *path)
    if isinstance(text, str) and (text.isascii() or not re.search("[\ud800-\udfff]", text)):
        return text
    return ""


def _at(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _seconds(value: object) -> float | None:
    """Unix seconds; in the platform's first year the time came as ISO 8601 too, in UTC."""
    number = names.whole_number(value)
    return iso_seconds(value) if number is None else number
