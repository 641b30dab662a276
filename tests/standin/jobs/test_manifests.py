"""Manifests as the service would read them, seen from outside: what became of each row."""

from __future__ import annotations

import gzip
import json

import pytest

from cosbatch.standin.jobs import manifests
from tests.standin.documents import REPORTS, SOURCE, TAGGING, manifest, operation, report
from tests.standin.rehearsal import Rehearsal

TAG = operation(TAGGING)

READ = {
    "plain rows": (f"{SOURCE},a\n{SOURCE},b\n", ("Bucket", "Key"), {"a": "", "b": ""}),
    "no line break at the end": (f"{SOURCE},a\n{SOURCE},b", ("Bucket", "Key"), {"a": "", "b": ""}),
    "Windows line breaks and empty lines": (
        f"{SOURCE},a\r\n\r\n{SOURCE},b\r\n",
        ("Bucket", "Key"),
        {"a": "", "b": ""},
    ),
    "blanks after commas": (f"{SOURCE}, a\n", ("Bucket", "Key"), {"a": ""}),
    "columns in another order, some ignored": (
        f"1,a,{SOURCE},x\n",
        ("Ignore", "Key", "Bucket", "Ignore"),
        {"a": ""},
    ),
    "a quoted key": (f'{SOURCE},"c,""d"""\n', ("Bucket", "Key"), {'c,"d"': ""}),
    "an encoded key": (f"{SOURCE},%E4%B8%AD%2F%20+.txt\n", ("Bucket", "Key"), {"中/ +.txt": ""}),
    "a key in UTF-8 that is not encoded": (f"{SOURCE},中/ +.txt\n", ("Bucket", "Key"), {"中/ +.txt": ""}),
    "an empty version": (f"{SOURCE},a,\n", ("Bucket", "Key", "VersionId"), {"a": ""}),
    "the version of an unversioned object": (f"{SOURCE},a,null\n", ("Bucket", "Key", "VersionId"), {"a": ""}),
    "an unknown version": (f"{SOURCE},a,v1\n", ("Bucket", "Key", "VersionId"), {"a": "NoSuchVersion"}),
    "unknown keys and buckets": (
        f"{SOURCE},nope\nnever-1250000000,b\nforeign-1260000000,c\n",
        ("Bucket", "Key"),
        {"nope": "NoSuchKey", "b": "NoSuchBucket", "c": "AccessDenied"},
    ),
}


@pytest.mark.parametrize(("text", "names", "codes"), READ.values(), ids=READ.keys())
def test_reads_from_a_csv(rehearsal: Rehearsal, text: str, names: tuple[str, ...], codes: dict[str, str]) -> None:
    for key in ("a", "b", 'c,"d"', "中/ +.txt"):
        rehearsal.put(key)
    described = rehearsal.run(Manifest=rehearsal.manifest(text, *names), Operation=TAG)
    assert described.text("Job/Status") == "Complete"
    assert rehearsal.codes(described) == codes


BAD = {
    "nothing": (b"", "has no rows"),
    "empty lines alone": (b"\n\r\n", "has no rows"),
    "a row that names no object": (b"a-1,b\na-1,b,c\n", "Line 2 of the manifest has 3 columns where 2 are expected"),
}


@pytest.mark.parametrize(("body", "reason"), BAD.values(), ids=BAD.keys())
def test_lets_a_job_fail_over_a_csv_with(rehearsal: Rehearsal, body: bytes, reason: str) -> None:
    described = rehearsal.run(Manifest=rehearsal.manifest(body), Operation=TAG)
    assert described.text("Job/Status") == "Failed"
    failure = "Job/FailureReasons/JobFailure/"
    assert described.text(f"{failure}FailureCode") == "InvalidManifest"
    assert reason in described.text(f"{failure}FailureReason")
    assert rehearsal.report(described) == []


MISSING = {
    "is not there": (manifest(), "NoSuchBucket"),
    "lies in another account": (manifest("qcs::cos:ap-chengdu::foreign-1260000000/m.csv"), "AccessDenied"),
}


@pytest.mark.parametrize(("element", "code"), MISSING.values(), ids=MISSING.keys())
def test_lets_a_job_fail_whose_manifest(rehearsal: Rehearsal, element: str, code: str) -> None:
    described = rehearsal.run(Manifest=element)
    assert described.text("Job/Status") == "Failed"
    assert described.text("Job/FailureReasons/JobFailure/FailureCode") == code


def test_lets_a_job_fail_whose_manifest_has_changed(rehearsal: Rehearsal) -> None:
    element = rehearsal.keys("a")
    rehearsal.keys("b")
    described = rehearsal.run(Manifest=element)
    assert described.text("Job/FailureReasons/JobFailure/FailureCode") == "PreconditionFailed"


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("<ObjectVersionId>v1</ObjectVersionId>", "NoSuchVersion"),
        ("<ObjectVersionId>null</ObjectVersionId>", ""),
    ],
)
def test_reads_the_version_that_the_manifest_names(rehearsal: Rehearsal, version: str, code: str) -> None:
    etag = rehearsal.put("manifest.csv", f"{SOURCE},manifest.csv\n".encode()).headers["etag"]
    described = rehearsal.run(Manifest=manifest(etag=etag, version=version), Operation=TAG)
    assert described.text("Job/FailureReasons/JobFailure/FailureCode") == code


def test_keeps_the_manifest_s_content_whatever_happens_to_the_object(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    element = rehearsal.keys("a")
    job_id = rehearsal.create(
        Manifest=element,
        Operation=TAG,
        ConfirmationRequired="<ConfirmationRequired>true</ConfirmationRequired>",
    )
    rehearsal.reaches(job_id, "Suspended")
    assert rehearsal.client.cos("DELETE", SOURCE, "manifest.csv").status == 204
    rehearsal.set_status(job_id, "Ready")
    assert rehearsal.counts(rehearsal.reaches(job_id, "Complete")) == ("Complete", 1, 1, 0)


NEW_INVENTORY = {
    "sourceAppid": "1250000000",
    "sourceBucket": "source",
    "destinationAppid": "1250000000",
    "destinationBucket": "source",
    "fileFormat": "CSV",
    "listObjectCount": "2",
    "fileSchema": "Appid, Bucket, Key, Size, ETag",
    "files": [{"key": "data/1.csv.gz", "size": "1", "md5Checksum": "x"}, {"key": "data/2.csv.gz"}],
}
OLD_INVENTORY = {
    "sourceBucket": SOURCE,
    "destinationBucket": SOURCE,
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key, VersionId, IsLatest",
    "files": [{"key": "data/1.csv.gz", "size": 1, "MD5checksum": "x"}],
}


def test_reads_an_inventory_of_the_newer_kind(rehearsal: Rehearsal) -> None:
    for key in ("a", "中 b"):
        rehearsal.put(key)
    files = {
        "data/1.csv.gz": '"1250000000","source","a","1","e"\n',
        "data/2.csv.gz": '"1250000000","source","%E4%B8%AD%20b","1","e"\n"1250000000","source","c","1","e"\n',
    }
    described = rehearsal.run(Manifest=rehearsal.inventory(NEW_INVENTORY, files), Operation=TAG)
    assert rehearsal.codes(described) == {"a": "", "c": "NoSuchKey", "中 b": ""}


def test_reads_an_inventory_of_the_older_kind(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    files = {"data/1.csv.gz": f'"{SOURCE}","a","","true"\n"{SOURCE}","b","v","true"\n'}
    values = {**OLD_INVENTORY, "fileFormat": "csv"}
    described = rehearsal.run(Manifest=rehearsal.inventory(values, files), Operation=TAG)
    assert rehearsal.codes(described) == {"a": "", "b": "NoSuchVersion"}


def test_finds_the_data_of_an_inventory_beside_a_manifest_that_was_copied(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    values = {**OLD_INVENTORY, "destinationBucket": "elsewhere-1250000000", "sourceAppid": "1250000000"}
    files = {"data/1.csv.gz": '"source","a","","true"\n'}
    described = rehearsal.run(Manifest=rehearsal.inventory(values, files), Operation=TAG)
    assert rehearsal.codes(described) == {"a": ""}


BAD_INVENTORIES = {
    "no object": ([1], "fileFormat is CSV"),
    "another format": ({**OLD_INVENTORY, "fileFormat": "ORC"}, "fileFormat is CSV"),
    "no schema": ({**OLD_INVENTORY, "fileSchema": ""}, "does not name Bucket and Key"),
    "no list of files": ({**OLD_INVENTORY, "files": {"key": "data/1.csv.gz"}}, "no list of objects"),
    "a file without a key": ({**OLD_INVENTORY, "files": [{}]}, "no list of objects"),
    "a file that is not there": ({**OLD_INVENTORY, "files": [{"key": "nope"}]}, "nope does not exist"),
    "a file that is not packed": ({**OLD_INVENTORY, "files": [{"key": "plain"}]}, "no whole gzip file"),
    "a file that is cut short": ({**OLD_INVENTORY, "files": [{"key": "short"}]}, "no whole gzip file"),
}


@pytest.mark.parametrize(("values", "reason"), BAD_INVENTORIES.values(), ids=BAD_INVENTORIES.keys())
def test_lets_a_job_fail_over_an_inventory_with(rehearsal: Rehearsal, values: object, reason: str) -> None:
    rehearsal.put("plain", b"a,b,c,d")
    rehearsal.put("short", gzip.compress(b"b-1,k,,x\n" * 100)[:-10])
    described = rehearsal.run(Manifest=rehearsal.inventory(values, {}), Operation=TAG)
    assert reason in described.text("Job/FailureReasons/JobFailure/FailureReason")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
    ],
    ids=["cut short", "too deep"],
)
def test_lets_a_job_fail_over_a_manifest_json_that_is(rehearsal: Rehearsal, body: bytes, reason: str) -> None:
    assert reason in failure_over(rehearsal, body)


def failure_over(rehearsal: Rehearsal, body: bytes) -> str:
    etag = rehearsal.put("manifest.json", body).headers["etag"]
    arn = f"qcs::cos:ap-chengdu::{SOURCE}/manifest.json"
    element = manifest(arn, etag, "<Format>COSInventoryReport_CSV_V1</Format>")
    return rehearsal.run(Manifest=element).text("Job/FailureReasons/JobFailure/FailureReason")


def test_lets_a_job_fail_over_a_manifest_json_that_is_too_large(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert manifests.INVENTORY_LIMIT == 32 * 1024 * 1024
    monkeypatch.setattr(manifests, "INVENTORY_LIMIT", 1000)
    assert "larger than 32 MiB" in failure_over(rehearsal, b" " * 1001)
    assert "is not JSON" in failure_over(rehearsal, b" " * 1000)


def test_lets_a_job_fail_whose_rights_belong_to_another_account(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    element = rehearsal.keys("a")
    role = "<RoleArn>qcs::cam::uin/100000000002:roleName/r</RoleArn>"
    foreign = report("qcs::cos:ap-chengdu::foreign-1260000000")
    for elements in ({"RoleArn": role}, {"Report": foreign}):
        described = rehearsal.run(Manifest=element, **elements)
        assert described.text("Job/FailureReasons/JobFailure/FailureCode") == "AccessDenied"


def test_names_the_schema_of_its_report(rehearsal: Rehearsal) -> None:
    rehearsal.put("a")
    described = rehearsal.run(Manifest=rehearsal.keys("a"), Operation=TAG)
    key = f"results/job-{described.text('Job/JobId')}/manifest.json"
    values = json.loads(rehearsal.client.cos("GET", REPORTS, key).body)
    assert values["Format"] == "Report_CSV_V1"
    assert values["ReportSchema"].split(", ") == [
        "Bucket",
        "Key",
        "VersionId",
        "TaskStatus",
        "ErrorCode",
        "HTTPStatusCode",
        "ResultMessage",
    ]
