"""The data files of an inventory are judged themselves, whatever their manifest.json says."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

import pytest

from cosbatch.jobs.inspection import Inspection, inspect
from cosbatch.jobs.judging import judge_data_files
from cosbatch.manifest.inventory import judge_inventory
from cosbatch.manifest.judge import CsvJudge
from cosbatch.model.deadline import Deadline
from cosbatch.model.errors import InvalidManifest
from cosbatch.model.messages import Request, Response
from cosbatch.service.manifest_object import EDGE, ManifestObject
from tests.stage import APPID, BUCKET, Service, SleepingTime, configuration, exchange, refused

Json = dict[str, Any]
KEY = "inv/manifest.json"
ROWS = b'"inv-1250000000","a.txt"\n"inv-1250000000","b.txt"\n'


class Bucket(Service):
    """Serves objects in parts, as COS does."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        super().__init__({})
        self._objects = objects

    def send(self, request: Request, seconds: float) -> Response:
        self.requests.append(request)
        content = self._objects.get(request.path.removeprefix("/"))
        if content is None:
            return refused("NoSuchKey", status=404)
        first, last = (int(part) for part in dict(request.headers)["Range"].removeprefix("bytes=").split("-"))
        if first >= len(content):
            return refused("InvalidRange", status=416)
        part = content[first : last + 1]
        headers = {"etag": '"e"', "content-range": f"bytes {first}-{first + len(part) - 1}/{len(content)}"}
        return Response(206, headers, part)


def inventory(content: Mapping[str, bytes], **changes: Any) -> bytes:
    """The manifest.json that names the files."""
    entries = [{"key": key, "size": str(len(packed)), "md5Checksum": "0" * 32} for key, packed in content.items()]
    document = {
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key",
        "sourceBucket": "inv",
        "sourceAppid": APPID,
        "filterObjectCount": "1",
        "files": entries,
        **changes,
    }
    return json.dumps(document).encode()


def look(content: Mapping[str, bytes], check: str = "head", limits: Json | None = None, **changes: Any) -> Inspection:
    bucket = Bucket({KEY: inventory(content, **changes), **content})
    manifest = {
        "Location": {"ETag": '"e"', "ObjectArn": f"qcs::cos:ap-chengdu::{BUCKET}/{KEY}"},
        "Spec": {"Format": None, "Fields": None},
    }
    settings = configuration(COSBATCH_MANIFEST_CHECK=check).settings
    return inspect(manifest, limits or {}, settings, exchange(bucket, 60.0))


def faults(content: Mapping[str, bytes], **more: Any) -> list[str]:
    with pytest.raises(InvalidManifest) as caught:
        look(content, **more)
    return [problem.message for problem in caught.value.problems]


def test_counts_the_rows_of_the_files_and_not_what_the_inventory_says() -> None:
    found = look({"1.csv.gz": gzip.compress(ROWS), "2.csv.gz": gzip.compress(ROWS * 10)})
    assert (found.rows, found.unchecked) == (22, ())


def test_refuses_rows_of_another_bucket_than_the_inventory_s() -> None:
    limits = {"source_buckets": ["inv-1250000000"], "max_objects": 10}
    files = {"1.csv.gz": gzip.compress(b'"secret","x"\n' * 50)}
    messages = faults(files, check="full", limits=limits)
    assert len(messages) == 50
    assert messages[0].startswith("ForeignBucket at line 1, column 1: 1.csv.gz: ")


def test_takes_rows_that_name_the_bucket_without_its_appid() -> None:
    assert look({"1.csv.gz": gzip.compress(b'"inv","x"\n')}).rows == 1


GOOD = gzip.compress(ROWS)
BROKEN: dict[str, tuple[bytes, int | None, str]] = {
    "cut": (GOOD[:-9], None, "breaks off"),
    "plain": (ROWS, None, "it is not compressed with gzip"),
    "zlib": (zlib.compress(ROWS), None, "it is not compressed with gzip"),
    "damaged": (GOOD[:15] + b"\xff\xff\xff" + GOOD[18:], None, "damaged"),
    "shorter than it should be": (GOOD, len(GOOD) + 1, f"it has {len(GOOD)} bytes, manifest.json says {len(GOOD) + 1}"),
    "empty": (b"", 0, "it has 0 bytes"),
    "without rows": (gzip.compress(b""), None, "no rows"),
    "of other columns": (gzip.compress(b"inv-1250000000,a,b\n"), None, "Columns in this row: 3"),
}


@pytest.mark.parametrize("check", ["head", "full"])
@pytest.mark.parametrize("case", BROKEN)
def test_refuses_a_data_file_that_is(case: str, check: str) -> None:
    content, size, message = BROKEN[case]
    entry = {"key": "1.csv.gz", "size": len(content) if size is None else size, "md5Checksum": "0" * 32}
    said = faults({"1.csv.gz": content}, check=check, files=[entry])
    assert any(message in each for each in said), said
    assert all("1.csv.gz" in each for each in said)


def test_refuses_a_data_file_that_is_not_there() -> None:
    entry = {"key": "gone.csv.gz", "size": 9, "md5Checksum": "0" * 32}
    (message,) = faults({}, files=[entry])
    assert "gone.csv.gz: it is not in the bucket" in message


def rows_over(size: int) -> bytes:
    """A data file of more than so many bytes: keys that cannot be packed well."""
    import random

    chance = random.Random(1)
    lines = (b'"inv-1250000000","%s"\n' % chance.randbytes(100).hex().encode() for _ in range(size // 50))
    return gzip.compress(b"".join(lines), 1)


def test_looks_at_the_beginning_of_a_large_file_and_counts_it_as_not_complete() -> None:
    large = rows_over(2 * EDGE)
    assert len(large) > EDGE
    found = look({"1.csv.gz": large}, filterObjectCount="100000")
    assert (found.rows, found.unchecked) == (100_000, ())


def test_reads_all_of_a_large_file_where_the_profile_has_limits() -> None:
    large = rows_over(2 * EDGE)
    found = look({"1.csv.gz": large}, limits={"source_buckets": ["inv-1250000000"]})
    assert (found.rows, found.unchecked) == (gzip.decompress(large).count(b"\n"), ())


def test_keeps_time_for_the_job_while_it_reads_data_files(monkeypatch: pytest.MonkeyPatch) -> None:
    time, feed = SleepingTime(), CsvJudge.feed

    def slowly(judge: CsvJudge, piece: bytes) -> None:
        time.sleep(1)
        feed(judge, piece)

    monkeypatch.setattr(CsvJudge, "feed", slowly)
    way = exchange(Bucket({"1.csv.gz": rows_over(2 * EDGE)}), 30.0)
    way.deadline = Deadline(time.clock, 30.0)
    files = {"1.csv.gz": rows_over(2 * EDGE)}
    manifest = judge_inventory([inventory(files, filterObjectCount="1000000")])
    content = ManifestObject({"ETag": '"e"', "ObjectArn": f"qcs::cos:ap-chengdu::{BUCKET}/{KEY}"}, way)
    time.sleep(15)
    verdict = judge_data_files(manifest, [], content, full=True)
    assert (verdict.complete, way.deadline.remaining() >= 6.5) == (False, True)


def test_counts_all_faults_of_data_files_and_keeps_the_first() -> None:
    with pytest.raises(InvalidManifest) as caught:
        look({"1.csv.gz": gzip.compress(b'"secret","x"\n' * 500), "2.csv.gz": GOOD}, check="full")
    assert len(caught.value.problems) == 50
    assert caught.value.fields["Totals"] == {"ForeignBucket": 500, "DuplicateRow": 499}


def test_judges_the_last_row_of_a_data_file_that_has_faults_too() -> None:
    with pytest.raises(InvalidManifest) as caught:
        look({"1.csv.gz": gzip.compress(b'"inv-1250000000",""\n"inv-1250000000","%zz"')})
    assert caught.value.fields["Totals"] == {"EmptyKey": 1, "BadEscape": 1}


def test_warns_of_what_rows_of_data_files_hold_up_to_fifty_times() -> None:
    odd = b"".join(b'"inv-1250000000","a b %d"\n' % number for number in range(30))
    found = look({"1.csv.gz": gzip.compress(odd), "2.csv.gz": gzip.compress(odd)})
    assert [(each.fault, each.line) for each in found.warnings] == [
        ("NotEncoded", line) for line in [*range(1, 31), *range(1, 21)]
    ]
    assert found.warnings[-1].message.startswith("2.csv.gz: The key holds characters")


def test_keeps_time_for_the_job_where_each_data_file_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    time, send = SleepingTime(), Bucket.send

    def slowly(bucket: Bucket, request: Request, seconds: float) -> Response:
        time.sleep(6)
        return send(bucket, request, seconds)

    monkeypatch.setattr(Bucket, "send", slowly)
    files = {f"{number}.csv.gz": GOOD for number in range(6)}
    way = exchange(Bucket(files), 30.0)
    way.deadline = Deadline(time.clock, 30.0)
    content = ManifestObject({"ETag": '"e"', "ObjectArn": f"qcs::cos:ap-chengdu::{BUCKET}/{KEY}"}, way)
    verdict = judge_data_files(judge_inventory([inventory(files)]), None, content, full=True)
    assert (verdict.files_left, way.deadline.remaining()) == (4, 18.0)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer tells the size of a data file."""
    send = Bucket.send

    def silently(bucket: Bucket, request: Request, seconds: float) -> Response:
        answer = send(bucket, request, seconds)
        return (
            answer._replace(headers={"etag": '"e"'})
            if request.path.endswith(".gz") and answer.status == 206
            else answer
        )

    monkeypatch.setattr(Bucket, "send", silently)


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("check", ["head", "full"])
def test_judges_a_data_file_whose_size_no_answer_tells(check: str) -> None:
    assert look({"1.csv.gz": GOOD}, check=check).rows == 2


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("check", ["head", "full"])
def test_refuses_a_short_data_file_whose_size_no_answer_tells(check: str) -> None:
    entry = {"key": "1.csv.gz", "size": 2 * len(GOOD), "md5Checksum": "0" * 32}
    (message,) = faults({"1.csv.gz": GOOD}, check=check, files=[entry])
    assert f"it has {len(GOOD)} bytes, manifest.json says {2 * len(GOOD)}" in message


@pytest.mark.usefixtures("silent")
def test_compares_the_size_that_the_end_of_a_data_file_tells() -> None:
    large = rows_over(2 * EDGE)
    entry = {"key": "1.csv.gz", "size": len(large) + 1, "md5Checksum": "0" * 32}
    (message,) = faults({"1.csv.gz": large}, check="full", files=[entry])
    assert f"it has {len(large)} bytes, manifest.json says {len(large) + 1}" in message


def test_takes_what_an_inventory_says_of_its_rows_for_none_that_were_seen() -> None:
    found = look({"1.csv.gz": rows_over(2 * EDGE)}, filterObjectCount="100000")
    assert found.rows == 100_000
    assert found.seen is not None
    assert found.seen < 20_000


def test_says_how_many_files_were_not_looked_at() -> None:
    files = {f"{number}.csv.gz": GOOD for number in range(22)}
    (warning,) = look(files).unchecked
    assert (warning["Warning"], "2 data files" in str(warning["Message"])) == ("FilesNotLookedFor", True)
    assert look(files, check="full").rows == 44
