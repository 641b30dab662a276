"""Uploads: what each record of a COS event asks for, and which records are refused or passed over."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from cosbatch.model.errors import InvalidEvent, InvalidRequest, RetryableInvocationError, UpstreamTimeout
from cosbatch.model.messages import Call, Skipped, Step, Upload
from cosbatch.triggers import cos
from tests.stage import APPID, BUCKET, NOON, PROFILE, PROFILES, REGION, REPORT, configuration, profiles_text, upload

Json = dict[str, Any]
KEY = "restore/2026-11.csv"
ARN = f"qcs::cos:{REGION}::{BUCKET}/{KEY}"


def step(record: object, profiles: str = PROFILES, **environ: str) -> Step:
    (only,) = cos.calls({"Records": [record]}, configuration(profiles, **environ))
    return only


def call(record: object, **more: Any) -> Call:
    only = step(record, **more)
    assert isinstance(only, Call), only
    return only


def changed(change: Callable[[Json], object], record: Json | None = None) -> Json:
    record = copy.deepcopy(record or upload())
    change(record)
    return record


def at(*path: str, value: object) -> Json:
    """The stage's record with another value at the path."""

    def put(record: Json) -> None:
        for name in path[:-1]:
            record = record[name]
        record[path[-1]] = value

    return changed(put)


def test_makes_a_call_of_an_upload_that_a_profile_takes() -> None:
    asked = call(upload())
    assert asked.action == "CreateJob"
    assert (asked.fields, asked.token, asked.caller) == ({"Profile": "restore"}, None, None)
    assert asked.upload == Upload(BUCKET, KEY, ARN, '"abc"', 5, NOON - 86400)


# What the event says of the object, as far as it says it.
SAID: list[tuple[Json, Upload]] = [
    (upload(meta={}, size="7"), Upload(BUCKET, KEY, ARN, None, 7, NOON - 86400)),
    (upload(meta={"X-Cos-Request-Id": "r"}, size=None), Upload(BUCKET, KEY, ARN, None, None, NOON - 86400)),
    (upload(vid="MTg0NDUx", size=True), Upload(BUCKET, KEY, ARN, '"abc"', None, NOON - 86400, "MTg0NDUx")),
    (at("event", "eventTime", value="2026-11-23T12:00:00Z"), Upload(BUCKET, KEY, ARN, '"abc"', 5, NOON - 86400)),
    (at("event", "eventTime", value="2026-11-23T12:00:00"), Upload(BUCKET, KEY, ARN, '"abc"', 5, NOON - 86400)),
    (at("event", "eventTime", value="1795435200"), Upload(BUCKET, KEY, ARN, '"abc"', 5, NOON - 86400)),
    (at("event", "eventTime", value="yesterday"), Upload(BUCKET, KEY, ARN, '"abc"', 5)),
    (at("event", "eventTime", value=None), Upload(BUCKET, KEY, ARN, '"abc"', 5)),
    (at("event", "eventTime", value=[1]), Upload(BUCKET, KEY, ARN, '"abc"', 5)),
]


@pytest.mark.parametrize(("record", "said"), SAID)
def test_reads_what_the_event_says_of_the_object(record: Json, said: Upload) -> None:
    assert call(record).upload == said


# What is passed over.


@pytest.mark.parametrize(
    "name",
    [
        "cos:ObjectCreated:Put",
        "cos:ObjectCreated:*",
        "cos: ObjectCreated:Post",
        "COS:objectcreated:CompleteMultipartUpload",
        "ObjectCreated:Put",
        "ObjectCreated",
        "cos:ObjectCreated:Append",
        "cos:ObjectCreated:Origin\t",
    ],
)
def test_takes_every_creation_of_an_object(name: str) -> None:
    assert call(upload(event=name)).fields == {"Profile": "restore"}


@pytest.mark.parametrize(
    "name",
    [
        "cos:ObjectRemove:Delete",
        "cos: ObjectRemove:Delete",
        "cos:ObjectRemove:DeleteMarkerCreated",
        "cos:ObjectRestore:Post",
        "cos:ObjectRestore:Completed",
        "ObjectRemoved:*",
        "cos:ObjectCreatedLately:Put",
        "*",
    ],
)
def test_passes_over_what_is_no_creation(name: str) -> None:
    assert step(upload(event=name)) == Skipped(f"the event is {name}, not the creation of an object")


def test_passes_over_a_removal_whatever_else_the_record_says() -> None:
    assert isinstance(step({"event": {"eventName": "cos:ObjectRemove:Delete"}, "cos": None}), Skipped)


def test_shortens_an_endless_event_name() -> None:
    skipped = step(upload(event="x" * 5000))
    assert isinstance(skipped, Skipped)
    assert len(skipped.reason) < 200


def test_passes_over_folder_markers() -> None:
    assert step(upload("restore/2026/")) == Skipped(
        "the object is a folder marker", f"qcs::cos:{REGION}::{BUCKET}/restore/2026/"
    )


def test_passes_over_what_no_profile_takes() -> None:
    key = "elsewhere/a.csv"
    assert step(upload(key)) == Skipped("no profile matches the object", f"qcs::cos:{REGION}::{BUCKET}/{key}")


def test_does_not_let_the_report_of_a_job_start_another_job() -> None:
    beside = {**PROFILE["job"], "Report": {**REPORT, "Bucket": f"cos://{BUCKET}", "Prefix": "reports"}}
    profiles = profiles_text({**PROFILE, "job": beside, "receipts": f"cos://{BUCKET}/receipts/"})
    for key, what in (("reports/job-1/results.csv", "reports"), (f"receipts/{BUCKET}/a.csv.json", "receipts")):
        skipped = step(upload(key), profiles=profiles)
        assert isinstance(skipped, Skipped)
        assert skipped.reason == f"the object lies among the {what} of profile restore"


# The key is raw, the url is encoded, and both name the same object.

RAW_KEYS = [
    ("restore/a b.csv", "restore/a%20b.csv"),
    ("restore/a+b.csv", "restore/a%2Bb.csv"),
    ("restore/a+b.csv", "restore/a+b.csv"),
    ("restore/a%20b.csv", "restore/a%2520b.csv"),
    ("restore/!!!.csv", "restore/%21%21%21.csv"),
    ("restore/清单.csv", "restore/%E6%B8%85%E5%8D%95.csv"),
    ("restore/清单.csv", "restore/清单.csv"),
    ("restore/a?b#c.csv", "restore/a%3Fb%23c.csv"),
    (f"restore/{APPID}/manifest/x.csv", f"restore/{APPID}/manifest/x.csv"),
    ("restore//x.csv", "restore//x.csv"),
    ("restore/../x.csv", "restore/../x.csv"),
    ("restore/\n.csv", "restore/%0A.csv"),
]


@pytest.mark.parametrize(("key", "path"), RAW_KEYS)
def test_takes_the_key_as_it_is(key: str, path: str) -> None:
    asked = call(upload(key, url=f"http://{BUCKET}.cos.{REGION}.myqcloud.com/{path}"))
    assert asked.upload is not None
    assert asked.upload.key == key
    assert asked.upload.arn == f"qcs::cos:{REGION}::{BUCKET}/{key}"


def test_takes_the_prefix_off_only_once() -> None:
    key = f"/{APPID}/manifest/x.csv"
    everything = profiles_text({**PROFILE, "match": {"bucket": BUCKET}})
    asked = call(upload(key, key=f"/{APPID}/manifest/{key}"), profiles=everything)
    assert asked.upload is not None
    assert asked.upload.key == key


def test_takes_the_full_name_of_the_bucket_too() -> None:
    record = at("cos", "cosBucket", "name", value=BUCKET)
    assert call(record).token == call(upload()).token
    assert call(upload(key=f"/{APPID}/{BUCKET}/{KEY}")).token == call(upload()).token


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (f"{BUCKET}.cos.{REGION}.myqcloud.com", REGION),
        (f"{BUCKET}.COS.{REGION}.MyQCloud.com", REGION),
        (f"{BUCKET}.cos-internal.{REGION}.tencentcos.cn", REGION),
        (f"{BUCKET}.cos.{REGION}.tencentcos.cn", REGION),
        (f"{BUCKET}.cos.accelerate.myqcloud.com", REGION),
        (f"{BUCKET}.coscd.myqcloud.com", REGION),
        (f"{BUCKET}.cosbj.myqcloud.com", "ap-beijing"),
    ],
)
def test_knows_the_hosts_of_the_bucket(host: str, region: str) -> None:
    record = upload(url=f"https://{host}/{KEY}")
    assert call(record, COSBATCH_REGION=region).upload is not None


GOOD_URL = f"http://{BUCKET}.cos.{REGION}.myqcloud.com/{KEY}"
NO_KEY = f"The key does not begin with /{APPID}/manifest/, followed by the object's key."
NO_BUCKET = "The record names no bucket: cos.cosBucket.name and appid."
OTHER_OBJECT = "The url and the key name different objects."
OTHER_URL = f"The url is not one of bucket {BUCKET}."
OTHER_REGION = f"The url is of another region than {REGION}, where this function works."
DISAGREEING: list[tuple[object, str]] = [
    (upload(key=f"/{APPID}/manifest/{'清' * 342}"), "The key has more than 1024 bytes; no object has such a key."),
    (upload(key=f"/{APPID}/manifest/"), NO_KEY),
    (upload(key=KEY), NO_KEY),
    (upload(key=f"{APPID}/manifest/{KEY}"), NO_KEY),
    (upload(key=f"/{APPID}/other/{KEY}"), NO_KEY),
    (upload(key=f"/1250000001/manifest/{KEY}"), NO_KEY),
    (upload(key=f"//{APPID}/manifest/{KEY}"), NO_KEY),
    (upload(key=["/a"]), NO_KEY),
    (upload(key=f"/{APPID}/manifest/restore/\ud800.csv"), NO_KEY),
    (upload(key=f"/{APPID}/manifest/{KEY}x"), OTHER_OBJECT),
    (upload("restore/a+b.csv", url=GOOD_URL.replace("2026-11", "a%20b")), OTHER_OBJECT),
    (upload("restore/a b.csv", key=f"/{APPID}/manifest/restore/a%20b.csv"), OTHER_OBJECT),
    (upload(url=GOOD_URL + "%FF"), OTHER_OBJECT),
    (upload(url=""), OTHER_URL),
    (upload(url=None), OTHER_URL),
    (upload(url=KEY), OTHER_URL),
    (upload(url=GOOD_URL + "?versionId=1"), OTHER_URL),
    (upload(url=GOOD_URL.replace("http", "ftp")), OTHER_URL),
    (upload(url=GOOD_URL.replace(BUCKET, f"other-{APPID}")), OTHER_URL),
    (upload(url=GOOD_URL.replace(BUCKET, "manifest-1250000001")), OTHER_URL),
    (upload(url=GOOD_URL.replace("myqcloud.com", "evil.example")), OTHER_URL),
    (upload(url=GOOD_URL.replace("myqcloud.com", "myqcloud.com.evil.example")), OTHER_URL),
    (upload(url=GOOD_URL.replace("http://", "http://evil.example@")), OTHER_URL),
    (upload(url=GOOD_URL.replace(REGION, "ap-guangzhou")), OTHER_REGION),
    (upload(url=GOOD_URL.replace(f"cos.{REGION}", "cosgz")), OTHER_REGION),
    (upload(url=GOOD_URL.replace(f"cos.{REGION}", "cosxx")), OTHER_REGION),
    (at("cos", "cosBucket", "appid", value="1250000001"), f"The record is of account 1250000001, this function works for {APPID}."),
    (at("cos", "cosBucket", "appid", value=int(APPID)), NO_BUCKET),
    (at("cos", "cosBucket", "name", value=""), NO_BUCKET),
    (at("cos", "cosBucket", "name", value="Manifest"), NO_BUCKET),
    (at("cos", "cosBucket", "name", value="mani/fest"), NO_BUCKET),
    (at("cos", "cosBucket", "name", value="other"), f"The key does not begin with /{APPID}/other/, followed by the object's key."),
    (at("cos", "cosBucket", value=None), NO_BUCKET),
    (at("cos", value=[]), NO_BUCKET),
    (at("cos", "cosBucket", "cosRegion", value="ap-guangzhou"), f"The bucket is in ap-guangzhou; this function works in {REGION}."),
    (at("cos", "cosBucket", "s3Region", value="ap-guangzhou"), f"The bucket is in ap-guangzhou; this function works in {REGION}."),
    (at("event", "eventName", value=None), "The record does not say what happened: event.eventName is missing."),
    (at("event", "eventName", value=" "), "The record does not say what happened: event.eventName is missing."),
    (at("event", "eventName", value="\ud800"), "The record does not say what happened: event.eventName is missing."),
    (at("event", value=None), "The record does not say what happened: event.eventName is missing."),
    ({"cos": upload()["cos"]}, "The record does not say what happened: event.eventName is missing."),
    ({"event": upload()["event"]}, NO_BUCKET),
    ({}, "The record does not say what happened: event.eventName is missing."),
    (None, "The record does not say what happened: event.eventName is missing."),
    ("record", "The record does not say what happened: event.eventName is missing."),
]  # fmt: skip


@pytest.mark.parametrize(("record", "message"), DISAGREEING)
def test_refuses_a_record_whose_parts_do_not_agree(record: object, message: str) -> None:
    refused = step(record)
    assert isinstance(refused, InvalidEvent)
    assert refused.message == message


@pytest.mark.parametrize("name", ["cosRegion", "s3Region"])
@pytest.mark.parametrize("value", [REGION, "", None, 5])
def test_reads_the_full_names_of_the_region_where_they_stand(name: str, value: object) -> None:
    assert call(at("cos", "cosBucket", name, value=value)).upload is not None


TIMES = [
    (NOON, NOON), (str(NOON), NOON), (0, 0), (253402300799, 253402300799), (-1, None), (10**400, None), (True, None),
    (1.5, None), ("soon", None), ("-1", None), ("٣", None), (None, None), ([], None), ("2026-11-24T12:00:00+00:00", NOON),
]  # fmt: skip


@pytest.mark.parametrize(("given", "time"), TIMES)
def test_reads_the_time_of_the_upload(given: object, time: int | None) -> None:
    asked = call(at("event", "eventTime", value=given))
    assert asked.upload is not None
    assert asked.upload.time == time


# Several records, and records of others.


def test_reads_records_one_by_one_in_order() -> None:
    event = {"Records": [upload(), None, upload(event="cos:ObjectRemove:Delete"), {}, upload("restore/b.csv")]}
    steps = cos.calls(event, configuration())
    assert [type(step) for step in steps] == [Call, InvalidEvent, Skipped, InvalidEvent, Call]


def test_has_nothing_to_do_for_an_event_without_records() -> None:
    assert cos.calls({"Records": []}, configuration()) == []
    assert cos.reply({"Records": []}, []) == {"Results": []}


OTHER_SENDERS = [
    {"CMQ": {"msgBody": "{}"}},
    {"Ckafka": {"msgBody": "{}"}},
    {"EventSource": "aws:sns", "Sns": {}},
    {"eventSource": "aws:s3", "s3": {}},
    {"eventSource": "aws:sqs", "body": "{}", "messageId": "1"},
    {"something": "else"},
    {**upload(), "CMQ": {}},
    {**upload(), "s3": {}},
]


@pytest.mark.parametrize("record", OTHER_SENDERS)
def test_refuses_an_event_with_records_of_other_senders(record: Json) -> None:
    for records in ([record], [upload(), record]):
        with pytest.raises(InvalidEvent, match="another sender than COS; nothing was done for any of them"):
            cos.matches({"Records": records})


@pytest.mark.parametrize("records", [None, {}, "", 5, {"cos": {}}])
def test_refuses_records_that_are_no_list(records: object) -> None:
    with pytest.raises(InvalidEvent, match="Records is not a list"):
        cos.matches({"Records": records})


@pytest.mark.parametrize(("event", "is_cos"), [({"Records": [upload()]}, True), ({"Records": []}, True), ({}, False)])
def test_knows_its_events(event: Json, is_cos: bool) -> None:
    assert cos.matches(event) is is_cos


# What is answered.

CREATED: Json = {"JobId": "j", "Outcome": "created"}


def test_answers_with_a_result_for_each_record() -> None:
    event = {"Records": [1, 2, 3]}
    outcomes: list[Any] = [CREATED, Skipped("why", "arn"), InvalidRequest("no")]
    assert cos.reply(event, outcomes) == {
        "Results": [
            CREATED,
            {"Outcome": "skipped", "Reason": "why", "Manifest": "arn"},
            {"Outcome": "failed", "Code": "InvalidRequest", "Message": "no", "Status": 400, "Retryable": False},
        ]
    }


def test_asks_for_another_delivery_where_that_can_mend_a_record() -> None:
    with pytest.raises(RetryableInvocationError) as raised:
        cos.reply({"Records": [1, 2]}, [CREATED, UpstreamTimeout("清单 late")])
    results = json.loads(str(raised.value))["Results"]
    assert results[0] == CREATED
    assert results[1]["Outcome"] == "failed"
    assert "清单 late" in str(raised.value)


def test_counts_a_fault_of_the_whole_event_as_one_of_each_record() -> None:
    results: Any = cos.reply({"Records": [1, 2, 3]}, [InvalidRequest("no")])
    assert [result["Code"] for result in results["Results"]] == ["InvalidRequest"] * 3
