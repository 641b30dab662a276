"""Judging by Format."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cosbatch.manifest.inventory import INVENTORY_FORMAT, LONGEST_INVENTORY
from cosbatch.manifest.judge import judge_blocks
from cosbatch.manifest.stream import CSV_FORMAT

CSV = b"examplebucket-1250000000,key\n"
INVENTORY = (
    b'{"sourceBucket": "examplebucket-1250000000", "fileFormat": "CSV", "fileSchema": "Bucket, Key",'
    b' "listObjectCount": "7", "files": [{"key": "a", "size": 1, "md5Checksum": "' + b"0" * 32 + b'"}]}'
)


@pytest.mark.parametrize("format_name", [None, CSV_FORMAT])
def test_judges_csv(format_name: str | None) -> None:
    verdict = judge_blocks([CSV, CSV], format_name=format_name, fields=["Bucket", "Key"])
    assert (verdict.ok, verdict.rows, verdict.duplicates) == (True, 2, 1)


@pytest.mark.parametrize("format_name", [None, INVENTORY_FORMAT])
def test_judges_inventories(format_name: str | None) -> None:
    verdict = judge_blocks([INVENTORY[:9], INVENTORY[9:]], format_name=format_name)
    assert (verdict.ok, verdict.rows, verdict.size) == (True, 7, len(INVENTORY))


@pytest.mark.parametrize(
    ("content", "format_name"), [(CSV, INVENTORY_FORMAT), (INVENTORY, CSV_FORMAT)], ids=["CSV", "inventory"]
)
def test_refuses_content_of_the_other_format(content: bytes, format_name: str) -> None:
    (fault,) = judge_blocks([content], format_name=format_name).faults
    assert fault.fault == "WrongFormat"
    assert format_name in fault.message


def test_passes_the_buckets_on() -> None:
    for content in (CSV, INVENTORY):
        (fault,) = judge_blocks([content], allowed_buckets=["other-1250000000"]).faults
        assert fault.fault == "ForeignBucket"


def test_knows_only_the_two_formats() -> None:
    with pytest.raises(ValueError, match="Format is COSBatchOperations_CSV_V1 or COSInventoryReport_CSV_V1"):
        judge_blocks([], format_name="S3BatchOperations_CSV_20180820")


def test_reads_no_more_of_an_inventory_than_one_can_be_long() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * (1 << 20)

    verdict = judge_blocks(endless(), format_name=INVENTORY_FORMAT)
    assert [fault.fault for fault in verdict.faults] == ["WrongFormat"]
    assert LONGEST_INVENTORY < verdict.size < LONGEST_INVENTORY * 2


def test_takes_nothing_for_an_empty_csv() -> None:
    assert [fault.fault for fault in judge_blocks([]).faults] == ["Empty"]


def test_loads_nothing_of_cosbatch_and_no_slow_modules() -> None:
    program = "import sys, cosbatch.manifest.judge, cosbatch.manifest.edges; print(*sys.modules)"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"csv", "logging", "gzip", "decimal", "uuid", "concurrent.futures"})
    ours = {name for name in loaded if name.startswith("cosbatch.")}
    assert all(name == "cosbatch.manifest" or name.startswith("cosbatch.manifest.") for name in ours)
