"""`check`: the judge's words, and the exit code that goes with them."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cosbatch.cli.manifests import source
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.manifest import inventory
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import Run, Terminal

GOOD = b"examplebucket-1250000000,photos/1.jpg\nexamplebucket-1250000000,photos/2.jpg\n"
BAD = b"Bucket,Key\nexamplebucket-1250000000,photos/a b.jpg\nexamplebucket-1250000000,a,b,c\n"
ROWS = b"examplebucket-1250000000,a\nexamplebucket-1250000000,b\n"
INVENTORY: dict[str, Any] = {
    "sourceBucket": "examplebucket-1250000000",
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key, Size",
    "files": [{"key": "i/data/1.csv.gz", "size": 5, "MD5checksum": "0" * 32}],
}


@pytest.fixture
def listed(tmp_path: Path) -> Any:
    def write(content: bytes, name: str = "list.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def test_finds_nothing_in_a_good_list(run: Run, listed: Any) -> None:
    said = run("check", listed(GOOD))
    assert said.code == 0
    assert said.json == {
        "Verdict": "ok",
        "Rows": 2,
        "Columns": 2,
        "Buckets": ["examplebucket-1250000000"],
        "Faults": [],
        "Warnings": [],
        "Complete": True,
    }
    assert said.err == "A job can read it: 2 rows, 2 columns, examplebucket-1250000000.\n"


def test_counts_one_row_as_one(run: Run, listed: Any) -> None:
    assert run("check", listed(b"alone")).err.startswith("A job would fail: 1 row, 1 column, no bucket.")


def test_finds_what_is_wrong_and_where(run: Run, listed: Any) -> None:
    said = run("check", listed(BAD))
    assert (said.code, said.json["Verdict"]) == (1, "faulty")
    assert [(fault["Fault"], fault["Line"]) for fault in said.json["Faults"]] == [("HeaderRow", 1), ("ColumnCount", 3)]
    assert [(warning["Fault"], warning["Column"]) for warning in said.json["Warnings"]] == [("NotEncoded", 2)]
    assert said.err.splitlines()[1] == "Found: 1 ColumnCount, 1 HeaderRow, 1 NotEncoded."


@pytest.mark.parametrize(("content", "lines"), [(BAD, 6), (GOOD, 1)])
def test_lays_faults_and_the_summary_out_for_a_person(
    run: Run, listed: Any, monkeypatch: pytest.MonkeyPatch, content: bytes, lines: int
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run("check", listed(content)).err == ""
    assert len(terminal.getvalue().splitlines()) == lines
    assert lines == 1 or terminal.getvalue().splitlines()[1].startswith("fault       1          HeaderRow")


def test_tells_of_a_good_list_on_stdout_where_people_read_it(run: Run, listed: Any) -> None:
    said = run("check", listed(GOOD), "--table")
    assert (said.out, said.err) == ("A job can read it: 2 rows, 2 columns, examplebucket-1250000000.\n", "")


def test_allows_only_the_buckets_that_are_named(run: Run, listed: Any) -> None:
    assert run("check", listed(GOOD), "--bucket", "examplebucket-1250000000").code == 0
    said = run("check", listed(GOOD), "--bucket", "other-1250000000")
    assert {fault["Fault"] for fault in said.json["Faults"]} == {"ForeignBucket"}


@pytest.mark.parametrize(
    ("columns", "code"), [("Bucket,Key", 0), ("Bucket, Key, VersionId", 1), ("Ignore,Bucket,Key", 1)]
)
def test_goes_by_the_fields_that_are_named(run: Run, listed: Any, columns: str, code: int) -> None:
    assert run("check", listed(GOOD), "--fields", columns).code == code


@pytest.mark.parametrize(
    "columns", ["", "Bucket", "Key,Key,Bucket", "Bucket,Key,VersionId,VersionId", "Bucket,Key,Size"]
)
def test_says_wrong_usage_for_what_are_no_fields(run: Run, listed: Any, columns: str) -> None:
    assert run("check", listed(GOOD), "--fields", columns).code == 2


@pytest.mark.parametrize("name", ["list.csv.gz", "list.csv"])
def test_finds_that_a_manifest_is_compressed(run: Run, listed: Any, name: str) -> None:
    said = run("check", listed(gzip.compress(GOOD), name))
    assert (said.code, [fault["Fault"] for fault in said.json["Faults"]]) == (1, ["Gzip"])


@pytest.mark.parametrize("name", ["list.csv.gz", "data"])
def test_unpacks_a_data_file_of_an_inventory(run: Run, listed: Any, name: str) -> None:
    packed = gzip.compress(GOOD)
    for content in (packed, packed + bytes(512)):  # as gzip does, it takes zeros behind it
        assert run("check", listed(content, name), "--data-file", "--fields", "Bucket,Key").json["Rows"] == 2


@pytest.mark.parametrize(
    ("named", "code"), [([], 0), (["--bucket", "data-1250000000"], 0), (["--bucket", "other-1250000000"], 1)]
)
def test_takes_a_bucket_without_its_appid_in_a_data_file(run: Run, listed: Any, named: list[str], code: int) -> None:
    packed = listed(gzip.compress(b'"data","a"\n"data-1250000000","b"\n'), "data.csv.gz")
    assert run("check", packed, "--data-file", "--fields", "Bucket,Key", *named).code == code


def test_reads_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD)))
    assert run("check", "-").json["Rows"] == 2


@pytest.mark.parametrize(
    ("limit", "rows", "code"), [("27", 1, 1), ("28", 1, 1), ("53", 1, 1), ("54", 2, 0), ("1000", 2, 0)]
)
def test_reads_no_more_than_it_may_and_says_so(run: Run, listed: Any, limit: str, rows: int, code: int) -> None:
    said = run("check", listed(ROWS), "--limit", limit)
    assert (said.code, said.json["Verdict"], said.json["Rows"], said.json["Complete"]) == (code, "ok", rows, not code)
    assert (f"No more was read than {limit} bytes; --limit BYTES reads more." in said.err) == bool(code)
    assert ("A job can read what was looked at: 1 row" in said.err) == bool(code)


@pytest.mark.parametrize(
    ("content", "limit", "rows"),
    [
        (ROWS, "10", 0),
        (ROWS, "26", 0),
        (b'"examplebucket-1250000000","a\nb"\n', "31", 0),
        (ROWS * 40_000, str((1 << 20) + 3), 38836),
    ],
    ids=["before the comma", "before the line feed", "in quotes", "behind a block"],
)
def test_judges_no_row_that_the_limit_cuts(run: Run, listed: Any, content: bytes, limit: str, rows: int) -> None:
    said = run("check", listed(content), "--limit", limit)
    assert (said.code, said.json["Faults"], said.json["Rows"], said.json["Complete"]) == (1, [], rows, False)


def test_says_that_it_has_read_a_single_byte(run: Run, listed: Any) -> None:
    assert "No more was read than 1 byte; --limit BYTES" in run("check", listed(ROWS), "--limit", "1").err


def test_finds_an_end_where_a_pipe_has_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            buffer[:] = (b"x" * (len(buffer) - 1)) + b"\n"
            return len(buffer)

    monkeypatch.setattr(source, "ENDLESS", 3_000_000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Endless())))
    said = run("check", "-", "--fields", "Bucket,Key")
    assert (said.code, said.json["Complete"]) == (1, False)


def test_judges_a_list_that_lies_in_a_bucket(run: Run, standin: Standin) -> None:
    objects.write(client_of(os.environ, Clock()), Resource("manifest-1250000000", "list.csv", None), BAD)
    assert run("check", "cos://manifest-1250000000/list.csv").json["Rows"] == 3


def test_judges_an_inventory(run: Run, listed: Any) -> None:
    said = run("check", listed(json.dumps(INVENTORY).encode(), "manifest.json"))
    assert (said.code, said.json["Verdict"], said.json["Columns"]) == (0, "ok", 3)
    assert "an unknown number of rows" in said.err
    said = run("check", listed(b"", "manifest.json"))
    assert [fault["Fault"] for fault in said.json["Faults"]] == ["Empty"]
    said = run("check", listed(b"{}", "manifest.json"))
    assert [fault["Fault"] for fault in said.json["Faults"]] == ["WrongFormat"]
    assert "unknown columns, no bucket" in said.err


def test_reads_no_more_of_an_inventory_than_one_can_be_long(
    run: Run, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "LONGEST_INVENTORY", 1000)
    content = json.dumps(INVENTORY).encode() + b" " * (3 << 20)
    assert run("check", listed(content[: 1 << 20], "manifest.json")).code == 0
    stdin = io.BytesIO(content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stdin))
    assert run("check", "-", "--format", "COSInventoryReport_CSV_V1").code == 0
    assert stdin.tell() == 1 << 20


def test_tells_an_inventory_in_a_file_of_any_name_by_its_content(run: Run, listed: Any) -> None:
    inventory = listed(json.dumps(INVENTORY).encode(), "other.json")
    assert run("check", inventory).code == 0
    for wanted in (("--format", "COSBatchOperations_CSV_V1"), ("--fields", "Bucket,Key")):
        assert run("check", inventory, *wanted).json["Faults"][0]["Fault"] == "WrongFormat"


def test_takes_an_object_for_what_its_name_makes_of_it(run: Run, standin: Standin) -> None:
    client = client_of(os.environ, Clock())
    objects.write(client, Resource("inventory-1250000000", "i/other.json", None), json.dumps(INVENTORY).encode())
    said = run("check", "cos://inventory-1250000000/i/other.json")
    assert said.json["Faults"][0]["Fault"] == "WrongFormat"


def test_looks_for_no_files_of_an_inventory_that_is_broken_itself(run: Run, standin: Standin) -> None:
    objects.write(client_of(os.environ, Clock()), Resource("inventory-1250000000", "i/manifest.json", None), b"{}")
    said = run("check", "cos://inventory-1250000000/i/manifest.json")
    assert (said.code, said.json["Faults"][0]["Fault"], said.json["Complete"]) == (1, "WrongFormat", False)


def test_looks_for_the_files_of_an_inventory_in_its_bucket(run: Run, standin: Standin) -> None:
    client = client_of(os.environ, Clock())
    bucket = "inventory-1250000000"
    objects.write(client, Resource(bucket, "i/manifest.json", None), json.dumps(INVENTORY).encode())
    said = run("check", f"cos://{bucket}/i/manifest.json")
    assert (said.code, said.json["Verdict"]) == (1, "faulty")
    (fault,) = said.json["Faults"]
    assert (fault["Fault"], "i/data/1.csv.gz" in fault["Message"]) == ("InventoryFiles", True)
    assert "Found: 1 InventoryFiles." in said.err
    data = gzip.compress(b'"examplebucket","a","1"\n' * 3, mtime=0)
    whole = {**INVENTORY, "files": [{**INVENTORY["files"][0], "size": len(data)}]}
    objects.write(client, Resource(bucket, "i/manifest.json", None), json.dumps(whole).encode())
    objects.write(client, Resource(bucket, "i/data/1.csv.gz", None), data)
    said = run("check", f"cos://{bucket}/i/manifest.json")
    assert (said.code, said.json["Rows"], said.json["Complete"]) == (0, 3, True)
    objects.write(client, Resource(bucket, "i/data/1.csv.gz", None), data[:-1] + b"x")
    assert "damaged" in run("check", f"cos://{bucket}/i/manifest.json").json["Faults"][0]["Message"]


def test_takes_no_refusal_for_a_missing_file(run: Run, standin: Standin) -> None:
    bucket = "inventory-1250000000"
    place = Resource(bucket, "i/manifest.json", None)
    objects.write(client_of(os.environ, Clock()), place, json.dumps(INVENTORY).encode())
    standin.order({"action": "GetObject", "fault": "AccessDenied", "after": 1})
    said = run("check", f"cos://{bucket}/i/manifest.json")
    assert (said.code, said.json["Code"]) == (1, "AccessDenied")


def test_says_wrong_usage_for_a_list_that_is_not_there(run: Run) -> None:
    assert run("check", "nowhere.csv").code == 2


def test_judges_in_chinese(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSBATCH_LANG", "zh_CN.UTF-8")
    manifest = tmp_path / "list.csv"
    manifest.write_text("examplebucket-1250000000,a.txt\n\n", encoding="utf-8")
    said = run("check", str(manifest))
    assert (said.code, said.json["Warnings"][0]["Fault"]) == (0, "BlankLine")
    assert said.err == "任务可以读取：1 行，2 列，examplebucket-1250000000。\n发现：1 BlankLine。\n"


@pytest.mark.parametrize(("bucket", "told"), [("examplebucket-1259999999", True), ("examplebucket-1250000000", False)])
def test_tells_that_a_bucket_is_of_another_account_than_the_commands_work_for(
    run: Run, listed: Any, bucket: str, told: bool
) -> None:
    ended = run("check", listed(f"{bucket},photos/1.jpg\n".encode()))
    assert ended.code == 0
    assert (f"Note: {bucket} is not of the account 1250000000" in ended.err) == told


def test_knows_no_account_where_the_environment_names_none(
    run: Run, listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COSBATCH_APPID")
    assert "Note" not in run("check", listed(b"examplebucket-1259999999,photos/1.jpg\n")).err
