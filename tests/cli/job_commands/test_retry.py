"""`retry`: what failed becomes a manifest again."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from pathlib import Path

import pytest

from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import Run, Terminal

ROWS = """\
b-1250000000,a%20b,,failed,SlowDown,503,
b-1250000000,c,,succeeded,,200,
b-1250000000,"d,e",,failed,AccessDenied,403,no
b-1250000000,f,,failed,SlowDown,503,
"""
AGAIN = 'b-1250000000,a%20b\nb-1250000000,f\nb-1250000000,"d,e"\n'


def test_says_which_lists_of_the_folder_are_of_another_report(run: Run, report: str, tmp_path: Path) -> None:
    os.mkdir(tmp_path / "again")
    (tmp_path / "again" / "Other.csv").write_text("of another report")
    said = run("retry", report, "--by-code", str(tmp_path / "again"))
    assert f"Note: Other.csv in {tmp_path / 'again'} is not of this report." in said.err


@pytest.fixture
def report(tmp_path: Path) -> str:
    (tmp_path / "report.csv").write_text(ROWS)
    return str(tmp_path / "report.csv")


def test_writes_what_failed_code_by_code(run: Run, report: str, tmp_path: Path) -> None:
    path = str(tmp_path / "again.csv")
    said = run("retry", report, "--output", path)
    assert said.code == 0
    assert Path(path).read_text() == AGAIN
    manifest = {"Manifest": path, "Rows": 3, "Fields": ["Bucket", "Key"], "Codes": ["SlowDown", "AccessDenied"]}
    assert said.json == {"Manifests": [manifest]}
    assert said.err.splitlines()[0].startswith("2 SlowDown: Too many requests.")


def test_writes_the_rows_alone_to_stdout(run: Run, report: str) -> None:
    assert run("retry", report).out == AGAIN


def test_takes_only_the_codes_that_are_named(run: Run, report: str) -> None:
    said = run("retry", report, "--code", "AccessDenied", "--code", "Other")
    assert said.out == 'b-1250000000,"d,e"\n'


def test_writes_a_manifest_for_each_code(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text(
        ROWS + "b-1250000000,g,,failed,Odd/Code,,\nb-1250000000,h,,failed,Odd:Code,,\n"
    )
    said = run("retry", str(tmp_path / "report.csv"), "--by-code", str(tmp_path / "again"))
    assert [Path(manifest["Manifest"]).name for manifest in said.json["Manifests"]] == [
        "SlowDown.csv",
        "AccessDenied.csv",
        "Odd_Code-2.csv",
        "Odd_Code-3.csv",
    ]
    assert (tmp_path / "again" / "SlowDown.csv").read_text() == "b-1250000000,a%20b\nb-1250000000,f\n"
    assert said.err.splitlines()[-2] == "1 Odd:Code"
    assert run("retry", str(tmp_path / "report.csv"), "--by-code", str(tmp_path / "again")).code == 0


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["a b", "100%", "c%20d"], ["a%20b", "100%25", "c%2520d"]),
        (["a+b", "c d"], ["a%2Bb", "c%20d"]),
        (["100%25", "c%20d"], ["100%25", "c%20d"]),
        (["\u4f60\u597d.txt"], ["%E4%BD%A0%E5%A5%BD.txt"]),
        (["a,b", "c%2Cd", "e!$&'()*;=:@~"], ["a,b", "c%2Cd", "e!$&'()*;=:@~"]),
    ],
)
def test_encodes_keys_where_a_report_has_plain_ones(
    run: Run, tmp_path: Path, keys: list[str], expected: list[str]
) -> None:
    report, manifest = tmp_path / "report.csv", str(tmp_path / "again.csv")
    report.write_text("".join(f'b-1250000000,"{key}",,failed,SlowDown,503,\n' for key in keys), encoding="utf-8")
    said = run("retry", str(report), "--output", manifest)
    assert ("Keys of the report are not percent-encoded; in the manifest they are." in said.err) == (keys != expected)
    with open(manifest, encoding="utf-8", newline="") as file:
        assert [key for _bucket, key in csv.reader(file)] == expected
    checked = run("check", manifest)
    assert (checked.code, {warning["Fault"] for warning in checked.json["Warnings"]} - {"DoublyEncoded"}) == (0, set())


def test_goes_by_the_keys_of_all_tasks(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_bytes(b"b-1,100%,,succeeded,,200,\nb-1,a%20\xff,,failed,E,,\n")
    assert run("retry", str(report)).out == "b-1,a%2520%FF\n"


def report_of(folder: Path, *keys: str, status: str = "failed") -> str:
    (folder / "report.csv").write_text("".join(f"b-1,{key},,{status},E,,\n" for key in keys))
    return str(folder / "report.csv")


@pytest.mark.parametrize("keys", [("x y.txt", "c%20d.txt"), ("c%20d.txt", "x+y.txt"), ("c%20d.txt", "恢复")])
def test_asks_where_a_report_may_be_either(run: Run, tmp_path: Path, keys: tuple[str, ...]) -> None:
    said = run("retry", report_of(tmp_path, *keys), "--output", str(tmp_path / "again.csv"))
    assert (said.code, said.out) == (2, "")
    assert all(words in said.err for words in ("c%20d.txt", "--keys plain", "--keys encoded"))
    assert not (tmp_path / "again.csv").exists()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (
            (b"a%20b c\xff",),
            r"keys with blanks or such and with escapes (a%20b c\xff): say --keys plain where a%20b c\xff",
        ),
        ((b"x\xff", b"c%20d"), r"keys with blanks or such (x\xff), and keys with escapes (c%20d): say"),
    ],
)
def test_shows_the_keys_that_it_asks_about(run: Run, tmp_path: Path, keys: tuple[bytes, ...], words: str) -> None:
    (tmp_path / "report.csv").write_bytes(b"".join(b"b-1," + key + b",,failed,E,,\n" for key in keys))
    assert words in run("retry", str(tmp_path / "report.csv")).err


def test_takes_no_empty_file_for_a_report(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    said = run("retry", str(tmp_path / "empty.csv"))
    assert (said.code, said.out) == (1, "")
    assert f"{tmp_path / 'empty.csv'} is empty, and so no report of a job" in said.err


def test_says_of_a_report_in_utf_16_that_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("photos-1250000000,a.jpg,,failed,AccessDenied,403,no\n", encoding="utf-16")
    said = run("retry", str(tmp_path / "report.csv"))
    assert said.code == 1
    assert "report.csv cannot be read as a report. The content is UTF-16 or UTF-32: save the file as UTF-8" in said.err


@pytest.mark.parametrize(
    ("form", "rows"),
    [
        ("plain", ["x%20y.txt", "c%2520d.txt", "100%2525"]),
        ("encoded", ["x%20y.txt", "c%20d.txt", "100%25"]),
    ],
)
def test_goes_by_what_it_is_told_of_all_keys(run: Run, tmp_path: Path, form: str, rows: list[str]) -> None:
    report = report_of(tmp_path, "x y.txt", "c%20d.txt", "100%25")
    assert run("retry", report, "--keys", form).out.split() == [f"b-1,{row}" for row in rows]


def test_makes_an_escape_of_a_percent_sign_that_begins_none(run: Run, tmp_path: Path) -> None:
    assert run("retry", report_of(tmp_path, "100%", "c%20d"), "--keys", "encoded").out.split() == [
        "b-1,100%25",
        "b-1,c%20d",
    ]


def test_does_not_ask_where_the_failed_keys_are_the_same_either_way(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_text("b-1,c%20d,,succeeded,,200,\nb-1,x y,,failed,E,,\n")
    assert run("retry", str(report)).out == "b-1,x%20y\n"


def test_writes_nothing_but_rows_to_stdout_also_when_it_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("hello\n")
    said = run("retry", str(tmp_path / "report.csv"))
    assert (said.code, said.out) == (1, "")
    assert "InvalidEvent" in said.err


def test_keeps_version_ids_where_there_are_some(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("b-1,a,v1,failed,E,,\nb-1,b,,failed,E,,\n")
    assert run("retry", str(tmp_path / "report.csv")).out == "b-1,a,v1\nb-1,b,\n"


def test_writes_a_file_for_a_code_that_is_longer_than_a_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text(f"photos-1250000000,1.jpg,,failed,{'x' * 300},404,\n")
    said = run("retry", str(tmp_path / "report.csv"), "--by-code", str(tmp_path / "again"))
    (written,) = said.json["Manifests"]
    assert Path(written["Manifest"]).read_text() == "photos-1250000000,1.jpg\n"
    assert written["Codes"] == ["x" * 300]


@pytest.mark.parametrize("where", [["--output", "again.csv"], ["--by-code", "again"], []])
def test_writes_nothing_where_nothing_failed(
    run: Run, tmp_path: Path, where: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.csv").write_text("b-1,a,,succeeded,,200,\n")
    said = run("retry", "report.csv", *where)
    assert (said.code, said.err) == (0, "No task failed: there is nothing to try again.\n")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    run("retry", "report.csv", *where)
    assert terminal.getvalue() == ""
    assert said.out == "" if not where else said.json == {"Manifests": []}
    assert not (tmp_path / "again.csv").exists()


def manifest_json(*keys: str, bucket: str = "") -> str:
    results = [{"TaskExecutionStatus": "failed", "Bucket": bucket, "Key": key} for key in keys]
    return json.dumps({"Format": "Report_CSV_V1", "Results": results})


@pytest.mark.parametrize("folder", ["", "results"])
def test_reads_the_files_that_a_manifest_json_names(run: Run, tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "1.csv").write_text(ROWS)
    (tmp_path / folder / "2.csv.gz").write_bytes(gzip.compress(b"b-1250000000,z,,failed,SlowDown,503,\n"))
    (tmp_path / "manifest.json").write_text(manifest_json("job/results/1.csv", "job/results/2.csv.gz"))
    assert run("retry", str(tmp_path / "manifest.json")).out.split() == [
        "b-1250000000,a%20b",
        "b-1250000000,f",
        "b-1250000000,z",
        'b-1250000000,"d,e"',
    ]


def test_reads_the_successes_only_where_they_show_how_keys_are_written(run: Run, tmp_path: Path) -> None:
    """The file of the successes comes first, and is no CSV."""
    results = [{"TaskExecutionStatus": status, "Key": f"{status}.csv"} for status in ("succeeded", "failed")]
    (tmp_path / "manifest.json").write_text(json.dumps({"Results": results}))
    (tmp_path / "succeeded.csv").write_text("hello\n")
    (tmp_path / "failed.csv").write_text("b-1,a,,failed,E,,\n")
    assert run("retry", str(tmp_path / "manifest.json")).out == "b-1,a\n"
    (tmp_path / "failed.csv").write_text("b-1,a%20b,,failed,E,,\n")
    assert run("retry", str(tmp_path / "manifest.json"), "--keys", "plain").out == "b-1,a%2520b\n"
    assert run("retry", str(tmp_path / "manifest.json")).code == 1
    (tmp_path / "succeeded.csv").write_text("b-1,100%,,succeeded,,200,\n")
    assert run("retry", str(tmp_path / "manifest.json")).out == "b-1,a%2520b\n"


def test_says_which_file_of_a_report_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(manifest_json("job/results/1.csv"))
    said = run("retry", str(tmp_path / "manifest.json"))
    assert (said.code, "there is no 1.csv beside it" in said.err) == (2, True)


@pytest.mark.parametrize("bucket", ["", "report-1250000000"])
def test_reads_a_report_from_its_bucket(run: Run, standin: Standin, bucket: str) -> None:
    client = client_of(os.environ, Clock())
    for key, text in (("r/manifest.json", manifest_json("r/results/1.csv", bucket=bucket)), ("r/results/1.csv", ROWS)):
        objects.write(client, Resource("report-1250000000", key, None), text.encode())
    assert run("retry", "cos://report-1250000000/r/manifest.json").out == AGAIN


def test_tells_a_person_what_it_wrote_and_what_comes_next(
    run: Run, report: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.chdir(tmp_path)
    said = run("retry", "report.csv", "--output", "again.csv")
    run("retry", "report.csv", "--by-code", "codes")
    assert terminal.getvalue().splitlines() == [
        "Manifest   Rows  Codes",
        "again.csv     3  SlowDown, AccessDenied",
        "Manifest                Rows  Codes",
        "codes/SlowDown.csv         2  SlowDown",
        "codes/AccessDenied.csv     1  AccessDenied",
    ]
    assert said.err.splitlines()[-1].startswith("A job of such a list: cosbatch restore, ")


def test_tells_what_is_no_report(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_text("hello\n")
    said = run("retry", str(tmp_path / "report.csv"), "--output", str(tmp_path / "again.csv"))
    assert (said.code, said.json["Code"]) == (1, "InvalidEvent")


def test_says_wrong_usage_where_nothing_can_be_written(run: Run, report: str) -> None:
    assert run("retry", report, "--by-code", os.path.join(report, "folder")).code == 2
    assert run("retry", report, "--output", os.path.join(report, "again.csv")).code == 2


@pytest.mark.parametrize(
    ("read", "where"),
    [
        ("report.csv", ("--output", "report.csv")),
        ("report.csv", ("--output", "link.csv")),
        ("SlowDown.csv", ("--by-code", ".")),
        ("manifest.json", ("--output", "report.csv")),
    ],
)
def test_does_not_write_over_the_report_that_it_reads(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: str, where: tuple[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("report.csv", "SlowDown.csv"):
        Path(name).write_text(ROWS)
    Path("link.csv").symlink_to("report.csv")
    results = [{"TaskExecutionStatus": "failed", "Bucket": "b-1250000000", "Key": "results/report.csv"}]
    Path("manifest.json").write_text(json.dumps({"Results": results}))
    said = run("retry", read, *where)
    assert (said.code, "is what is read here; write to another file" in said.err) == (2, True)
    assert [Path(name).read_text() for name in ("report.csv", "SlowDown.csv")] == [ROWS, ROWS]
