"""A manifest.json of both generations, and the data files that it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cosbatch.manifest.inventory import LONGEST_INVENTORY, DataFile, Inventory, judge_inventory
from cosbatch.manifest.verdict import Fault

NEW: dict[str, Any] = {
    "sourceAppid": "1250000000",
    "sourceBucket": "source",
    "destinationAppid": "1250000000",
    "destinationBucket": "target",
    "fileFormat": "CSV",
    "listObjectCount": "20",
    "listStorageSize": "7212835",
    "filterObjectCount": "13",
    "filterStorageSize": "7212835",
    "fileSchema": "Appid, Bucket, Key, Size, ETag",
    "files": [{"key": "inventory/1250000000/source/daily/a.csv.gz", "size": "502", "md5Checksum": "7D" * 16}],
}
OLD: dict[str, Any] = {
    "sourceBucket": "source-1250000000",
    "destinationBucket": "target-1250000000",
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key, Size, VersionId, IsLatest",
    "files": [
        {
            "key": "inventory/source-1250000000/daily/data/a.csv.gz",
            "size": 2147483647,
            "MD5checksum": "f1" * 16,
        }
    ],
}


def judged(document: object, allowed: list[str] | None = None) -> Inventory:
    return judge_inventory([json.dumps(document, indent=1).encode()], allowed)


def notes(faults: tuple[Fault, ...]) -> list[tuple[str, int]]:
    assert all(fault.column is None for fault in faults)
    return [(fault.fault, fault.line) for fault in faults]


def test_reads_the_new_generation() -> None:
    inventory = judged(NEW, ["source-1250000000"])
    assert (inventory.verdict.ok, inventory.verdict.rows, inventory.verdict.columns) == (True, 13, 5)
    assert inventory.verdict.buckets == ("source-1250000000",)
    assert inventory.verdict.fields == ("Ignore", "Bucket", "Key", "Ignore", "Ignore")
    assert inventory.buckets == ("source-1250000000", "source")
    assert inventory.files == (DataFile("inventory/1250000000/source/daily/a.csv.gz", 502),)


def test_reads_the_old_generation() -> None:
    inventory = judged(OLD)
    assert (inventory.verdict.ok, inventory.verdict.rows, inventory.verdict.columns) == (True, None, 5)
    assert inventory.verdict.fields == ("Bucket", "Key", "Ignore", "VersionId", "Ignore")
    assert inventory.buckets == ("source-1250000000",)
    assert inventory.files[0].size == 2147483647


def test_shows_rows_that_are_not_counted_as_null() -> None:
    assert judged(OLD).verdict.as_json()["Rows"] is None


def test_counts_what_was_listed_when_there_is_no_filter() -> None:
    document = {name: value for name, value in NEW.items() if name != "filterObjectCount"}
    assert judged({**document, "listObjectCount": 20}).verdict.rows == 20


FAULTY = {
    "ORC": ({"fileFormat": "ORC"}, [("InventoryFormat", 6)]),
    "no format": ({"fileFormat": None}, [("InventoryFormat", 6)]),
    "no key column": ({"fileSchema": "Bucket, Size"}, [("InventorySchema", 11)]),
    "two key columns": ({"fileSchema": "Bucket, Key, Key"}, [("InventorySchema", 11)]),
    "two version columns": ({"fileSchema": "Bucket, Key, VersionId, VersionId"}, [("InventorySchema", 11)]),
    "no schema": ({"fileSchema": ["Bucket", "Key"]}, [("InventorySchema", 11)]),
    "no number": ({"filterObjectCount": ""}, [("InventorySchema", 9)]),
    "a negative number": ({"filterObjectCount": -1}, [("InventorySchema", 9)]),
    "true for a number": ({"filterObjectCount": True}, [("InventorySchema", 9)]),
    "no objects": ({"filterObjectCount": "0"}, [("Empty", 9)]),
    "no objects, no files": ({"filterObjectCount": "0", "files": []}, [("Empty", 9)]),
    "no files": ({"files": []}, [("InventoryFiles", 12)]),
    "files that are no list": ({"files": {}}, [("InventoryFiles", 12)]),
    "a file that is no object": ({"files": ["a.csv.gz"]}, [("InventoryFiles", 12)]),
    "a file without key": ({"files": [{"size": 1, "md5Checksum": "0" * 32}]}, [("InventoryFiles", 12)]),
    "a file without size": ({"files": [{"key": "a", "md5Checksum": "0" * 32}]}, [("InventoryFiles", 12)]),
    "a file without MD5": ({"files": [{"key": "a", "size": 1}]}, [("InventoryFiles", 12)]),
    "a file with half an MD5": (
        {"files": [{"key": "a", "size": 1, "md5Checksum": "0" * 16}]},
        [("InventoryFiles", 12)],
    ),
    "no bucket": ({"sourceBucket": None}, [("ForeignBucket", 3)]),
    "a bucket that is none": ({"sourceBucket": "Source"}, [("ForeignBucket", 3)]),
}


@pytest.mark.parametrize(("change", "expected"), FAULTY.values(), ids=FAULTY)
def test_finds_faults_on_their_lines(change: dict[str, Any], expected: list[tuple[str, int]]) -> None:
    assert notes(judged({**NEW, **change}).verdict.faults) == expected


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"filterObjectCount": ""}, "filterObjectCount is '', no number"),
        ({"fileSchema": "Key"}, "fileSchema is 'Key'; a batch job needs the columns Bucket and Key, each once"),
    ],
)
def test_says_of_a_member_what_is_wrong_with_it_alone(change: dict[str, Any], told: str) -> None:
    (fault,) = judged({**NEW, **change}).verdict.faults
    assert fault.message == f"{told}: leave manifest.json as the inventory wrote it."


def test_names_the_member_whose_bucket_is_none() -> None:
    (fault,) = judged({**NEW, "sourceBucket": "qcs::cos:ap-chengdu::source-1250000000"}).verdict.faults
    assert fault.message.startswith("sourceBucket 'qcs::cos:")


def test_takes_a_member_that_is_missing_for_a_fault_of_line_one() -> None:
    document = {name: value for name, value in NEW.items() if name != "fileFormat"}
    assert notes(judged(document).verdict.faults) == [("InventoryFormat", 1)]


def test_allows_only_the_buckets_that_it_is_told() -> None:
    inventory = judged(NEW, ["other-1250000000"])
    assert notes(inventory.verdict.faults) == [("ForeignBucket", 3)]
    assert inventory.verdict.buckets == ("source-1250000000",)


def test_does_not_add_the_appid_twice() -> None:
    assert judged({**NEW, "sourceBucket": "source-1250000000"}).buckets == ("source-1250000000",)


UNREADABLE = {
    "a CSV": (b"source-1250000000,key\n", "no JSON"),
    "XML": (b"<a/>", "XML or HTML"),
    "broken JSON": (b'{"files": [\n}', "not JSON: Expecting value"),
    "a list": (b'["files"]', "JSON of another kind"),
    "another document": (b'{"manifests": []}', "JSON of another kind"),
    "a repeated member": (b'{"files": [], "files": []}', "stands twice"),
    "not a number": (b'{"files": NaN}', "a number is NaN"),
    "a deep document": (b'{"files": ' + b"[" * 100_000, "cannot be read"),
}


@pytest.mark.parametrize(("content", "what"), UNREADABLE.values(), ids=UNREADABLE)
def test_refuses_what_is_no_inventory(content: bytes, what: str) -> None:
    inventory = judge_inventory([content])
    (fault,) = inventory.verdict.faults
    assert fault.fault == "WrongFormat"
    assert what in fault.message
    assert (inventory.files, inventory.verdict.fields, inventory.verdict.rows) == ((), None, None)


def test_says_where_json_breaks() -> None:
    assert notes(judge_inventory([b'{"files": [\n}']).verdict.faults) == [("WrongFormat", 2)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("Empty", 1)]),
        (b"\x1f\x8b\x08", [("Gzip", 1)]),
        ("{}".encode("utf-16"), [("Utf16", 1)]),
        (b'{"files":\n"\xff"}', [("NotUtf8", 2)]),
        (b"\xef\xbb\xbf" + json.dumps(OLD).encode(), [("ByteOrderMark", 1)]),
    ],
)
def test_refuses_what_has_no_text_to_read(content: bytes, expected: list[tuple[str, int]]) -> None:
    assert notes(judge_inventory([content]).verdict.faults) == expected


def test_puts_faults_in_the_order_of_the_text() -> None:
    document = {"files": [], "sourceBucket": "none", **{name: NEW[name] for name in ("fileFormat", "fileSchema")}}
    assert notes(judged(document).verdict.faults) == [("InventoryFiles", 2), ("ForeignBucket", 3)]


def test_keeps_fifty_faults_of_a_thousand_files_and_counts_all() -> None:
    verdict = judged({**NEW, "files": [{}] * 1000}).verdict
    assert (len(verdict.faults), verdict.totals) == (50, {"InventoryFiles": 1000})


def test_reads_no_more_of_an_inventory_than_one_can_be_long() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * (1 << 20)

    verdict = judge_inventory(endless()).verdict
    assert [fault.fault for fault in verdict.faults] == ["WrongFormat"]
    assert LONGEST_INVENTORY < verdict.size < LONGEST_INVENTORY * 2
