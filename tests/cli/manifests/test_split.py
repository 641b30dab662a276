"""`split`: parts that are lists of their own, and nobody else's files are touched."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import os
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from cosbatch.cli.manifests import split
from cosbatch.cli.manifests.inventory_rows import rows_of_inventory
from cosbatch.cli.manifests.split import divided
from cosbatch.cli.remote import objects
from cosbatch.cli.remote.client import client_of
from cosbatch.cli.remote.content import whole_file
from cosbatch.cli.terminal.files import WrongUsage
from cosbatch.model.deadline import Clock
from cosbatch.model.names import Resource
from cosbatch.standin import Standin
from tests.cli.running import Run

BUCKET = "photos-1250000000"
ROWS = [f"{BUCKET},{number}.jpg\n" for number in range(5)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text("".join(ROWS))
    return tmp_path


def store(key: str, content: bytes) -> None:
    objects.write(client_of(os.environ, Clock()), Resource(BUCKET, key, None), content)


def parts(folder: str) -> list[str]:
    return [path.read_text() for path in sorted(Path(folder).glob("*.csv"))]


def test_writes_parts_of_so_many_rows_beside_the_list(run: Run, folder: Path) -> None:
    said = run("split", "list.csv", "--rows", "2")
    assert said.code == 0, said.err
    assert parts("list-parts") == ["".join(ROWS[0:2]), "".join(ROWS[2:4]), ROWS[4]]
    assert said.json == {
        "Manifests": [
            {"Manifest": f"list-parts/list-000{number}.csv", "Rows": rows} for number, rows in ((1, 2), (2, 2), (3, 1))
        ]
    }


def test_makes_parts_that_check_finds_right(run: Run, folder: Path) -> None:
    Path("list.csv").write_text(f'{BUCKET},"a\nb"\n{BUCKET},c')
    assert run("split", "list.csv", "--rows", "1", "--output", "out").code == 0
    for path in sorted(Path("out").glob("*.csv")):
        verdict = run("check", str(path)).json
        assert (verdict["Verdict"], verdict["Rows"]) == ("ok", 1)


def test_reads_stdin(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("".join(ROWS).encode())))
    assert run("split", "-", "--rows", "3").code == 0
    assert parts("list-parts") == ["".join(ROWS[:3]), "".join(ROWS[3:])]


def test_divides_what_lies_in_a_bucket(run: Run, folder: Path, standin: Standin) -> None:
    store("lists/all.csv", "".join(ROWS).encode())
    assert run("split", f"cos://{BUCKET}/lists/all.csv", "--rows", "4").code == 0
    assert parts("all-parts") == ["".join(ROWS[:4]), ROWS[4]]


def test_divides_what_a_prefix_holds(run: Run, folder: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    for number in range(3):
        store(f"photos/{number} ü.jpg", b"x")
    said = run("split", f"cos://{BUCKET}/photos/", "--rows", "2")
    assert said.code == 0, said.err
    assert "Listed: 3 objects." in said.err
    assert [part.count("\n") for part in parts("photos-parts")] == [2, 1]
    assert os.listdir(folder / "cache" / "cosbatch") == []


def test_refuses_to_write_where_another_split_does(run: Run, folder: Path) -> None:
    os.mkdir("list-parts")
    other = os.open("list-parts", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    refused = run("split", "list.csv", "--rows", "2")
    assert (refused.code, refused.json["Code"], os.listdir("list-parts")) == (1, "OutputInUse", [])
    os.close(other)
    assert run("split", "list.csv", "--rows", "2").code == 0


def test_leaves_no_part_of_an_earlier_split_where_it_is_interrupted(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("split", "list.csv", "--rows", "1").code == 0
    stretches = Mock(side_effect=[whole_file("list.csv"), KeyboardInterrupt])
    monkeypatch.setattr(split, "replace", stretches)
    interrupted = run("split", "list.csv", "--rows", "2")
    assert (interrupted.code, sorted(os.listdir("list-parts"))) == (130, [".cosbatch-split.json", "list-0001.csv"])
    assert "The parts in list-parts are not whole; the same command writes them anew." in interrupted.err


def test_leaves_no_part_of_an_earlier_split_where_it_was_killed(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("split", "list.csv", "--rows", "1").code == 0
    with monkeypatch.context() as killed:
        killed.setattr(split, "_remove", Mock(side_effect=KeyboardInterrupt))
        assert run("split", "list.csv", "--rows", "3").code == 130
    assert run("split", "list.csv", "--rows", "3").code == 0
    assert parts("list-parts") == ["".join(ROWS[:3]), "".join(ROWS[3:])]


def inventory(rows: list[list[str]], schema: str, packed: bytes | None = None) -> None:
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    data = gzip.compress(text.encode()) if packed is None else packed
    store("inventory/20261123/data.csv.gz", data)
    file = {
        "key": "inventory/20261123/data.csv.gz",
        "size": str(len(data)),
        "md5Checksum": hashlib.md5(data).hexdigest(),
    }
    manifest = {"sourceAppid": "1250000000", "sourceBucket": "photos", "fileFormat": "CSV", "fileSchema": schema}
    store("inventory/20261123/manifest.json", json.dumps({**manifest, "files": [file]}).encode())


def test_makes_lists_of_an_inventory(run: Run, folder: Path, standin: Standin) -> None:
    inventory(
        [["1250000000", "photos", f"{number}%2C.jpg", "v1"] for number in range(5)], "Appid, Bucket, Key, VersionId"
    )
    assert run("split", f"cos://{BUCKET}/inventory/20261123/manifest.json", "--rows", "3").code == 0
    rows = [f"{BUCKET},{number}%2C.jpg,v1\n" for number in range(5)]
    place = Resource(BUCKET, "inventory/20261123/manifest.json", None)
    assert [block for block in rows_of_inventory(client_of(os.environ, Clock()), place, 2) if block] == [
        "".join(rows[at : at + 2]).encode() for at in (0, 2, 4)
    ]
    assert parts("20261123-parts") == ["".join(rows[:3]), "".join(rows[3:])]


def test_keeps_the_bytes_of_an_inventory_s_keys_and_no_blank_line(folder: Path, standin: Standin) -> None:
    rows = b'\nphotos,",\xe4\xb8\xad.jpg"\nphotos,"a\rb"\n"photos"," keep.jpg"\nphotos, keep.jpg\n'
    inventory([], "Bucket, Key", gzip.compress(rows))
    place = Resource(BUCKET, "inventory/20261123/manifest.json", None)
    kept = b"".join(rows_of_inventory(client_of(os.environ, Clock()), place))
    assert kept == f'{BUCKET},",中.jpg"\n{BUCKET},a%0Db\n{BUCKET},%20keep.jpg\n{BUCKET},keep.jpg\n'.encode()


def test_leaves_out_blanks_behind_commas_and_none_at_the_beginning_of_a_line(folder: Path, standin: Standin) -> None:
    inventory([], "Key, Bucket, VersionId", gzip.compress(f" a.jpg, {BUCKET}, v1\n".encode()))
    place = Resource(BUCKET, "inventory/20261123/manifest.json", None)
    assert b"".join(rows_of_inventory(client_of(os.environ, Clock()), place)) == f"{BUCKET},%20a.jpg,v1\n".encode()


def test_keeps_the_bucket_of_each_row_of_an_inventory(folder: Path, standin: Standin) -> None:
    inventory([["photos", "a"], [BUCKET, "b"], ["other-1250000000", "c"]], "Bucket, Key")
    place = Resource(BUCKET, "inventory/20261123/manifest.json", None)
    kept = b"".join(rows_of_inventory(client_of(os.environ, Clock()), place))
    assert kept == f"{BUCKET},a\n{BUCKET},b\nother-1250000000,c\n".encode()


@pytest.mark.parametrize(
    ("rows", "packed", "fault"),
    [
        ([["photos"]], None, "ColumnCount at line 1"),
        ([["photos", "2026", "old.jpg"]], None, "ColumnCount at line 1"),
        ([["photos", "a"], ["photos", ""]], None, "EmptyKey at line 2"),
        ([["other", "a"]], None, "ForeignBucket at line 1"),
        ([], b"not packed", "gzip"),
        ([], b"\x1f\x8b\x08", "gzip"),
    ],
)
def test_refuses_a_data_file_that_cannot_be_read(
    run: Run, folder: Path, standin: Standin, rows: list[list[str]], packed: bytes | None, fault: str
) -> None:
    inventory(rows, "Bucket, Key", packed)
    said = run("split", f"cos://{BUCKET}/inventory/20261123/manifest.json", "--rows", "3")
    assert (said.code, said.json["Code"]) == (1, "InvalidManifest")
    assert fault in said.out
    assert os.listdir(".") == ["list.csv", "standin"] or "20261123-parts" not in os.listdir(".")


def test_refuses_a_data_file_that_is_shorter_than_its_inventory_says(run: Run, folder: Path, standin: Standin) -> None:
    inventory([["photos", "a"], ["photos", "b"]], "Bucket, Key")
    store("inventory/20261123/data.csv.gz", gzip.compress(b"photos,a\n"))
    said = run("split", f"cos://{BUCKET}/inventory/20261123/manifest.json", "--rows", "3")
    assert (said.code, said.json["Code"]) == (1, "InvalidManifest")
    assert "bytes, manifest.json says" in said.json["Message"]


def test_refuses_an_inventory_of_another_kind(run: Run, folder: Path, standin: Standin) -> None:
    store("manifest.json", b"{}")
    said = run("split", f"cos://{BUCKET}/manifest.json", "--rows", "3")
    assert (said.code, said.json["Message"]) == (1, "The inventory cannot be read.")


def test_refuses_a_faulty_list_with_its_lines(run: Run, folder: Path) -> None:
    Path("list.csv").write_text(f"{BUCKET},a\n{BUCKET},\n")
    said = run("split", "list.csv", "--rows", "1")
    assert (said.code, said.json["Code"]) == (1, "InvalidManifest")
    assert "EmptyKey at line 2" in said.err
    assert os.listdir(folder) == ["list.csv"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("list.csv",), "--rows"),
        (("list.csv", "--rows", "0"), "whole number"),
        (("nowhere.csv", "--rows", "1"), "nowhere.csv cannot be read"),
        (("manifest.json", "--rows", "1"), "cos://bucket/manifest.json"),
        (("cos://photos", "--rows", "1"), "cos://bucket-appid/prefix/"),
        (("list.csv", "--rows", "1", "--output", "list.csv"), "is a file, and not the folder"),
    ],
)
def test_says_wrong_usage(run: Run, folder: Path, arguments: tuple[str, ...], fault: str) -> None:
    said = run("split", *arguments)
    assert said.code == 2
    assert fault in said.err


def test_refuses_to_make_too_many_parts(folder: Path) -> None:
    with pytest.raises(WrongUsage, match="5 rows would be more than 4 parts"):
        divided(whole_file("list.csv"), 1, Clock(), most=4)


def test_writes_over_what_it_wrote_itself_and_leaves_no_part_of_an_earlier_split(run: Run, folder: Path) -> None:
    assert run("split", "list.csv", "--rows", "1").code == 0
    Path("list-parts/mine.txt").write_text("mine")
    os.remove("list-parts/list-0005.csv")
    assert run("split", "list.csv", "--rows", "3").code == 0
    assert sorted(os.listdir("list-parts")) == [".cosbatch-split.json", "list-0001.csv", "list-0002.csv", "mine.txt"]


def test_divides_two_lists_into_one_folder(run: Run, folder: Path) -> None:
    Path("other.csv").write_text(ROWS[0])
    for name in ("list.csv", "other.csv", "list.csv"):
        assert run("split", name, "--rows", "5", "--output", "out").code == 0
    assert parts("out") == ["".join(ROWS), ROWS[0]]


def test_leaves_the_parts_of_another_list_of_the_same_name(run: Run, folder: Path) -> None:
    Path("older").mkdir()
    Path("older/list.csv").write_text("".join(ROWS[3:]))
    assert run("split", "older/list.csv", "--rows", "1", "--output", "out").code == 0
    said = run("split", "list.csv", "--rows", "5", "--output", "out")
    assert (said.code, parts("out")) == (2, ROWS[3:])
    assert "out/list-0001.csv is there, and no split of this list wrote it" in said.err


def test_takes_a_part_for_that_of_the_list_that_wrote_it_last(run: Run, folder: Path) -> None:
    Path("older").mkdir()
    Path("older/list.csv").write_text(ROWS[4])
    assert run("split", "older/list.csv", "--rows", "5", "--output", "out").code == 0
    os.remove("out/list-0001.csv")
    assert run("split", "list.csv", "--rows", "5", "--output", "out").code == 0
    assert run("split", "older/list.csv", "--rows", "5", "--output", "out").code == 2
    assert parts("out") == ["".join(ROWS)]


@pytest.mark.parametrize("notes", [None, "not json", "[]", '{"LIST": 5}'])
def test_does_not_write_over_what_it_did_not_write(run: Run, folder: Path, notes: str | None) -> None:
    os.mkdir("out")
    Path("out/list-0001.csv").write_text("mine")
    if notes is not None:
        Path("out/.cosbatch-split.json").write_text(notes.replace("LIST", str(folder / "list.csv")))
    said = run("split", "list.csv", "--rows", "5", "--output", "out")
    assert said.code == 2
    assert "out/list-0001.csv is there" in said.err
    assert Path("out/list-0001.csv").read_text() == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../list-0001.csv",
        "a\0-0001.csv",
        ".cosbatch-split.json",
        "mine.csv",
        "mine-2026.csv",
        5,
        ["list-0001.csv"],
    ],
)
def test_removes_nothing_that_no_split_could_have_written(run: Run, folder: Path, name: object) -> None:
    os.mkdir("out")
    Path("out/mine.csv").write_text("mine")
    Path("out/mine-2026.csv").write_text("mine")
    Path("out/.cosbatch-split.json").write_text(json.dumps({str(folder / "list.csv"): ["list-0001.csv", name]}))
    said = run("split", "list.csv", "--rows", "5", "--output", "out")
    told = "cosbatch: out/.cosbatch-split.json names what no split writes; remove it, or choose another --output\n"
    assert (said.code, said.err) == (2, told)
    assert sorted(os.listdir("out")) == [".cosbatch-split.json", "mine-2026.csv", "mine.csv"]


@pytest.mark.parametrize("kind", ["FIFO", "link", "folder"])
def test_reads_no_notes_but_from_a_file_of_its_own(run: Run, folder: Path, kind: str) -> None:
    """A FIFO would never answer, and a link may lead to what has no end."""
    os.mkdir("out")
    match kind:
        case "FIFO":
            os.mkfifo("out/.cosbatch-split.json")
        case "link":
            os.symlink("/dev/zero", "out/.cosbatch-split.json")
        case _:
            os.mkdir("out/.cosbatch-split.json")
    said = run("split", "list.csv", "--rows", "5", "--output", "out")
    assert (said.code, "out/.cosbatch-split.json is no regular file; remove it" in said.err) == (2, True)
    assert os.listdir("out") == [".cosbatch-split.json"]


def test_names_the_folder_that_is_in_the_place_of_an_earlier_part(run: Run, folder: Path) -> None:
    assert run("split", "list.csv", "--rows", "1", "--output", "out").code == 0
    os.remove("out/list-0005.csv")
    os.mkdir("out/list-0005.csv")
    said = run("split", "list.csv", "--rows", "5", "--output", "out")
    assert (said.code, said.err) == (2, "cosbatch: out/list-0005.csv cannot be written: Is a directory\n")
