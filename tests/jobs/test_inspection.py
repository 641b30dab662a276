"""The look at the manifest: what is asked for, what is filled in, what is refused before a job is created."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from cosbatch.jobs.inspection import Inspection, inspect
from cosbatch.jobs.judging import FILES
from cosbatch.manifest.judge import CsvJudge
from cosbatch.model.blocks import PIECE
from cosbatch.model.deadline import Deadline
from cosbatch.model.errors import CosbatchError, InvalidManifest, InvalidRequest, ServiceError, UnexpectedResponse
from cosbatch.model.messages import Request, Response
from cosbatch.service import manifest_object
from cosbatch.service.manifest_object import EDGE, ManifestObject
from tests.stage import APPID, BUCKET, Service, SleepingTime, configuration
from tests.stage import exchange as exchange_with

ARN = f"qcs::cos:ap-chengdu::{BUCKET}"
NO_SPEC = {"Fields": None, "Format": None}
ROW = f"data-{APPID},a.txt\n".encode()
# Neighbours differ, as rows should.
TWO_ROWS = b"".join(f"data-{APPID},a-key-of-some-length-{n}.txt\n".encode() for n in range(2))


# A data file of an inventory.
DATA = gzip.compress(b"".join(b'"%s","data","%d.txt","1"\n' % (APPID.encode(), n) for n in range(13)))


class Bucket(Service):
    """A bucket of one object, and the data files of an inventory; answers HEAD and GET as the service does."""

    def __init__(self, content: bytes, *, etag: str = '"e1"', files: tuple[str, ...] = (), **headers: str) -> None:
        super().__init__()
        self.content, self.etag, self.files, self.headers = content, etag, files, headers

    def send(self, request: Request, seconds: float) -> Response:
        self.requests.append(request)
        if request.path not in ("/list.csv", "/inventory/manifest.json"):
            return self.data_file(request.path[1:])
        known = {"etag": self.etag, **{name.replace("_", "-"): value for name, value in self.headers.items()}}
        if request.method == "HEAD":
            return Response(200, {**known, "content-length": str(len(self.content))})
        return self.part(dict(request.headers), known)

    def data_file(self, key: str) -> Response:
        if key not in self.files:
            return error(404, "NoSuchKey")
        return Response(206, {"etag": '"f"', "content-range": f"bytes 0-{len(DATA) - 1}/{len(DATA)}"}, DATA)

    def part(self, asked: dict[str, str], known: dict[str, str]) -> Response:
        if asked["If-Match"] != self.etag:
            return error(412, "PreconditionFailed")
        first, last = map(int, re.findall("[0-9]+", asked["Range"]))
        if first >= len(self.content):
            return error(416, "InvalidRange")
        body = self.content[first : last + 1]
        whole = f"bytes {first}-{first + len(body) - 1}/{len(self.content)}"
        return Response(206, {**known, "content-range": whole, "content-length": str(len(body))}, body)

    @property
    def ranges(self) -> list[str]:
        return [dict(request.headers)["Range"] for request in self.requests if request.method == "GET"]


def error(status: int, code: str) -> Response:
    return Response(status, {}, f"<Error><Code>{code}</Code></Error>".encode())


def look(
    bucket: Service,
    *,
    check: str = "head",
    key: str = "list.csv",
    spec: dict[str, Any] = NO_SPEC,
    sources: list[str] | None = None,
    most: int | None = None,
    seconds: float = 30.0,
    **location: str,
) -> Inspection:
    settings = configuration(COSBATCH_MANIFEST_CHECK=check).settings
    manifest = {"Location": {"ETag": None, "ObjectArn": f"{ARN}/{key}", **location}, "Spec": spec}
    limits = {name: value for name, value in (("source_buckets", sources), ("max_objects", most)) if value is not None}
    return inspect(manifest, limits, settings, exchange_with(bucket, seconds))


def test_asks_for_a_missing_etag_and_binds_what_it_reads_to_it() -> None:
    bucket = Bucket(ROW)
    found = look(bucket)
    assert bucket.sent == ["HEAD /list.csv", "GET /list.csv"]
    assert dict(bucket.requests[1].headers)["If-Match"] == '"e1"'
    assert found.location == {"ETag": '"e1"', "ObjectArn": f"{ARN}/list.csv"}
    assert (found.size, found.rows, found.buckets) == (len(ROW), 1, (f"data-{APPID}",))


def test_does_not_ask_for_an_etag_that_it_was_given() -> None:
    bucket = Bucket(ROW)
    assert look(bucket, ETag='"e1"').location["ETag"] == '"e1"'
    assert bucket.sent == ["GET /list.csv"]


def test_refuses_a_manifest_that_was_overwritten_since() -> None:
    with pytest.raises(ServiceError) as caught:
        look(Bucket(ROW), ETag='"e0"')
    assert (caught.value.code, caught.value.retryable) == ("PreconditionFailed", False)


def test_names_the_version_that_was_judged() -> None:
    bucket = Bucket(ROW, x_cos_version_id="v7")
    assert look(bucket).location["ObjectVersionId"] == "v7"
    assert bucket.requests[1].query == (("versionId", "v7"),)


def test_asks_for_the_version_that_the_caller_names() -> None:
    bucket = Bucket(ROW, x_cos_version_id="v7")
    assert look(bucket, ObjectVersionId="v5").location["ObjectVersionId"] == "v5"
    assert bucket.requests[0].query == (("versionId", "v5"),)


def test_names_no_version_in_a_bucket_without_versions() -> None:
    assert "ObjectVersionId" not in look(Bucket(ROW, x_cos_version_id="null")).location


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (ROW, ["Bucket", "Key"]),
        (f"data-{APPID},a.txt,v1\n".encode(), ["Bucket", "Key", "VersionId"]),
    ],
)
def test_infers_the_fields_from_the_first_row(content: bytes, fields: list[str]) -> None:
    assert look(Bucket(content)).spec == {"Fields": fields, "Format": "COSBatchOperations_CSV_V1"}


def test_keeps_the_fields_that_the_caller_states() -> None:
    spec = {"Fields": ["Ignore", "Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"}
    assert look(Bucket(b"x," + ROW), spec=spec).spec == spec


def test_reads_no_more_than_both_ends_of_a_long_manifest_and_estimates_its_rows() -> None:
    bucket = Bucket(TWO_ROWS * 20_000)
    found = look(bucket)
    size = len(bucket.content)
    assert bucket.ranges == [f"bytes=0-{EDGE - 1}", f"bytes={size - EDGE}-{size - 1}"]
    assert found.rows == pytest.approx(40_000, rel=0.01)


def test_finds_a_fault_at_the_far_end() -> None:
    with pytest.raises(InvalidManifest) as caught:
        look(Bucket(TWO_ROWS * 20_000 + b"odd\n"))
    assert "ColumnCount" in caught.value.problems[0].message


def test_does_not_see_the_middle_unless_it_looks_in_full() -> None:
    content = TWO_ROWS * 20_000 + b"odd\n" + TWO_ROWS * 20_000
    assert look(Bucket(content)).rows
    with pytest.raises(InvalidManifest) as caught:
        look(Bucket(content), check="full")
    assert caught.value.fields["Verdict"]["Faults"][0]["Line"] == 40_001  # type: ignore[index]


def test_a_full_look_counts_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_object, "BLOCK", 1000)
    found = look(Bucket(TWO_ROWS * 500), check="full")
    assert (found.rows, found.unchecked) == (1000, ())


def look_by(time: SleepingTime, bucket: Bucket, key: str, check: str, limits: dict[str, Any]) -> Inspection:
    """A look that has 30 seconds by the clock of `time`."""
    manifest = {"Location": {"ETag": '"e1"', "ObjectArn": f"{ARN}/{key}"}, "Spec": NO_SPEC}
    way = exchange_with(bucket, 30)
    way.deadline = Deadline(time.clock, 30)
    return inspect(manifest, limits, configuration(COSBATCH_MANIFEST_CHECK=check).settings, way)


def full_look(bucket: Bucket, time: SleepingTime) -> Inspection:
    return look_by(time, bucket, "list.csv", "full", {})


class Slow(Bucket):
    """A bucket that takes three seconds for each answer."""

    def __init__(self, content: bytes, time: SleepingTime) -> None:
        super().__init__(content)
        self.time = time

    def send(self, request: Request, seconds: float) -> Response:
        self.time.sleep(3)
        return super().send(request, seconds)


def names(found: Inspection) -> list[object]:
    return [warning["Warning"] for warning in found.unchecked]


def test_a_full_look_ends_with_the_time_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_object, "BLOCK", PIECE)
    time = SleepingTime()
    bucket = Slow(TWO_ROWS * 18_000, time)
    found = full_look(bucket, time)
    assert names(found) == ["JudgedInPart"]
    assert 0 < len(bucket.ranges) < len(bucket.content) // PIECE
    assert found.rows == pytest.approx(36_000, rel=0.02)


def test_a_full_look_keeps_the_time_for_the_job_however_slow_the_service_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_object, "BLOCK", EDGE)
    time = SleepingTime()
    found = full_look(Slow(TWO_ROWS * 60_000, time), time)
    assert (names(found), 30 - time.slept) == (["JudgedInPart"], 9)


def slow_judge(monkeypatch: pytest.MonkeyPatch, time: SleepingTime, seconds: float) -> None:
    feed = CsvJudge.feed

    def slowly(judge: CsvJudge, piece: bytes) -> None:
        time.sleep(seconds)
        feed(judge, piece)

    monkeypatch.setattr(CsvJudge, "feed", slowly)


def test_a_full_look_ends_with_the_time_within_a_block_too(monkeypatch: pytest.MonkeyPatch) -> None:
    time = SleepingTime()
    slow_judge(monkeypatch, time, 4)
    bucket = Bucket(TWO_ROWS * 18_000)
    found = full_look(bucket, time)
    assert (found.unchecked != (), len(bucket.ranges)) == (True, 2)
    assert found.rows == pytest.approx(36_000, rel=0.02)


@pytest.mark.parametrize("planted", [0, 3_000, 15_500, 17_999])
def test_a_full_look_sees_both_ends_however_little_time_there_is(monkeypatch: pytest.MonkeyPatch, planted: int) -> None:
    time = SleepingTime()
    slow_judge(monkeypatch, time, 1)
    time.sleep(22.5)
    rows = [TWO_ROWS] * 18_000
    rows[planted] = b"odd\n"
    with pytest.raises(InvalidManifest, match="cannot work"):
        full_look(Bucket(b"".join(rows)), time)


def test_a_full_look_is_complete_where_the_end_is_all_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    time = SleepingTime()
    slow_judge(monkeypatch, time, 4.6)
    bucket = Bucket(TWO_ROWS * 6000)
    found = full_look(bucket, time)
    assert (found.unchecked, found.rows, len(bucket.ranges)) == ((), 12_000, 2)


def test_a_verdict_that_came_before_the_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_object, "BLOCK", PIECE)
    time = SleepingTime()
    with pytest.raises(InvalidManifest) as caught:
        full_look(Slow(b"odd\n" + TWO_ROWS * 9000, time), time)
    assert caught.value.fields["Verdict"]["Complete"] is False  # type: ignore[index]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "Empty at line 1"),
        (b"Bucket,Key\n" + ROW, "HeaderRow at line 1"),
        (b"\xef\xbb\xbf" + ROW, "ByteOrderMark at line 1, column 1"),
        (b"other-99,a.txt\n", "ForeignBucket at line 1, column 1: 'other-99'"),
        (b"\x1f\x8b\x08\x00", "Gzip at line 1"),
        (b'{"files": []}', "WrongFormat at line 1"),
    ],
)
def test_refuses_what_cannot_work(content: bytes, fault: str) -> None:
    with pytest.raises(InvalidManifest) as caught:
        look(Bucket(content))
    assert caught.value.problems[0].message.startswith(fault)
    assert caught.value.problems[0].pointer == "/Manifest/Location/ObjectArn"
    assert caught.value.fields["Verdict"]["Verdict"] == "faulty"  # type: ignore[index]


def test_refuses_rows_of_a_bucket_that_the_profile_does_not_name() -> None:
    with pytest.raises(InvalidManifest, match="cannot work"):
        look(Bucket(ROW), sources=[f"other-{APPID}"])
    assert look(Bucket(ROW), sources=[f"data-{APPID}"]).rows == 1


def test_passes_on_what_is_worth_a_warning() -> None:
    found = look(Bucket(f"data-{APPID},a b.txt\n".encode()))
    assert [warning.fault for warning in found.warnings] == ["NotEncoded"]


INVENTORY = {
    "sourceAppid": APPID,
    "sourceBucket": "data",
    "fileFormat": "CSV",
    "fileSchema": "Appid, Bucket, Key, Size",
    "filterObjectCount": "13",
    "files": [{"key": "inventory/1.csv.gz", "size": len(DATA), "md5Checksum": "0" * 32}],
}
MANIFEST_JSON = "inventory/manifest.json"


def test_takes_a_manifest_json_for_an_inventory_and_counts_by_it() -> None:
    bucket = Bucket(json.dumps(INVENTORY).encode(), files=("inventory/1.csv.gz",))
    found = look(bucket, key=MANIFEST_JSON)
    assert found.spec == {"Fields": None, "Format": "COSInventoryReport_CSV_V1"}
    assert (found.rows, found.buckets) == (13, (f"data-{APPID}",))
    assert bucket.sent[-1] == "GET /inventory/1.csv.gz"


def test_refuses_an_inventory_whose_data_is_not_there() -> None:
    with pytest.raises(InvalidManifest) as caught:
        look(Bucket(json.dumps(INVENTORY).encode()), key=MANIFEST_JSON)
    assert caught.value.problems[0].message.startswith(
        "InventoryFiles at line 1: inventory/1.csv.gz: it is not in the bucket"
    )
    assert caught.value.fields["Verdict"]["Faults"][0]["Line"] == 1  # type: ignore[index]


def test_says_what_it_expects_where_an_inventory_is_something_else() -> None:
    with pytest.raises(InvalidManifest) as caught:
        look(Bucket(ROW), key=MANIFEST_JSON)
    assert "The content is no JSON, not the manifest.json of" in caught.value.problems[0].message


def test_refuses_an_inventory_of_a_bucket_that_the_profile_does_not_name() -> None:
    bucket = Bucket(json.dumps(INVENTORY).encode(), files=("inventory/1.csv.gz",))
    with pytest.raises(InvalidManifest) as caught:
        look(bucket, key=MANIFEST_JSON, sources=[f"other-{APPID}"])
    assert caught.value.problems[0].message.startswith("ForeignBucket")
    assert look(bucket, key=MANIFEST_JSON, sources=[f"data-{APPID}"]).rows == 13


def test_refuses_an_inventory_of_another_kind_without_looking_for_its_data() -> None:
    bucket = Bucket(json.dumps({**INVENTORY, "fileFormat": "ORC"}).encode())
    with pytest.raises(InvalidManifest) as caught:
        look(bucket, key=MANIFEST_JSON)
    assert caught.value.problems[0].message.startswith("InventoryFormat")
    assert bucket.sent == [f"HEAD /{MANIFEST_JSON}", f"GET /{MANIFEST_JSON}"]


def test_does_not_take_a_refusal_for_a_missing_file() -> None:
    class Closed(Bucket):
        def send(self, request: Request, seconds: float) -> Response:
            return Response(403, {}) if request.path == "/inventory/1.csv.gz" else super().send(request, seconds)

    with pytest.raises(ServiceError) as caught:
        look(Closed(json.dumps(INVENTORY).encode()), key=MANIFEST_JSON)
    assert caught.value.code == "AccessDenied"


def test_looks_at_nothing_when_the_check_is_off() -> None:
    bucket = Bucket(b"")
    spec = {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"}
    found = look(bucket, check="off", spec=spec, ETag='"e1"')
    assert (bucket.sent, found.spec, found.rows) == ([], spec, None)


def test_reads_no_more_than_the_first_row_when_the_check_is_off_and_the_fields_are_not_stated() -> None:
    bucket = Bucket(ROW + b"odd\n")
    assert look(bucket, check="off").spec == {"Fields": ["Bucket", "Key"], "Format": "COSBatchOperations_CSV_V1"}
    assert bucket.ranges == [f"bytes=0-{EDGE - 1}"]


def test_takes_a_manifest_json_for_an_inventory_when_the_check_is_off_too() -> None:
    bucket = Bucket(b"never read")
    assert look(bucket, check="off", key=MANIFEST_JSON).spec["Format"] == "COSInventoryReport_CSV_V1"
    assert bucket.ranges == []


def test_asks_for_the_fields_where_the_first_row_does_not_tell_them() -> None:
    with pytest.raises(InvalidRequest) as caught:
        look(Bucket(b"one,two,three,four,five\n"), check="off")
    assert caught.value.problems[0].pointer == "/Manifest/Spec/Fields"


@pytest.mark.parametrize("foreign", ["appid", "row"])
def test_tells_a_bucket_of_another_account_as_every_other_fault(foreign: str) -> None:
    inventory = json.dumps({**INVENTORY, "sourceAppid": "99"}, indent=1).encode()
    key, text, line = {"appid": (MANIFEST_JSON, inventory, 3), "row": ("list.csv", ROW + b"other-99,b\n", 2)}[foreign]
    with pytest.raises(InvalidManifest) as caught:
        look(Bucket(text, files=("inventory/1.csv.gz",)), key=key)
    verdict: Any = caught.value.fields["Verdict"]
    assert verdict["Verdict"] == "faulty"
    assert [(fault["Fault"], fault["Line"]) for fault in verdict["Faults"]] == [("ForeignBucket", line)]
    assert len(caught.value.problems) == 1


def test_takes_a_bucket_of_another_account_from_no_profile() -> None:
    with pytest.raises(InvalidManifest):
        look(Bucket(b"other-99,a.txt\n"), sources=["other-99"])


def long_inventory(files: int) -> Bucket:
    keys = [f"inventory/{number}.csv.gz" for number in range(files)]
    listed = [{"key": key, "size": len(DATA), "md5Checksum": "0" * 32} for key in keys]
    return Bucket(json.dumps({**INVENTORY, "files": listed}).encode(), files=tuple(keys))


def test_looks_for_the_first_data_files_and_says_how_many_it_left_out() -> None:
    bucket = long_inventory(FILES + 3)
    found = look(bucket, key=MANIFEST_JSON)
    assert len(bucket.sent) == 2 + FILES
    assert names(found) == ["FilesNotLookedFor"]
    assert "names 3 data files that were not looked for" in str(found.unchecked[0]["Message"])
    assert not look(long_inventory(FILES), key=MANIFEST_JSON).unchecked


def test_a_full_look_is_for_every_data_file() -> None:
    bucket = long_inventory(FILES + 3)
    assert not look(bucket, key=MANIFEST_JSON, check="full").unchecked
    assert len(bucket.sent) == 2 + FILES + 3
    bucket.files = bucket.files[:-1]
    with pytest.raises(InvalidManifest):
        look(bucket, key=MANIFEST_JSON, check="full")


def test_a_full_look_at_data_files_ends_with_the_time() -> None:
    time = SleepingTime()
    inventory = long_inventory(FILES + 4)

    class Slow(Bucket):
        def data_file(self, key: str) -> Response:
            time.sleep(1.07)
            return super().data_file(key)

    slow = Slow(inventory.content, files=inventory.files)
    found = look_by(time, slow, MANIFEST_JSON, "full", {"max_objects": 1000})
    assert names(found) == ["JudgedInPart", "FilesNotLookedFor", "LimitNotChecked"]
    assert found.leaves_limit_open


def test_counts_exactly_where_a_profile_limits_the_rows() -> None:
    long_row = f"data-{APPID},{'x' * 500}-%d.txt\n"
    middle = b"".join(b"data-%s,%d\n" % (APPID.encode(), n) for n in range(30_000))
    edge = b"".join((long_row % n).encode() for n in range(600))
    bucket = Bucket(edge + middle + edge)
    estimated, exact = look(bucket).rows, 31_200
    assert estimated is not None and estimated < exact - 1
    assert look(bucket, most=exact - 1).rows == look(bucket, most=len(bucket.content)).rows == exact


def test_refuses_no_list_for_more_rows_than_were_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows are short: going by them, the list would have far more rows than it has."""
    time = SleepingTime()
    slow_judge(monkeypatch, time, 4)
    short = b"".join(b"data-%s,%d\n" % (APPID.encode(), n) for n in range(20_000))
    found = look_by(time, Bucket(short + TWO_ROWS * 9_000), "list.csv", "head", {"max_objects": 40_000})
    assert found.seen is not None
    assert found.rows is not None
    assert found.seen < 40_000 < found.rows
    assert found.leaves_limit_open


def test_says_where_the_time_does_not_suffice_to_count_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    time = SleepingTime()
    slow_judge(monkeypatch, time, 2.8)
    found = look_by(time, Bucket(TWO_ROWS * 18_000), "list.csv", "head", {"max_objects": 40_000})
    _, warning = found.unchecked
    message = "may be over the profile's max_objects, for it could not be read: the time did not suffice for all rows"
    assert warning == {"Warning": "LimitNotChecked", "Pointer": "/Manifest", "Message": message}


def test_counts_the_rows_of_an_inventory_that_does_not_say_how_many_it_has() -> None:
    uncounted = {name: value for name, value in INVENTORY.items() if name != "filterObjectCount"}
    bucket = Bucket(json.dumps(uncounted).encode(), files=("inventory/1.csv.gz",))
    found = look(bucket, key=MANIFEST_JSON, most=5)
    assert (found.rows, found.unchecked) == (13, ())


def test_sees_a_row_of_another_bucket_in_the_middle_of_a_large_list_where_the_profile_names_buckets() -> None:
    half = TWO_ROWS * 9_000
    foreign = Bucket(half + f"other-{APPID},a\n".encode() + half)
    assert look(foreign).rows
    with pytest.raises(InvalidManifest) as caught:
        look(foreign, sources=[f"data-{APPID}"])
    assert caught.value.problems[0].message.startswith("ForeignBucket at line 18001, column 1")


def test_refuses_a_large_manifest_that_shows_no_row_at_either_end() -> None:
    with pytest.raises(InvalidRequest) as caught:
        look(Bucket(b"\n" * EDGE + TWO_ROWS * 9_000 + b"\n" * EDGE))
    assert caught.value.problems[0].pointer == "/Manifest/Spec/Fields"


@pytest.mark.parametrize("key", ["list.csv", MANIFEST_JSON])
def test_says_that_a_limit_is_not_checked_when_the_check_is_off(key: str) -> None:
    found = look(Bucket(TWO_ROWS), check="off", key=key, most=1)
    assert "it could not be read: COSBATCH_MANIFEST_CHECK is off" in str(found.unchecked[0]["Message"])


def test_knows_by_its_size_that_a_manifest_is_within_a_limit() -> None:
    shortest = Bucket("\n".join([f"b-{APPID},k"] * 30).encode())
    assert [look(shortest, check="off", most=most).leaves_limit_open for most in (29, 30)] == [True, False]
    assert look(Bucket(TWO_ROWS), check="off", most=6, sources=[f"data-{APPID}"]).leaves_limit_open


def test_counts_exactly_before_an_estimate_refuses_a_manifest() -> None:
    long_row = f"data-{APPID},{'x' * 500}-%d.txt\n"
    middle = b"".join((long_row % n).encode() for n in range(1000))
    bucket = Bucket(TWO_ROWS * 5_000 + middle + TWO_ROWS * 5_000)
    estimated, exact = look(bucket).rows, 21_000
    assert estimated is not None and estimated > exact
    assert look(bucket, most=exact).rows == exact


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, {"content-length": "5"}),
        Response(200, {"etag": '"e1"', "content-length": "5"}, b"whole"),
        Response(206, {"etag": '"e1"', "content-range": "bytes 0-1/5"}, b"wh"),
        Response(206, {"etag": '"e1"', "content-range": "bytes 3-4/5"}, b""),
        Response(206, {"etag": '"e2"', "content-range": "bytes 3-4/5"}, b"le"),
    ],
)
def test_does_not_take_another_answer_for_the_part_that_it_asked_for(answer: Response) -> None:
    content = ManifestObject(
        {"ETag": '"e1"', "ObjectArn": f"{ARN}/list.csv"},
        exchange_with(Service({"GET /list.csv": answer})),
    )
    with pytest.raises(UnexpectedResponse):
        content.read(3, 2)


@pytest.mark.parametrize(
    ("etag", "version"),
    [
        ("", "v1"),
        ('W/"e1"', "v1"),
        ('"e\x01"', "v1"),
        ('"é"', "v1"),
        (f'"{"e" * 1023}"', "v1"),
        ('"e1"', "v\x01"),
        ('"e1"', ""),
        ('"e1"', "v" * 1025),
    ],
)
def test_takes_no_etag_and_no_version_that_a_job_cannot_name(etag: str, version: str) -> None:
    with pytest.raises(UnexpectedResponse, match="that a job can name"):
        look(Bucket(ROW, etag=etag, x_cos_version_id=version))


@pytest.mark.parametrize("size", ["9" * 5000, "-1", "five"])
def test_does_without_a_size_that_is_none(size: str) -> None:
    answer = Response(200, {"etag": '"e1"', "content-length": size}, ROW)
    assert look(Service({"GET /list.csv": answer}), ETag='"e1"').rows == 1


def test_passes_on_what_else_the_service_refuses() -> None:
    with pytest.raises(CosbatchError) as caught:
        look(Service({"GET /list.csv": error(403, "AccessDenied")}), ETag='"e1"')
    assert caught.value.code == "AccessDenied"


def test_does_not_believe_a_part_that_is_of_another_size_than_the_head_says() -> None:
    class Growing(Bucket):
        def part(self, asked: dict[str, str], known: dict[str, str]) -> Response:
            self.content += ROW
            return super().part(asked, known)

    with pytest.raises(UnexpectedResponse, match="another size"):
        look(Growing(ROW))


def test_does_not_believe_that_a_manifest_is_empty_that_has_bytes() -> None:
    class Refusing(Bucket):
        def part(self, asked: dict[str, str], known: dict[str, str]) -> Response:
            return error(416, "InvalidRange")

    with pytest.raises(UnexpectedResponse, match="has ended, though it has more bytes"):
        look(Refusing(ROW))


class Silent(Bucket):
    """A bucket that tells no sizes."""

    def part(self, asked: dict[str, str], known: dict[str, str]) -> Response:
        answer = super().part(asked, known)
        return Response(answer.status, {"etag": self.etag} if answer.body else {}, answer.body)


def test_reads_on_where_no_size_is_told() -> None:
    assert look(Silent(ROW), ETag='"e1"').rows == 1
    assert look(Silent(ROW), check="full", ETag='"e1"').rows == 1


def test_does_not_take_the_head_for_all_where_no_size_is_told() -> None:
    assert not look(Silent(TWO_ROWS * 9_000), ETag='"e1"').is_complete
    assert look(Silent(TWO_ROWS * 9), ETag='"e1"').is_complete


def test_says_where_the_end_of_a_manifest_without_a_size_was_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    time = SleepingTime()
    slow_judge(monkeypatch, time, 4)
    bucket = Silent(TWO_ROWS * 18_000)
    assert (names(full_look(bucket, time)), len(bucket.ranges)) == (["JudgedInPart"], 1)
